"""Passkeys in a real browser, with an authenticator that the browser imitates."""

import json

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django_otp_webauthn.models import WebAuthnCredential

from aidtracker.accounts.own_sessions import stored_sessions
from aidtracker.accounts.sessions import PROVED_AT
from aidtracker.testing import make_staff
from aidtracker.testing.browser import Person

pytestmark = pytest.mark.browser

PASSWORD = "correct-horse-9"
SECURITY = "/admin/security/"


@pytest.fixture
def clerk(transactional_db):
    return make_staff(username="clerk", password=PASSWORD)


def with_authenticator(page):
    """Give a window a security key that always says yes."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def log_in(person):
    person.open("/admin/")
    person.find("[name=username]").press_sequentially("clerk")
    person.find("[name=password]").press_sequentially(PASSWORD)
    person.press("Enter")


def forget_proof(user):
    """Let all sessions of a person be older than a proof counts."""
    for row in stored_sessions(user):
        row.session_data = Session.objects.encode(row.get_decoded() | {PROVED_AT: 0})
        row.save()


def test_passkey_is_added_logs_in_and_proves_again(new_page, clerk, live_server):
    person = Person(with_authenticator(new_page(clerk)))
    person.open(SECURITY)
    person.find("[data-passkey=add] button").click()
    person.find("[data-label=种类]").first.wait_for()
    assert WebAuthnCredential.objects.get().user == clerk
    # Another session begins with the password, and ends at the key.
    person.page.context.clear_cookies()
    log_in(person)
    person.find("[data-passkey=use] button").click()
    person.page.wait_for_url(f"{live_server.url}/admin/")
    forget_proof(clerk)
    person.open(SECURITY)
    assert person.find("h1").inner_text() == "请再次证明是您本人"
    person.find("[data-passkey=use] button").click()
    person.page.wait_for_url(f"{live_server.url}{SECURITY}")


def test_signature_of_another_challenge_opens_nothing(client, clerk):
    """A passkey's answer is bound to what this session was asked."""
    client.force_login(clerk)
    ask, answer = "/admin/passkeys/use/begin/", "/admin/passkeys/use/end/"
    said = json.dumps({"id": "x", "rawId": "eA", "type": "public-key", "response": {}})
    sent = {"data": said, "content_type": "application/json"}
    assert client.post(answer, **sent).status_code == 400
    client.post(ask, "{}", content_type="application/json")
    assert client.post(answer, **sent).status_code == 403
    assert client.post(answer, **sent).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["use", "add"])
def test_nobody_is_asked_for_a_passkey_who_has_not_begun_to_log_in(what):
    assert Client().post(f"/admin/passkeys/{what}/begin/").status_code == 404
