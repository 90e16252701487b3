"""What somebody misses in a list that others keep: asked for from where it is missed."""

from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from aidtracker.ground.changes import Rows
from aidtracker.ground.records import KeyedModel
from aidtracker.ground.scope import changeable, keeps_any, may, scope_of
from aidtracker.ground.search import normal
from aidtracker.trail import acts
from programs.models import Category, Region
from projects.models.enterprises import Enterprise
from projects.models.metrics import Metric


class NameRequestQuerySet(models.QuerySet):
    """Requests, as far as somebody may know of them or answer them."""

    def open(self) -> Self:
        return self.filter(state=NameRequest.State.OPEN)

    def answerable(self, user: Any) -> Self:
        """Those whose list the user keeps; an alias is for who keeps the enterprise."""
        kinds = [
            kind
            for kind, model in MODELS.items()
            if kind != NameRequest.Kind.ALIAS and may(user, "add", model) and keeps_any(model, user)
        ]
        rule = Q(kind__in=kinds)
        if may(user, "change", Enterprise):
            rule |= Q(about__in=changeable(Enterprise.objects.all(), user))
        return self.filter(rule)

    def visible(self, user: Any) -> Self:
        """Those that the user may answer, and those of their own headquarters."""
        own = Q(askings__user=user)
        own |= Q(askings__user__account__headquarters__in=scope_of(user).headquarters)
        known = NameRequest.objects.filter(own), NameRequest.objects.answerable(user)
        asked, kept = (rows.order_by().values("pk") for rows in known)
        return self.filter(Q(pk__in=asked) | Q(pk__in=kept))


class NameRequest(models.Model):
    """申请新增: a name that is missing in a list; who asks for the same joins."""

    class Kind(models.TextChoices):
        METRIC = "metric", "指标"
        REGION = "region", "地区"
        CATEGORY = "category", "项目类别"
        ALIAS = "alias", "企业别名"

    class State(models.TextChoices):
        OPEN = "open", "待答复"
        GRANTED = "granted", "已新增"
        POINTED = "pointed", "用现有的"
        REFUSED = "refused", "不新增"

    kind = models.CharField("种类", max_length=12, choices=Kind)
    name = models.CharField("名称", max_length=120)
    # The one form in which names are compared.
    spelled = models.CharField("比对用的名称", max_length=200)
    about = models.ForeignKey(
        Enterprise, models.CASCADE, verbose_name="企业", null=True, related_name="+"
    )
    state = models.CharField("状态", max_length=12, choices=State, default=State.OPEN)
    answer = models.CharField("答复", max_length=300, blank=True)
    target_id = models.BigIntegerField("选用的记录", null=True)
    target_name = models.CharField("选用的名称", max_length=200, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="答复人", null=True, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True)

    objects = NameRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申请新增"
        ordering = ("-pk",)
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "spelled"), condition=Q(state="open"), name="open_request_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}“{self.name}”"

    @property
    def model(self) -> type[KeyedModel]:
        return MODELS[self.kind]

    def settle(self, state: str, user: Any, *, row: Any = None, answer: str = "") -> None:
        """Answer: with a row to use, or with words why there is none."""
        self.state, self.answer = state, answer
        self.answered_by, self.answered_at = user, timezone.now()
        if row is not None:
            self.target_id, self.target_name = row.pk, row.name
        self.save()


class Asking(models.Model):
    """One person's request for a name, parked with what they were typing when they missed it."""

    request = models.ForeignKey(
        NameRequest, models.CASCADE, verbose_name="申请", related_name="askings"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="申请人", related_name="+"
    )
    asked_at = models.DateTimeField("申请时间", default=timezone.now)
    why = models.CharField("用在哪里", max_length=300, blank=True)

    # What goes on when there is an answer.
    page = models.CharField("在哪里缺", max_length=300, blank=True)
    field = models.CharField("栏", max_length=60, blank=True)
    typed = models.JSONField("填到一半的内容", default=dict)
    is_seen = models.BooleanField("已看过答复", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "申请人"
        ordering = ("pk",)
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("request", "user", "page"), name="asked_once"),
        )

    def __str__(self) -> str:
        return f"{self.request}：{self.user}"


MODELS: dict[str, Any] = {
    NameRequest.Kind.METRIC: Metric,
    NameRequest.Kind.REGION: Region,
    NameRequest.Kind.CATEGORY: Category,
    NameRequest.Kind.ALIAS: Enterprise,
}


def names_of(row: Any) -> list[str]:
    return [normal(name) for name in (row.name, *getattr(row, "aliases", ()))]


def answer_requests(rows: Rows | None) -> None:
    """What was asked for is there: the requests are answered, whoever added it, and how."""
    touched = [kind for kind, model in MODELS.items() if rows is None or rows.get(model)]
    if not touched:
        return
    for asked in NameRequest.objects.open().filter(kind__in=touched).select_related("about"):
        found = asked.model._default_manager.all()
        if rows is not None:
            found = found.filter(pk__in=rows[asked.model])
        row = first_named(found, asked)
        if row is not None:
            asked.settle(NameRequest.State.GRANTED, acts.current().user, row=row)


def first_named(rows: Iterable[Any], asked: NameRequest) -> Any:
    return next((row for row in rows if asked.spelled in names_of(row)), None)
