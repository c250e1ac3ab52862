"""Who may do what with the quality system and its figures."""

from __future__ import annotations

import rules

from accounts.models import StaffRole
from accounts.rules import has_role, is_staff

writes_editions = has_role(StaffRole.STATISTICIAN, StaffRole.ADMINISTRATOR)

CONTENT = ("edition", "objective", "subgoal", "indicator", "successfactor")

for name in CONTENT:
    rules.add_perm(f"quality_system.view_{name}", is_staff)
    for verb in ("add", "change", "delete"):
        rules.add_perm(f"quality_system.{verb}_{name}", writes_editions)
rules.add_perm("quality_system.view_observedvalue", is_staff)
rules.add_perm("quality_system.put_edition_in_force", writes_editions)
rules.add_perm("quality_system.close_edition", writes_editions)
rules.add_perm("quality_system.import_statistics", has_role(StaffRole.STATISTICIAN))
rules.add_perm("quality_system.make_comparison_groups", has_role(StaffRole.STATISTICIAN))
rules.add_perm("quality_system", is_staff)
