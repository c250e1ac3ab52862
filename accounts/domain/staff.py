"""Staff: taking in, changing, and helping back in whoever lost a telephone."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from accounts.models import Agency, StaffMember, StaffRole, User


@transaction.atomic
def add_staff(
    *,
    email: str,
    name: str,
    agency: Agency,
    roles: Iterable[StaffRole],
    title: str = "",
    telephone: str = "",
    password: str | None = None,
    totp_secret: str | None = None,
    actor: Actor = SYSTEM,
) -> StaffMember:
    """Take in a person at an agency. Without a password the person chooses one by a link in the mail.

    `totp_secret` (base32) fixes the time-based code in advance, and is for the demo alone.
    Raises NotPossible when the address is taken, ValueError for a fixed secret outside the demo.
    """
    actor.require("accounts.manage_staff")
    if totp_secret and not settings.DEMO:
        raise ValueError("a fixed TOTP secret is for the demo alone")
    if User.objects.filter(email=email.lower()).exists():
        raise NotPossible(_("Det finns redan en användare med den adressen."))
    user = User.objects.create_user(email, password, name=name, is_staff=True)
    member = StaffMember.objects.create(
        user=user, agency=agency, title=title, telephone=telephone, roles=_in_order(roles)
    )
    if totp_secret:
        TOTP.activate(user, totp_secret)
    record(actor=actor, verb="staff.added", subject=member, agency=agency.code, roles=member.roles)
    return member


@transaction.atomic
def change_staff(
    *,
    member: StaffMember,
    name: str,
    roles: Iterable[StaffRole],
    is_active: bool,
    title: str = "",
    telephone: str = "",
    actor: Actor,
) -> StaffMember:
    """Change what is known of a member of staff, the roles, and whether the person may sign in at all.

    Nobody can take away the last administrator: raises NotPossible.
    """
    actor.require("accounts.manage_staff")
    member = StaffMember.objects.select_for_update(of=("self",)).select_related("user").get(pk=member.pk)
    was = {"roles": member.roles, "is_active": member.user.is_active}
    member.title, member.telephone, member.roles = title, telephone, _in_order(roles)
    member.user.name, member.user.is_active = name, is_active
    member.user.save(update_fields=["name", "is_active"])
    member.save()
    _require_an_administrator()
    record(
        actor=actor, verb="staff.changed", subject=member, was=was, roles=member.roles, is_active=is_active
    )
    return member


@transaction.atomic
def reset_totp(*, user: User, actor: Actor) -> None:
    """Take away a lost time-based code; the person sets up a new one at the next sign-in."""
    actor.require("accounts.manage_staff")
    Authenticator.objects.filter(user=user).delete()
    record(actor=actor, verb="staff.totp_reset", subject=user)


@transaction.atomic
def set_may_sign_in(*, user: User, allowed: bool, actor: Actor) -> None:
    """Close or open a person's sign-in; closing ends the person's sessions at once."""
    actor.require("accounts.manage_staff")
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active == allowed:
        return
    user.is_active = allowed
    user.save(update_fields=["is_active"])
    _require_an_administrator()
    record(actor=actor, verb="user.opened" if allowed else "user.closed", subject=user)


def no_password() -> str:
    """The stored password of people who sign in by code: none that can be used."""
    return make_password(None)


def _in_order(roles: Iterable[StaffRole]) -> list[str]:
    wanted = {StaffRole(role) for role in roles}
    return [role.value for role in StaffRole if role in wanted]


def _require_an_administrator() -> None:
    """Refuse to leave the house without anyone who can let others in."""
    administrators = StaffMember.objects.filter(
        roles__contains=[StaffRole.ADMINISTRATOR], user__is_active=True
    )
    if not administrators.exists():
        raise NotPossible(_("Det måste finnas minst en administratör."))
