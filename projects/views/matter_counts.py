"""问题办理: how many matters were raised and settled, and those that a headquarters released."""

from typing import Any

from django.db.models import Case, Count, Q, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from aidtracker.pages.tables import Column, table
from projects.models import Matter
from projects.models.matters import OPEN
from projects.views.matters import unkept

MOST_SHOWN = 100
KINDS = Matter.Kind
COUNTS = (
    Column("类型", lambda one: KINDS(one["kind"]).label),
    Column("提出", lambda one: one["raised"], kind="number"),
    Column("办理中", lambda one: one["open"], kind="number"),
    Column("其中过了期限", lambda one: one["late"], kind="number"),
    Column("已解决或更正", lambda one: one["settled"], kind="number"),
    Column("不改或未能解决", lambda one: one["declined"], kind="number"),
)
RELEASED = (
    Column("提出", lambda one: one.raised_on.isoformat(), kind="date"),
    Column("类型", "get_kind_display"),
    Column("关于", lambda one: one.enterprise or one.site),
    Column("事由", "message"),
    Column("结果", "get_state_display"),
    Column("答复", "answer"),
)


def counted() -> list[dict[str, Any]]:
    """Of each kind how many were raised and what became of them: one query."""
    states = Matter.State
    is_open, is_late = Q(state__in=OPEN), Q(state__in=OPEN, due_on__lt=timezone.localdate())
    order = Case(*(When(kind=kind, then=at) for at, kind in enumerate(KINDS.values)))
    rows = (
        Matter.objects.order_by()
        .values("kind")
        .annotate(
            raised=Count("pk"),
            open=Count("pk", filter=is_open),
            late=Count("pk", filter=is_late),
            settled=Count("pk", filter=Q(state__in=(states.SETTLED, states.CORRECTED))),
            declined=Count("pk", filter=Q(state__in=(states.UNSETTLED, states.DECLINED))),
        )
    )
    return list(rows.order_by(order))


@require_safe
def matter_counts(request: HttpRequest) -> HttpResponse:
    """Made for each who asks: matters are no part of an edition of the record."""
    rows = Matter.objects.released().select_related("enterprise", "site")
    shown = list(rows.order_by("-answered_on", "-pk")[: MOST_SHOWN + 1])
    context = {
        "counts": table("各类问题的件数", COUNTS, counted()),
        "released": table("公开的办理结果", RELEASED, shown[:MOST_SHOWN]),
        "most": MOST_SHOWN if len(shown) > MOST_SHOWN else 0,
    }
    return unkept(render(request, "projects/matter_counts.html", context))
