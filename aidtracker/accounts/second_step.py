"""The second step of log-in: until it is done, a session with the right password is nobody's."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache

from aidtracker.accounts.factors import (
    TITLE,
    check_code,
    has_factor,
    has_passkey,
    is_demanded_of,
)
from aidtracker.accounts.own_sessions import end_sessions
from aidtracker.accounts.sessions import start
from aidtracker.desk import unsaved
from aidtracker.pages.security import ADMIN_PREFIX
from aidtracker.trail import acts

# What a session still lacks, the proof of a factor or a factor at all; or that it has been proved.
STEP, TO_PROVE, TO_CHOOSE, PROVED = "second_step", "prove", "choose", "proved"
# The pages of the admin that open before.
OPEN_PAGES = {"second_step", "passkey_begin", "passkey_end", "sso", "sso_back"} | {
    *("login", "logout", "jsi18n", "alive"),
}
PAGES_TO_CHOOSE = {*OPEN_PAGES, "own_security", "add_app", "prove", "password_change"}
CHOOSE = (
    f"您的职责要求登录时有{TITLE}。请先添加一种：手机上的验证器，或者通行密钥；然后就能使用后台。"
)


class Authentication(AuthenticationMiddleware):
    """Whose session it is: nobody's as long as its second step is missing."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: whole_user(request))


def whole_user(request: HttpRequest) -> Any:
    user = get_user(request)
    if user.is_authenticated and request.session.get(STEP) == TO_PROVE:
        return AnonymousUser()
    return user


def half_user(request: HttpRequest) -> User | None:
    """Who has typed the right password and has yet to prove a factor."""
    user = get_user(request)
    return user if user.is_authenticated and request.session.get(STEP) == TO_PROVE else None


def ask_for_second_step(request: HttpRequest, user: User) -> bool:
    """Note what a session that begins still lacks; whether it is nobody's until then."""
    if has_factor(user):
        request.session[STEP] = TO_PROVE
    elif is_demanded_of(user):
        request.session[STEP] = TO_CHOOSE
    return request.session.get(STEP) == TO_PROVE


def ask_after_rights(request: HttpRequest) -> None:
    """Ask for the second step at once where rights that demand it came during a session.

    What was being sent is kept, and is reminded of after the step.
    """
    user = request.user
    if not user.is_authenticated or STEP in request.session or not is_demanded_of(user):
        return
    if request.method == "POST" and unsaved.is_kept_for(request.path):
        unsaved.keep(user.pk, request.path, request.POST)
    if ask_for_second_step(request, user):
        request.user = AnonymousUser()


class SecondStepFirst:
    """Leads whoever still lacks the second step to it, from wherever in the admin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        name = request.resolver_match.url_name
        if not request.path_info.startswith(ADMIN_PREFIX) or name in OPEN_PAGES:
            return None
        ask_after_rights(request)
        if half_user(request):
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('admin:second_step')}?{query}")
        if not request.user.is_authenticated or request.session.get(STEP) != TO_CHOOSE:
            return None
        account = getattr(request.user, "account", None)
        # A password that somebody else knows is changed before.
        if name in PAGES_TO_CHOOSE or (account and account.password_set_by):
            return None
        messages.warning(request, CHOOSE, fail_silently=True)
        return redirect("admin:own_security")


@never_cache
def second_step(request: HttpRequest) -> HttpResponseBase:
    """The page after the password: a code, or a passkey."""
    user = half_user(request)
    if user is None:
        return redirect(safe_next(request))
    said = ""
    if request.method == "POST":
        proof = check_code(user, request.POST.get("code", ""))
        if proof.kind:
            return redirect(finish(request, user, proof.kind))
        acts.record(acts.Way.LOGIN_FAILED, request=request, user=user, subject=TITLE)
        said = wrong_code(proof.seconds)
    context = admin.site.each_context(request) | {
        "title": TITLE,
        "said": said,
        "next": safe_next(request),
        "has_passkey": has_passkey(user),
    }
    return TemplateResponse(request, "admin/second_step.html", context)


def wrong_code(seconds: int) -> str:
    wait = f"请过 {seconds} 秒再试。" if seconds else ""
    return f"验证码不对，或者已经用过。{wait}"


def finish(request: HttpRequest, user: User, kind: str) -> str:
    """Make a half session its person's, under a new key; the address to go on to."""
    address = safe_next(request)
    request.session[STEP] = PROVED
    request.session.cycle_key()
    request.user = user
    start(request.session, user, request)
    acts.record(acts.Way.LOGIN, request=request, user=user, subject=kind)
    unsaved.remind(request, user, address)
    return address


def settle(request: HttpRequest) -> None:
    """Somebody who had to choose a factor has one, and has proved it by choosing it."""
    request.session[STEP] = PROVED


def unsettle(request: HttpRequest) -> None:
    """Somebody gave the last factor away: if rights demand one again, they choose one."""
    request.session.pop(STEP, None)
    end_sessions(request.user, but=request.session.session_key)


def safe_next(request: HttpRequest) -> str:
    """Where to go on to: a page of this site that the address or form names, or the first one."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else resolve_url(settings.LOGIN_REDIRECT_URL)
