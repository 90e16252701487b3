"""登录与安全: what somebody proves their log-in with, and where they are logged in."""

import secrets
from base64 import b32encode
from collections.abc import Callable

import segno
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django_otp.plugins.otp_totp.models import TOTPDevice

from aidtracker.accounts.factors import (
    APP,
    MOST,
    TITLE,
    add_app,
    codes_left,
    factors_of,
    has_factor,
    is_demanded_of,
    new_codes,
    remove,
)
from aidtracker.accounts.own_sessions import end_sessions, sessions_of
from aidtracker.accounts.second_step import settle, unsettle
from aidtracker.accounts.step_up import proof_page
from aidtracker.trail import acts
from aidtracker.trail.conflicts import row_number

# The key of an app that is being added stays in the session until the app has shown a code of it.
NEW_KEY = "new_app"


@never_cache
def own_security(request: HttpRequest) -> HttpResponseBase:
    """The page itself; each of its buttons names an act, and maybe a row."""
    if asked := proof_page(request):
        return asked
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        answer = act(request, request.POST.get("row", "")) if act else None
        return answer or redirect("admin:own_security")
    user = request.user
    context = {
        "title": "登录与安全",
        "factors": [(kind, row, f"{kind}:{row.pk}") for kind, row in factors_of(user)],
        "codes": codes_left(user),
        "is_demanded": is_demanded_of(user),
        "sessions": sessions_of(user, request.session.session_key),
    }
    return page(request, "admin/own_security.html", context)


def remove_factor(request: HttpRequest, row: str) -> None:
    kind, _, text = row.partition(":")
    number = row_number(text)
    if number is not None and remove(request.user, kind, number):
        if not has_factor(request.user):
            unsettle(request)
        messages.success(request, f"已删除这个{kind}。")
    else:
        messages.error(request, f"没有删除：您的职责要求{TITLE}，请先添加另一种，再删除这一种。")


def show_codes(request: HttpRequest, row: str) -> HttpResponseBase:
    context = {"title": "恢复码", "codes": new_codes(request.user)}
    return page(request, "admin/recovery_codes.html", context)


def end_session(request: HttpRequest, row: str) -> None:
    told(request, end_sessions(request.user, sign=row) if row else 0)


def end_others(request: HttpRequest, row: str) -> None:
    told(request, end_sessions(request.user, but=request.session.session_key))


def told(request: HttpRequest, number: int) -> None:
    if number:
        details = [["登录", f"{number} 处", "已结束"]]
        acts.keep(acts.Way.ACCOUNT, f"用户 {request.user}", details)
        messages.success(request, f"已结束 {number} 处登录。")
    else:
        messages.info(request, "没有别的登录。")


ACTS: dict[str, Callable[[HttpRequest, str], HttpResponseBase | None]] = {
    "remove": remove_factor,
    "codes": show_codes,
    "end": end_session,
    "end_others": end_others,
}


@never_cache
def add_an_app(request: HttpRequest) -> HttpResponseBase:
    """Adds an app for codes, which shows by a first code that it has read the key."""
    if asked := proof_page(request):
        return asked
    user, said = request.user, ""
    if sum(kind == APP for kind, _ in factors_of(user)) >= MOST:
        messages.error(request, f"最多添加 {MOST} 个验证器。")
        return redirect("admin:own_security")
    if request.method == "POST" and NEW_KEY in request.session:
        typed = (request.POST.get(name, "") for name in ("name", "code"))
        if add_app(user, request.session[NEW_KEY], *typed):
            del request.session[NEW_KEY]
            settle(request)
            messages.success(request, "已添加验证器。")
            return redirect("admin:own_security") if codes_left(user) else show_codes(request, "")
        said = "验证码不对。请核对手机的时间是否准确，再输入最新的一个。"
    key = request.session.setdefault(NEW_KEY, secrets.token_hex(20))
    context = {"title": "添加验证器", "said": said, **picture_of(user, key)}
    return page(request, "admin/add_app.html", context)


def picture_of(user: User, key: str) -> dict[str, str]:
    """The key as a picture to be read, and in groups to be typed."""
    device = TOTPDevice(user=user, key=key)
    picture = segno.make(device.config_url, micro=False)
    text = b32encode(device.bin_key).decode()
    return {
        # Made of squares by a library, out of our own key and a name as an address has it.
        "picture": mark_safe(picture.svg_inline(scale=4, dark="#000", light="#fff")),
        "key": " ".join(text[at : at + 4] for at in range(0, len(text), 4)),
    }


def page(request: HttpRequest, template: str, context: dict) -> TemplateResponse:
    return TemplateResponse(request, template, admin.site.each_context(request) | context)
