"""Who may do what with the register."""

from __future__ import annotations

import rules

from accounts.models import StaffRole
from accounts.rules import has_role, is_staff

keeps_register = has_role(StaffRole.PLANNER, StaffRole.ADMINISTRATOR)

rules.add_perm("huvudman.read_register", is_staff)
rules.add_perm("huvudman.import_register", keeps_register)
rules.add_perm("huvudman.change_register", keeps_register)
