"""What checking the figures against each other found, with a person's explanation."""

from typing import Any

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from aidtracker.ground.batches import BATCH, in_batches
from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import row_check
from aidtracker.ground.datasets import dataset_model
from aidtracker.ground.inner_queries import Fixed
from aidtracker.ground.publication import public_rule, reasons_to_hide
from aidtracker.ground.records import KeyedQuerySet, NameListField
from aidtracker.review.meaning import Meaning, reason_of_change
from aidtracker.review.reviewed import REASON_LENGTH
from aidtracker.trail.acts import Way, doing
from aidtracker.trail.history import keep_first_states, keep_states
from projects.models.badges import address_of, key_in
from projects.models.finding_kinds import (
    KINDS,
    LOOKALIKE,
    TO_SETTLE,
    Result,
    kind_choices,
)
from projects.models.observations import Observation

# 0 for contradictions, and then for open ones.
SEVERITY = Case(
    *(When(result=result, then=Value(at)) for at, result in enumerate(Result)),
    output_field=models.IntegerField(),
)
IS_SETTLED = Case(
    When(state="open", then=Value(0)), default=Value(1), output_field=models.IntegerField()
)
WORST_FIRST = ("severity", "is_settled", "kind", "weight", "key")
SCREENFUL = 12  # of figures that are easily confused no more are shown unasked
COMPUTED = ("kind", "result", "title", "weight", "computation", "records", "is_current")
SETTLED = ("state", "explanation", "correction_reason", "version", "updated_at")


class FindingQuerySet(KeyedQuerySet):
    def current(self):
        """Those that still follow from the figures."""
        return self.filter(is_current=True)

    def published(self):
        """Those the public may see: current ones all of whose figures are public."""
        links = Finding.observations.through.objects.filter(finding=OuterRef("pk"))
        hidden = links.exclude(public_rule(Observation, "observation"))
        return self.current().filter(~Exists(hidden))

    def hidden_numbers(self) -> list[int]:
        """The numbers of those that the public may not see for their figures: one query."""
        # Apart, as the database then reads the figures of each reason from an index alone.
        links = [
            Finding.observations.through.objects.filter(
                observation__inside=Fixed(Observation.objects.filter(reason))
            ).values_list("finding", flat=True)
            for reason in reasons_to_hide(Observation)
        ]
        return list(links[0].union(*links[1:]))

    def without_lesser_lookalikes(self):
        """All but the figures that are easily confused, and of those a screenful, the likeliest
        first: the rest is shown to who asks for it."""
        lookalikes = self.current().filter(kind=LOOKALIKE.value)
        first = list(lookalikes.order_by("weight", "key").values_list("pk", flat=True)[:SCREENFUL])
        return self.exclude(~Q(pk__in=first), kind=LOOKALIKE.value)

    def worst_first(self):
        """With `severity`, 0 for contradictions; open ones of each result first."""
        return self.annotate(severity=SEVERITY, is_settled=IS_SETTLED).order_by(*WORST_FIRST)

    def at_address(self, address):
        """The finding whose page has that address."""
        return self.filter(key=key_in(address))

    def for_fixtures(self):
        """Findings are computed; kept in files are those a person worked on."""
        return self.entered()

    def entered(self):
        return self.exclude(state=Finding.State.OPEN, explanation="")

    def remember(self):
        """Keep the states that findings are in before a person first touches them."""
        with doing(Way.PROGRAM, subject="核对"):
            keep_first_states(self)

    def settle(self, rows, state, explanation):
        """Give findings one state and explanation, as a person judged.

        What is public of them changes for what the explanation says; ValidationError if that was
        said before.
        """
        for keys in in_batches([row.pk for row in rows]):
            self.filter(pk__in=keys).remember()
        now = timezone.now()
        for row in rows:
            row.state, row.explanation = state, explanation
            row.correction_reason = explanation[:REASON_LENGTH]
            row.version, row.updated_at = row.version + 1, now
        self.model.before_storing(rows)
        self.bulk_update(rows, SETTLED, BATCH)
        keep_states(rows)


class Finding(Meaning):
    """核对: figures that cannot all be true, may be confused, cannot be checked, or do follow."""

    KEY = ("key",)
    OWNERS = ("observations__maintainer", "observations__series__headquarters")
    SEEN_WITH = ("observations",)
    COUNTED_BY = ("is_current", "result")
    SHOWN = ("state", "explanation")
    SEARCHED_IN = ("computation", "explanation", "key")
    ADDRESS_SAYS = ("title",)

    Result = Result

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        EXPLAINED = "explained", "已说明"
        CORRECTED = "corrected", "已更正"
        DISMISSED = "dismissed", "不是差错"

    # Identification
    key = models.CharField(
        "核对键", max_length=200, unique=True, help_text="规则与所涉观测值，重算时据此认出同一条"
    )
    kind = models.CharField("规则", max_length=12, choices=kind_choices)
    result = models.CharField("结果", max_length=16, choices=Result)
    observations = models.ManyToManyField(
        Observation, verbose_name="所涉观测值", related_name="findings"
    )

    # Computation
    title = models.CharField(
        "标题", max_length=300, blank=True, help_text="地点、指标、时间和两个数"
    )
    computation = WordsField("计算", help_text="由哪些数、怎样算、得到什么")
    records = NameListField(
        "所涉记录", help_text="观测值以外的记录，每行一个：数据集:网址名，如 sites:zhong-xin"
    )
    is_current = models.BooleanField(
        "仍成立", default=True, help_text="重算后已不再得出、但有人处理过的，留存而不再成立"
    )

    weight = models.PositiveSmallIntegerField(
        "先后",
        default=0,
        help_text="同一规则中小的在前：容易混淆的两个数，相同之处越多越在前",
    )
    scope = models.CharField(
        "核对范围",
        max_length=250,
        blank=True,
        default="",
        db_index=True,
        editable=False,
        serialize=False,
        help_text="在哪个范围内核对出来的；重算一个范围时据此找出它的各条",
    )

    # Explanation
    state = models.CharField("处理", max_length=12, choices=State, default=State.OPEN)
    explanation = WordsField("说明", blank=True, help_text="重算时保留")
    correction_reason = reason_of_change()

    reader: Any = None  # the member of the staff who is shown it; None: the public

    objects = FindingQuerySet.as_manager()

    class Meta(Meaning.Meta):
        verbose_name = verbose_name_plural = "核对"
        ordering = ("result", "kind", "key")
        # The orders of the public list, with the columns that they are computed from, and that of
        # the staff's.
        indexes = (
            models.Index(
                *(SEVERITY, IS_SETTLED, "kind", "weight", "key", "id", "result", "state"),
                name="finding_worst_first",
                condition=Q(is_current=True),
            ),
            models.Index(
                fields=("kind", "weight", "key", "id"),
                name="finding_by_kind",
                condition=Q(is_current=True),
            ),
            models.Index(
                fields=("state", "key", "id"), name="finding_by_state", condition=Q(is_current=True)
            ),
            models.Index(
                fields=("result",),
                name="finding_to_settle",
                condition=Q(is_current=True, state="open"),
            ),
            models.Index(
                *(SEVERITY, F("state").desc(), "kind", "weight", "key"), name="finding_to_work_on"
            ),
        )
        constraints = (
            row_check(
                "finding_explained",
                Q(state="open") | ~Q(explanation=""),
                "处理核对结果时，请写下说明。",
            ),
        )

    def __str__(self):
        return f"{self.get_kind_display()}：{self.title or self.computation[:40]}"

    def get_absolute_url(self):
        return address_of(self.key, self.title)

    def figures_in_words(self) -> models.QuerySet:
        """Its figures with their sentences, as far as its reader may see them."""
        rows = self.observations.with_subjects().with_words(reader=self.reader)
        return rows.in_reading_order()

    @property
    def is_touched(self):
        """Whether a person has worked on it."""
        return self.state != self.State.OPEN or bool(self.explanation)

    @property
    def state_words(self):
        """How far a person has settled it; empty where nothing asks for that."""
        has_to = self.result in TO_SETTLE or self.is_touched
        return self.get_state_display() if has_to else ""

    @property
    def condition(self) -> str:
        """What must be so for its check to hold; empty for a kind that is no more."""
        return KINDS[self.kind].condition if self.kind in KINDS else ""

    @property
    def sign(self):
        return Result(self.result).sign

    @property
    def linked_records(self):
        """The public rows other than observations that it names, a query for each dataset."""
        names = [name.partition(":")[::2] for name in self.records]
        rows: dict[tuple[str, str], models.Model] = {}
        for dataset in dict.fromkeys(dataset for dataset, _ in names):
            slugs = [slug for one, slug in names if one == dataset]
            found = dataset_model(dataset).objects.published().filter(slug__in=slugs)
            rows |= {(dataset, row.slug): row for row in found}
        return [rows[name] for name in names if name in rows]
