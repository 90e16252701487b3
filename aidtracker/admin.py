"""What the site itself registers in the admin: users and groups, and the audit trail."""

from django.contrib import admin
from django_tasks_db.models import DBTaskResult

from aidtracker.accounts import admin as accounts

# An import has a page of its own; the queue's says nothing more that staff could use.
admin.site.unregister(DBTaskResult)

__all__ = ("accounts",)
