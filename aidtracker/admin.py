"""The admin of accounts, and of what each group of people may do."""

from itertools import groupby

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.forms import ReadOnlyPasswordHashWidget
from django.contrib.auth.models import Group, Permission, User
from django.forms import ModelForm, ModelMultipleChoiceField
from django.forms.models import ModelChoiceIterator

from aidtracker.admin_skin import (
    AdminPasswordChangeForm,
    CheckboxList,
    PlainModelAdmin,
    UserChangeForm,
    UserCreationForm,
    group,
)

VERBS = {
    "view": "查看",
    "add": "新增",
    "change": "修改",
    "delete": "删除",
    "import": "导入",
    "export": "导出",
}
APPS = ("programs", "projects", "auth")

admin.site.unregister(User)
admin.site.unregister(Group)


class PasswordNote(ReadOnlyPasswordHashWidget):
    """Says that there is a password instead of showing parts of its hash."""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        return context | {"summary": [{"label": "已设置，不显示"}]}


class AccountForm(UserChangeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "password" in self.fields:
            self.fields["password"].widget = PasswordNote()


@admin.register(User)
class UserAdmin(BaseUserAdmin, PlainModelAdmin):
    form = AccountForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "email", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    search_help_text = "用户名、姓名或电子邮件"
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = (group(None, "username", "password1", "password2"),)
    fieldsets = (
        group("名称与类型", "username", "password", "last_name", "first_name", "email"),
        group("权限", "is_active", "is_staff", "is_superuser", "groups"),
        group("日期", "last_login", "date_joined"),
    )

    def has_delete_permission(self, request, obj=None):
        """Who has changed something is deactivated, not deleted: the history would go too."""
        is_kept = obj is not None and obj.logentry_set.exists()
        return not is_kept and super().has_delete_permission(request, obj)


class PermissionsByModel(ModelChoiceIterator):
    """Permissions grouped by what they are about."""

    def __iter__(self):
        for label, permissions in groupby(self.queryset, subject):
            yield label, [self.choice(permission) for permission in permissions]


def subject(permission):
    model = permission.content_type.model_class()
    return model._meta.verbose_name if model else permission.content_type.model


class PermissionField(ModelMultipleChoiceField):
    iterator = PermissionsByModel

    def label_from_instance(self, permission):
        return VERBS.get(permission.codename.split("_")[0], permission.name)


class GroupForm(ModelForm):
    permissions = PermissionField(
        label="权限",
        required=False,
        widget=CheckboxList(attrs={"class": "permission"}),
        queryset=Permission.objects.filter(content_type__app_label__in=APPS)
        .exclude(content_type__model="permission")
        .select_related("content_type")
        .order_by("content_type__app_label", "content_type__model", "pk"),
    )


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin, PlainModelAdmin):
    form = GroupForm
    list_display = ("name",)
    search_fields = ("name",)
    search_help_text = "名称"
    filter_horizontal = ()
    fieldsets = (group(None, "name", "permissions"),)
