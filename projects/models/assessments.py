"""What came of rating an outlet or a site in a round: points by criterion, outcome, award.

The total follows from the points and is stored nowhere.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Round

from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import BrokenRuleError, once, row_check
from aidtracker.ground.features import Paged
from aidtracker.ground.fits import NOTHING, Fit, same
from aidtracker.ground.records import KeyedQuerySet
from aidtracker.ground.relations import key_to, optional_key_to
from aidtracker.review.reviewed import PartOfReviewed, Reviewed, standing
from aidtracker.templatetags.formatting import plain
from programs.models import Headquarters
from projects.models.outlets import Outlet
from projects.models.schemes import AssessmentRound, Criterion
from projects.models.sites import Site

PLACES = 5
TOTAL = models.DecimalField(max_digits=14, decimal_places=PLACES)
CENT = Decimal("0.01")
MOST_NAMES = 8
WITHOUT_GROUND = "授予荣誉的，发布结果前请先在评定轮次里写明公布日期和公布依据。"
# What a published assessment says, and the award with it.
STATED = ("round_id", "number", "outlet_id", "site_id", "outcome")


def summed(rows: models.QuerySet, group: str, **what: Any) -> list[Subquery]:
    """Aggregates over the rows of one group, each as a subquery."""
    grouped = rows.order_by().values(group)
    return [Subquery(grouped.annotate(**{name: one}).values(name)) for name, one in what.items()]


class AssessmentQuerySet(KeyedQuerySet):
    def with_totals(self) -> Self:
        """With `total`, how many criteria were rated and how many there are, and the most points.

        `ranked` is the total of those rated by all criteria, -1 of others: they come last.
        """
        scores = Score.objects.filter(assessment=OuterRef("pk"))
        total, rated = summed(
            scores,
            "assessment",
            # Rounded, since SQLite adds up in binary: equal totals are equal.
            total=Round(Sum(F("points") * F("criterion__weight"), output_field=TOTAL), PLACES),
            rated=Count("pk"),
        )
        criteria = Criterion.objects.filter(scheme=OuterRef("round__scheme"))
        most, count = summed(
            criteria,
            "scheme",
            most=Sum(F("full_marks") * F("weight"), output_field=TOTAL),
            criteria=Count("pk"),
        )
        found = self.annotate(
            total=total, rated=Coalesce(rated, 0), most=most, criteria=Coalesce(count, 0)
        )
        is_whole = When(rated__gt=0, rated=F("criteria"), then=F("total"))
        return found.annotate(ranked=Case(is_whole, default=Value(-1), output_field=TOTAL))

    def whole(self) -> Self:
        """Those rated by all criteria of their scheme."""
        return self.with_totals().filter(ranked__gte=0)

    def for_fixtures(self) -> Self:
        return self.published()


def fits_of(kind: str, label: str, programs: str) -> tuple[Fit, ...]:
    """What is rated is of the scheme's kind, of its headquarters or one below it, and of the
    programme, if the scheme names one: what the grid of a round lists."""

    def of_kind(assessed: str | None) -> Q:
        return Q() if assessed in (None, kind) else NOTHING

    def of_owner(owner: int | None) -> Q:
        below = Headquarters.objects.filter(Q(pk=owner) | Q(parent=owner))
        return Q() if owner is None else Q(headquarters__in=below.values("pk"))

    def of_program(program: int | None) -> Q:
        return Q() if program is None else Q(**{programs: program})

    return (
        Fit(("round__scheme__assessed",), of_kind, f"这个办法评的不是{label}。"),
        Fit(
            ("round__scheme__headquarters",),
            of_owner,
            f"这个{label}不属于办法的援疆指挥部及其下属，不能评。",
        ),
        Fit(
            ("round__scheme__program",),
            of_program,
            f"这个{label}不属于办法的所属工程，不能评；要评，先改这个{label}或办法的所属工程。",
        ),
    )


class Assessment(Paged, Reviewed):
    """评定: how one outlet or site did in a round, and whether it is to be granted the award."""

    KEY = ("round__scheme__code", "round__year", "number")
    NUMBERED_IN = "round"
    PAGE = ("round__scheme__slug", "round__year", "number")
    OWNERS = ("round__scheme__headquarters",)
    SEEN_WITH = ("outlet",)
    PUBLIC_WITH = ("round", "outlet")
    RESTS_ON = ("round",)
    SEARCHED_IN = ("note",)
    SEARCHED_WITH = ("outlet", "site")
    TOLD = ("round", "number", "outlet", "site", "outcome")
    FITS = {
        "outlet": fits_of("outlet", "网点", "program"),
        "site": fits_of("site", "场所", "programs"),
    }
    IS_SHARED = False

    class Outcome(models.TextChoices):
        AWARD = "award", "评上"
        NONE = "none", "未评上"

    # Identification
    round = key_to(AssessmentRound, "评定轮次", "assessments")
    number = models.PositiveSmallIntegerField("序号")

    # Subject
    outlet = optional_key_to(Outlet, "网点", "assessments")
    site = optional_key_to(Site, "场所", "assessments")

    # Outcome
    outcome = models.CharField(
        "评定结果",
        max_length=8,
        choices=Outcome,
        blank=True,
        help_text="评上的发布时授予荣誉；还没有定就留空",
    )

    # Standing
    review, review_comment, correction_reason = standing()
    note = WordsField("备注", blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "评定"
        ordering = ("-round_id", "number")
        constraints = (
            once("assessment_number_once", "这一轮已有同序号的评定。", "round", "number"),
            once("assessment_outlet_once", "这个网点在这一轮已有评定。", "round", "outlet"),
            once("assessment_site_once", "这个场所在这一轮已有评定。", "round", "site"),
            row_check(
                "assessment_exactly_one_subject",
                Q(outlet__isnull=False, site=None) | Q(outlet=None, site__isnull=False),
                "网点、场所填一个，且只填一个。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.round.year}年评定"

    @property
    def subject(self) -> Any:
        return self.outlet or self.site

    @property
    def total_words(self) -> str:
        """86.5 分（满分 100）, or how far it was rated; of rows `with_totals`."""
        return total_words(self.total, self.rated, self.criteria, self.most)  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        self.before_storing([self])

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        super().before_storing(rows)
        refuse_of_public(rows)
        refuse_without_award(rows)
        refuse_moved(rows)

    @classmethod
    def make_ready(cls, rows: Sequence[Self]) -> dict[int, str]:
        """Nothing is handed on of which a criterion has no points."""
        return {pk: lacking_words(names) for pk, names in lacking(rows).items()}

    def take_effect(self) -> None:
        """Who is published as granted an award has it, unless somebody entered it already."""
        scheme = self.round.scheme
        if not (self.outcome and scheme.award_name):
            return
        # What is published of a round changes for a reason alone: what all of it says comes first.
        if not (self.round.granted_on and self.round.basis):
            raise ValidationError(WITHOUT_GROUND)
        if self.outcome != self.Outcome.AWARD or self.awards.exists():
            return
        award = self.awards.model(
            assessment=self,
            name=scheme.award_name,
            level=scheme.level,
            grantor=scheme.grantor,
            edition=f"{self.round.year}年",
            outlet=self.outlet,
            site=self.site,
            granted_on=self.round.granted_on,
            note=f"依据：{self.round.basis}",
            maintainer=scheme.headquarters,
        )
        award.full_clean(exclude=["slug"])
        award.save()
        award.sources.set(scheme.sources.all())


def lacking(rows: Sequence[Assessment]) -> dict[int, list[str]]:
    """The criteria by which some assessments were not rated, by name: three queries for all."""
    numbers = [row.pk for row in rows]
    wholes = Assessment._base_manager.filter(pk__among=numbers)
    schemes = dict(wholes.values_list("pk", "round__scheme"))
    criteria: dict[int, list[tuple[int, str]]] = {scheme: [] for scheme in schemes.values()}
    own = Criterion._base_manager.filter(scheme__among=[*criteria]).order_by("number")
    for scheme, pk, name in own.values_list("scheme", "pk", "name"):
        criteria[scheme].append((pk, name))
    scores = Score._base_manager.filter(assessment__among=numbers)
    rated = {*scores.values_list("assessment", "criterion")}
    found = {
        pk: [name for number, name in criteria[scheme] if (pk, number) not in rated]
        for pk, scheme in schemes.items()
    }
    return {pk: names for pk, names in found.items() if names or not criteria[schemes[pk]]}


def lacking_words(names: Sequence[str]) -> str:
    """还没有评分：陈列、服务; a scheme without criteria has nothing to be rated by."""
    if not names:
        return "办法还没有评分项"
    more = f"等 {len(names)} 项" if len(names) > MOST_NAMES else ""
    return f"还没有评分：{'、'.join(names[:MOST_NAMES])}{more}"


def refuse_of_public(rows: Sequence[Assessment]) -> None:
    """What is published is withdrawn before it says anything else: the award follows from it.

    Raises ValidationError.
    """
    public = [row.pk for row in rows if row.pk and row.is_published]
    if not public:
        return
    stored = Assessment._base_manager.filter(pk__among=public, review="published")
    before = {said["pk"]: said for said in stored.values("pk", *STATED)}
    for row in rows:
        said = before.get(row.pk, {})
        if changed := [name for name in said if said[name] != getattr(row, name)]:
            words = f"评定“{row}”已发布；要改评的是谁或结果，请先写明理由撤回。"
            raise BrokenRuleError(words, *(name.removesuffix("_id") for name in changed))


def refuse_without_award(rows: Sequence[Assessment]) -> None:
    """What rests on an assessment as an award was granted by it. Raises ValidationError."""
    others = [row.pk for row in rows if row.pk and row.outcome != Assessment.Outcome.AWARD]
    if others and Assessment._base_manager.filter(pk__among=others, awards__isnull=False).exists():
        words = "这次评定已经授予荣誉；要改结果，请先在荣誉里去掉“所据评定”或删去荣誉。"
        raise ValidationError({"outcome": words})


def refuse_moved(rows: Sequence[Assessment]) -> None:
    """What has points by the criteria of a scheme stays with it. Raises ValidationError."""
    numbers = [row.pk for row in rows if row.pk]
    rated = Assessment._base_manager.filter(pk__among=numbers, scores__isnull=False)
    rounds = dict(rated.values_list("pk", "round_id")) if numbers else {}
    for row in rows:
        before = rounds.get(row.pk, row.round_id)
        both = AssessmentRound.objects.filter(pk__in=(before, row.round_id))
        if before != row.round_id and both.values("scheme").distinct().count() > 1:
            words = "已按原来办法的评分项评分，不能改到别的办法；请先删去评分。"
            raise ValidationError({"round": words})


def total_words(total: Any, rated: int, criteria: int, most: Any) -> str:
    """A total and out of how much; one that is not whole says so, and says no total."""
    if not criteria:
        return "办法还没有评分项"
    if rated < criteria:
        return f"未评全：{criteria} 项中评了 {rated} 项"
    return f"{points_words(total)} 分（满分 {points_words(most)}）"


def points_words(number: Any) -> str:
    """Points to two places at most."""
    return plain(Decimal(number).quantize(CENT, ROUND_HALF_UP))


class Score(PartOfReviewed):
    """评分: the points of an assessment by one criterion, and on what they rest."""

    KEY = (
        "assessment__round__scheme__code",
        "assessment__round__year",
        "assessment__number",
        "criterion__number",
    )
    OWNERS = ("assessment__round__scheme__headquarters",)
    SEEN_WITH = ("assessment",)
    PUBLIC_WITH = ("assessment",)
    SEARCHED_IN = ("evidence",)
    SEARCHED_WITH = ("criterion",)
    WHOLE = "assessment"
    FITS = {
        "criterion": (
            same("scheme", "assessment__round__scheme", "这不是这一轮所用办法的评分项。"),
        )
    }
    IS_SHARED = False

    # Identification
    assessment = models.ForeignKey(
        Assessment, models.CASCADE, verbose_name="评定", related_name="scores"
    )
    criterion = key_to(Criterion, "评分项", "scores")

    # Points
    points = models.DecimalField("得分", max_digits=6, decimal_places=2)
    evidence = models.CharField("依据", max_length=200, blank=True, help_text="看到了什么")

    class Meta(PartOfReviewed.Meta):
        verbose_name = verbose_name_plural = "评分"
        ordering = ("assessment", "criterion__number")
        constraints = (
            once("score_once", "这个评分项已有得分。", "assessment", "criterion"),
            row_check("score_not_negative", Q(points__gte=0), "得分不能是负数。"),
        )

    def __str__(self) -> str:
        # A form that was tampered with has a row without.
        return f"{self.assessment}：{self.criterion.name if self.criterion_id else '未选评分项'}"

    def check_whole(self, user: Any) -> None:
        """What is published is withdrawn before its points change, so that a reason is given."""
        whole = getattr(self, self.WHOLE, None)
        if whole is not None and whole.is_published:
            raise ValidationError(f"评定“{whole}”已发布；要改评分，请先写明理由撤回。")
        super().check_whole(user)

    def clean(self) -> None:
        super().clean()
        self.before_storing([self])

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        """Points are no more than the criterion gives."""
        super().before_storing(rows)
        criteria = Criterion._base_manager.in_bulk({row.criterion_id for row in rows})
        for row in rows:
            criterion = criteria.get(row.criterion_id)
            if criterion and row.points is not None and row.points > criterion.full_marks:
                words = f"“{criterion.name}”满分 {plain(criterion.full_marks)} 分。"
                raise ValidationError({"points": words})
