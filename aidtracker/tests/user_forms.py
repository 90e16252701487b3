"""Roles by their names, and the forms of users as they are sent."""

from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from aidtracker.testing import make_batch

PASSWORD = "核桃-苹果-红枣-7"


def group(name):
    return Group.objects.get(name=name)


def address(name, *keys):
    return reverse(f"admin:auth_{name}", args=keys)


def everything(user, headquarters):
    """A form that changes all there is to change of a user."""
    typed = {
        "username": f"{user.username}甲",
        "last_name": "李",
        "first_name": "明",
        "email": "li@example.org",
        "is_superuser": "on",
        "groups": [group("审核员").pk],
        "account-0-headquarters": [headquarters.pk],
        "account-0-reach": "changes_all",
        "account-0-batch": make_batch().pk,
        "account-0-ends_on": "2099-12-31",
        "user_permissions": [Permission.objects.get(codename="add_project").pk],
        "password": "x",
        "account-TOTAL_FORMS": 1,
        "account-INITIAL_FORMS": 1 if hasattr(user, "account") else 0,
        "account-0-user": user.pk,
    }
    return typed | ({"account-0-id": user.account.pk} if hasattr(user, "account") else {})
