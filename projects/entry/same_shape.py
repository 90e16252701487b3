"""Figures of one shape: behind the one entered last others in its sentence, each about a thing of
the same kind that is named right before it: 阿克苏市120人、库车市45人、温宿县30人.

They are proposed together, with the metric, time and nature of the last one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q, TextField, Value
from django.db.models.functions import StrIndex

from aidtracker.ground.scope import readable
from projects.entry.document import Document, collapse
from projects.entry.proposals import AnyNamed, subject_rows
from projects.entry.wordings import SENTENCE_END
from projects.models import Observation, Series
from projects.models.metrics import SUBJECTS
from projects.models.scope_entries import SCOPES
from projects.reading import figures

MOST = 30


@dataclass(frozen=True)
class Alike:
    """A figure that may be entered as the last one was, about another subject."""

    start: int
    end: int
    printed: str
    subject: Any
    series: Series

    @property
    def key(self) -> str:
        return f"{self.start}-{self.end}"

    @property
    def is_new(self) -> bool:
        """Whether the series is still to be made."""
        return self.series.pk is None


@dataclass
class SameShape:
    """What in a document is of the shape of the figure that a user entered last in it."""

    document: Document
    user: Any

    @cached_property
    def last(self) -> Observation | None:
        return next((row for row in self.document.latest if row.start is not None), None)

    @cached_property
    def kind(self) -> str:
        """The kind of the most particular thing that the last figure is about."""
        series = self.last.series
        return next(one for one in reversed(SUBJECTS) if getattr(series, f"{one}_id"))

    @property
    def found(self) -> list[Alike]:
        """The figures alike, in the order of the text; three queries at most, none without any."""
        phrases = list(self.phrases()) if self.last else []
        if not phrases:
            return []
        span = self.document.source.text[self.last.end : phrases[-1].end]
        text = Value(span, output_field=TextField())
        rows = subject_rows(self.kind, self.user).order_by().alias(at=StrIndex(text, "name"))
        named = list(rows.filter(Q(AnyNamed("aliases", text)) | Q(at__gt=0))[: 10 * MOST])
        begun, pairs = self.last.end, []
        for phrase in phrases:
            before = self.document.source.text[begun : phrase.start]
            begun = phrase.end
            if (subject := named_last(named, before)) is not None:
                pairs.append((phrase, subject))
        return self.with_series(pairs)

    def phrases(self) -> Iterator[Any]:
        """The open phrases of the unit behind the last figure, to the end of its sentence."""
        text, metric = self.document.source.text, self.last.series.metric
        behind = [one for one in self.document.coverage.open if one.start >= self.last.end]
        for phrase in behind[:MOST]:
            if SENTENCE_END.search(text, self.last.end, phrase.start):
                return
            try:
                figure = figures.parse(self.document.printed_at(phrase.start, phrase.end))
            except figures.FigureError:
                continue
            if figure.fits(metric.unit):
                yield phrase

    def with_series(self, pairs: list[tuple[Any, Any]]) -> list[Alike]:
        """Each with its series, as there is one, or as it would be."""
        wanted = [self.series_of(subject) for _, subject in pairs]
        columns = [*(f"{one}_id" for one in (*SUBJECTS, *SCOPES)), "scope_note"]
        there = readable(Series.objects.filter(metric=self.last.series.metric_id), self.user)
        there = there.filter(**{f"{self.kind}__in": [subject.pk for _, subject in pairs]})
        known = {tuple(getattr(row, one) for one in columns): row for row in there}
        found = []
        for (phrase, subject), new in zip(pairs, wanted, strict=True):
            series = known.get(tuple(getattr(new, one) for one in columns), new)
            words = self.document.printed_at(phrase.start, phrase.end)
            found.append(Alike(phrase.start, phrase.end, collapse(words), subject, series))
        return found

    def series_of(self, subject: Any) -> Series:
        """The series of the last figure, about another subject."""
        old = self.last.series
        names = [one for one in (*SUBJECTS, *SCOPES) if one != self.kind]
        same = {f"{one}_id": getattr(old, f"{one}_id") for one in names}
        return Series(metric=old.metric, scope_note=old.scope_note, **same, **{self.kind: subject})


def named_last(rows: list[Any], text: str) -> Any:
    """The row whose name or alias stands last in a text, the longest of those that end there."""
    best, at = None, (0, 0)
    for row in rows:
        for name in filter(None, (row.name, *row.aliases)):
            place = text.rfind(name)
            if place >= 0 and (place + len(name), len(name)) > at:
                best, at = row, (place + len(name), len(name))
    return best
