"""文稿: texts written from published figures, their editions, and their letterheads."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.months import MonthField, in_chinese, month_check
from aidtracker.ground.publication import PUBLISHED, public_rule
from aidtracker.ground.relations import optional_key_to
from aidtracker.ground.scope import scope_of
from programs.models import Headquarters, Region
from projects.models.projects import Project

EVERYBODY = "19省市"


def key_to_user(label: str, **kwargs: Any) -> Any:
    """A key to who did something with a text."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=label, related_name="+", **kwargs
    )


class BriefingQuerySet(models.QuerySet):
    def visible(self, user: Any) -> Self:
        """Those that the user's headquarters makes, whatever has become of them."""
        scope = scope_of(user)
        is_all = scope.reads_all or scope.changes_all
        return self if is_all else self.filter(maintainer__in=scope.headquarters)


class Briefing(models.Model):
    """文稿: what is written from published figures, of whom and of what time."""

    class Outline(models.TextChoices):
        OVERVIEW = "overview", "综述"
        MONTH = "month", "月报"
        YEAR = "year", "年报"
        CARD = "card", "项目卡片"

    title = models.CharField("标题", max_length=120)
    outline = models.CharField("提纲", max_length=12, choices=Outline)
    headquarters = optional_key_to(Headquarters, "写哪个指挥部", "briefings")
    donor = optional_key_to(Region, "写哪个支援省市", "briefings")
    project = optional_key_to(Project, "写哪个项目", "briefings")
    starts_in = MonthField("从哪个月", null=True, blank=True)
    ends_in = MonthField("到哪个月", null=True, blank=True)
    maintainer = optional_key_to(Headquarters, "写作单位", "own_briefings")
    made_by = key_to_user("新建人")
    made_at = models.DateTimeField("新建时间", default=timezone.now)

    objects = BriefingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文稿"
        ordering = ("-pk",)
        default_permissions = ()
        constraints = (
            month_check("briefing_start", "starts_in"),
            month_check("briefing_end", "ends_in"),
            row_check(
                "briefing_of_one_subject",
                Q(headquarters=None, donor=None)
                | Q(headquarters=None, project=None)
                | Q(donor=None, project=None),
                "一份文稿写一个指挥部、一个支援省市或一个项目；都不选就是全部支援省市。",
            ),
            row_check(
                "briefing_card_of_a_project",
                (Q(outline="card") & Q(project__isnull=False))
                | (~Q(outline="card") & Q(project=None)),
                "项目卡片写一个项目，其他提纲不写单个项目。",
            ),
            row_check(
                "briefing_months_in_order",
                Q(starts_in=None) | Q(ends_in=None) | Q(starts_in__lte=models.F("ends_in")),
                "结束的月份不能早于开始的月份。",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_of_hidden(self) -> bool:
        """Whether it is about a project that the public may not see, or no more."""
        shown = Project.objects.published().filter(pk=self.project_id)
        return self.project_id is not None and not shown.exists()

    @property
    def subject(self) -> str:
        """Whom it is about, in words."""
        return str(self.headquarters or self.donor or self.project or EVERYBODY)

    @property
    def time_words(self) -> str:
        """2020年1月—2023年4月; empty for all times."""
        start, end = self.starts_in, self.ends_in
        if start and end and (start.month, end.month) == (1, 12):
            return f"{start.year}年" if start.year == end.year else f"{start.year}—{end.year}年"
        if start == end:
            return in_chinese(start) if start else ""
        if not start or not end:
            return f"{in_chinese(start)}以来" if start else f"至{in_chinese(end)}"
        return f"{in_chinese(start)}—{in_chinese(end)}"

    @property
    def wanted_title(self) -> str:
        """What it is called unless somebody says otherwise: 19省市对口援疆综述（2020—2022年）."""
        label = Briefing.Outline(self.outline).label
        name = "" if self.outline == self.Outline.CARD else "对口援疆"
        time = f"（{self.time_words}）" if self.time_words else ""
        return f"{self.subject}{name}{label}{time}"[:120]


class EditionQuerySet(models.QuerySet):
    def published(self) -> Self:
        """Those that were made public, but of cards of projects that are public no more."""
        of_shown = Q(briefing__project=None) | public_rule(Project, "briefing__project")
        return self.filter(of_shown, state=PUBLISHED)

    def without_content(self) -> Self:
        """Rows for lists: a content is long."""
        return self.defer("content")


class BriefingEdition(models.Model):
    """文稿的一版: what was written at one time, as data; frozen, it never changes again."""

    REVIEW = "state"  # what the public may see of it changes with this alone

    class State(models.TextChoices):
        WAITING = "waiting", "等待写成"
        DRAFT = "draft", "草稿"
        FROZEN = "frozen", "已定稿"
        PUBLISHED = PUBLISHED, "已公开"

    briefing = models.ForeignKey(
        Briefing, models.CASCADE, verbose_name="文稿", related_name="editions"
    )
    number = models.PositiveIntegerField("版次")
    state = models.CharField("状态", max_length=12, choices=State, default=State.WAITING)
    content = models.JSONField("内容", null=True, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    fault = models.CharField("没有写成的原因", max_length=200, blank=True)
    asked_by = key_to_user("谁写")
    asked_at = models.DateTimeField("开始时间", default=timezone.now)
    written_at = models.DateTimeField("写成时间", null=True, blank=True)
    frozen_by = key_to_user("谁定稿", null=True, blank=True)
    frozen_at = models.DateTimeField("定稿时间", null=True, blank=True)
    published_by = key_to_user("谁公开", null=True, blank=True)
    published_at = models.DateTimeField("公开时间", null=True, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文稿的版"
        ordering = ("-briefing", "-number")
        default_permissions = ()
        indexes = (models.Index(fields=("state", "-published_at"), name="edition_published"),)
        constraints = (
            once("briefing_edition_once", "这份文稿已有同号的一版。", "briefing", "number"),
            row_check(
                "briefing_frozen_is_whole",
                Q(state__in=("waiting", "draft"), sha256="")
                | Q(
                    state__in=("frozen", "published"),
                    content__isnull=False,
                    frozen_at__isnull=False,
                )
                & ~Q(sha256=""),
                "定稿的一版要有内容和校验值。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.briefing}（{self.name}）"

    def get_absolute_url(self) -> str:
        return reverse("briefing", args=[self.briefing_id, self.number])

    @property
    def name(self) -> str:
        return f"第 {self.briefing_id} 号第 {self.number} 版"

    @property
    def is_frozen(self) -> bool:
        return self.state in (self.State.FROZEN, self.State.PUBLISHED)

    @property
    def is_public(self) -> bool:
        return self.state == self.State.PUBLISHED


class Letterhead(models.Model):
    """版式: what a headquarters' Word file gives its texts: styles, page, header and footer."""

    IS_INTERNAL = True

    maintainer = models.OneToOneField(
        Headquarters,
        models.CASCADE,
        verbose_name="指挥部",
        null=True,
        blank=True,
        related_name="letterhead",
    )
    file_name = models.CharField("文件名", max_length=120)
    content = models.BinaryField("Word 文件，按收下的各部分重新生成")
    given_by = key_to_user("上传人")
    given_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "版式"
        ordering = ("pk",)
        default_permissions = ()

    def __str__(self) -> str:
        return self.file_name
