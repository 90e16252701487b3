"""Passwords: which are refused, and what a change of one does."""

import hashlib
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aidtracker.accounts.breaches import BreachValidator
from aidtracker.testing import make_staff
from aidtracker.tests.log_ins import NEW_PASSWORD, PASSWORD, change_own, is_logged_in, kept, log_in
from aidtracker.trail import acts
from aidtracker.trail.models import Act
from programs.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return make_staff(username="录入员", password=PASSWORD)


# Passwords


@pytest.mark.parametrize(
    "password",
    [
        "korotkij1",
        "1234567890",
        "password123",
        "买买提江2024-aks",
        "江买买提2024-aks",
        "MaiMaiTiJiang8",
        "luruyuan-01",
        "录入员录入员录入员1",
        *("xinjiang2026", "Akesu123456", "yuanjiang2026", "Zhejiang@2026", "1qaz2wsx3edc"),
        *("zhongguo1949", "Hangzhou2026!", "woaixinjiang1", "aksuzhihuibu88", "qwertyuiop1"),
        *("kashi@yuanjiang2027", "Hotan-Hotan-2026", "duikouyuanjiang!!", "ALAER-xinjiang-0991"),
        *("wensu@19990101", "asdfghjkl;2026", "bingtuan.bingtuan", "Urumqi20261129"),
    ],
)
def test_password_that_is_easily_guessed_is_refused(password):
    user = User(username="luruyuan", last_name="买买提", first_name="江")
    if "录入员" in password:
        user.username = "录入员录入员录入员"
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.parametrize("ending", ["", ":12"])
def test_password_that_was_stolen_elsewhere_is_refused(settings, tmp_path, ending):
    words = [f"correct horse battery {number}" for number in range(200)]
    hashes = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words[::2])
    listed = tmp_path / "listed"
    listed.write_text("".join(f"{one}{ending}\r\n" for one in hashes))
    settings.BREACHED_PASSWORDS = str(listed)
    refused = []
    for word in words:
        try:
            BreachValidator().validate(word)
        except ValidationError:
            refused.append(word)
    assert refused == words[::2]
    listed.unlink()
    with pytest.raises(ValidationError, match="读不了"):
        validate_password(words[0])


@pytest.mark.parametrize(
    "password", ["correct horse battery", "h7#kQ!9zLw", "mpt4Vuaed2q", "石榴-无花果-巴旦木-9"]
)
def test_password_of_unrelated_words_is_accepted(password):
    validate_password(password, User(username="clerk"))


@pytest.mark.parametrize("name", [("买买提", "江"), ("", ""), ("李", "")])
def test_password_without_a_name_is_accepted(name):
    validate_password(PASSWORD, User(username="clerk", last_name=name[0], first_name=name[1]))


def change_by_admin(client, user):
    client.force_login(User.objects.create_superuser("admin"))
    typed = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post(f"/admin/auth/user/{user.pk}/password/", typed)


def change_by_program(client, user):
    user.set_password(NEW_PASSWORD)
    user.save()


@pytest.mark.parametrize("change", [change_own, change_by_admin, change_by_program])
def test_change_of_a_password_is_kept(client, clerk, change):
    long_ago = timezone.now() - timedelta(days=400)
    type(clerk.account).objects.update(password_changed_at=long_ago)
    change(client, clerk)
    clerk.refresh_from_db()
    assert clerk.check_password(NEW_PASSWORD)
    assert clerk.account.password_changed_at > timezone.now() - timedelta(minutes=1)
    act = kept().get(way=acts.Way.ACCOUNT)
    assert (act.way, act.subject) == (acts.Way.ACCOUNT, "用户 录入员")
    assert act.details == [["密码", "", "已重设"]]
    assert "石榴" not in str([*Act.objects.values()])


@pytest.mark.parametrize(("days", "is_said"), [(0, False), (90, True), (800, False)])
def test_old_password_is_reminded_of(client, clerk, settings, days, is_said):
    settings.PASSWORD_REMINDER_DAYS = days
    long_ago = timezone.now() - timedelta(days=400)
    type(clerk.account).objects.update(password_changed_at=long_ago)
    log_in(client)
    words = f"密码已超过 {days} 天没有修改"
    assert (words in client.get("/admin/").content.decode()) == is_said
    assert words not in client.get("/admin/").content.decode()


# A password that somebody else set


FIRST = "/admin/password_change/"


@pytest.fixture
def system_admin():
    rights = ["auth.add_user", "auth.change_user", "auth.view_user"]
    return make_staff(username="系统", last_name="王", permissions=rights)


@pytest.fixture
def reset(client, clerk, system_admin):
    """The clerk has logged in with a password that the system admin set."""
    setter = Client()
    setter.force_login(system_admin)
    typed = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    setter.post(f"/admin/auth/user/{clerk.pk}/password/", typed)
    log_in(client, password=NEW_PASSWORD)
    return client


def test_owner_is_told_who_set_the_password(reset, clerk):
    page = reset.get("/admin/", follow=True)
    at = timezone.localtime(Account.objects.get(user=clerk).password_changed_at)
    assert page.redirect_chain == [(FIRST, 302)]
    words = f"您的密码于 {at:%Y-%m-%d %H:%M} 由王（系统）设定；如非您要求，请告知安全管理员。"
    assert words in page.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/admin/",
        "/admin/projects/project/",
        "/admin/projects/project/add/",
        "/admin/projects/project/export/",
        "/admin/projects/grid/",
        "/admin/aidtracker/act/",
        "/admin/autocomplete/",
        "/admin/search/",
        "/admin/r/1/1/",
        "/admin/no-such-page/",
    ],
)
def test_nothing_opens_before_the_owner_chose_a_password(reset, clerk, address):
    User.objects.update(is_superuser=True)
    assert reset.get(address).url == FIRST
    assert reset.post(address, {"action": "x"}).url == FIRST


def test_logging_out_and_the_page_for_a_password_stay_open(reset):
    assert reset.get(FIRST).status_code == 200
    assert reset.get(reverse("alive")).status_code == 204
    assert reset.post("/admin/logout/").status_code == 200
    assert not is_logged_in(reset)


def choose(client, old, new):
    typed = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(FIRST, typed)


def test_owner_who_chose_a_password_works_on(reset, clerk):
    assert choose(reset, NEW_PASSWORD, PASSWORD).status_code == 302
    assert is_logged_in(reset)
    assert Account.objects.get(user=clerk).password_set_by == ""


def test_password_that_was_set_is_not_chosen_again(reset):
    page = choose(reset, NEW_PASSWORD, NEW_PASSWORD)
    assert page.context["form"].errors["new_password2"] == ["新密码不能与现在的相同。"]
    assert not is_logged_in(reset)


def test_new_user_chooses_a_password_first(client, system_admin):
    client.force_login(system_admin)
    typed = {"username": "新人", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/admin/auth/user/add/", typed)
    newcomer = Client()
    log_in(newcomer, "新人")
    assert newcomer.get("/admin/")["Location"] == FIRST


def test_own_password_set_at_the_form_of_users_is_ones_own(client, system_admin):
    client.force_login(system_admin)
    typed = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post(f"/admin/auth/user/{system_admin.pk}/password/", typed)
    assert Account.objects.get(user=system_admin).password_set_by == ""


def test_use_of_a_set_password_leaves_a_trace(reset, clerk):
    """Whoever set it and acts as its owner has to change it, so the owner cannot log in."""
    choose(reset, NEW_PASSWORD, "桑葚-杏干-沙枣-8")
    assert log_in(Client(), password=NEW_PASSWORD).status_code == 200
    changes = kept().filter(way=acts.Way.ACCOUNT).order_by("at")
    assert [act.user_name for act in changes] == ["系统", "录入员"]
