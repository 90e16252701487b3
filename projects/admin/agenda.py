"""日程: what is due, and who has not reported, with one press to remind them."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from projects.admin.grid import asked_month, months_to_choose
from projects.admin.monthly_totals import own_headquarters
from projects.models.tasks import may_collect
from projects.monthly.agenda import agenda, remind, silent


def page(request: HttpRequest) -> HttpResponse:
    """The page; its buttons remind one headquarters or all that are shown."""
    month, is_collector = asked_month(request), may_collect(request.user)
    headquarters = list(own_headquarters(request.user)) if is_collector else []
    if request.method == "POST":
        asked = request.POST.get("headquarters", "")
        chosen = [one for one in headquarters if asked in ("all", str(one.pk))]
        if chosen:
            messages.success(request, remind(month, chosen, request.user))
        else:
            messages.error(request, "没有可以催的指挥部。")
        return HttpResponseRedirect(request.get_full_path())
    context = {
        **admin.site.each_context(request),
        "title": "日程",
        "entries": agenda(request.user, timezone.localdate()),
        "is_collector": is_collector,
        "month": month,
        "months": months_to_choose(month),
        "silent": silent(month, headquarters) if headquarters else [],
    }
    return TemplateResponse(request, "admin/projects/agenda.html", context)
