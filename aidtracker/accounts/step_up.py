"""Proving again who one is, before rights are granted, a figure is retracted or one's own log-in
changes: a browser left open is not enough for these."""

import time

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from aidtracker.accounts.factors import RECOVERY, check_code, has_passkey
from aidtracker.accounts.second_step import safe_next
from aidtracker.accounts.sessions import PROVED_AT
from aidtracker.trail import acts

TITLE = "请再次证明是您本人"
FIELD = "_proof"
NOT_CARRIED = {FIELD, "csrfmiddlewaretoken"}


def is_proved(request: HttpRequest) -> bool:
    """Whether the person of a session has proved lately who they are."""
    age = time.time() - request.session.get(PROVED_AT, 0)
    return age < settings.STEP_UP_MINUTES * 60


def note_proof(request: HttpRequest) -> None:
    request.session[PROVED_AT] = int(time.time())


def proof_page(request: HttpRequest) -> HttpResponseBase | None:
    """The page that asks for a proof, with all that was typed behind it; None if none is needed.

    It sends what it was sent along with the proof, so that nothing is typed twice.
    """
    if is_proved(request):
        return None
    if request.method != "POST":
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('admin:prove')}?{query}")
    said = take_proof(request)
    return None if said == "" else page(request, said, carried(request), request.get_full_path())


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    lists = request.POST.lists()
    return [(name, value) for name, values in lists if name not in NOT_CARRIED for value in values]


def take_proof(request: HttpRequest) -> str | None:
    """Look at the proof that was sent: "" if it is good, what is wrong, or None for none."""
    typed = request.POST.get(FIELD)
    if not typed:
        return None
    user = request.user
    if is_own_password(request, user, typed):
        note_proof(request)
        return ""
    proof = check_code(user, typed)
    if proof.kind and proof.kind != RECOVERY:
        note_proof(request)
        return ""
    acts.record(acts.Way.LOGIN_FAILED, request=request, user=user, subject=TITLE)
    return "密码或验证码不对。" + (f"请过 {proof.seconds} 秒再试。" if proof.seconds else "")


def is_own_password(request: HttpRequest, user: User, typed: str) -> bool:
    """Counted like a log-in: who finds a browser open guesses no longer than who does not."""
    found = authenticate(request, username=user.get_username(), password=typed)
    return found is not None and found.pk == user.pk


def page(
    request: HttpRequest, said: str | None, kept: list[tuple[str, str]], address: str
) -> TemplateResponse:
    context = admin.site.each_context(request) | {
        "title": TITLE,
        "said": said,
        "carried": kept,
        "address": address,
        "minutes": settings.STEP_UP_MINUTES,
        "has_passkey": has_passkey(request.user),
        "has_password": request.user.has_usable_password(),
    }
    return TemplateResponse(request, "admin/prove.html", context)


@never_cache
def prove(request: HttpRequest) -> HttpResponseBase:
    """The page alone, before a page that is only opened by who has proved it."""
    said = take_proof(request) if request.method == "POST" else None
    if said == "" or is_proved(request):
        return redirect(safe_next(request))
    return page(request, said, [("next", safe_next(request))], request.get_full_path())


class ProvedFirst(admin.ModelAdmin):
    """For the admins of accounts and rights: nothing is changed by whom has not proved lately."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        asked = request.method == "POST" and proof_page(request)
        return asked or super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        asked = request.method == "POST" and proof_page(request)
        return asked or super().delete_view(request, object_id, extra_context)

    def changelist_view(self, request, extra_context=None):
        asked = request.method == "POST" and proof_page(request)
        return asked or super().changelist_view(request, extra_context)
