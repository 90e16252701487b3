"""指挥部一页: the leader's page in the admin, its choice of headquarters, and its download."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from aidtracker.desk.theme import may_open
from aidtracker.ground.months import month_text
from aidtracker.ground.scope import scope_of
from aidtracker.sheets import FORMATS, file_name, file_of
from aidtracker.trail import acts
from programs.models import Headquarters
from projects.admin.grid import asked_month, months_to_choose
from projects.models import Observation, Project
from projects.monthly.overview import QUEUE, Desk
from projects.monthly.overview_sheet import HEADINGS, sheet_rows


@require_safe
def choice(request):
    """The headquarters whose page a user may open; with only one that is above all others, its
    page, which leads on to them."""
    rows = list(headquarters_of(request).select_related("parent"))
    numbers = {row.pk for row in rows}
    above = [row for row in rows if row.parent_id not in numbers]
    if len(above) == 1:
        return HttpResponseRedirect(address(above[0]))
    context = {
        **admin.site.each_context(request),
        "title": "指挥部一页",
        "desks": [(row, address(row)) for row in rows],
    }
    return TemplateResponse(request, "admin/projects/desk_choice.html", context)


@require_safe
def desk(request, slug):
    """The page of one headquarters, or, with `?download=`, the same as a file."""
    headquarters = headquarters_of(request).filter(slug=slug).first()
    if headquarters is None:
        raise Http404("No such headquarters for this user.")
    page = Desk(headquarters, timezone.localdate(), asked_month(request))
    chosen = request.GET.get("download", "")
    if chosen in FORMATS:
        name = file_name(f"desk-{slug}", chosen)
        acts.record(acts.Way.EXPORT, request=request, subject=f"指挥部一页：{headquarters}")
        return file_of(name, HEADINGS, sheet_rows(page))
    context = {
        **admin.site.each_context(request),
        "title": f"{headquarters}：指挥部一页",
        "desk": page,
        "queue_states": [state.label for state in QUEUE],
        "project_list": reverse("admin:projects_project_changelist"),
        "own_projects": f"headquarters__id__exact={headquarters.pk}",
        "downloads": [
            (label, f"?month={month_text(page.month)}&download={code}")
            for code, label in LABELS.items()
        ],
        "months": months_to_choose(page.month),
        "others": headquarters.children.all(),
        "figures": figures_of(request, headquarters),
    }
    return TemplateResponse(request, "admin/projects/desk.html", context)


LABELS = {"xlsx": "Excel", "csv": "CSV"}


def headquarters_of(request):
    """The headquarters that a user covers, or all. Raises PermissionDenied without the right."""
    if not may_open(Project, request):
        raise PermissionDenied
    scope = scope_of(request.user)
    rows = Headquarters.objects.defer("search_text")
    return rows if scope.reads_all else rows.filter(pk__in=scope.headquarters)


def figures_of(request, headquarters):
    """The list of the figures about a headquarters, each with its words; empty without a right."""
    if not may_open(Observation, request):
        return ""
    asked = f"series__headquarters__id__exact={headquarters.pk}"
    return f"{reverse('admin:projects_observation_changelist')}?{asked}"


def address(headquarters):
    return reverse("admin:projects_desk", args=[headquarters.slug])
