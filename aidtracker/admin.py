"""What the site itself registers in the admin: users and groups, and the audit trail."""

from aidtracker.accounts import admin as accounts

__all__ = ("accounts",)
