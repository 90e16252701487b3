"""Every change of a user or a group is one act of the trail, and who oversees it sees it."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from aidtracker.testing import make_headquarters, make_staff
from aidtracker.tests.user_forms import PASSWORD, address, everything, group
from aidtracker.trail import acts
from aidtracker.trail.models import Act
from programs.models import Batch

pytestmark = pytest.mark.django_db


@pytest.fixture
def system_admin():
    return make_staff(username="系统", groups=[group("系统管理员")])


@pytest.fixture
def security_admin():
    return make_staff(username="安全", groups=[group("安全管理员")])


@pytest.fixture
def clerk():
    return make_staff(username="录入员", last_name="王", groups=[group("填报员")])


@pytest.fixture
def chief():
    return User.objects.create_superuser("总管", password=PASSWORD)


def acts_of_accounts():
    rows = Act.objects.filter(way=Act.Way.ACCOUNT).order_by("at")
    return [(row.user_name, row.subject, row.details) for row in rows]


def test_change_of_a_user_is_kept(client, security_admin, clerk):
    headquarters = make_headquarters(name="某指挥部")
    client.force_login(security_admin)
    typed = everything(clerk, headquarters)
    batch = str(Batch.objects.get(pk=typed["account-0-batch"]))
    client.post(address("user_change", clerk.pk), typed)
    assert acts_of_accounts() == [
        (
            "安全",
            "用户 录入员",
            [
                ["组", "填报员", "审核员"],
                ["所属指挥部", "", "某指挥部"],
                ["范围", "所属指挥部及其下级", "维护全部（全国数据管理员）"],
                ["批次", "", batch],
                ["截止日期", "", "2099-12-31"],
            ],
        )
    ]


def plain_form(user):
    """What a system admin's form of a user sends, with the tick of its activity taken away."""
    account = {
        "account-TOTAL_FORMS": 1,
        "account-INITIAL_FORMS": 1,
        "account-0-id": user.account.pk,
    }
    return {"username": user.username, "last_name": user.last_name} | account


def test_deactivation_of_a_user_is_kept(client, system_admin, clerk):
    client.force_login(system_admin)
    client.post(address("user_change", clerk.pk), plain_form(clerk))
    assert acts_of_accounts() == [("系统", "用户 录入员", [["有效", "是", "否"]])]


def test_saving_without_a_change_keeps_nothing(client, system_admin, clerk):
    client.force_login(system_admin)
    answer = client.post(address("user_change", clerk.pk), plain_form(clerk) | {"is_active": "on"})
    assert answer.url == address("user_changelist")
    assert acts_of_accounts() == []


def test_new_user_is_one_act_without_the_password(client, system_admin):
    client.force_login(system_admin)
    typed = {"username": "新人", "password1": PASSWORD, "password2": PASSWORD}
    client.post(address("user_add"), typed)
    ((who, subject, details),) = acts_of_accounts()
    assert (who, subject) == ("系统", "用户 新人")
    assert details[:2] == [["密码", "", "已重设"], ["用户名", "", "新人"]]
    assert PASSWORD not in str([*Act.objects.values()])


def test_change_of_a_group_is_kept(client, security_admin):
    row = Group.objects.create(name="临时组")
    rights = Permission.objects.filter(codename__in=["view_project", "view_site"])
    row.permissions.set(rights)
    client.force_login(security_admin)
    kept = rights.get(codename="view_project").pk
    client.post(address("group_change", row.pk), {"name": "临时组", "permissions": [kept]})
    assert acts_of_accounts() == [("安全", "组 临时组", [["权限 view_site", "有", ""]])]


def test_deletion_of_a_user_is_kept(client, chief, clerk):
    client.force_login(chief)
    client.post(address("user_delete", clerk.pk), {"post": "yes"})
    ((who, subject, details),) = acts_of_accounts()
    assert (who, subject) == ("总管", "删除用户：录入员")
    assert ["组", "填报员", ""] in details


# Who sees it


def shown(client, user):
    """The ways of the acts that a person's list of the trail shows."""
    client.force_login(user)
    rows = client.get(reverse("admin:aidtracker_act_changelist")).context["cl"].result_list
    return {row.way for row in rows}


def test_security_admin_sees_all_about_accounts_and_no_data(client, security_admin, clerk):
    acts.record(acts.Way.ACCOUNT, user=clerk, subject="用户 录入员")
    acts.record(acts.Way.LOGIN_FAILED, user=clerk)
    data = acts.record(acts.Way.EXPORT, user=clerk, subject="援疆项目")
    assert shown(client, security_admin) == {"account", "login_failed"}
    page = reverse("admin:aidtracker_act_change", args=[data.pk])
    assert client.get(page).status_code == 404


def test_others_see_no_acts_about_other_accounts(client, system_admin, clerk):
    acts.record(acts.Way.ACCOUNT, user=system_admin, subject="用户 录入员")
    assert shown(client, clerk) == set()
    assert shown(client, system_admin) == {"account"}
