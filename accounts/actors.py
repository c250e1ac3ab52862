"""Who does something: a signed-in person, the holder of a personal link, or the system itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext, gettext_noop

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.models import User


class Barred(PermissionDenied):
    """Somebody with the right role is kept from this very subject. The text says why, in words."""


BARS: list[Callable[[User, Model], str]] = []
"""What may keep somebody from one subject: each answers why, in words, or nothing. Packages add theirs."""


@dataclass(frozen=True)
class Actor:
    """The one who acts. `powers` are permissions held without a user account (system, personal link)."""

    label: str
    user: User | None = None
    powers: frozenset[str] = frozenset()
    everything: bool = False

    def may(self, permission: str, subject: Model | None = None) -> bool:
        """Tell whether the actor holds `permission` for `subject`."""
        if self.everything or permission in self.powers:
            return True
        return self.user is not None and self.user.has_perm(permission, subject)

    def require(self, permission: str, subject: Model | None = None) -> None:
        """Raise PermissionDenied unless the actor holds `permission` for `subject`; Barred tells why."""
        if not self.may(permission, subject):
            self.require_not_barred(subject)
            raise PermissionDenied(permission)

    def require_not_barred(self, subject: Model | None) -> None:
        """Raise Barred when something keeps the actor from `subject`, whatever the role."""
        if self.user is None or subject is None:
            return
        for bar in BARS:
            if why := bar(self.user, subject):
                raise Barred(why)


SYSTEM = Actor(label="systemet", everything=True)
OUR_WORDS = (gettext_noop("systemet"), gettext_noop("mottagaren"), gettext_noop("personlig länk"))
"""What stands in labels and is nobody's name; kept in Swedish."""


def in_readers_words(label: str) -> str:
    """A kept label as the reader has chosen to read: names as they are, our own words translated."""
    return ", ".join(gettext(part) if part in OUR_WORDS else part for part in label.split(", "))


def person(user: User) -> Actor:
    """A signed-in person as an actor."""
    return Actor(label=str(user)[:200], user=user)
