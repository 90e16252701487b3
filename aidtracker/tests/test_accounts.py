"""Who administers whom: users by one person, rights by another, superusers by superusers alone."""

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.ground.scope import Scope, scope_of
from aidtracker.testing import make_headquarters, make_staff
from aidtracker.tests.user_forms import PASSWORD, address, everything, group
from programs.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def system_admin():
    return make_staff(username="系统", groups=[group("系统管理员")])


@pytest.fixture
def security_admin():
    return make_staff(username="安全", groups=[group("安全管理员")])


@pytest.fixture
def auditor():
    return make_staff(username="审计", groups=[group("审计员")], reach=Account.Reach.READS_ALL)


@pytest.fixture
def clerk():
    return make_staff(username="录入员", last_name="王", groups=[group("填报员")])


@pytest.fixture
def chief():
    return User.objects.create_superuser("总管", password=PASSWORD)


def identity(user):
    user = User.objects.get(pk=user.pk)
    return user.username, user.last_name, user.first_name, user.email, user.is_active


def grants(user):
    user = User.objects.get(pk=user.pk)
    account = Account.objects.filter(user=user).first()
    scope = account and (
        sorted(account.headquarters.values_list("name", flat=True)),
        account.reach,
        account.batch_id,
        str(account.ends_on),
    )
    flags = user.is_staff, user.is_superuser, user.user_permissions.count()
    return sorted(user.groups.values_list("name", flat=True)), scope, flags


def change_all(client, actor, user):
    """What became of a user whose whole form `actor` posts: (names changed, grants changed)."""
    before = identity(user), grants(user)
    client.force_login(actor)
    client.post(address("user_change", user.pk), everything(user, make_headquarters()))
    return before[0] != identity(user), before[1] != grants(user)


# Doors of the form of a user


def test_system_admin_changes_names_and_no_grants(client, system_admin, clerk):
    assert change_all(client, system_admin, clerk) == (True, False)
    assert identity(clerk) == ("录入员甲", "李", "明", "li@example.org", False)


def test_security_admin_changes_grants_and_no_names(client, security_admin, clerk):
    headquarters = make_headquarters(name="某指挥部")
    client.force_login(security_admin)
    typed = everything(clerk, headquarters)
    client.post(address("user_change", clerk.pk), typed)
    assert identity(clerk) == ("录入员", "王", "", "", True)
    assert grants(clerk) == (
        ["审核员"],
        (["某指挥部"], "changes_all", typed["account-0-batch"], "2099-12-31"),
        (True, False, 0),
    )


def test_security_admin_gives_a_scope_to_whom_has_none(client, security_admin):
    user = User.objects.create_user("新人", is_staff=True)
    assert change_all(client, security_admin, user) == (False, True)
    assert grants(user)[1][1] == "changes_all"


def test_nobody_grants_to_themselves(client, security_admin):
    assert change_all(client, security_admin, security_admin) == (False, False)


def test_who_has_both_rights_does_not_grant_to_themselves_either(client):
    both = make_staff(groups=[group("系统管理员"), group("安全管理员")])
    assert change_all(client, both, both) == (True, False)


def test_system_admin_changes_own_names_and_no_grants(client, system_admin):
    assert change_all(client, system_admin, system_admin) == (True, False)


@pytest.mark.parametrize("role", ["系统管理员", "安全管理员", "审计员", "填报员"])
def test_superuser_is_changed_by_superusers_alone(client, chief, role):
    actor = make_staff(groups=[group(role)])
    assert change_all(client, actor, chief) == (False, False)


@pytest.mark.parametrize("role", ["审计员", "填报员", "审核员", "发布员/指挥长", "全国数据管理员"])
def test_others_change_nobody(client, clerk, role):
    actor = make_staff(groups=[group(role)], reach=Account.Reach.CHANGES_ALL)
    assert change_all(client, actor, clerk) == (False, False)


def test_superuser_changes_everything(client, chief, clerk):
    assert change_all(client, chief, clerk) == (True, True)
    assert User.objects.get(pk=clerk.pk).is_superuser


# Other doors

ROLES = ["系统管理员", "安全管理员", "审计员", "填报员"]


def status(client, name, *keys):
    return client.get(address(name, *keys)).status_code


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("系统管理员", (200, 200)),
        ("安全管理员", (200, 403)),
        ("审计员", (200, 403)),
        ("填报员", (403, 403)),
    ],
)
def test_users_are_listed_and_added_by_role(client, role, statuses):
    client.force_login(make_staff(groups=[group(role)]))
    assert (status(client, "user_changelist"), status(client, "user_add")) == statuses


@pytest.mark.parametrize("role", ROLES)
def test_nobody_but_superusers_deletes_users(client, clerk, chief, role):
    client.force_login(make_staff(groups=[group(role)]))
    for user in (clerk, chief):
        assert client.post(address("user_delete", user.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [clerk.pk], "post": "yes"}
    client.post(address("user_changelist"), chosen)
    assert User.objects.filter(pk__in=[clerk.pk, chief.pk]).count() == 2


def test_superuser_is_not_deleted_with_the_right_to_delete(client, clerk, chief):
    actor = make_staff(groups=[group("系统管理员")], permissions=["auth.delete_user"])
    client.force_login(actor)
    chosen = {"action": "delete_selected", "_selected_action": [clerk.pk, chief.pk], "post": "yes"}
    client.post(address("user_changelist"), chosen)
    assert client.post(address("user_delete", chief.pk), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk__in=[clerk.pk, chief.pk]).count() == 2
    client.post(address("user_delete", clerk.pk), {"post": "yes"})
    assert not User.objects.filter(pk=clerk.pk).exists()


@pytest.mark.parametrize(
    ("role", "may"),
    [("系统管理员", True), ("安全管理员", False), ("审计员", False), ("填报员", False)],
)
def test_passwords_are_set_by_system_admins(client, clerk, chief, role, may):
    client.force_login(make_staff(groups=[group(role)]))
    for user in (clerk, chief):
        typed = {"password1": PASSWORD + "新", "password2": PASSWORD + "新"}
        client.post(address("user_password_change", user.pk), typed)
    assert User.objects.get(pk=clerk.pk).check_password(PASSWORD + "新") == may
    assert not User.objects.get(pk=chief.pk).check_password(PASSWORD + "新")


def test_system_admin_does_not_become_who_grants(client, system_admin, security_admin):
    client.force_login(system_admin)
    typed = {"password1": PASSWORD + "新", "password2": PASSWORD + "新"}
    client.post(address("user_password_change", security_admin.pk), typed)
    client.post(address("user_change", security_admin.pk), {"username": "别人"})
    stored = User.objects.get(pk=security_admin.pk)
    assert not stored.check_password(PASSWORD + "新")
    assert stored.username == security_admin.username


@pytest.mark.parametrize("actor", ["security_admin", "auditor"])
def test_form_without_the_right_shows_nothing_of_a_password(client, clerk, actor, request):
    client.force_login(request.getfixturevalue(actor))
    clerk.set_password(PASSWORD)
    clerk.save()
    page = client.get(address("user_change", clerk.pk)).content.decode()
    algorithm, salt = clerk.password.split("$")[:2]
    assert [word for word in (algorithm, salt, "../password/", "重设密码") if word in page] == []


@pytest.mark.parametrize(
    ("role", "expected"),
    [("系统管理员", 200), ("安全管理员", 200), ("审计员", 200), ("填报员", 403)],
)
def test_history_and_autocompletion_of_users_by_role(client, clerk, role, expected):
    client.force_login(make_staff(groups=[group(role)]))
    assert status(client, "user_history", clerk.pk) == expected
    query = {"app_label": "auth", "model_name": "user", "field_name": "groups", "term": "员"}
    answer = client.get(reverse("admin:autocomplete"), query).status_code
    assert answer == (403 if role in ("系统管理员", "填报员") else 200)


def test_list_of_users_shows_who_may_do_what_where(client, security_admin, clerk):
    clerk.account.headquarters.add(make_headquarters(name="某指挥部"))
    Account.objects.filter(user=clerk).update(ends_on="2099-12-31")
    client.force_login(security_admin)
    page = client.get(address("user_changelist")).content.decode()
    row = page.split("录入员")[1].split("</tr>")[0]
    shown = [word for word in ("填报员", "某指挥部", "2099年12月31日") if word in row]
    assert shown == ["填报员", "某指挥部", "2099年12月31日"]


def test_list_of_users_asks_no_more_for_more_users(client, security_admin):
    client.force_login(security_admin)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(address("user_changelist"))
        counts.append(len(queries))
        for _ in range(3):
            make_staff(make_headquarters(), groups=[group("填报员")])
    assert counts[0] == counts[1]


# New users


def test_new_user_of_a_system_admin_is_staff_without_rights(client, system_admin):
    client.force_login(system_admin)
    typed = {"username": "新人", "password1": PASSWORD, "password2": PASSWORD}
    extra = {"is_superuser": "on", "groups": [group("审核员").pk], "last_name": "王"}
    client.post(address("user_add"), typed | extra)
    user = User.objects.get(username="新人")
    assert (user.is_staff, user.is_superuser, user.last_name) == (True, False, "王")
    assert [*user.groups.all()] == []
    assert scope_of(user) == Scope()


def test_who_may_only_add_users_and_grant_makes_none(client):
    actor = make_staff(permissions=["auth.add_user", "programs.change_account"])
    client.force_login(actor)
    assert status(client, "user_add") == 403


def test_password_like_the_new_users_name_is_refused(client, system_admin):
    client.force_login(system_admin)
    typed = {"username": "xr", "last_name": "欧阳", "first_name": "建国"}
    passwords = dict.fromkeys(("password1", "password2"), "ouyangjianguo-8")
    page = client.post(address("user_add"), typed | passwords)
    assert "密码中不能有本人的姓名或其拼音。" in page.content.decode()
    assert not User.objects.filter(username="xr").exists()


# Groups


def rename(client, row):
    client.post(address("group_change", row.pk), {"name": f"{row.name}甲", "permissions": []})
    return Group.objects.get(pk=row.pk).name != row.name


def test_security_admin_changes_groups_but_their_own(client, security_admin):
    client.force_login(security_admin)
    assert rename(client, group("填报员"))
    assert not rename(client, group("安全管理员"))
    assert status(client, "group_add") == 403


@pytest.mark.parametrize("role", ["系统管理员", "审计员", "填报员", "审核员"])
def test_others_change_no_group(client, role):
    client.force_login(make_staff(groups=[group(role)]))
    assert not rename(client, group("发布员/指挥长"))


def test_group_saved_again_keeps_all_its_rights(client, chief):
    """The form must offer every right that a role has, or saving would drop it."""
    client.force_login(chief)
    for row in Group.objects.all():
        before = {*row.permissions.values_list("pk", flat=True)}
        form = client.get(address("group_change", row.pk)).context["adminform"].form
        offered = {
            choice.value for _, kind in form.fields["permissions"].choices for choice, _ in kind
        }
        assert before <= offered, row


# The scope of accounts


def test_staff_without_an_account_cover_nothing():
    user = User.objects.create_user("无账号", is_staff=True)
    assert scope_of(user) == Scope()


def test_account_that_has_ended_covers_nothing():
    user = make_staff(make_headquarters(), reach=Account.Reach.CHANGES_ALL)
    Account.objects.filter(user=user).update(ends_on="2020-01-01")
    assert scope_of(User.objects.get(pk=user.pk)) == Scope()
