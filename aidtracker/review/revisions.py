"""Changes of published rows, proposed by one person and approved by another: what a row shall hold.

Values are kept as JSON in the manner of fixtures: related rows by their natural keys, lists of
them sorted, numbers with decimals and dates as text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models, transaction

from aidtracker.ground.batches import held
from aidtracker.ground.datasets import dataset_model, dataset_name
from aidtracker.ground.keys import key_text
from aidtracker.ground.money import labelled
from aidtracker.ground.records import KeyedModel, MaintainerField
from aidtracker.review.reviewed import (
    CorrectionReasonField,
    Review,
    ReviewCommentField,
    Reviewed,
    ReviewField,
    follow,
)
from aidtracker.templatetags.formatting import UNKNOWN, plain
from aidtracker.trail.history import keep_links

AS_THEY_ARE = (bool, int, str, list, type(None))


@dataclass(frozen=True)
class ProposedValue:
    """One field of a revision in words: when proposed, now, and as proposed."""

    label: str
    before: str
    now: str
    proposed: str
    is_stale: bool


class AbstractRevision(Reviewed):
    """变更申请: new values for some fields of a published row; the row changes on publication.

    `values` are {field: [value when proposed, proposed value]} as the field's text in fixtures.
    An app has the one table of them.
    """

    KEY = ("dataset", "row_key", "number")
    OWNERS = ("headquarters",)
    IS_SHARED = False
    CAN_BE_WITHDRAWN = False
    SEARCHED_IN = ("row_key", "correction_reason")

    # Identification
    dataset = models.CharField("数据集", max_length=40)
    row_id = models.BigIntegerField("记录编号")
    row_key = models.CharField("记录", max_length=400)
    number = models.PositiveIntegerField("序号", help_text="同一记录的第几次变更")
    headquarters = MaintainerField("援疆指挥部", related_name="revisions", help_text="")

    # Change
    row_version = models.PositiveIntegerField("依据的版本")
    values = models.JSONField("变更内容", default=dict)

    # Standing
    review = ReviewField()
    review_comment = ReviewCommentField()
    correction_reason = CorrectionReasonField("变更理由", help_text="发布后公布在更正记录")

    class Meta(Reviewed.Meta):
        abstract = True
        verbose_name = "变更申请"
        verbose_name_plural = "变更申请"
        ordering = ("-updated_at", "dataset", "row_key", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("dataset", "row_key", "number"),
                name="%(class)s_number_once",
                violation_error_message="这条记录已有同序号的变更申请。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.row_key} 的第 {self.number} 次变更"

    @classmethod
    def is_only_proposed_by(cls, user: Any) -> bool:
        """Nobody proposes a change of what has been a proposal itself."""
        return False

    @property
    def model(self) -> type[KeyedModel]:
        """The model of the row to be changed."""
        return dataset_model(self.dataset)

    @property
    def row(self) -> Any:
        """The row to be changed, as it is now; None if it is gone."""
        return self.model._base_manager.filter(pk=self.row_id).first()

    @property
    def edited(self) -> str:
        """The fields that it changes, by their labels."""
        return "、".join(map(self.label_of, self.values))

    def label_of(self, name: str) -> str:
        return str(self.model._meta.get_field(name).verbose_name)

    def proposed(self, name: str) -> str:
        """What a field shall hold, in words."""
        return in_words(self.model._meta.get_field(name), self.values[name][1])

    def changes(self, row: Any) -> Iterator[ProposedValue]:
        """What it proposes for its row, which is None if it is gone."""
        for name, (old, new) in self.values.items():
            field = self.model._meta.get_field(name)
            present = text_of(row, name) if row else None
            before, now, proposed = (in_words(field, text) for text in (old, present, new))
            yield ProposedValue(
                labelled(field), before, now, proposed, row is None or present != old
            )

    @staticmethod
    def state_in_words(state: Any, name: str) -> str | None:
        model = dataset_model(state.dataset)
        if name == "dataset":
            return str(model._meta.verbose_name)
        if name != "values":
            return None
        changes = ((model._meta.get_field(key), pair) for key, pair in state.values.items())
        return "；".join(
            f"{labelled(field)}：{in_words(field, old)} → {in_words(field, new)}"
            for field, (old, new) in changes
        )

    @transaction.atomic
    def take_effect(self) -> None:
        """Change the row as proposed, or nothing at all.

        Raises ValidationError if the row is gone or not public, if somebody changed one of the
        fields after the proposal, or if the changed row would not be valid.
        """
        row = held(self.model._base_manager.filter(pk=self.row_id)).first()
        if row is None or not row.is_published:
            raise ValidationError("要变更的记录已不在发布状态。")
        self.refuse_if_changed(row)
        if self.correction_reason == row.correction_reason:
            words = "变更理由与这条记录上一次更正的相同，请退回并写明这一次的理由。"
            raise ValidationError(words)
        links = self.apply_to(row)
        row.correction_reason = self.correction_reason
        row.full_clean()
        row.save()
        for name, linked in links.items():
            getattr(row, name).set(linked)
        keep_links(row)
        follow([row])

    def apply_to(self, row: Any) -> dict[str, list]:
        """Give a row in hand the proposed values. Returns the rows that its links shall name.

        Raises ValidationError for a related row that is gone.
        """
        links = {}
        for name, (_, new) in self.values.items():
            field = row._meta.get_field(name)
            value = value_of(field, new)
            if field.many_to_many:
                links[name] = value
            else:
                setattr(row, name, value)
        return links

    def refuse_if_changed(self, row: Any) -> None:
        changed = "，".join(
            f"“{one.label}”已由“{one.before}”改为“{one.now}”"
            for one in self.changes(row)
            if one.is_stale
        )
        if changed:
            raise ValidationError(f"提出变更之后，{changed}；请退回，按现在的内容重新提出。")


@cache
def revision_model() -> Any:
    """The one model of revisions."""
    [model] = [one for one in apps.get_models() if issubclass(one, AbstractRevision)]
    return model


def open_revisions_of(model: Any) -> models.QuerySet:
    """Those of rows of a model that have no effect yet."""
    waiting = revision_model().objects.exclude(review=Review.PUBLISHED)
    return waiting.filter(dataset=dataset_name(model))


def has_open_revision(model: Any) -> models.Exists:
    """The condition that a change of a row of a model waits for others."""
    return models.Exists(open_revisions_of(model).filter(row_id=models.OuterRef("pk")))


# The fields of a row as they are kept


def text_of(row: Any, name: str) -> Any:
    """A field of a row as fixtures write it."""
    field = row._meta.get_field(name)
    if field.many_to_many:
        return natural_keys(getattr(row, name).all())
    if field.is_relation:
        related = getattr(row, name)
        return None if related is None else list(related.natural_key())
    value = field.to_python(field.value_from_object(row))
    if isinstance(value, Decimal):
        return plain(value)
    return value if isinstance(value, AS_THEY_ARE) else field.value_to_string(row)


def natural_keys(rows: Any) -> list[list]:
    return sorted((list(row.natural_key()) for row in rows), key=str)


def value_of(field: Any, text: Any) -> Any:
    """What a field shall hold. Raises ValidationError for a related row that is gone."""
    if not field.is_relation:
        return field.to_python(text)
    manager = field.related_model._default_manager
    try:
        if field.many_to_many:
            return [manager.get_by_natural_key(*key) for key in text]
        return None if text is None else manager.get_by_natural_key(*text)
    except ObjectDoesNotExist as error:
        raise ValidationError(f"“{field.verbose_name}”所指的记录已不存在。") from error


def in_words(field: Any, text: Any) -> str:
    """A kept value for people; — for nothing."""
    if text is None or text in ("", []):
        return UNKNOWN
    if isinstance(text, bool):
        return "是" if text else "否"
    if field.many_to_many:
        return "、".join(key_text(key) for key in text)
    if isinstance(text, list):
        return key_text(text) if field.is_relation else "、".join(map(str, text))
    return str(dict(field.flatchoices).get(text, text))
