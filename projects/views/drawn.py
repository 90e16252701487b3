"""The charts of lists: what their rows say together. Each asks a fixed number of queries."""

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.urls import reverse

from aidtracker.pages.charts import Chart
from projects.charts.best import best_chart
from projects.charts.plans import Planned, plans
from projects.charts.stages import AGREED, ARRIVED, JOBS, Ledger, stages
from projects.models import Investment, Metric, Observation, ProjectPlan

MOST_FIGURES = 60
UNSORTED = "没有归类"


def stages_of_investments() -> Chart | None:
    """协议 → 到位 → 投产 → 就业, of the ledger and of what documents say: two queries."""
    producing = Q(status=Investment.Status.PRODUCING) | ~Q(producing_on="")
    found = Investment.objects.published().aggregate(
        count=Count("pk"),
        agreed_known=Count("agreed_amount"),
        agreed=Sum("agreed_amount"),
        arrived_known=Count("arrived_amount"),
        arrived=Sum("arrived_amount"),
        producing=Count("pk", filter=producing),
        jobs_known=Count("jobs"),
        jobs=Sum("jobs"),
    )
    rows = leading_of((AGREED, ARRIVED, JOBS))
    return stages(Ledger(**found), rows, reverse("investment-list"))


def leading_of(columns: tuple[str, ...]) -> list[Observation]:
    """The figures to show first of metrics that a column of the ledgers has, too."""
    metrics = Metric.objects.filter(ledger_field__in=columns).values("pk")
    rows = Observation.objects.published().filter(series__metric__in=metrics)
    return rows.headline().first_rows(MOST_FIGURES)


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
    return plans(rows) or best_chart("plans", leading_of(("planned_amount",)))
