"""Passkeys: the two halves of each ceremony, asked by `admin/passkeys.js` of the browser."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.http.request import split_domain_port
from django.shortcuts import resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.helpers import WebAuthnHelper
from webauthn.helpers.exceptions import WebAuthnException

from aidtracker.accounts.factors import KINDS, MOST, PASSKEY, factors_of, tell
from aidtracker.accounts.second_step import finish, half_user, settle
from aidtracker.accounts.step_up import is_proved, note_proof
from aidtracker.trail import acts

STATE = "passkey"


class Helper(WebAuthnHelper):
    """The site as passkeys know it: by the address it is called by, which ALLOWED_HOSTS limits."""

    def get_relying_party_domain(self) -> str:
        return split_domain_port(self.request.get_host())[0]

    def get_relying_party_name(self) -> str:
        return settings.SITE["name"]

    def get_allowed_origins(self) -> list[str]:
        return [f"{self.request.scheme}://{self.request.get_host()}"]


def refused(words: str, status: int = 403) -> JsonResponse:
    return JsonResponse({"detail": words}, status=status)


@never_cache
@require_POST
def begin(request: HttpRequest, what: str) -> JsonResponse:
    """What the browser is to sign: with a new key (`add`), or with one there is (`use`)."""
    if what == "use":
        user = half_user(request) or asker(request)
        # Alone it proves the person only if it asks them for a finger, a face or a number.
        said = Helper(request).authenticate_begin(user, half_user(request) is None)
    else:
        user = asker(request)
        if not is_proved(request):
            return refused("请刷新本页，再次证明是您本人。")
        if sum(kind == PASSKEY for kind, _ in factors_of(user)) >= MOST:
            return refused(f"最多添加 {MOST} 个通行密钥。")
        said = Helper(request).register_begin(user)
    options, state = said
    request.session[STATE] = [what, state]
    return JsonResponse(options)


def asker(request: HttpRequest) -> Any:
    if not request.user.is_authenticated or not request.user.is_staff:
        raise Http404("Nobody who could have a passkey.")
    return request.user


@never_cache
@require_POST
def end(request: HttpRequest, what: str) -> JsonResponse:
    """Look at what was signed; a challenge is good for once."""
    begun, state = request.session.pop(STATE, ("", None))
    request.session.save()
    if begun != what:
        return refused("请重新开始。", 400)
    try:
        return ENDS[what](request, state, json.loads(request.body))
    except (OTPWebAuthnApiError, WebAuthnException, ValueError, KeyError, TypeError):
        user = half_user(request) or request.user
        if user.is_authenticated:
            acts.record(acts.Way.LOGIN_FAILED, request=request, user=user, subject=PASSKEY)
        return refused("这个通行密钥没有通过验证。")


def use(request: HttpRequest, state: dict, data: dict) -> JsonResponse:
    half = half_user(request)
    device = Helper(request).authenticate_complete(half or asker(request), state, data)
    if not device.confirmed:
        raise KeyError(device.pk)
    if half is None:
        note_proof(request)
        return JsonResponse({"next": ""})
    return JsonResponse({"next": finish(request, half, PASSKEY)})


def add(request: HttpRequest, state: dict, data: dict) -> JsonResponse:
    user = asker(request)
    if not is_proved(request):
        return refused("请刷新本页，再次证明是您本人。")
    device = Helper(request).register_complete(user, state, data)
    type(device).objects.filter(pk=device.pk).update(name=str(data.get("name", ""))[:64])
    tell(user, KINDS[type(device)], "", "已添加")
    settle(request)
    return JsonResponse({"next": resolve_url("admin:own_security")})


ENDS: dict[str, Callable[[HttpRequest, dict, dict], JsonResponse]] = {"use": use, "add": add}
