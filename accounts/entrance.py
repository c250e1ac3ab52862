"""Who may be signed in at all: staff, and whoever another package vouches for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from accounts.models import User


class Voucher(Protocol):
    """Another package's word for people who are not staff."""

    def find(self, email: str) -> User | None:
        """The user who may sign in by a code sent to `email`; made or linked when there is none yet."""

    def holds(self, user: User) -> bool:
        """Tell whether the user has a reason to be signed in today."""


_vouchers: list[Voucher] = []


def add_voucher(voucher: Voucher) -> None:
    """Let in those whom `voucher` knows."""
    _vouchers.append(voucher)


def may_be_signed_in(user: User) -> bool:
    """Tell whether a signed-in user still has a reason to be here."""
    return user.is_active and (user.is_staff or any(voucher.holds(user) for voucher in _vouchers))


def user_for_code(email: str) -> User | None:
    """The active user who may sign in by a code sent to `email`; never staff, who use password and TOTP."""
    for voucher in _vouchers:
        user = voucher.find(email)
        if user and user.is_active and not user.is_staff:
            return user
    return None
