"""Who may do what: predicates that the other packages build on."""

from __future__ import annotations

import rules

from accounts.models import StaffRole, User


def staff_roles(user: User) -> set[str]:
    """The roles of a member of staff; empty for everyone else."""
    staff = getattr(user, "staff", None) if user.is_active and user.is_staff else None
    return set(staff.roles) if staff else set()


def has_role(*wanted: StaffRole) -> rules.predicates.Predicate:
    """A predicate that holds for staff with any of the wanted roles."""
    names = {role.value for role in wanted}
    return rules.predicate(lambda user: bool(names & staff_roles(user)), name="_or_".join(sorted(names)))


is_staff = rules.predicate(lambda user: bool(staff_roles(user)), name="is_staff")
is_planner = has_role(StaffRole.PLANNER)
is_leader = has_role(StaffRole.LEADER)
is_registrar = has_role(StaffRole.REGISTRAR)
is_statistician = has_role(StaffRole.STATISTICIAN)
is_administrator = has_role(StaffRole.ADMINISTRATOR)
runs_dialogues = has_role(StaffRole.PLANNER, StaffRole.LEADER)

rules.add_perm("accounts.manage_staff", is_administrator)
rules.add_perm("accounts.read_audit_log", has_role(StaffRole.ADMINISTRATOR, StaffRole.REGISTRAR))

for thing in ("user", "staffmember", "agency"):
    rules.add_perm(f"accounts.view_{thing}", is_administrator)
for act in ("add_staffmember", "change_staffmember", "change_agency"):
    rules.add_perm(f"accounts.{act}", is_administrator)
rules.add_perm("accounts.view_auditentry", has_role(StaffRole.ADMINISTRATOR, StaffRole.REGISTRAR))

SEES_SETTINGS = (StaffRole.ADMINISTRATOR, StaffRole.REGISTRAR, StaffRole.PLANNER)
rules.add_perm("accounts.see_settings", has_role(*SEES_SETTINGS))
rules.add_perm("accounts", has_role(StaffRole.ADMINISTRATOR, StaffRole.REGISTRAR))
