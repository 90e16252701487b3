"""The admin of users, and of what each group of people may do."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.forms import ReadOnlyPasswordHashWidget
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelMultipleChoiceField
from django.forms.models import ModelChoiceIterator
from django.http import HttpRequest
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from aidtracker.accounts.factors import TITLE, reset
from aidtracker.accounts.grants import (
    FLAGS,
    IDENTITY,
    SEPARATOR,
    KeptForm,
    KeptInActs,
    may_grant,
    may_identify,
    state_of_group,
    state_of_user,
)
from aidtracker.accounts.own_sessions import end_sessions
from aidtracker.accounts.single_sign_on import forget
from aidtracker.accounts.step_up import ProvedFirst, proof_page
from aidtracker.desk.acts import ActAdmin
from aidtracker.desk.skin import (
    AdminPasswordChangeForm,
    CheckboxList,
    PlainModelAdmin,
    UserChangeForm,
    UserCreationForm,
    group,
)
from aidtracker.ground.datasets import declared
from aidtracker.trail.models import Act

VERBS = {
    "view": "查看",
    "add": "新增",
    "change": "修改",
    "delete": "删除",
    "import": "导入",
    "approve": "审核",
    "publish": "发布",
}
APPS = {*(dataset.app_label for dataset in declared()), "auth", "aidtracker"}

admin.site.unregister(User)
admin.site.unregister(Group)
# Their pages would show the keys, and let one who looks after accounts make some.
for model in (TOTPDevice, StaticDevice):
    admin.site.unregister(model)


class PasswordNote(ReadOnlyPasswordHashWidget):
    """Says that there is a password instead of showing parts of its hash."""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        return context | {"summary": [{"label": "已设置，不显示"}]}


class AccountForm(KeptForm, UserChangeForm):
    state_of = staticmethod(state_of_user)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "password" in self.fields:
            self.fields["password"].widget = PasswordNote()


@admin.register(User)
class UserAdmin(ProvedFirst, KeptInActs, BaseUserAdmin, PlainModelAdmin):
    form = AccountForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = (
        "username",
        "full_name",
        "roles",
        "headquarters",
        "is_active",
        "last_day",
        "last_login",
    )
    list_select_related = ("account__batch",)
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    search_help_text = "用户名、姓名或电子邮件"
    filter_horizontal = ()
    actions = ("reset_second_step", "forget_sign_on")
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = (
        group(None, "username", ("last_name", "first_name"), "password1", "password2"),
    )
    fieldsets = (
        group("名称与类型", "username", "password", ("last_name", "first_name"), "email"),
        group("权限", "is_active", "is_staff", "is_superuser", "groups"),
        group("日期", "last_login", "date_joined"),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups", "account__headquarters")

    @admin.display(description="姓名", ordering="last_name")
    def full_name(self, user):
        return f"{user.last_name}{user.first_name}" or None

    @admin.display(description="组")
    def roles(self, user):
        return names(user.groups.all())

    @admin.display(description="所属指挥部")
    def headquarters(self, user):
        return names(user.account.headquarters.all()) if hasattr(user, "account") else None

    @admin.display(description="截止日期")
    def last_day(self, user):
        return getattr(user, "account", None) and user.account.last_day

    def has_view_permission(self, request, obj=None):
        return super().has_view_permission(request, obj) or may_grant(request.user, obj)

    def has_add_permission(self, request):
        return super().has_add_permission(request) and may_identify(request.user)

    def has_change_permission(self, request, obj=None):
        return may_identify(request.user, obj) or may_grant(request.user, obj)

    def has_delete_permission(self, request, obj=None):
        """Who has done something is deactivated, not deleted: the history would go too."""
        is_kept = obj is not None and (obj.logentry_set.exists() or obj.acts.exists())
        is_allowed = super().has_delete_permission(request, obj)
        return is_allowed and not is_kept and may_identify(request.user, obj)

    def get_inlines(self, request, obj):
        return super().get_inlines(request, obj) if obj else ()

    def get_fieldsets(self, request, obj=None):
        """Without the way to a new password for whom it is not."""
        found = super().get_fieldsets(request, obj)
        if obj is None or may_identify(request.user, obj):
            return found
        (title, options), *others = found
        fields = tuple(name for name in options["fields"] if name != "password")
        return (title, options | {"fields": fields}), *others

    def get_readonly_fields(self, request, obj=None):
        kept = super().get_readonly_fields(request, obj)
        if request.user.is_superuser or obj is None:
            return kept
        kept = (*kept, *FLAGS)
        kept += () if may_identify(request.user, obj) else IDENTITY
        return kept if may_grant(request.user, obj) else (*kept, "groups")

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        return super().formfield_for_manytomany(db_field, request, widget=CheckboxList(), **kwargs)

    def save_model(self, request, obj, form, change):
        """A new user is one of the staff: nobody else logs in here."""
        obj.is_staff = obj.is_staff or not change
        super().save_model(request, obj, form, change)

    def user_change_password(self, request, id, form_url=""):
        user = self.get_object(request, id)
        if user is not None and not may_identify(request.user, user):
            raise PermissionDenied
        return proof_page(request) or super().user_change_password(request, id, form_url)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_actions(request)
        if not may_grant(request.user):
            found.pop("reset_second_step", None)
        if not may_grant(request.user) or not settings.OIDC_RP_CLIENT_ID:
            found.pop("forget_sign_on", None)
        return found

    @admin.action(description=f"重置{TITLE}（手机、密钥丢失时）")
    def reset_second_step(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For who has lost their telephone: they log in with the password and choose anew."""
        for user in queryset:
            if not may_grant(request.user, user):
                messages.error(request, f"不能重置 {user} 的{TITLE}：由其他安全管理员办理。")
                continue
            reset(user)
            end_sessions(user)
            messages.success(request, f"已重置 {user} 的{TITLE}，其登录也已结束。")

    @admin.action(description="解除统一身份的绑定（换了人员编号时）")
    def forget_sign_on(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For whom the provider has given another number: known by the user name once more."""
        for user in queryset:
            if not may_grant(request.user, user):
                messages.error(request, f"不能解除 {user} 的绑定：由其他安全管理员办理。")
            elif forget(user):
                end_sessions(user)
                messages.success(request, f"已解除 {user} 的统一身份绑定，其登录也已结束。")
            else:
                messages.info(request, f"{user} 没有绑定统一身份。")


def names(rows):
    return SEPARATOR.join(sorted(row.name for row in rows)) or None


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


class GroupForm(KeptForm):
    state_of = staticmethod(state_of_group)
    permissions = PermissionField(
        label="权限",
        required=False,
        widget=CheckboxList(attrs={"class": "permission"}),
        queryset=Permission.objects.filter(content_type__app_label__in=APPS)
        .exclude(content_type__model="permission")
        .exclude(content_type__model__startswith="historical")
        .select_related("content_type")
        .order_by("content_type__app_label", "content_type__model", "pk"),
    )


@admin.register(Group)
class GroupAdmin(ProvedFirst, KeptInActs, BaseGroupAdmin, PlainModelAdmin):
    form = GroupForm
    list_display = ("name",)
    search_fields = ("name",)
    search_help_text = "名称"
    filter_horizontal = ()
    fieldsets = (group(None, "name", "permissions"),)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and is_not_own(request.user, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and is_not_own(request.user, obj)


def is_not_own(actor, group):
    """Whether a group's rights are not those of whoever would change them."""
    return actor.is_superuser or group is None or not actor.groups.filter(pk=group.pk).exists()


@admin.register(Act)
class OverseenActAdmin(ActAdmin):
    """The audit trail: who grants rights sees what is done about accounts."""

    def oversees_accounts(self, user: User) -> bool:
        return may_grant(user)
