"""The charts of lists: what their rows say together. Each asks a fixed number of queries."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import JSONObject
from django.urls import reverse

from aidtracker.ground.batches import by_first_numbers
from aidtracker.pages.charts import Chart
from projects.charts.best import best_chart
from projects.charts.plans import Planned, plans
from projects.charts.stages import AGREED, ARRIVED, JOBS, Ledger, stages
from projects.models import Investment, Metric, Observation, ProjectPlan
from projects.models.figure_queries import ObservationQuerySet

MOST_FIGURES = 60
UNSORTED = "没有归类"


PRODUCING = Q(status=Investment.Status.PRODUCING) | ~Q(producing_on="")
LEDGER = {
    "count": Count("pk"),
    "agreed_known": Count("agreed_amount"),
    "agreed": Sum("agreed_amount"),
    "arrived_known": Count("arrived_amount"),
    "arrived": Sum("arrived_amount"),
    "producing": Count("pk", filter=PRODUCING),
    "jobs_known": Count("jobs"),
    "jobs": Sum("jobs"),
}


def stages_of_investments() -> Chart | None:
    """协议 → 到位 → 投产 → 就业, of the ledger and of what documents say: one query; two, where
    no document says anything."""
    whole = Investment.objects.published().order_by().annotate(whole=Value(1)).values("whole")
    ledger = whole.annotate(said=JSONObject(**LEDGER)).values("said")
    read = Observation.objects.with_subjects().annotate(ledger=Subquery(ledger))
    rows = list(by_first_numbers(read, leading_of((AGREED, ARRIVED, JOBS)), MOST_FIGURES))
    found = rows[0].ledger if rows else Investment.objects.published().aggregate(**LEDGER)
    return stages(counted(found or {}), rows, reverse("investment-list"))


def counted(found: dict[str, Any]) -> Ledger:
    """What was counted; amounts come out of JSON as numbers of another kind."""
    amounts = {name: found.get(name) for name in ("agreed", "arrived")}
    exact = {name: one if one is None else Decimal(str(one)) for name, one in amounts.items()}
    return Ledger(**{**dict.fromkeys(LEDGER, 0), **found, **exact})


def leading_of(columns: tuple[str, ...]) -> ObservationQuerySet:
    """The figures of metrics that a column of the ledgers has, too, those to show first."""
    metrics = Metric.objects.filter(ledger_field__in=columns).values("pk")
    return Observation.objects.published().filter(series__metric__in=metrics).headline()


def plans_by_category() -> Chart | None:
    """Plans by category and year; as long as none are published, what documents say of them."""
    public = ProjectPlan.objects.published()
    later = public.filter(
        project=OuterRef("project"), year=OuterRef("year"), number__gt=OuterRef("number")
    )
    groups = (
        public.exclude(Exists(later))
        .order_by()
        .values("year", "project__category__name")
        .annotate(many=Count("pk"), planned=Sum("amount"))
        .values_list("year", "project__category__name", "many", "planned")
    )
    url = reverse("project-list")
    rows = [
        Planned(year, category or UNSORTED, count, amount, url)
        for year, category, count, amount in groups
    ]
    figures = leading_of(("planned_amount",))
    return plans(rows) or best_chart("plans", figures.first_rows(MOST_FIGURES))
