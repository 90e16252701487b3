"""Single sign-on by OpenID Connect, where the settings name a provider: it says who somebody is.

It makes no accounts and gives no rights: only who is one of the staff here gets in, with the second
step like everybody else. By the user name that it says somebody is known the first time; from then
on by the number that the provider gives to nobody else, whatever they are called.
"""

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from jwt import PyJWTError
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import (
    OIDCAuthenticationCallbackView,
    OIDCAuthenticationRequestView,
)
from requests import RequestException

from aidtracker.accounts.grants import account_model
from aidtracker.accounts.logins import StaffBackend, has_ended
from aidtracker.trail import acts

TITLE = "统一身份"
# What a provider may do wrong, or somebody who speaks in its place.
WRONG = (
    *(RequestException, PyJWTError, SuspiciousOperation),
    *(AttributeError, LookupError, TypeError, ValueError),
    IntegrityError,  # the same person came twice at once, by two names
)


class SingleSignOn(StaffBackend, OIDCAuthenticationBackend):
    """Takes a provider's word for who somebody is, if it is meant for this site."""

    def authenticate(self, request: HttpRequest | None, **kwargs: Any) -> User | None:
        """Only where a log-in comes back from the provider; others have no nonce."""
        if "nonce" not in kwargs:
            return None
        return OIDCAuthenticationBackend.authenticate(self, request, **kwargs)

    def get_payload_data(self, token: str, key: Any) -> dict[str, Any]:
        """What the provider signed; the library looks neither for whom nor by whom."""
        said = super().get_payload_data(token, key)
        audience = said.get("aud")
        if settings.OIDC_RP_CLIENT_ID not in (
            audience if isinstance(audience, list) else [audience]
        ):
            raise SuspiciousOperation("The token is meant for another site.")
        if said.get("iss") != settings.OIDC_ISSUER or "exp" not in said:
            raise SuspiciousOperation("The token is another provider's, or never ends.")
        return said

    def get_userinfo(self, access_token: str, id_token: str, payload: dict) -> dict[str, Any]:
        """What is known of the person, who must be the one of the token."""
        said = super().get_userinfo(access_token, id_token, payload)
        if said.get("sub") != payload.get("sub"):
            raise SuspiciousOperation("The provider speaks of two people.")
        return said

    def verify_claims(self, claims: dict[str, Any]) -> bool:
        return isinstance(claims.get("sub"), str) and bool(claims["sub"])

    def filter_users_by_claims(self, claims: dict[str, Any]) -> list[User]:
        """Whose number it is; if nobody's yet, who is called so and has none."""
        users = User.objects.select_related("account__batch")
        found = users.filter(account__sign_on=identity(claims))
        name = claims.get(settings.OIDC_CLAIM)
        if not found and name:
            found = users.filter(username=name).exclude(account__sign_on__gt="")
        return [user for user in found if is_open(user)]

    def update_user(self, user: User, claims: dict[str, Any]) -> User:
        """Keep the number of who comes for the first time."""
        account = getattr(user, "account", None)
        if account is None or not account.sign_on:
            known = {"sign_on": identity(claims)}
            account_model()._default_manager.update_or_create(user=user, defaults=known)
            said = {"subject": f"用户 {user}", "details": [[TITLE, "", "已绑定"]]}
            acts.record(acts.Way.ACCOUNT, request=self.request, user=user, **said)
        return user


def identity(claims: dict[str, Any]) -> str:
    """Who somebody is among all providers; neither part has a space."""
    return f"{settings.OIDC_ISSUER} {claims['sub']}"


def is_open(user: User) -> bool:
    return user.is_active and user.is_staff and not has_ended(user)


def forget(user: User) -> bool:
    """Let the next who comes by this user name be its person; whether anybody was."""
    rows = account_model()._default_manager.filter(user=user).exclude(sign_on="")
    if not rows.update(sign_on=""):
        return False
    acts.keep(acts.Way.ACCOUNT, f"用户 {user}", [[TITLE, "已绑定", "已解除"]])
    return True


class Back(OIDCAuthenticationCallbackView):
    """Where the provider sends people back to."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return super().get(request)
        except WRONG as error:
            logging.getLogger(__name__).warning("Single sign-on: %s", error)
            return self.login_failure()

    def login_failure(self) -> HttpResponseBase:
        words = "统一身份认证没有成功，或者这里没有您的账号。请再试一次，或用用户名和密码登录。"
        messages.error(self.request, words)
        return redirect("admin:login")


@never_cache
def begin(request: HttpRequest) -> HttpResponseBase:
    """On to the provider."""
    return only_where_set(OIDCAuthenticationRequestView, request)


@never_cache
def back(request: HttpRequest) -> HttpResponseBase:
    """Back from the provider."""
    return only_where_set(Back, request)


def only_where_set(view: Any, request: HttpRequest) -> HttpResponseBase:
    if not settings.OIDC_RP_CLIENT_ID:
        raise Http404("No provider is set.")
    return view.as_view()(request)
