"""The monthly ledgers: what was reported of a subject for a month, this month and in all."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from aidtracker.ground.batches import in_batches
from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import once, unfilled
from aidtracker.ground.features import ColumnPairs, KeyName
from aidtracker.ground.fits import Fit
from aidtracker.ground.keys import follow
from aidtracker.ground.money import LedgerAmountField, not_negative_check
from aidtracker.ground.months import MonthField, in_chinese, month_check, previous
from aidtracker.ground.records import KeyedQuerySet
from aidtracker.ground.relations import key_to
from aidtracker.review.reviewed import Reviewed, standing
from aidtracker.templatetags.formatting import plain
from programs.models import Headquarters
from projects.models.amount_figures import amount_figures
from projects.models.investments import Investment
from projects.models.outlets import Outlet
from projects.models.periods import ReportingPeriod
from projects.models.projects import Project
from projects.models.sites import Site
from projects.models.targets import CountField, Target

BATCH = 500


class ReportQuerySet(KeyedQuerySet):
    """Monthly reports of one kind."""

    def of_month(self, month):
        return self.filter(month=month)


class MonthlyReport(Reviewed):
    """What is reported of one subject for one month, in the words and numbers of a headquarters."""

    SUBJECT: KeyName = ""
    """The foreign key to what is reported about."""

    PAIRS: ColumnPairs = ()
    """Columns (this month, in all): the second is the last report's second plus the first."""

    IS_SHARED = False
    LOCK = "这个月的账期"

    # Standing
    review, review_comment, correction_reason = standing()
    note = WordsField("备注", blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        abstract = True
        indexes = (models.Index(fields=("month",), name="%(class)s_by_month"),)

    def __str__(self):
        return f"{self.subject} {in_chinese(self.month)}"

    def clean(self):
        """What was done in a month is not told before it has begun."""
        super().clean()
        if isinstance(self.month, date) and self.month > timezone.localdate():
            raise ValidationError({"month": "这个月还没有到，请核对月份。"})

    @classmethod
    def doubts(cls, rows):
        """Amounts in all that do not follow from the last report's and this month's."""
        for part, total in cls.PAIRS:
            latest = cls.totals_before(rows, total)
            ordered = sorted(enumerate(rows), key=lambda pair: str(pair[1].month))
            for place, row in ordered:
                month, base = latest(row)
                month_amount, amount = getattr(row, part), getattr(row, total)
                if base is not None and amount is not None:
                    follows = base + (month_amount or 0)
                    is_next = month == previous(row.month) and month_amount is not None
                    if amount < base or (is_next and amount != follows):
                        yield place, total, doubt(amount, base, month, follows if is_next else None)

    @classmethod
    def totals_before(cls, rows, total):
        """A function that gives, for a report, the month and the amount in all of the last before.

        Those that are to be stored with it come before what is stored.
        """
        names = [field.attname for field in cls.identity_fields()]
        found: dict[tuple, dict] = {}
        for part in in_batches([*{row.identity[-1] for row in rows}], BATCH):
            stored = cls._base_manager.filter(**{f"{names[-1]}__in": part}).order_by()
            for *identity, month, amount in stored.values_list(*names, "month", total):
                found.setdefault(tuple(identity), {})[month] = amount
        for row in rows:
            found.setdefault(row.identity, {})[row.month] = getattr(row, total)

        def latest(row):
            months = found[row.identity]
            known = [one for one in months if months[one] is not None and one < row.month]
            last = max(known, default=None)
            return last, months.get(last)

        return latest

    @classmethod
    def identity_fields(cls):
        """The fields that, with the month, name a report; the last says what it is about."""
        names = [path.partition("__")[0] for path in cls.KEY if path != "month"]
        return [cls._meta.get_field(name) for name in names]

    @property
    def identity(self):
        """What a report is about, apart from its month: the numbers or words that name it."""
        return tuple(getattr(self, field.attname) for field in self.identity_fields())

    @classmethod
    def subject_model(cls):
        return cls._meta.get_field(cls.SUBJECT).related_model

    @property
    def subject(self):
        """What the report is about."""
        return getattr(self, self.SUBJECT)

    @property
    def headquarters(self):
        """The headquarters that reports."""
        return getattr(self.subject, "headquarters", None)

    @classmethod
    def locks(cls):
        """All locked months, as (headquarters id, month)."""
        return {*ReportingPeriod.objects.locked().values_list("headquarters_id", "month")}

    def is_under_lock(self, locks=None):
        locks = self.locks() if locks is None else locks
        # Whose month it is takes a query, so that is asked only where it matters.
        whose = {owner for owner, month in locks if month == self.month}
        return bool(whose) and getattr(follow(self, self.OWNERS[0]), "pk", None) in whose


def doubt(amount, base, month, follows):
    """Why an amount in all is doubtful, after the one of an earlier month."""
    earlier = f"{in_chinese(month)}的 {plain(base)}"
    if follows is None:
        return f"累计 {plain(amount)} 小于{earlier}，请核对。"
    return f"累计 {plain(amount)} 不等于{earlier}加本月数（应为 {plain(follows)}），请核对。"


def report_checks(name, *identity, not_negative=()):
    """One report of a subject for a month; its month, and amounts that cannot be below zero."""
    words = "这个月已有月报，请在原来那一份上修改。"
    rules = (once(f"{name}_once_a_month", words, *identity, "month"), month_check(name))
    return (*rules, not_negative_check(name, *not_negative)) if not_negative else rules


class ProgressReport(MonthlyReport):
    """项目月报: how far a project's works and money have come."""

    KEY = ("project__code", "month")
    SEARCHED_WITH = ("project",)
    OWNERS = ("project__headquarters",)
    SUBJECT = "project"
    PUBLIC_WITH = ("project",)
    PAIRS = (("work_done_month", "work_done_to_date"),)

    # Identification
    project = key_to(Project, "援疆项目", "progress_reports")
    month = MonthField("月份")

    # Progress
    physical_progress = WordsField("形象进度", blank=True)
    problems = WordsField("存在问题", blank=True)
    next_step = WordsField("下步计划", blank=True)

    # Money
    work_done_month = LedgerAmountField("本月完成投资")
    work_done_to_date = LedgerAmountField("累计完成投资")
    received_to_date = LedgerAmountField("累计到位")
    disbursed_to_date = LedgerAmountField("累计拨付")
    paid_to_date = LedgerAmountField("累计支付")
    amount_figures = amount_figures()

    class Meta(MonthlyReport.Meta):
        verbose_name = verbose_name_plural = "项目月报"
        ordering = ("-month", "project")
        indexes = (
            *MonthlyReport.Meta.indexes,
            unfilled(
                "progress_report_unfilled",
                None,
                *("work_done_month", "work_done_to_date"),
                *("received_to_date", "disbursed_to_date", "paid_to_date"),
            ),
        )
        constraints = report_checks(
            "progress_report",
            "project",
            not_negative=(
                "work_done_to_date",
                "received_to_date",
                "disbursed_to_date",
                "paid_to_date",
            ),
        )


class InvestmentReport(MonthlyReport):
    """招商月报: the money of an enterprise's investment that has arrived, and its jobs."""

    KEY = ("investment__code", "month")
    SEARCHED_WITH = ("investment",)
    OWNERS = ("investment__headquarters",)
    SUBJECT = "investment"
    PUBLIC_WITH = ("investment",)
    PAIRS = (("arrived_month", "arrived_to_date"),)

    # Identification
    investment = key_to(Investment, "招商项目", "reports")
    month = MonthField("月份")

    # Progress
    physical_progress = WordsField("进展", blank=True)
    problems = WordsField("存在问题", blank=True)

    # Money
    arrived_month = LedgerAmountField("本月到位资金")
    arrived_to_date = LedgerAmountField("累计到位资金")
    amount_figures = amount_figures()

    # Jobs
    jobs = models.PositiveIntegerField("月末就业人数", null=True, blank=True)

    class Meta(MonthlyReport.Meta):
        verbose_name = verbose_name_plural = "招商月报"
        ordering = ("-month", "investment")
        indexes = (
            *MonthlyReport.Meta.indexes,
            unfilled("investment_report_unfilled", None, "arrived_month", "arrived_to_date"),
        )
        constraints = report_checks(
            "investment_report", "investment", not_negative=("arrived_to_date", "jobs")
        )


class OutletReport(MonthlyReport):
    """网点月报: how much an outlet sold in a month."""

    KEY = ("outlet__name", "month")
    SEARCHED_WITH = ("outlet",)
    OWNERS = ("outlet__headquarters",)
    SUBJECT = "outlet"
    PUBLIC_WITH = ("outlet",)

    # Identification
    outlet = key_to(Outlet, "网点", "reports")
    month = MonthField("月份")

    # Sales
    tonnes = models.DecimalField(
        "销售量（吨）", max_digits=15, decimal_places=3, null=True, blank=True
    )
    sales = models.DecimalField(
        "销售额（元）", max_digits=15, decimal_places=2, null=True, blank=True
    )
    amount_figures = amount_figures()
    problems = WordsField("存在问题", blank=True)

    class Meta(MonthlyReport.Meta):
        verbose_name = verbose_name_plural = "网点月报"
        ordering = ("-month", "outlet")
        constraints = report_checks("outlet_report", "outlet", not_negative=("tonnes", "sales"))


class JobsReport(MonthlyReport):
    """就业月报: how many people work at a site, as its operator or headquarters states."""

    KEY = ("headquarters__name", "site__name", "month")
    SEARCHED_WITH = ("headquarters", "site")
    OWNERS = ("headquarters",)
    SUBJECT = "site"

    # Identification
    headquarters = key_to(Headquarters, "援疆指挥部", "jobs_reports")
    site = key_to(Site, "场所", "jobs_reports")
    month = MonthField("月份")

    # Jobs
    jobs = models.PositiveIntegerField("月末在岗人数", null=True, blank=True)
    hired = models.PositiveIntegerField("本月新增人数", null=True, blank=True)
    left = models.PositiveIntegerField("本月离岗人数", null=True, blank=True)
    attributed_to = models.CharField(
        "据谁所说", max_length=120, blank=True, help_text="报数的单位；只填单位，不填个人"
    )

    class Meta(MonthlyReport.Meta):
        verbose_name = verbose_name_plural = "就业月报"
        ordering = ("-month", "site")
        constraints = report_checks("jobs_report", "headquarters", "site")


class TrainingReport(MonthlyReport):
    """培训月报: how much training of one kind a headquarters held in a month."""

    class Kind(models.TextChoices):
        OFFICIALS = "officials", "干部培训"
        PROFESSIONALS = "professionals", "专业技术培训"
        VOCATIONAL = "vocational", "职业技能培训"
        PRACTICAL = "practical", "实用技术培训"
        OTHER = "other", "其他培训"

    KEY = ("headquarters__name", "kind", "month")
    SEARCHED_WITH = ("headquarters",)
    OWNERS = ("headquarters",)
    SUBJECT = "headquarters"

    # Identification
    headquarters = key_to(Headquarters, "援疆指挥部", "training_reports")
    kind = models.CharField("培训类型", max_length=16, choices=Kind)
    month = MonthField("月份")

    # Training
    classes = models.PositiveIntegerField("班次", null=True, blank=True)
    trainees = models.PositiveIntegerField("培训人次", null=True, blank=True)
    person_days = models.PositiveIntegerField("培训人天", null=True, blank=True)

    class Meta(MonthlyReport.Meta):
        verbose_name = verbose_name_plural = "培训月报"
        ordering = ("-month", "headquarters", "kind")
        constraints = report_checks("training_report", "headquarters", "kind")

    def __str__(self):
        return f"{self.headquarters}{self.get_kind_display()} {in_chinese(self.month)}"


class TargetReport(MonthlyReport):
    """任务月报: how much of what was set out to do was done in a month, and why it is late."""

    KEY = ("target__code", "month")
    SEARCHED_WITH = ("target",)
    OWNERS = ("target__headquarters",)
    SUBJECT = "target"
    FITS = {
        "target": (
            Fit((), lambda: ~Q(unit=""), "“{one}”没有单位，只是各部分的总称；请填它的各部分。"),
        )
    }
    PUBLIC_WITH = ("target",)
    PAIRS = (("done", "done_to_date"),)

    # Identification
    target = key_to(Target, "目标任务", "reports")
    month = MonthField("月份")

    # Counts
    done = CountField("本月完成")
    done_to_date = CountField("累计完成")
    problems = WordsField("滞后原因", blank=True, help_text="为什么没有按计划完成；写事，不写个人")

    class Meta(MonthlyReport.Meta):
        verbose_name = verbose_name_plural = "任务月报"
        ordering = ("-month", "target")
        constraints = report_checks("target_report", "target", not_negative=("done_to_date",))

    def clean(self):
        super().clean()
        self.before_storing([self])


REPORTS = (
    *(ProgressReport, InvestmentReport, OutletReport),
    *(JobsReport, TrainingReport, TargetReport),
)
