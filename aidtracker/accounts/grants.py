"""Who administers whom, so that no one person can make themselves powerful, and what is kept of it.

Users are made by one person (系统管理员) and given rights by another (安全管理员); neither
touches a superuser, the first not the second, and nobody grants anything to themselves.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model

from aidtracker.ground.scope import may
from aidtracker.trail import acts

IDENTITY = ("username", "last_name", "first_name", "email", "is_active")
FLAGS = ("is_staff", "is_superuser")
SEPARATOR = "、"


def account_model() -> type[Model]:
    """The model that says for which headquarters a user works: `account` of a user."""
    return User._meta.get_field("account").related_model


def has_right_to_grant(user: User) -> bool:
    return may(user, "change", account_model())


def may_identify(actor, user=None):
    """Whether `actor` may change a user's names and password, or that of users at all.

    Not of who grants rights: with their password one would log in as them, and grant oneself.
    """
    is_above = user is not None and (
        user.is_superuser or (user != actor and has_right_to_grant(user))
    )
    return actor.is_superuser or (actor.has_perm("auth.change_user") and not is_above)


def may_grant(actor, user=None):
    """Whether `actor` may give a user groups and a scope, or give them to users at all."""
    is_above = user is not None and (user.is_superuser or user.pk == actor.pk)
    return actor.is_superuser or (has_right_to_grant(actor) and not is_above)


def words(value):
    """A value of a field as the audit trail shows it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def state_of_user(user):
    """What a stored user is and may do: {field label: words}, without the password."""
    state = {label(user, name): words(getattr(user, name)) for name in (*IDENTITY, *FLAGS)}
    groups = user.groups.order_by("name").values_list("name", flat=True)
    state[label(user, "groups")] = SEPARATOR.join(groups)
    account = account_model()._default_manager.filter(user=user).first()
    return state | (state_of_account(account) if account else {})


def state_of_account(account):
    names = account.headquarters.order_by("name").values_list("name", flat=True)
    return {
        label(account, "headquarters"): SEPARATOR.join(names),
        label(account, "reach"): account.get_reach_display(),
        label(account, "batch"): words(account.batch),
        label(account, "ends_on"): words(account.ends_on),
    }


def state_of_group(group):
    """A stored group's name and each of its rights: {field label: words}."""
    rows = group.permissions.select_related("content_type")
    return {label(group, "name"): group.name} | {f"权限 {row.codename}": "有" for row in rows}


def label(row, name):
    return str(row._meta.get_field(name).verbose_name)


def differences(before, after):
    """What became of a state: [[field label, old words, new words]]."""
    names = list(dict.fromkeys([*before, *after]))
    pairs = [[name, before.get(name, ""), after.get(name, "")] for name in names]
    return [[name, old, new] for name, old, new in pairs if old != new]


class KeptForm(forms.ModelForm):
    """A form that knows its row as it was: {field label: words}, as `state_of` says them."""

    state_of: ClassVar[Callable[[Any], dict[str, Any]]]
    before: dict[str, Any]

    def save(self, commit: bool = True) -> Any:
        """Nothing is stored before this, neither the row nor its account nor its rights."""
        stored = type(self.instance).objects.filter(pk=self.instance.pk).first()
        self.before = self.state_of(stored) if stored else {}
        return super().save(commit)


class KeptInActs(admin.ModelAdmin):
    """For the admins of users and groups: every change is an act, since these have no history."""

    def state_of(self, row: Any) -> dict[str, Any]:
        """The row as stored: {field label: words}."""
        return self.form.state_of(row)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        row = type(form.instance).objects.get(pk=form.instance.pk)
        before = form.before if change else {}
        self.keep(row, differences(before, self.state_of(row)))

    def log_deletions(self, request, queryset):
        for row in queryset:
            self.keep(row, differences(self.state_of(row), {}))
        return super().log_deletions(request, queryset)

    def keep(self, row, details):
        if details:
            acts.keep(acts.Way.ACCOUNT, f"{row._meta.verbose_name} {row}", details)
