"""通知: what others did that concerns the person who looks, and how often they want it mailed."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aidtracker.desk import home
from aidtracker.desk.mails import MailChoice, choice_of, choose
from aidtracker.trail.notices import Notice, forget_old

SHOWN = 100


@never_cache
def notices(request: HttpRequest) -> HttpResponse:
    """The page: what is new first; its buttons say how often mail comes, and that all is seen."""
    if request.method == "POST":
        return changed(request)
    rows = Notice.objects.filter(user=request.user).select_related("by")
    choice = choice_of(request.user)
    context = {
        **admin.site.each_context(request),
        "title": "通知",
        "rows": rows[:SHOWN],
        "choices": [(key, label, key == choice.how) for key, label in MailChoice.How.choices],
        "email": request.user.email,
    }
    return TemplateResponse(request, "admin/notices.html", context)


def changed(request: HttpRequest) -> HttpResponseRedirect:
    if "seen" in request.POST:
        Notice.objects.unseen(request.user).update(seen_at=timezone.now())
        forget_old(request.user)
    elif choose(request.user, request.POST.get("how", "")):
        messages.success(request, "已改好。")
    else:
        messages.error(request, "请选择多久一封。")
    return HttpResponseRedirect(reverse("admin:notices"))


@never_cache
@require_safe
def notice(request: HttpRequest, number: int) -> HttpResponseRedirect:
    """To what a notice is about, which is seen by that."""
    row = get_object_or_404(Notice.objects.filter(user=request.user), pk=number)
    if row.seen_at is None:
        Notice.objects.filter(pk=row.pk).update(seen_at=timezone.now())
    return HttpResponseRedirect(row.address)


def new_notices(user: Any) -> Iterator[home.Work]:
    """The line of the first page."""
    line = {"key": "notice", "what": "退回、留言、催报", "kind": "新通知"}
    yield {**line, "link": reverse("admin:notices")}, Notice.objects.unseen(user)


home.QUEUES.append(new_notices)
