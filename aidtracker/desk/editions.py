"""数据版本: freezing the open data under a number, and handing an edition out no more."""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django_tasks import task

from aidtracker.datasets import OPERATORS
from aidtracker.opendata.models import Release
from aidtracker.opendata.releases import freeze_as_act, next_number, withdraw
from aidtracker.pages.site import origin
from aidtracker.trail import acts

QUEUED = "已交给后台，做好后列在这里。"


@task()
def freeze_later(site: str) -> None:
    """Freeze an edition in the queue, where it may take its time."""
    freeze_as_act(site)


@never_cache
def editions(request: HttpRequest) -> HttpResponse:
    """The editions there are; its buttons make one, and stop handing one out."""
    if not any(map(request.user.has_perm, OPERATORS)):
        raise PermissionDenied
    if request.method == "POST":
        change(request)
        return HttpResponseRedirect(reverse("admin:editions"))
    context = {
        **admin.site.each_context(request),
        "title": "数据版本",
        "releases": Release.objects.all(),
        "next": next_number(),
    }
    return TemplateResponse(request, "admin/editions.html", context)


def change(request: HttpRequest) -> None:
    if "freeze" in request.POST:
        frozen(request)
        return
    found = get_object_or_404(Release, number=request.POST.get("withdraw", ""), withdrawn_at=None)
    why = request.POST.get("why", "").strip()
    if not why:
        messages.error(request, "请写明停止提供的原因，它会公布在这一版的页面上。")
        return
    withdraw(found, why)
    acts.record(
        acts.Way.FORM, request=request, subject=f"数据版本 {found}", details=[["停止提供", why]]
    )
    messages.success(request, f"{found} 版的文件不再提供，版本号和校验值保留。")


def frozen(request: HttpRequest) -> None:
    if settings.WORKERS:
        freeze_later.enqueue(origin(request))
        messages.success(request, QUEUED)
        return
    try:
        found = freeze_as_act(origin(request), request)
    except ValidationError as error:
        messages.error(request, "".join(error.messages))
    else:
        messages.success(request, f"已冻结 {found} 版。")
