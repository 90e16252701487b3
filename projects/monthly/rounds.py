"""What a round is to rate, and which rounds are late."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from aidtracker.ground.inner_queries import Fixed
from projects.models import Assessment, AssessmentRound, AssessmentScheme, Outlet, Review, Site

# What each kind of scheme rates, and by what the rows name programmes.
RATED: dict[str, tuple[Any, str]] = {
    AssessmentScheme.Assessed.OUTLET: (Outlet, "program"),
    AssessmentScheme.Assessed.SITE: (Site, "programs"),
}


def to_rate(assessed: str, owner: Any, program: Any) -> QuerySet:
    """The outlets or sites of a programme and of a headquarters or one below it, each once.

    Those of all where a scheme names none. `owner` and `program` are numbers or name them.
    """
    model, named = RATED[assessed]
    own = Q(headquarters=owner) | Q(headquarters__parent=owner) | Q(IsNull(owner, True))
    found = model.objects.filter(own, Q(**{named: program}) | Q(IsNull(program, True)))
    if model is Outlet:
        found = found.exclude(status=Outlet.Status.CLOSED).exclude(review=Review.WITHDRAWN)
    return model.objects.filter(pk__in=found.order_by().values("pk"))


def expected(round_: AssessmentRound) -> QuerySet:
    """What a round is to rate, and what it rated though it would not have to."""
    scheme = round_.scheme
    rows = to_rate(scheme.assessed, Value(scheme.headquarters_id), Value(scheme.program_id))
    rated = rows.model.objects.filter(assessments__round=round_)
    # By numbers: joined and told apart by all their columns, every outlet there is would be read.
    numbers = rows.order_by().values("pk").union(rated.order_by().values("pk"))
    return rows.model.objects.filter(pk__inside=Fixed(numbers))


def late_rounds(headquarters: Any, today: date) -> list[AssessmentRound]:
    """The rounds whose day is over and in which something is not rated whole, the latest first.

    With how much is `expected` and how much of it is `missing`: a query for each kind of scheme.
    """
    rounds = AssessmentRound.objects.filter(scheme__headquarters=headquarters, due_on__lt=today)
    rounds = rounds.select_related("scheme")
    found = [one for assessed in RATED for one in unrated_of(rounds, assessed)]
    return sorted(found, key=lambda one: one.due_on, reverse=True)


def unrated_of(rounds: QuerySet, assessed: str) -> QuerySet:
    own = OuterRef("scheme__headquarters"), OuterRef("scheme__program")
    rows = to_rate(assessed, *(OuterRef(one) for one in own)).order_by()
    whole = Assessment.objects.whole().filter(
        **{"round": OuterRef(OuterRef("pk")), assessed: OuterRef("pk")}
    )
    return (
        rounds.filter(scheme__assessed=assessed)
        .exclude(scheme__review=Review.WITHDRAWN)
        .annotate(expected=counted(rows), missing=counted(rows.filter(~Exists(whole))))
        .filter(missing__gt=0)
    )


def counted(rows: QuerySet) -> Coalesce:
    """How many rows a query within a query finds."""
    grouped = rows.annotate(all=Value(1)).values("all")
    return Coalesce(Subquery(grouped.annotate(number=Count("pk")).values("number")), 0)
