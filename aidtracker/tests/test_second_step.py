"""The second step of log-in: demanded of some, open to all, and nothing opens before it."""

import re
import time
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex
from django_otp_webauthn.models import WebAuthnCredential

from aidtracker.accounts.factors import has_factor, has_passkey, new_codes
from aidtracker.accounts.own_sessions import StaffSession, sessions_of
from aidtracker.desk.unsaved import UnsavedForm
from aidtracker.testing import make_staff
from aidtracker.tests.log_ins import PASSWORD, change_own, is_logged_in, kept, log_in, ways

pytestmark = pytest.mark.django_db

STEP = "/admin/second-step/"
SECURITY = "/admin/security/"


@pytest.fixture
def clerk():
    return make_staff(username="录入员", password=PASSWORD)


def app_of(user, **said):
    return TOTPDevice.objects.create(user=user, key=random_hex(), **said)


def code_of(app):
    return f"{totp(app.bin_key):06d}"


def of_group(user, name):
    user.groups.add(Group.objects.get(name=name))
    return user


# Demanded, or chosen


def test_password_alone_is_enough_where_nothing_is_demanded(client, clerk):
    assert log_in(client).url == "/admin/"
    assert is_logged_in(client)


@pytest.mark.parametrize("group", ["发布员/指挥长", "安全管理员", "系统管理员"])
def test_second_step_is_demanded_of_who_grants_or_publishes(client, clerk, settings, group):
    settings.SECOND_FACTOR = True
    of_group(clerk, group)
    log_in(client)
    assert client.get("/admin/").url == SECURITY
    assert client.get("/admin/projects/project/").url == SECURITY
    assert "您的职责要求登录时有第二步验证" in client.get(SECURITY).content.decode()


@pytest.mark.parametrize("group", ["填报员", "审核员", "审计员"])
def test_second_step_is_demanded_of_no_others(client, clerk, settings, group):
    settings.SECOND_FACTOR = True
    log_in(client, of_group(clerk, group).username)
    assert is_logged_in(client)


def test_second_step_is_demanded_of_everybody_where_the_site_says_so(client, clerk, settings):
    settings.SECOND_FACTOR = settings.SECOND_FACTOR_FOR_ALL = True
    log_in(client, of_group(clerk, "填报员").username)
    assert client.get("/admin/").url == SECURITY


def test_second_step_is_asked_at_once_when_rights_come_during_a_session(client, clerk, settings):
    settings.SECOND_FACTOR = True
    log_in(client)
    assert is_logged_in(client)
    of_group(clerk, "发布员/指挥长")
    assert client.get("/admin/").url == SECURITY
    assert client.post("/admin/programs/region/add/", {"name": "新"}).url == SECURITY
    client.get(f"{SECURITY}app/")
    app = TOTPDevice(user=clerk, key=client.session["new_app"])
    client.post(f"{SECURITY}app/", {"code": code_of(app), "name": "工作手机"})
    assert is_logged_in(client)


def test_factor_there_is_is_asked_for_at_once_and_what_was_sent_comes_back(client, clerk, settings):
    settings.SECOND_FACTOR = True
    log_in(client)
    app = app_of(of_group(clerk, "发布员/指挥长"))
    answer = client.post("/admin/programs/region/add/", {"name": "半成品"})
    assert answer.url == f"{STEP}?next=%2Fadmin%2Fprograms%2Fregion%2Fadd%2F"
    assert not is_logged_in(client)
    client.post(STEP, {"code": code_of(app)})
    assert "有填了没有保存的" in client.get("/admin/").content.decode()
    assert UnsavedForm.objects.get(user=clerk).data["name"] == "半成品"


def test_proved_session_is_not_asked_again(client, clerk, settings, django_assert_num_queries):
    settings.SECOND_FACTOR = True
    app = app_of(of_group(clerk, "发布员/指挥长"))
    log_in(client)
    client.post(STEP, {"code": code_of(app)})
    with django_assert_num_queries(2):  # the session and its user
        client.get(f"{SECURITY}app/nothing/")
    assert is_logged_in(client)


def test_who_gave_the_last_factor_away_chooses_one_when_rights_demand_it(client, clerk, settings):
    settings.SECOND_FACTOR = True
    app = app_of(clerk)
    here, there = Client(), Client()
    for browser in (here, there):
        log_in(browser)
        browser.post(STEP, {"code": code_of(app)})
        TOTPDevice.objects.update(last_t=-1)
    here.post(SECURITY, {"act": "remove", "row": f"验证器:{app.pk}"})
    assert (is_logged_in(here), is_logged_in(there)) == (True, False)
    of_group(clerk, "安全管理员")
    assert here.get("/admin/").url == SECURITY


def test_development_demands_nothing_of_the_first_administrator(client, admin_user):
    log_in(client, "admin", "password")
    assert is_logged_in(client)


def test_app_is_added_by_a_code_of_it_and_opens_the_admin(client, clerk, settings):
    settings.SECOND_FACTOR = True
    log_in(client, of_group(clerk, "安全管理员").username)
    page = client.get(f"{SECURITY}app/").content.decode()
    assert "<svg" in page
    key = client.session["new_app"]
    assert "验证码不对" in client.post(f"{SECURITY}app/", {"code": "000000"}).content.decode()
    app = TOTPDevice(user=clerk, key=key)
    page = client.post(
        f"{SECURITY}app/", {"code": code_of(app), "name": "工作手机"}
    ).content.decode()
    assert len(re.findall(r"<code>([A-Z2-7]{4}-){3}[A-Z2-7]{4}</code>", page)) == 10
    assert is_logged_in(client)
    assert TOTPDevice.objects.get(user=clerk).name == "工作手机"
    act = kept().get(way="account")
    assert act.details == [["第二步验证：验证器", "", "已添加"], ["恢复码", "", "已生成新的"]]


# The step itself


def test_right_password_opens_nothing_before_the_code(client, clerk):
    app = app_of(clerk)
    log_in(client)
    assert (
        client.get("/admin/projects/project/").url
        == f"{STEP}?next=%2Fadmin%2Fprojects%2Fproject%2F"
    )
    assert client.get("/admin/alive/").status_code == 403
    assert client.get("/admin/password_change/").url.startswith(STEP)
    assert client.get(SECURITY).url.startswith(STEP)
    assert ways() == []
    page = client.get(STEP).content.decode()
    assert 'autocomplete="one-time-code"' in page
    answer = client.post(STEP, {"code": code_of(app), "next": "/admin/projects/project/"})
    assert answer.url == "/admin/projects/project/"
    assert is_logged_in(client)
    assert ways() == [("login", "录入员", "127.0.0.1")]


def test_half_log_in_is_a_visitor_on_public_pages(client, clerk):
    """What the staff sees of drafts on public pages is not shown for a password alone."""
    app_of(clerk)
    log_in(client)
    assert not client.get("/").wsgi_request.user.is_authenticated


def test_key_of_the_session_changes_with_the_step(client, clerk):
    app = app_of(clerk)
    log_in(client)
    before = client.session.session_key
    client.post(STEP, {"code": code_of(app)})
    assert client.session.session_key != before


def test_wrong_code_is_kept_and_must_wait(client, clerk):
    app_of(clerk)
    log_in(client)
    assert "验证码不对，或者已经用过" in client.post(STEP, {"code": "123456"}).content.decode()
    assert not is_logged_in(client)
    assert ways() == [("login_failed", "录入员", "127.0.0.1")]


def test_guessed_code_slows_the_next_even_if_it_is_right(client, clerk):
    app = app_of(clerk)
    log_in(client)
    for _ in range(4):
        TOTPDevice.objects.update(throttling_failure_timestamp=None)
        client.post(STEP, {"code": "123456"})
    page = client.post(STEP, {"code": code_of(app)}).content.decode()
    assert re.search(r"请过 \d+ 秒再试", page)
    assert not is_logged_in(client)


def test_code_is_good_for_once(client, clerk):
    app = app_of(clerk)
    log_in(client)
    code = code_of(app)
    client.post(STEP, {"code": code})
    other = Client()
    log_in(other)
    assert "已经用过" in other.post(STEP, {"code": code}).content.decode()
    assert not is_logged_in(other)


@pytest.mark.parametrize("typed", ["", "abc", "１２３４５６", "9" * 300, "\x00"])
def test_what_is_no_code_is_answered(client, clerk, typed):
    app_of(clerk)
    log_in(client)
    assert client.post(STEP, {"code": typed}).status_code == 200
    assert not is_logged_in(client)


def test_code_of_somebody_else_is_none(client, clerk):
    app_of(clerk)
    other = app_of(make_staff(username="另一人", password=PASSWORD))
    log_in(client)
    client.post(STEP, {"code": code_of(other)})
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_step_leads_to_no_other_site(client, clerk, address):
    app = app_of(clerk)
    log_in(client)
    assert client.post(STEP, {"code": code_of(app), "next": address}).url == "/admin/"


# Recovery codes


def test_recovery_code_stands_for_the_app_once(client, clerk):
    app_of(clerk)
    code, *_ = new_codes(clerk)
    for is_in in (True, False):
        browser = Client()
        log_in(browser)
        browser.post(STEP, {"code": code.lower()})
        assert is_logged_in(browser) == is_in


def test_recovery_codes_are_kept_as_no_one_can_type_them(clerk):
    codes = new_codes(clerk)
    stored = {token.token for token in StaticToken.objects.filter(device__user=clerk)}
    assert len(stored) == 10
    assert not stored & {code.replace("-", "") for code in codes}


def test_new_codes_end_the_former(client, clerk):
    app_of(clerk)
    code, *_ = new_codes(clerk)
    new_codes(clerk)
    log_in(client)
    client.post(STEP, {"code": code})
    assert not is_logged_in(client)


# Taken away


def test_last_factor_stays_where_it_is_demanded(client, clerk, settings):
    settings.SECOND_FACTOR = True
    app = app_of(of_group(clerk, "发布员/指挥长"))
    log_in(client)
    client.post(STEP, {"code": code_of(app)})
    client.post(SECURITY, {"act": "remove", "row": f"验证器:{app.pk}"})
    assert has_factor(clerk)


def test_factor_of_somebody_else_is_not_taken_away(client, clerk):
    other = app_of(make_staff(username="另一人", password=PASSWORD))
    client.force_login(clerk)
    client.post(SECURITY, {"act": "remove", "row": f"验证器:{other.pk}"})
    assert TOTPDevice.objects.filter(pk=other.pk).exists()


def test_own_factor_is_taken_away_with_its_codes(client, clerk):
    client.force_login(clerk)
    app = app_of(clerk)
    new_codes(clerk)
    client.post(SECURITY, {"act": "remove", "row": f"验证器:{app.pk}"})
    assert not has_factor(clerk)
    assert not StaticToken.objects.filter(device__user=clerk).exists()


def reset(client, user):
    chosen = {"action": "reset_second_step", "_selected_action": [user.pk]}
    return client.post("/admin/auth/user/", chosen, follow=True).content.decode()


def test_who_grants_rights_resets_the_second_step_and_ends_the_sessions(client, clerk):
    app_of(clerk)
    new_codes(clerk)
    theirs = Client()
    theirs.force_login(clerk)
    officer = of_group(make_staff(username="安全员", password=PASSWORD), "安全管理员")
    client.force_login(officer)
    assert "已重置 录入员 的第二步验证" in reset(client, clerk)
    assert not has_factor(clerk)
    assert theirs.get("/admin/").status_code == 302
    assert not theirs.session.get("_auth_user_id")
    act = kept().get(way="account", subject="用户 录入员", user=officer)
    assert act.details == [["第二步验证", "有", "已重置"]]


@pytest.mark.parametrize("group", ["系统管理员", "审计员", "发布员/指挥长"])
def test_second_step_is_reset_by_no_others(client, clerk, group):
    app_of(clerk)
    client.force_login(of_group(make_staff(username="别人", password=PASSWORD), group))
    reset(client, clerk)
    assert has_factor(clerk)


def test_nobody_resets_their_own_second_step_or_a_superusers(client, admin_user):
    officer = of_group(make_staff(username="安全员", password=PASSWORD), "安全管理员")
    client.force_login(officer)
    for user in (officer, admin_user):
        app_of(user)
        reset(client, user)
        assert has_factor(user)


def test_keys_are_shown_in_no_list(admin_client):
    for model in (
        "otp_totp/totpdevice",
        "otp_static/staticdevice",
        "django_otp_webauthn/webauthncredential",
    ):
        assert admin_client.get(f"/admin/{model}/").status_code == 404


def test_log_in_asks_for_factors_in_one_query(clerk, django_assert_num_queries):
    with django_assert_num_queries(1):
        has_factor(clerk)


# Where one is logged in


def test_own_sessions_are_listed_and_ended(client, clerk):
    here, there = Client(), Client()
    log_in(here, headers={"user-agent": "Firefox 办公室"})
    log_in(there, headers={"user-agent": "Chrome 家里"})
    page = here.get(SECURITY).content.decode()
    assert "Firefox 办公室" in page
    assert "Chrome 家里" in page
    assert there.session.session_key not in page
    here.post(SECURITY, {"act": "end_others"})
    assert is_logged_in(here)
    assert not is_logged_in(there)


def test_own_sessions_are_found_without_the_others(client, clerk):
    for number in range(3):
        log_in(Client(), make_staff(username=f"人{number}", password=PASSWORD).username)
    log_in(client)
    with CaptureQueriesContext(connection) as asked:
        [own] = sessions_of(clerk, client.session.session_key)
    assert (own.is_this, len(asked)) == (True, 1)


def test_sessions_of_before_the_table_are_known_by_its_migration(client, clerk):
    log_in(client)
    Session.objects.create(session_key="a" * 32, session_data="x", expire_date=timezone.now())
    StaffSession.objects.all().delete()
    migration = import_module("aidtracker.migrations.0005_sessions_of_staff")
    for _ in range(2):
        migration.note_whose_they_are(apps, None)
    assert [*StaffSession.objects.values_list("pk", "user")] == [
        (client.session.session_key, clerk.pk)
    ]


def test_session_of_an_earlier_program_is_listed_when_it_is_used(client, clerk):
    log_in(client)
    StaffSession.objects.all().delete()
    session = client.session
    session.pop("listed")
    session.save()
    assert sessions_of(clerk) == []
    assert is_logged_in(client)
    assert len(sessions_of(clerk)) == 1


def test_new_key_of_a_session_stands_in_the_place_of_the_former(client, clerk):
    log_in(client)
    change_own(client, clerk)
    assert is_logged_in(client)
    assert StaffSession.objects.get().pk == client.session.session_key
    client.post("/admin/logout/")
    assert not StaffSession.objects.exists()


def test_unconfirmed_passkey_is_asked_of_nobody(clerk):
    WebAuthnCredential.objects.create(
        user=clerk, confirmed=False, credential_id=b"1", public_key=b"2"
    )
    assert (has_passkey(clerk), has_factor(clerk)) == (False, False)


def test_session_of_somebody_else_is_neither_listed_nor_ended(client, clerk):
    make_staff(username="另一人", password=PASSWORD)
    other = Client()
    log_in(other, "另一人", headers={"user-agent": "Safari 别处"})
    log_in(client)
    assert "Safari 别处" not in client.get(SECURITY).content.decode()
    client.post(SECURITY, {"act": "end", "row": ""})
    client.post(SECURITY, {"act": "end_others"})
    assert is_logged_in(other)


# Proved again


def grow_old(client, minutes=16):
    session = client.session
    session["proved_at"] = int(time.time()) - minutes * 60
    session.save()


def test_rights_are_granted_only_by_who_has_proved_lately(client, clerk):
    officer = of_group(make_staff(username="安全员", password=PASSWORD), "安全管理员")
    client.force_login(officer)
    grow_old(client)
    group = Group.objects.get(name="填报员")
    form = {"groups": [group.pk], "account-TOTAL_FORMS": "0", "account-INITIAL_FORMS": "0"}
    address = f"/admin/auth/user/{clerk.pk}/change/"
    page = client.post(address, form).content.decode()
    assert "请再次证明是您本人" in page
    assert f'name="groups" value="{group.pk}"' in page
    assert not clerk.groups.exists()
    assert "密码或验证码不对" in client.post(address, form | {"_proof": "x"}).content.decode()
    client.post(address, form | {"_proof": PASSWORD})
    assert [*clerk.groups.all()] == [group]


def test_own_log_in_is_changed_only_by_who_has_proved_lately(client, clerk):
    client.force_login(clerk)
    grow_old(client)
    assert client.get(SECURITY).url == "/admin/prove/?next=%2Fadmin%2Fsecurity%2F"
    assert client.get(f"{SECURITY}app/").url.startswith("/admin/prove/")
    answer = client.post(f"/admin/prove/?next={SECURITY}", {"_proof": PASSWORD, "next": SECURITY})
    assert answer.url == SECURITY
    assert client.get(SECURITY).status_code == 200


def test_code_of_an_app_proves_as_well_and_a_recovery_code_does_not(client, clerk):
    client.force_login(clerk)
    app = app_of(clerk)
    code, *_ = new_codes(clerk)
    grow_old(client)
    assert client.post("/admin/prove/", {"_proof": code}).status_code == 200
    assert client.post("/admin/prove/", {"_proof": code_of(app)}).url == "/admin/"


def test_wrong_proofs_are_counted_like_wrong_passwords(client, clerk):
    client.force_login(clerk)
    grow_old(client)
    for _ in range(5):
        answer = client.post("/admin/prove/", {"_proof": "x"})
    assert answer.status_code == 429
    assert client.post("/admin/prove/", {"_proof": PASSWORD}).status_code == 429


def test_second_step_is_reset_from_the_machine_where_nobody_else_may(client, admin_user):
    app_of(admin_user)
    client.force_login(admin_user)
    call_command("reset_second_step", "admin", verbosity=0)
    assert not has_factor(admin_user)
    assert not is_logged_in(client)
    with pytest.raises(CommandError, match="没有用户"):
        call_command("reset_second_step", "无此人")
