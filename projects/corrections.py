"""What was changed after it was public, and what was known on an earlier day.

Earlier states come from the history that django-simple-history keeps of each saved figure; rows
loaded from fixtures have their first state from `aidtracker.storage.fixtures.keep_first_states`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from aidtracker.ground.partial_dates import first_day
from aidtracker.ground.publication import public_rule
from projects.models import Observation, Series
from projects.models.observations import PUBLIC

State = Observation.history.model
PUBLISHED = Observation.Status.PUBLISHED


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
        .select_related("series", "source")
        .defer("source__text")
        .order_by("-history_date", "-history_id")
    )


@dataclass(frozen=True)
class Correction:
    """A state of a figure that replaced a public one, and that one."""

    state: Any
    before: Any

    def changes(self) -> Iterator[tuple[str, str, str]]:
        """What it changed, as (label, before, after) in words; unchanged fields left out.

        Of a figure that is no longer public, only that it is not.
        """
        names = PUBLIC if self.state.status == PUBLISHED else (Observation.REVIEW,)
        public = (field for field in Observation._meta.concrete_fields if field.name in names)
        for field in public:
            before, after = shown(self.before, field.name), shown(self.state, field.name)
            if before != after:
                yield field.verbose_name, before, after


def with_states_before(states) -> list[Correction]:
    """The Corrections of some of the states of `corrections`: one query."""
    states = list(states)
    found = State.objects.select_related("series").in_bulk([state.before_id for state in states])
    return [Correction(state, found[state.before_id]) for state in states]


def shown(state, name):
    """A field of a state in words; — when it is empty."""
    label = getattr(state, f"get_{name}_display", None)
    value = label() if label else getattr(state, name, "")
    return "—" if value in (None, "") else str(value)


def known_on(series, day):
    """The public figures of a series as they were known at the end of `day`, in time order.

    Known are the figures of documents published by then, without the corrections made since: each
    in the state the record had it in on that day or, if it was entered later, in its first state.
    """
    ids = State.objects.filter(series=series).values("id")
    states = State.objects.filter(id__in=ids).select_related("source").defer("source__text")
    moment = timezone.make_aware(datetime.combine(day, time.max))
    ordered = states.order_by("id", "history_id")
    chosen = (
        state_at(list(group), moment) for _, group in groupby(ordered, lambda state: state.id)
    )
    figures = [as_figure(state, series) for state in chosen if is_known(state, series, day)]
    return sorted(figures, key=lambda figure: (figure.moment is None, figure.moment or day))


def state_at(states, moment):
    """The latest of a figure's states (in order) that is not after `moment`, else the first."""
    return next((state for state in reversed(states) if state.history_date <= moment), states[0])


def is_known(state, series, day):
    """Whether a state was public in this series, and its document published by `day`."""
    published = first_day(state.source.published_on)
    is_public = state.status == PUBLISHED and state.history_type != "-"
    return is_public and state.series_id == series.pk and (not published or published <= day)


def as_figure(state, series):
    """A state as an observation that pages can show."""
    figure = state.instance
    figure.series, figure.source = series, state.source
    return figure
