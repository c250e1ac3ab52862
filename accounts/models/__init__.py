"""People who sign in, the agencies they work for, and what they did."""

from accounts.models.agency import Agency, StaffMember, StaffRole
from accounts.models.audit import AuditEntry
from accounts.models.user import User

__all__ = ["Agency", "AuditEntry", "StaffMember", "StaffRole", "User"]
