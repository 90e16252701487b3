"""What was changed after it was public, and what was known on an earlier day.

Earlier states come from the history that django-simple-history keeps of each saved figure; rows
loaded from fixtures have their first state from `aidtracker.storage.fixtures.keep_first_states`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from aidtracker.ground.publication import public_rule
from aidtracker.trail.models import Act
from programs.models.sources import Source, TextVersion
from projects.models import Observation, Series
from projects.models.observations import PUBLIC

State = Observation.history.model
PUBLISHED = Observation.Status.PUBLISHED
WITHDRAWN = Observation.Status.WITHDRAWN
MOST_FIGURES = 200  # on one chart and in its table; the list has all of them
MOST_CORRECTIONS = 50  # on one page; 更正记录 has all of them


def corrections():
    """Each state that replaced a public one for a reason of its own, the latest first.

    Rows are historical observations with `before_id`, the state that each replaced.
    """
    earlier = State.objects.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    before = earlier.order_by("-history_id")
    return (
        State.objects.filter(public_rule(Series, "series"))
        .exclude(correction_reason="")
        .annotate(
            before_id=Subquery(before.values("history_id")[:1]),
            status_before=Subquery(before.values("status")[:1]),
            reason_before=Subquery(before.values("correction_reason")[:1]),
        )
        .filter(status_before=PUBLISHED)
        .exclude(reason_before=F("correction_reason"))
        .exclude(moved_with_its_text())
        .filter(Q(status=WITHDRAWN) | may_be_told())
        .select_related("series", "source", "act")
        .defer("source__text")
        .order_by("-history_date", "-history_id")
    )


def moved_with_its_text() -> Q:
    """The condition on states that the words stand elsewhere, only since another text was put in
    the place of the document's: that is told once, of the document, which the same act changed."""
    replaced = TextVersion.objects.filter(
        source=OuterRef("source"), reason=OuterRef("correction_reason")
    )
    documents = Source.history.model.objects
    same_act = documents.filter(id=OuterRef("source"), act=OuterRef("act"))
    return Q(Exists(replaced), Exists(same_act), start__isnull=False)


@dataclass(frozen=True)
class Correction:
    """A state of a figure that replaced a public one, and that one."""

    state: Any
    before: Any

    @property
    def at(self) -> datetime:
        return self.state.history_date

    @property
    def reason(self) -> str:
        return self.state.correction_reason

    @property
    def why(self) -> str:
        return reason_of(self.state)

    @property
    def words(self) -> str:
        """原文数字：3万余人 → 3万人；…"""
        return "；".join(f"{label}：{before} → {after}" for label, before, after in self.changes())

    @property
    def is_shown(self) -> bool:
        """Whether the figure was public after it; if not, only that is told."""
        return self.state.status == PUBLISHED

    def changes(self) -> Iterator[tuple[str, str, str]]:
        """What it changed, as (label, before, after) in words; unchanged fields left out.

        Of a figure that was retracted, only that it was.
        """
        names = PUBLIC if self.is_shown else (Observation.REVIEW,)
        public = (field for field in Observation._meta.concrete_fields if field.name in names)
        for field in public:
            before, after = shown(self.before, field.name), shown(self.state, field.name)
            if before != after:
                yield field.verbose_name, before, after


BY_ONE = "（一人更正）"


def reason_of(state: Any) -> str:
    """Why a state replaced a public one, and whether one person did that, without another's
    approval: what is proposed and approved takes effect by a step."""
    act = state.act
    is_alone = act is not None and act.user_id is not None and act.way != Act.Way.ACTION
    return state.correction_reason + BY_ONE * is_alone


def may_be_told() -> Q:
    """The condition on states that the public may see them: of figures that are public, made since
    these were last retracted, if they were."""
    since = {"id": OuterRef("id"), "history_id__gte": OuterRef("history_id")}
    retracted = State.objects.filter(status=WITHDRAWN, **since)
    public = Observation.objects.published().filter(pk=OuterRef("id"))
    return Q(Exists(public), ~Exists(retracted))


def with_states_before(states) -> list[Correction]:
    """The Corrections of some of the states of `corrections`: one query."""
    states = list(states)
    before = State.objects.select_related("series", "source").defer("source__text")
    found = before.in_bulk([state.before_id for state in states])
    return [Correction(state, found[state.before_id]) for state in states]


def corrections_of(figures: QuerySet) -> list[Correction]:
    """The latest corrections of some public figures: two queries."""
    states = corrections().filter(id__in=figures.order_by().values("pk"))
    return with_states_before(states[:MOST_CORRECTIONS])


def shown(state, name):
    """A field of a state in words; — when it is empty."""
    label = getattr(state, f"get_{name}_display", None)
    value = label() if label else getattr(state, name, "")
    return "—" if value in (None, "") else str(value)


def known_on(series: Series, day: date) -> list[Observation]:
    """The public figures of a series that documents had printed by `day`, in time order.

    Whoever entered them when: known is what was published. A document counts from the end of the
    year or month of its date; without a date, from the day on which the figure was first public
    here. One query.
    """
    states = State.objects.filter(id=OuterRef("pk"), status=PUBLISHED)
    mentioned = states.filter(history_date__lte=end_of(day))
    undated = Q(source__published_on="") & Exists(mentioned)
    figures = Observation.objects.published().filter(published_by(day) | undated, series=series)
    return figures.in_time_order().first_rows(MOST_FIGURES)


def published_by(day: date) -> Q:
    """The condition that a figure's document has a date, and that it had ended on `day`."""
    text, following = "source__published_on", (day + timedelta(days=1)).isoformat()
    # A date of less precision sorts before all its days: what has ended is less than what follows.
    ended = {length: following[:length] for length in (4, 7, 10)}
    rule = Q()
    for length, first in ended.items():
        rule |= Q(Q(**{f"{text}__length": length}, **{f"{text}__lt": first}))
    return rule


def recorded_on(series: Series, day: date) -> list[Observation]:
    """The figures of a series as this database showed them at the end of `day`, in time order.

    Without what was said before a retraction.
    """
    states = State.objects.filter(may_be_told(), history_date__lte=end_of(day))
    # A figure of another series now may have been in this one.
    states = states.filter(id__in=State.objects.filter(series=series).values("id"))
    ordered = states.select_related("source").defer("source__text").order_by("id", "history_id")
    latest = (list(group)[-1] for _, group in groupby(ordered, lambda state: state.id))
    figures = [as_figure(state, series) for state in latest if was_public(state, series)]
    return sorted(figures, key=lambda figure: (figure.moment is None, figure.moment or day))


def end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


def was_public(state: Any, series: Series) -> bool:
    """Whether a state was public, and in this series."""
    is_public = state.status == PUBLISHED and state.history_type != "-"
    return is_public and state.series_id == series.pk


@dataclass(frozen=True)
class Retraction:
    """A figure that was public and is no more: its place, the day and the reason; not its words."""

    number: int
    day: date
    reason: str


def retractions(source: Any, *rules: Q) -> list[Retraction]:
    """The figures of a document that were retracted, by their numbers: one query."""
    states = State.objects.filter(id=OuterRef("pk"))
    last_public = states.filter(status=PUBLISHED).order_by("-history_id").values("history_id")[:1]
    retracted = states.filter(status=WITHDRAWN, history_id__gt=OuterRef("last_public"))
    rows = (
        Observation.objects.filter(*rules, public_rule(Series, "series"), source=source)
        .filter(status=WITHDRAWN)
        .annotate(last_public=Subquery(last_public))
        .annotate(
            retracted_at=Subquery(retracted.order_by("history_id").values("history_date")[:1]),
            why=Subquery(retracted.order_by("history_id").values("correction_reason")[:1]),
        )
        .exclude(retracted_at=None)
        .order_by("number")
        .values_list("number", "retracted_at", "why")
    )
    return [
        Retraction(number, timezone.localtime(moment).date(), reason)
        for number, moment, reason in rows[:MOST_CORRECTIONS]
    ]


def as_figure(state, series):
    """A state as an observation that pages can show."""
    figure = state.instance
    figure.series, figure.source = series, state.source
    return figure
