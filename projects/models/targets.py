"""What a programme, project or plan sets out to do, counted: 场, 人次, 台次, 对, 亩, 户."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import models
from django.db.models import F, Q

from aidtracker.ground.constraints import row_check
from aidtracker.ground.fits import Fit
from aidtracker.ground.money import not_negative_check
from aidtracker.ground.partial_dates import PartialDateField, order_check, partial_date_check
from aidtracker.ground.records import Record
from aidtracker.ground.relations import optional_key_to
from aidtracker.review.reviewed import Reviewed, standing
from aidtracker.templatetags.formatting import plain
from programs.models import Headquarters, Program, Region
from projects.models.activities import Activity
from projects.models.ledger_rows import LedgerQuerySet
from projects.models.metrics import Series
from projects.models.projects import Project
from projects.models.sites import Site

HUNDRED = Decimal(100)
OF_OTHERS = "所属任务是别的指挥部的；请选本指挥部或上级指挥部的任务。"


def of_own_or_above(own: int | None, above: int | None) -> Q:
    """Targets of a headquarters or the one above it; beside one that has none above, nobody's."""
    found = Q(headquarters__in={own, above} - {None})
    return found if own and above else found | Q(headquarters=None)


class CountField(models.DecimalField):
    """How many of a unit that the row names; 亩 and 万人次 may have decimals."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_digits=15, decimal_places=3, null=True, blank=True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """To migrations it is a number like others."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs


class Target(Reviewed, Record):
    """目标任务: what is to be done until when, how much of it, and how much of it is done."""

    SHOWN = ("name", "slug", "aliases")
    TOLD = (
        *("name", "slug", "code", "kind", "status", "parent", "program", "project", "activity"),
        *("site", "region", "headquarters", "series", "starts_on", "ends_on"),
        *("parts_ground", "unit", "planned", "done"),
    )
    KEY = ("code",)
    TOLD_APART_BY = ("parent", "headquarters", "starts_on")
    OWNERS = ("headquarters",)
    PUBLIC_WITH = ("project", "series")
    FITS = {"parent": (Fit(("headquarters", "headquarters__parent"), of_own_or_above, OF_OTHERS),)}
    IS_SHARED = False
    maintainer = None

    class Kind(models.TextChoices):
        TECHNIQUE = "technique", "技术服务与示范"
        TRAINING = "training", "人才培训"
        MEDICAL = "medical", "医疗服务"
        TEACHING = "teaching", "教育教研"
        CULTURE = "culture", "文化交流"
        TOURISM = "tourism", "旅游"
        CHARTER = "charter", "送客入疆"
        PORTFOLIO = "portfolio", "重点项目"
        VILLAGE = "village", "乡村建设"
        OTHER = "other", "其他任务"

    class Status(models.TextChoices):
        PLANNED = "planned", "未开始"
        RUNNING = "running", "进行中"
        FINISHED = "finished", "已结束"
        CANCELLED = "cancelled", "已取消"

    # Identification
    code = models.CharField(
        "任务编号", max_length=40, unique=True, help_text="各部分按编号排列，如 1-01、1-02"
    )
    kind = models.CharField("类型", max_length=12, choices=Kind)
    status = models.CharField(
        "状态",
        max_length=12,
        choices=Status,
        blank=True,
        default=Status.RUNNING,
        help_text="进行中的按月填报；只作各部分总称的，或文献没有说的，留空",
    )

    # Relations
    parent = optional_key_to("self", "所属任务", "parts", help_text="它是哪一项的一部分")
    program = optional_key_to(Program, "所属工程", "targets")
    project = optional_key_to(Project, "援疆项目", "targets")
    activity = optional_key_to(Activity, "活动", "targets")
    site = optional_key_to(Site, "场所", "targets")
    region = optional_key_to(Region, "地区", "targets")
    headquarters = optional_key_to(Headquarters, "援疆指挥部", "targets")
    series = optional_key_to(
        Series,
        "文献里的数",
        "targets",
        help_text="文献说过它的计划或完成的，选那个序列；下面没有填的数，页面上照文献写",
    )
    parts_ground = models.CharField(
        "各部分可以相加的依据",
        max_length=200,
        blank=True,
        help_text="各部分互不重复计算时写明凭什么，写了页面才相加；如：各班学员名单没有重复",
    )

    # Dates
    starts_on = PartialDateField("开始", help_text="年、月、日都行；按学期的填学期的起止月份")
    ends_on = PartialDateField("到期")

    # Counts
    unit = models.CharField(
        "单位", max_length=12, blank=True, help_text="场、人次、台次、对、亩、户、个"
    )
    planned = CountField("计划数", help_text="不知道就留空，不要填 0")
    done = CountField("累计完成", help_text="任务月报发布后随之更新；不知道就留空")

    # Standing
    review, review_comment, correction_reason = standing()

    objects = LedgerQuerySet.as_manager()

    class Meta(Reviewed.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "目标任务"
        ordering = ("code",)
        constraints = (
            row_check(
                "target_counts_have_a_unit",
                ~Q(unit="") | Q(planned=None, done=None),
                "填了计划数或完成数，请填单位（场、人次、对等）。",
            ),
            row_check(
                "target_not_its_own_part",
                Q(parent=None) | ~Q(parent=F("id")),
                "任务不能是自己的一部分。",
            ),
            not_negative_check("target", "planned", "done"),
            partial_date_check("target", "starts_on", "ends_on"),
            order_check("target", "starts_on", "ends_on", "到期不能早于开始。"),
        )

    def clean(self) -> None:
        super().clean()
        self.before_storing([self])

    @property
    def search_names(self) -> list[str]:
        return [self.name, *self.aliases, self.code]

    @property
    def counted_as(self) -> str:
        """What who counts it has to know besides its name: 计划 500 人次, or the unit alone."""
        return self.unit if self.planned is None else f"计划 {counted(self.planned, self.unit)}"

    @property
    def share_words(self) -> str:
        """68.5%; empty without both counts."""
        return share_words(self.done, self.planned)


def counted(number: Decimal | None, unit: str) -> str:
    """500 人次; empty where it is not known."""
    return "" if number is None else f"{plain(number)} {unit}".strip()


def share(done: Decimal | None, planned: Decimal | None) -> Decimal | None:
    """How much of a plan is done, in per cent to two places; None where one is not known."""
    if done is None or not planned:
        return None
    return Decimal(round(Fraction(done) / Fraction(planned) * 10_000)) / HUNDRED


def share_words(done: Decimal | None, planned: Decimal | None) -> str:
    found = share(done, planned)
    return "" if found is None else f"{plain(found)}%"
