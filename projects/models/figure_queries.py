"""Which figures, and in which order: the questions that pages ask of observations."""

from functools import cache
from typing import Any, Self

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Value, When

from aidtracker.ground.batches import by_first_numbers
from aidtracker.ground.publication import public_rule
from aidtracker.ground.records import KeyedQuerySet
from aidtracker.ground.relations import JSONGroup
from programs.models import Source
from projects.models.finding_kinds import TO_SETTLE, Result
from projects.models.subject_rows import WithSubjects
from projects.reading.sentences import REACH

# The end of the time a figure speaks of.
MOMENT = models.functions.Coalesce("as_of", "period_end", "period_start")


@cache
def marks_of(model: type[Any]) -> models.QuerySet:
    """What readers are told of the checks of one figure of an outer query."""
    links = model.findings.through.objects
    hidden = links.filter(finding=models.OuterRef("finding")).exclude(
        public_rule(model, "observation")
    )
    is_shown = Q(finding__result__in=TO_SETTLE, finding__state="open") | Q(
        finding__result=Result.HOLDS
    )
    told = models.functions.JSONObject(
        **{name: f"finding__{name}" for name in ("key", "result", "title", "computation")}
    )
    return (
        links.filter(is_shown, ~models.Exists(hidden), finding__is_current=True)
        .filter(observation=models.OuterRef("pk"))
        .order_by()
        .values("observation")
        .annotate(marks=JSONGroup(told))
        .values("marks")
    )


class TableRows(WithSubjects):
    """Figures with what they are about, and with their badges."""

    @classmethod
    def ready(cls, rows: Any) -> Any:
        return super().ready(rows.with_marks())


class ObservationQuerySet(KeyedQuerySet):
    def with_subjects(self):
        """With all that a row of a table names, and its badges, in one query."""
        found = self.select_related("source", "series__metric").defer("source__text")
        found._iterable_class = TableRows
        return found

    def at_first(self, limit: int) -> Self:
        """The first figures with all that a table names."""
        return by_first_numbers(self.model.objects.with_subjects(), self, limit)

    def lost(self):
        """Those whose words were not found when their document got a text, or another one."""
        return self.filter(start=None).exclude(anchor="")

    def placeless(self):
        """Those that never had a place in their document's text."""
        return self.filter(start=None, anchor="")

    def with_words(self, is_public: bool = True, reader: Any = None) -> Self:
        """With the words around each figure, for `quote`; the public gets what documents show, and
        a `reader` of the staff those of all documents that they may read."""
        begin = models.functions.Greatest(F("start") - REACH - 1, Value(0))
        # By a query within: a query for the numbers of rows alone then reads no documents.
        text = models.Subquery(Source._base_manager.filter(pk=OuterRef("source")).values("text"))
        around = models.functions.Substr(text, begin + 1, F("end") - begin + Value(REACH + 1))
        if is_public:
            shown = Source.Shown
            rule = Source.shows_condition("source__", shown.SENTENCE, shown.WHOLE)
            if reader:
                rule |= Q(source__in=Source.objects.open_to(reader).order_by().values("pk"))
            around = Case(When(rule, then=around), default=Value(""))
        return self.annotate(around=around)

    def with_marks(self):
        """With what readers are told of each figure's checks, for `badges`."""
        return self.annotate(marks=models.Subquery(marks_of(self.model)))

    def best_first(self):
        """Those that stand in a document first; of them preferred ones, then the latest, revised
        before provisional; those out of use last."""
        ranks = self.model.Rank
        standing = models.Case(
            models.When(rank=ranks.PREFERRED, then=0),
            models.When(rank=ranks.DEPRECATED, then=2),
            default=1,
        )
        statuses = self.model.ObsStatus
        finality = models.Case(
            models.When(obs_status=statuses.REVISED, then=0),
            models.When(obs_status=statuses.PROVISIONAL, then=2),
            default=1,
        )
        nowhere = Case(When(source__kind=Source.Kind.PUBLIC, then=1), default=0)
        time = MOMENT.desc(nulls_last=True)
        return self.order_by(nowhere, standing, time, finality, "source__code", "number")

    def headline(self):
        """Those to show first: preferred ones, then the latest; none that is out of use, and none
        that stands in no document."""
        return self.in_documents().in_use().best_first()

    def in_use(self):
        """Those whose place no other figure took."""
        return self.exclude(rank=self.model.Rank.DEPRECATED)

    def in_documents(self):
        """Those that can be looked up in a document; the other sources are a handful."""
        others = Source._base_manager.filter(kind=Source.Kind.PUBLIC).values("pk")
        return self.exclude(source__in=others)

    def in_reading_order(self):
        return self.order_by("source__code", "number")

    def in_time_order(self):
        """By the end of the time each figure speaks of; undated ones last."""
        return self.order_by(MOMENT.asc(nulls_last=True), "source__code", "number")

    def by_series(self):
        """Series after series, each in time order."""
        return self.order_by("series__slug", MOMENT.asc(nulls_last=True), "source__code", "number")
