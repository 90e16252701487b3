"""填报表: the page on which a month of a ledger is filled in, row by row, by keyboard."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.utils.timezone import localdate, localtime
from django.views.decorators.http import require_http_methods

from aidtracker.ground.batches import among
from aidtracker.ground.months import (
    first_of_month,
    following,
    last_complete_month,
    month_of,
    previous,
)
from aidtracker.ground.scope import may
from aidtracker.ground.units import DIMENSIONS
from aidtracker.review.steps import SUBMIT, take_step
from aidtracker.trail import acts
from projects.models import Review
from projects.monthly.grid import MOST_HEADQUARTERS, Grid, headquarters_seen_by
from projects.monthly.kinds import KINDS
from projects.monthly.months import MonthsGrid
from projects.monthly.saving import ConflictError, save_row

MOST_NAMES = 5
BACK = (Review.RETURNED, Review.WITHDRAWN)
CHANGED_MEANWHILE = (
    "您打开之后，{who}又改了这一行，您的改动还没有保存。要以您的为准，请再按一次保存。"
)


@require_http_methods(["GET", "HEAD", "POST"])
def grid(request):
    """The page of a month of a ledger."""
    return fill_in(request, asked_month_grid, grid_page)


def fill_in(
    request: HttpRequest, ask: Callable[..., Grid], show: Callable[..., HttpResponse]
) -> HttpResponse:
    """A page of rows; a row as JSON is saved by itself, a form saves every row that was changed.

    `ask` gives the Grid that the address asks for, `show` the page of one.
    """
    if request.content_type == "application/json":
        return save_one(request, ask)
    page = ask(request)
    if request.method == "POST":
        save_all(request, page)
        wrong = [row for row in page.shown if row.errors]
        if request.POST.get("action") == "submit":
            hand_in(request, page)
        if not wrong:
            return HttpResponseRedirect(request.get_full_path())
        page = with_wrong_rows(ask(request), wrong)
    return show(request, page)


def with_wrong_rows(page: Grid, wrong: list) -> Grid:
    """A page read anew, in which the rows that could not be saved stand as they were typed."""
    kept = {row.subject.identity: row for row in wrong}
    for row in page.shown:
        if (as_typed := kept.get(row.subject.identity)) is not None:
            row.typed, row.errors = as_typed.typed, as_typed.errors
    return page


def asked_month_grid(request: HttpRequest, **options: Any) -> Grid:
    return asked_grid(request, asked_kind(request), **options)


def asked_kind(request):
    """The ledger that the address names, None for no such; else the first that the user may see."""
    if "kind" in request.GET:
        return KINDS.get(request.GET["kind"])
    own = (kind for kind in KINDS.values() if may_see(request.user, kind))
    return next(own, KINDS["progress"])


def asked_grid(request, kind, **options):
    """The grid that the address asks for. Raises Http404 and PermissionDenied."""
    if kind is None:
        raise Http404("No such ledger.")
    if not may_see(request.user, kind):
        raise PermissionDenied
    several = headquarters_seen_by(request.user)
    asked = (kind, asked_month(request), request.user, several)
    if subject := request.GET.get("subject"):
        page = MonthsGrid(*asked, with_key=subject)
        if not page.rows:
            raise Http404("No such subject for this user.")
        return page
    chosen = chosen_headquarters(request, several)
    return Grid(*asked, chosen, page=asked_page(request), **options)


def asked_page(request):
    """The page of rows that the address asks for; 0 for all of them at once."""
    asked = request.GET.get("page", "1")
    return 0 if asked == "all" else as_number(asked) or 1


def may_see(user, kind):
    return may(user, "view", kind.model) or may(user, "change", kind.model)


MONTHS = 25  # to choose from


def months_to_choose(month):
    """The months of the last two years up to this one, and the one that is shown."""
    found = [first_of_month(localdate())]
    while len(found) < MONTHS:
        found.append(previous(found[-1]))
    return sorted({month, *found}, reverse=True)


def asked_month(request):
    try:
        return month_of(request.GET.get("month", ""))
    except ValueError:
        return last_complete_month()


def asked_headquarters(request, several):
    """The headquarters asked for, of those that the user sees; None for all of them."""
    asked = request.GET.get("headquarters", "")
    found = next((one for one in several if str(one.pk) == asked), None)
    if asked and found is None:
        raise Http404("No such headquarters for this user.")
    return found


def chosen_headquarters(request, several):
    """The headquarters asked for; whoever reads all of them looks at one at a time."""
    found = asked_headquarters(request, several)
    return several[0] if not found and len(several) > MOST_HEADQUARTERS else found


def grid_page(request, page):
    """The page with its rows, as they are stored or as they were sent."""
    several = isinstance(page, MonthsGrid)
    context = {
        **row_context(request, page),
        "subject": page.with_key if several else "",
        "kinds": [kind for kind in KINDS.values() if may_see(request.user, kind)],
        "before": previous(page.month),
        "after": following(page.month),
        "months": months_to_choose(page.month),
    }
    return TemplateResponse(request, "admin/projects/grid.html", context)


def row_context(request: HttpRequest, page: Grid) -> dict[str, Any]:
    """What the page of any Grid shows."""
    return {
        **admin.site.each_context(request),
        "title": f"{page.kind.label}填报",
        "grid": page,
        "units": json.dumps(DIMENSIONS, ensure_ascii=False),
        "reason": request.POST.get("reason", ""),
        "pages": pages_of(request, page),
    }


def pages_of(request, page):
    """The other ways to see the rows: (words, address, whether it is this one); none for few."""
    asked = request.GET.copy()

    def way(words, number, is_here):
        asked["page"] = number
        return words, f"?{asked.urlencode()}", is_here

    if page.pages == 1:
        return []
    several = [
        way(str(number), number, bool(page.page) and number == page.number)
        for number in range(1, page.pages + 1)
    ]
    return [*several, way("全部", "all", not page.page)]


# A form


def save_all(request, page):
    """Save each row shown in which something was typed; what is wrong stays in the row."""
    saved = 0
    for row in page.shown:
        typed = typed_in_form(request, row) if row.is_open else {}
        if typed:
            saved += save_from_form(request, row, typed)
            page.refresh()
    if saved:
        messages.success(request, f"已存 {saved} 行。")
    if wrong := sum(bool(row.errors) for row in page.shown):
        messages.error(request, f"有 {wrong} 行没有保存，原因写在各行里。")


def typed_in_form(request, row):
    """The cells of a row that were sent otherwise than they are stored."""
    sent = {cell.column.name: request.POST.get(cell.name) for cell in row.cells}
    stored = row.values
    return {
        name: text
        for name, text in sent.items()
        if text is not None and text.replace("\r\n", "\n").strip() != stored[name]
    }


def save_from_form(request, row, typed):
    """Whether the row was saved."""
    reason = request.POST.get("reason", "").strip()
    version = as_number(request.POST.get(f"{row.subject.key}:version"))
    try:
        row.report = save_row(row, typed, version=version, user=request.user, reason=reason)
        return row.report is not None
    except ValidationError as error:
        row.typed, row.errors = typed, sentences(error)
    except ConflictError as conflict:
        row.typed, row.report = typed, conflict.report
        row.errors = {NON_FIELD_ERRORS: CHANGED_MEANWHILE.format(who=who_and_when(conflict.report))}
    return False


def hand_in(request, page):
    """Submit the drafts; what was returned and nobody changed since is no draft, but is told."""
    stay = [row for row in page.shown if row.errors]
    rows = [row for row in page.rows if row.state == Review.DRAFT and row.is_filled]
    rows = [row for row in rows if row.may_write and row not in stay]
    drafts = [row.report.pk for row in rows]
    acts.describe(way=acts.Way.GRID)
    outcome = take_step(SUBMIT, among(page.own_reports, drafts), request.user)
    for is_good, sentence in outcome.sentences(page.kind.label):
        messages.add_message(request, messages.SUCCESS if is_good else messages.ERROR, sentence)
    if lacking := [row for row in rows if row.lacks_total]:
        words = f"填了本月而没有累计：{names_of(lacking)}。请补上，以后各月才接得上。"
        messages.warning(request, words)
    if back := [row for row in page.rows if row.may_write and row.state in BACK]:
        words = f"退回、撤回后没有改动，没有提交：{names_of(back)}。改好即成草稿，再提交。"
        messages.warning(request, words)


def names_of(rows: list) -> str:
    """The names of the first of some rows, and how many there are if these are not all."""
    names = "、".join(row.subject.name for row in rows[:MOST_NAMES])
    return f"{names} 等 {len(rows)} 行" if len(rows) > MOST_NAMES else names


# One row


def save_one(request: HttpRequest, ask: Callable[..., Grid]) -> HttpResponse:
    """Save the row that a JSON object names; answers as JSON whatever happens."""
    try:
        sent = json.loads(request.body)
        key, typed = str(sent["key"]), {**sent["values"]}
        typed = {str(name): str(text) for name, text in typed.items()}
        version, reason = int(sent["version"]), str(sent.get("reason", "")).strip()
    except (ValueError, TypeError, KeyError):
        return JsonResponse({"errors": {"": "这一行没有发完整，请再试。"}}, status=400)
    try:
        page = ask(request, with_key=key)
        row = row_of(page, key)
        row.report = save_row(row, typed, version=version, user=request.user, reason=reason)
    except (Http404, PermissionDenied) as error:
        status = 404 if isinstance(error, Http404) else 403
        return JsonResponse({"errors": {"": NOT_YOURS[status]}}, status=status)
    except ValidationError as error:
        return JsonResponse({"errors": sentences(error)}, status=400)
    except ConflictError as conflict:
        row.report = conflict.report
        return JsonResponse(described(row) | {"who": who_and_when(conflict.report)}, status=409)
    page.warn([row])
    return JsonResponse(described(row))


NOT_YOURS = {
    403: "您没有填报这个台账的权限。",
    404: "没有这一行，或者它属于其他指挥部。",
}


def row_of(page: Grid, key: str) -> Any:
    """The row of a key. Raises Http404 for one of others, PermissionDenied for one only to read."""
    row = next((one for one in page.shown if one.subject.key == key), None)
    if row is None:
        raise Http404("No such row for this user.")
    if not row.may_write:
        raise PermissionDenied
    return row


def described(row):
    """A row for the page to show."""
    return {
        "version": row.version,
        "state": (row.is_filled and row.state) or "",
        "label": row.state_label,
        "is_open": row.is_open,
        "is_handed_in": row.is_handed_in,
        "values": row.values,
        "warnings": row.told,
        "at": f"{localtime():%H:%M}",
    }


def sentences(error):
    """What is wrong, by column; under an empty name what is wrong with the row."""
    found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    return {
        "" if name == NON_FIELD_ERRORS else name: " ".join(all_) for name, all_ in found.items()
    }


def who_and_when(report):
    """Who left a report as it is, and when, in words."""
    if report is None:
        return "别人"
    state = report.history.select_related("act__user").order_by("-history_id").first()
    if state is None:
        return "别人"
    name = state.act.who if state.act else ""
    return f"{name or '别人'} 于 {localtime(state.history_date):%m月%d日 %H:%M} "


def as_number(text):
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
