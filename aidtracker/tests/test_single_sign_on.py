"""Single sign-on against a provider on this machine, which can lie in every way."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import Group
from django_otp.plugins.otp_totp.models import TOTPDevice

from aidtracker.testing import make_staff
from aidtracker.tests.log_ins import LOGIN, PASSWORD, is_logged_in, ways
from programs.models import Account

pytestmark = pytest.mark.django_db

BEGIN, BACK = "/admin/sso/", "/admin/sso/back/"
NAME, SITE = "https://sso.example", "aidtracker"


class Provider(BaseHTTPRequestHandler):
    """Hands out keys, tokens and what it knows of the person; `server.said` overrides the token."""

    def do_GET(self):
        if self.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.server.key.public_key()))
            self.answer({"keys": [key | {"kid": "1", "alg": "RS256", "use": "sig"}]})
        else:
            self.answer(self.server.person)

    def do_POST(self):
        typed = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked = {name: values[0] for name, values in parse_qs(typed).items()}
        said = {
            "iss": NAME,
            "aud": SITE,
            "sub": "7",
            "exp": int(time.time()) + 60,
            "nonce": self.server.nonce,
        } | self.server.said
        signer = self.server.signer or self.server.key
        token = jwt.encode(
            {name: value for name, value in said.items() if value is not None},
            signer,
            algorithm=self.server.algorithm,
            headers={"kid": "1"},
        )
        self.answer({"id_token": token, "access_token": "open", "token_type": "Bearer"})

    def answer(self, said):
        body = json.dumps(said).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said):
        pass


@pytest.fixture
def provider(settings) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    server.signer, server.algorithm, server.status = None, "RS256", 200
    server.said, server.person = {}, {"sub": "7", "preferred_username": "录入员"}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = f"http://127.0.0.1:{server.server_port}"
    settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = SITE, "a-secret-between-the-two"
    settings.OIDC_ISSUER = NAME
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = f"{place}/authorize"
    settings.OIDC_OP_TOKEN_ENDPOINT = f"{place}/token"
    settings.OIDC_OP_USER_ENDPOINT = f"{place}/person"
    settings.OIDC_OP_JWKS_ENDPOINT = f"{place}/keys"
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "aidtracker.accounts.single_sign_on.SingleSignOn",
    ]
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def clerk():
    return make_staff(username="录入员", password=PASSWORD)


def go(client, provider, next_page="/admin/"):
    """To the provider, which takes the person for who they are, and back."""
    address = urlsplit(client.get(BEGIN, {"next": next_page}).url)
    sent = {name: values[0] for name, values in parse_qs(address.query).items()}
    provider.nonce = sent["nonce"]
    return sent, client.get(BACK, {"code": "once", "state": sent["state"]})


def test_person_of_the_staff_gets_in(client, clerk, provider):
    sent, answer = go(client, provider, "/admin/projects/project/")
    assert answer.url == "/admin/projects/project/"
    assert is_logged_in(client)
    here = ("录入员", "127.0.0.1")
    assert ways() == [("account", *here), ("login", *here)]
    assert sent["redirect_uri"] == f"http://testserver{BACK}"
    assert sent["code_challenge_method"] == "S256"
    assert len(provider.asked["code_verifier"]) == 64


def log_in_again(client, provider, called):
    """Whether the person of the provider, called so by now, gets in."""
    client.logout()
    provider.person = provider.person | {"preferred_username": called}
    go(client, provider)
    return is_logged_in(client)


def test_person_is_known_by_the_providers_number_whatever_they_are_called(client, clerk, provider):
    make_staff(username="另一人")
    go(client, provider)
    assert Account.objects.get(user=clerk).sign_on == f"{NAME} 7"
    assert log_in_again(client, provider, "另一人")
    assert client.get("/admin/").wsgi_request.user == clerk
    # Somebody else who is given the name is not its person.
    provider.said = {"sub": "8"}
    provider.person = {"sub": "8"}
    assert not log_in_again(client, provider, "录入员")


def test_who_grants_rights_frees_a_name_for_another_number(client, clerk, provider, settings):
    go(client, provider)
    provider.said, provider.person = {"sub": "8"}, {"sub": "8"}
    officer = make_staff(username="安全员")
    officer.groups.add(Group.objects.get_or_create(name="安全管理员")[0])
    client.force_login(officer)
    chosen = {"action": "forget_sign_on", "_selected_action": [clerk.pk]}
    page = client.post("/admin/auth/user/", chosen, follow=True).content.decode()
    assert "已解除 录入员 的统一身份绑定" in page
    assert log_in_again(client, provider, "录入员")


def test_log_in_page_leads_there_and_only_where_it_is_set(client, provider, settings):
    assert "用统一身份认证登录" in client.get(LOGIN).content.decode()
    settings.OIDC_RP_CLIENT_ID = ""
    assert "用统一身份认证登录" not in client.get(LOGIN).content.decode()
    assert client.get(BEGIN).status_code == 404
    assert client.get(BACK).status_code == 404


def test_second_step_is_asked_here_as_well(client, clerk, provider):
    TOTPDevice.objects.create(user=clerk)
    go(client, provider)
    assert client.get("/admin/").url.startswith("/admin/second-step/")


def test_password_still_opens(client, clerk, provider):
    client.post(LOGIN, {"username": "录入员", "password": PASSWORD})
    assert is_logged_in(client)


@pytest.mark.parametrize(
    "said",
    [
        {"aud": "another-site"},
        {"aud": ["another-site"]},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": "8"},
    ],
    ids=str,
)
def test_word_that_is_not_for_this_log_in_is_refused(client, clerk, provider, said):
    provider.said = said
    _, answer = go(client, provider)
    assert answer.url == LOGIN
    assert not is_logged_in(client)


def test_word_signed_by_somebody_else_is_refused(client, clerk, provider):
    provider.signer = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    go(client, provider)
    assert not is_logged_in(client)


@pytest.mark.parametrize(("algorithm", "signer"), [("none", ""), ("HS256", "x" * 40)])
def test_word_signed_in_another_way_is_refused(client, clerk, provider, algorithm, signer):
    provider.algorithm, provider.signer = algorithm, signer
    go(client, provider)
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    "change", [{"is_staff": False}, {"is_active": False}, {"username": "别人"}], ids=str
)
def test_nobody_gets_in_who_is_not_of_the_staff(client, clerk, provider, change):
    type(clerk).objects.filter(pk=clerk.pk).update(**change)
    _, answer = go(client, provider)
    assert "没有您的账号" in client.get(answer.url).content.decode()
    assert not is_logged_in(client)


def test_provider_makes_no_accounts(client, provider):
    go(client, provider)
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    "person", [{}, {"sub": "7"}, {"preferred_username": "录入员"}, []], ids=str
)
def test_provider_that_says_too_little_is_refused(client, clerk, provider, person):
    provider.person = person
    go(client, provider)
    assert not is_logged_in(client)


def test_provider_that_fails_is_told_in_words(client, clerk, provider):
    provider.status = 500
    _, answer = go(client, provider)
    assert "统一身份认证没有成功" in client.get(answer.url).content.decode()


@pytest.mark.parametrize("query", [{}, {"code": "x"}, {"code": "x", "state": "y"}, {"error": "no"}])
def test_coming_back_without_having_gone_is_refused(client, clerk, provider, query):
    assert client.get(BACK, query).url == LOGIN
    client.get(BEGIN)
    assert client.get(BACK, query).url == LOGIN
    assert not is_logged_in(client)


def test_coming_back_twice_is_refused(client, clerk, provider):
    sent, _ = go(client, provider)
    client.post("/admin/logout/")
    assert client.get(BACK, {"code": "once", "state": sent["state"]}).url == LOGIN
    assert not is_logged_in(client)


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example"])
def test_provider_leads_to_no_other_site(client, clerk, provider, address):
    assert go(client, provider, address)[1].url == "/admin/"
