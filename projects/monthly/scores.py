"""The page of a round: its outlets or sites, a column for each criterion, the points of last time.

The same rows, cells and saving as the page of a month; points stand beside the assessment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet

from aidtracker.ground.batches import held
from aidtracker.ground.scope import may, scope_of, visible
from aidtracker.templatetags.formatting import plain
from projects.models import Assessment, AssessmentRound, Score
from projects.models.assessments import total_words
from projects.monthly.grid import PAGE_ROWS, Grid, GridRow
from projects.monthly.kinds import DIGITS, GridColumn, Subject
from projects.monthly.rounds import expected
from projects.monthly.saving import ConflictError

POINTS = ("assessment_id", "criterion_id", "points")
FIELD = Score._meta.get_field("points")
EMPTY = "这一轮没有可评的：办法所属工程、本指挥部及其下属的{what}会列在这里，已关闭的不列。"


class ScoreColumn(GridColumn):
    """The points by one criterion, which an assessment carries beside its own columns."""

    def __init__(self, criterion: Any) -> None:
        super().__init__(FIELD)
        self.criterion, self.attribute = criterion, f"points{criterion.pk}"
        self.label = f"{criterion.name}（满分 {plain(criterion.full_marks)}）"

    @property
    def name(self) -> str:
        return self.attribute

    @property
    def labels(self) -> tuple[str, ...]:
        return (self.label, self.criterion.name)


class ScoreKind:
    """What the page asks of a ledger, for one round."""

    key = "scores"
    model = Assessment
    pairs = ()

    def __init__(self, round_: AssessmentRound) -> None:
        self.round = round_
        self.subject_name = round_.scheme.assessed
        self.identity = (f"{self.subject_name}_id",)

    @property
    def label(self) -> str:
        return "评定"

    @property
    def subject_label(self) -> str:
        return self.round.scheme.get_assessed_display()

    @cached_property
    def criteria(self) -> list[ScoreColumn]:
        return [ScoreColumn(one) for one in self.round.scheme.criteria.order_by("number")]

    @cached_property
    def columns(self) -> list[GridColumn]:
        fields = (Assessment._meta.get_field(name) for name in ("outcome", "note"))
        return [*self.criteria, *map(GridColumn, fields)]

    def with_points(self, assessments: Iterable[Assessment]) -> list[Assessment]:
        """Assessments that carry their points, None for what was not rated: one query."""
        found = list(assessments)
        rows = Score.objects.filter(assessment__among=[one.pk for one in found if one.pk])
        points = {(one, by): points for one, by, points in rows.values_list(*POINTS)}
        for one in found:
            for column in self.criteria:
                setattr(one, column.name, points.get((one.pk, column.criterion.pk)))
        return found

    def by_subject(self, assessments: Iterable[Assessment]) -> dict[tuple[int, ...], Assessment]:
        """Assessments by what they are of; of several the last."""
        [name] = self.identity
        return {(getattr(one, name),): one for one in assessments}


@dataclass
class ScoreRow(GridRow):
    """An outlet or site with its assessment of the round, and that of the round before."""

    @property
    def names(self) -> dict[str, Any]:
        [name] = self.kind.identity
        return {"round": self.kind.round, name: self.subject.identity[0]}

    def read(self, report: Any) -> Any:
        return self.kind.with_points([report])[0] if report else None

    def new_report(self) -> Assessment:
        """With the next number of the round, which is held: two people get two numbers.

        Raises ConflictError if somebody rated the same meanwhile.
        """
        held(AssessmentRound.objects.filter(pk=self.kind.round.pk)).first()
        if there := Assessment.objects.filter(**self.names).first():
            raise ConflictError(self.read(there))
        own = Assessment._base_manager.filter(round=self.kind.round)
        last = own.aggregate(last=Max("number"))["last"] or 0
        return self.read(Assessment(number=last + 1, **self.names))

    def changed_parts(self, report: Any, stored: Any) -> list[str]:
        return [
            column.name
            for column in self.kind.criteria
            if getattr(report, column.name) != getattr(stored, column.name, None)
        ]

    def store_parts(self, report: Any) -> None:
        """Store the points as the assessment carries them. Raises ValidationError, by column."""
        there = {score.criterion_id: score for score in Score.objects.filter(assessment=report)}
        errors = {}
        for column in self.kind.criteria:
            points, score = getattr(report, column.name), there.get(column.criterion.pk)
            if points == getattr(score, "points", None):
                continue
            if points is None:
                score.delete()
                continue
            score = score or Score(assessment=report, criterion=column.criterion)
            score.points = points
            try:
                score.full_clean()
                score.save()
            except ValidationError as error:
                errors[column.name] = error.messages
        if errors:
            raise ValidationError(errors)

    @property
    def last_month(self) -> str:
        """When it was rated before, if not the year before."""
        is_other = self.last is not None and self.last.round.year != self.kind.round.year - 1
        return f"{self.last.round.year}年" if is_other else ""

    @property
    def told(self) -> list[str]:
        """The total, or how far it was rated."""
        if self.report is None:
            return []
        given = [(c.criterion, getattr(self.report, c.name)) for c in self.kind.criteria]
        rated = [(one, points) for one, points in given if points is not None]
        total = sum(points * one.weight for one, points in rated)
        most = sum(one.full_marks * one.weight for one, _ in given)
        return [total_words(total, len(rated), len(given), most)]


@dataclass
class ScoreGrid(Grid):
    """One round; `kind` is its ScoreKind, `month` the beginning of its year."""

    has_months = False
    adds_up = False
    last_words = "上轮"
    told_look = "grid-told"
    locked = frozenset()  # type: ignore[assignment]

    @classmethod
    def of(cls, round_: AssessmentRound, user: Any, **options: Any) -> "ScoreGrid":
        return cls(ScoreKind(round_), date(round_.year, 1, 1), user, [], **options)

    @cached_property
    def subjects(self) -> list[Subject]:
        """What the user may see of what the round is to rate."""
        rows = visible(expected(self.kind.round), self.user)
        if self.with_key:
            rows = rows.filter(pk=as_number(self.with_key))
        owner = self.kind.round.scheme.headquarters
        found = rows.order_by("slug").values_list("pk", "name")
        return [Subject((pk,), name, "", owner) for pk, name in found]

    @cached_property
    def rows(self) -> list[GridRow]:
        reports, verbs = self.reports, self.verbs
        return [
            ScoreRow(
                self.kind,
                subject,
                self.month,
                reports.get(subject.identity),
                may_write=("change" if subject.identity in reports else "add") in verbs,
            )
            for subject in self.subjects
        ]

    @cached_property
    def shown(self) -> list[GridRow]:
        """The rows of the page, with their points and those of the round before."""
        start = (self.number - 1) * PAGE_ROWS
        rows = self.rows[start : start + PAGE_ROWS] if self.page else self.rows
        last = self.last_reports([row.subject.identity[-1] for row in rows])
        self.kind.with_points(last.values())
        for row in rows:
            row.last = last.get(row.subject.identity)
        return rows

    @cached_property
    def own_reports(self) -> QuerySet:
        rows = Assessment.objects.filter(round=self.kind.round).order_by()
        [name] = self.kind.identity
        return rows.filter(**{name: as_number(self.with_key)}) if self.with_key else rows

    @cached_property
    def reports(self) -> dict[tuple[int, ...], Assessment]:
        return self.kind.by_subject(self.kind.with_points(self.own_reports))

    def last_reports(self, subjects: list[int]) -> dict[tuple[int, ...], Assessment]:
        """How each of some subjects was rated in the latest earlier round of the scheme."""
        [name] = self.kind.identity
        earlier = Assessment.objects.filter(
            round__scheme=self.kind.round.scheme_id,
            round__year__lt=self.kind.round.year,
            **{f"{name}__in": subjects},
        )
        return self.kind.by_subject(earlier.select_related("round").order_by("round__year"))

    @property
    def verbs(self) -> list[str]:
        """What the user may do with the assessments of the round: add, change."""
        scope = scope_of(self.user)
        owner = self.kind.round.scheme.headquarters_id
        if not (scope.changes_all or owner in scope.headquarters):
            return []
        return [
            verb
            for verb in ("add", "change")
            if may(self.user, verb, Assessment) and may(self.user, verb, Score)
        ]

    def warn(self, rows: list[GridRow]) -> None:
        """Rows say themselves how far they were rated."""

    @property
    def about(self) -> str:
        return str(self.kind.round)

    @property
    def empty_words(self) -> str:
        return EMPTY.format(what=self.kind.subject_label)


def as_number(key: str) -> int:
    """The number that a row's key is; 0, which no row has, for another."""
    return int(key) if key.isdecimal() and len(key) < DIGITS else 0
