"""Single sign-on by OpenID Connect, where the settings name a provider: it says who somebody is.

It makes no accounts and gives no rights: only whose user name it says, and who is one of the staff
here, gets in, with the second step like everybody else.
"""

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
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

from aidtracker.accounts.logins import StaffBackend, has_ended

# What a provider may do wrong, or somebody who speaks in its place.
WRONG = (
    *(RequestException, PyJWTError, SuspiciousOperation),
    *(AttributeError, LookupError, TypeError, ValueError),
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
        return bool(claims.get(settings.OIDC_CLAIM))

    def filter_users_by_claims(self, claims: dict[str, Any]) -> list[User] | QuerySet[User]:
        name = claims[settings.OIDC_CLAIM]
        users = User.objects.filter(username=name, is_active=True, is_staff=True)
        return [user for user in users.select_related("account__batch") if not has_ended(user)]


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
