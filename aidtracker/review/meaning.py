"""What published rows mean: the rows that say so change as the published rows themselves do."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache, cached_property
from typing import Any, Self

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q

from aidtracker.ground.batches import in_batches
from aidtracker.ground.features import fields_at
from aidtracker.review.reviewed import (
    Corrected,
    CorrectionReasonField,
    Review,
    Reviewed,
    may_correct,
)

PUBLIC = "已发布的数据依据这条内容，它的页面显示这几栏；改动请写明这一次的更正理由。"
WHEN_ASKED = "已发布的数据依据这条内容时，改动公开页所显示的栏必填；旧值、新值和理由公布在更正记录"


def reason_of_change() -> CorrectionReasonField:
    """The field `correction_reason` of a Meaning."""
    return CorrectionReasonField(help_text=WHEN_ASKED)


class Meaning(Corrected):
    """Rows that say what published rows mean, without a review of their own.

    While a published row rests on one, what it says there (`SHOWN`) changes by a proposal that
    others approve or, by who may publish such rows, for a reason. All else changes freely, and so
    does a row on which nothing published rests.
    """

    class Meta(Corrected.Meta):
        abstract = True

    @classmethod
    def is_only_proposed_by(cls, user: Any) -> bool:
        """Who may not publish what rests on the rows does not change what it means either."""
        return not all(may_correct(user, model) for model, _ in resting_on(cls))

    @classmethod
    def is_correction(cls, before: Any, after: Any, locks: Collection | None = None) -> bool:
        is_other = (
            before is not None
            and after is not None
            and before.shown_values() != after.shown_values()
        )
        return is_other and before.is_relied_on

    def is_proposed(self, before: Any, user: Any) -> bool:
        return self.is_only_proposed_by(user) and self.is_correction(before, self)

    def shown_values(self) -> list[Any]:
        """What it says on the pages of the rows that rest on it."""
        return [getattr(self, name) for name in self.shown_columns()]

    @classmethod
    @cache
    def shown_columns(cls) -> list[str]:
        return [cls._meta.get_field(name).attname for name in cls.SHOWN]

    @cached_property
    def is_relied_on(self) -> bool:
        """Whether published rows rest on it."""
        return bool(self.relied_on([self.pk]))

    @classmethod
    def relied_on(cls, numbers: Iterable[int]) -> set[int]:
        """On which of some stored rows published rows rest; an index finds one of them for each."""
        rests = Q()
        for model, path in resting_on(cls):
            published = {model.REVIEW: Review.PUBLISHED, path: OuterRef("pk")}
            rests |= Q(Exists(model._base_manager.filter(**published)))
        rows = cls._base_manager.filter(rests)
        found: set[int] = set()
        for part in in_batches(sorted(numbers)):
            found.update(rows.filter(pk__in=part).values_list("pk", flat=True))
        return found

    @classmethod
    def ask_at_once(cls, rows: Iterable[Any]) -> None:
        rows = [row for row in rows if row.pk]
        found = cls.relied_on([row.pk for row in rows]) if rows else set()
        for row in rows:
            row.is_relied_on = row.pk in found

    def check_edit(
        self, before: Any, user: Any, *, also: Collection = (), locks: Collection | None = None
    ) -> bool:
        """Refuse a change of what published rows mean by who may only propose it, or for no reason.

        As `Reviewed.check_edit`.
        """
        if self.is_proposed(before, user):
            words = (
                f"已发布的数据依据这条{self._meta.verbose_name}，您没有发布它们的权限；"
                "请在后台打开这条记录，把改动存为变更申请。"
            )
            raise ValidationError({NON_FIELD_ERRORS: [words]})
        if self.is_correction(before, self):
            self.require_reason(before)
        return False

    def require_reason(self, before: Any, also: Iterable[str] = ()) -> None:
        self.require_new_reason(before, PUBLIC)

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        """What published rows mean changes for a new reason; a reason without such a change is
        none, since each is published with what it changed."""
        stored = stored_rows(cls, rows)
        changed = [
            row
            for row in rows
            if row.pk in stored and row.shown_values() != stored[row.pk].shown_values()
        ]
        relied_on = cls.relied_on([row.pk for row in changed]) if changed else set()
        for row in rows:
            if row.pk in relied_on:
                row.require_reason(stored[row.pk])
            elif row.pk in stored:
                row.correction_reason = stored[row.pk].correction_reason
            elif row.pk is None:
                row.correction_reason = ""


def stored_rows(model: type[Meaning], rows: Iterable[Meaning]) -> dict[int, Any]:
    """Rows as they are stored, as far as they say what others mean and why that was changed."""
    names = {*model.SHOWN, "correction_reason"}
    stored = model._base_manager.only(*names)
    numbers = sorted(row.pk for row in rows if row.pk is not None)
    return {row.pk: row for part in in_batches(numbers) for row in stored.filter(pk__in=part)}


@cache
def resting_on(model: type[models.Model]) -> list[tuple[type[Reviewed], str]]:
    """The reviewed models whose rows rest on rows of a model, with the paths that lead there."""
    return [
        (one, path)
        for one in apps.get_models()
        if issubclass(one, Reviewed)
        for path in one.RESTS_ON
        if fields_at(one, path)[-1].related_model is model
    ]
