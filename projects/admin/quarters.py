"""季度资金: the money of a quarter against the year before, what is not counted, and its sheet."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from aidtracker.sheets import FORMATS, file_name, file_of
from aidtracker.trail import acts
from projects.admin.desk import LABELS, headquarters_of
from projects.admin.grid import MOST_HEADQUARTERS, chosen_headquarters
from projects.monthly.quarters import (
    HEADINGS,
    Quarter,
    QuarterMoney,
    last_quarters,
    quarter_of,
    sheet_rows,
)

OFFERED = 12
SHOWN = 10


@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """The page of one headquarters or all that the user covers, or the same as a file."""
    several = list(headquarters_of(request).order_by("name"))
    one = chosen_headquarters(request, several)
    quarter = asked_quarter(request)
    money = QuarterMoney(quarter, [one] if one else several)
    chosen = request.GET.get("download", "")
    if chosen in FORMATS:
        subject = f"季度资金：{one or '全部'} {quarter}"
        acts.record(acts.Way.EXPORT, request=request, subject=subject)
        return file_of(file_name(f"quarter-{quarter.key}", chosen), HEADINGS, sheet_rows(money))
    return shown(request, money, several, one)


def asked_quarter(request: HttpRequest) -> Quarter:
    """The quarter asked for, else the last one that is over."""
    try:
        return quarter_of(request.GET.get("quarter", ""))
    except ValueError:
        return next(last_quarters(timezone.localdate(), 1))


def shown(request: HttpRequest, money: QuarterMoney, several: list, one: object) -> HttpResponse:
    asked = {"quarter": money.quarter.key, "headquarters": getattr(one, "pk", "")}
    offered = {money.quarter, *last_quarters(timezone.localdate(), OFFERED)}
    context = {
        **admin.site.each_context(request),
        "title": f"季度资金：{money.quarter}",
        "money": money,
        "several": several,
        "one": one,
        "offers_all": len(several) <= MOST_HEADQUARTERS,
        "quarters": sorted(offered, key=lambda each: each.key, reverse=True),
        "left_out": [(words, rows[:SHOWN], len(rows[SHOWN:])) for words, rows in money.left_out],
        "downloads": [
            (label, f"?{urlencode(asked | {'download': code})}") for code, label in LABELS.items()
        ],
    }
    return TemplateResponse(request, "admin/projects/quarters.html", context)
