"""The scope of an account, on the form of its user."""

from aidtracker.accounts.admin import UserAdmin
from aidtracker.accounts.grants import may_grant
from aidtracker.desk.skin import StackedInline
from programs.models import Account


class AccountInline(StackedInline):
    """For which headquarters a user works, and until when; shown to all who see the user."""

    model = Account
    fields = ("headquarters", "reach", "batch", "ends_on")
    extra = 1
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request, obj=None):
        return True

    def has_change_permission(self, request, obj=None):
        return may_grant(request.user, obj)

    def has_add_permission(self, request, obj=None):
        return may_grant(request.user, obj)


UserAdmin.inlines = (*UserAdmin.inlines, AccountInline)
