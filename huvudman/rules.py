"""Who may do what with the register."""

from __future__ import annotations

import rules
from django.db.models import Model

from accounts.models import StaffRole, User
from accounts.rules import has_role, is_staff
from huvudman.models import Huvudman
from huvudman.queries import written_for_by

keeps_register = has_role(StaffRole.PLANNER, StaffRole.ADMINISTRATOR)


@rules.predicate
def writes_for_it(user: User, subject: Model | None) -> bool:
    """Holds when the subject is a huvudman that the user may answer and send for today."""
    return isinstance(subject, Huvudman) and written_for_by(user).filter(pk=subject.pk).exists()


rules.add_perm("huvudman.read_register", is_staff)
rules.add_perm("huvudman.import_register", keeps_register)
rules.add_perm("huvudman.change_register", keeps_register)
rules.add_perm("huvudman.keep_contacts", keeps_register | writes_for_it)
