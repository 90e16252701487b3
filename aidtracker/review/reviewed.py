"""What is entered by one person and approved by another before the public sees it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Annotated, Any, Self

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction

from aidtracker.ground.batches import among, held
from aidtracker.ground.changes import after_change
from aidtracker.ground.columns import PlainColumn
from aidtracker.ground.features import AnyColumnNames, ColumnNames, fields_at
from aidtracker.ground.records import KeyedModel
from aidtracker.ground.scope import may
from aidtracker.ground.search import SearchTextField
from aidtracker.trail.history import set_values

REASON_LENGTH = 200


def paths_to_shown(model: type[models.Model], paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        if not getattr(fields_at(model, path)[-1].related_model, "SHOWN", ()):
            yield f"{path} leads to no row that says by SHOWN what others mean"


PathsToShown = Annotated[tuple[str, ...], paths_to_shown]


class Review(models.TextChoices):
    """How far a row has come on its way to the public."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"
    APPROVED = "approved", "审核通过"
    PUBLISHED = "published", "已发布"
    RETURNED = "returned", "退回"
    WITHDRAWN = "withdrawn", "撤回"


# Whose change makes a draft of it again, so that what is approved is what was seen.
HANDED_ON = (Review.SUBMITTED, Review.APPROVED)
# What who entered it is done with, as long as nobody gives it back.
HANDED_IN = (*HANDED_ON, Review.PUBLISHED)


class ReviewField(PlainColumn, models.CharField):
    """The field of a row's Review."""

    def __init__(self, verbose_name="审核状态", **kwargs):
        usual = {"max_length": 12, "choices": Review, "default": Review.DRAFT, "db_index": True}
        super().__init__(verbose_name, **usual | kwargs)


class ReviewCommentField(PlainColumn, models.CharField):
    """What the second person says when a row goes back."""

    def __init__(self, verbose_name="退回意见", **kwargs):
        super().__init__(verbose_name, **{"max_length": REASON_LENGTH, "blank": True} | kwargs)


class CorrectionReasonField(PlainColumn, models.CharField):
    """Why something public, or of a locked month, was changed."""

    def __init__(self, verbose_name="更正理由", **kwargs):
        help_text = "改动或撤回已发布、已锁定的内容时必填，写这一次为什么改"
        usual = {"max_length": REASON_LENGTH, "blank": True, "help_text": help_text}
        super().__init__(verbose_name, **usual | kwargs)


def standing() -> tuple[ReviewField, ReviewCommentField, CorrectionReasonField]:
    """The fields that say how a reviewed row stands, in the order in which they are shown."""
    return ReviewField(), ReviewCommentField(), CorrectionReasonField()


class Corrected(KeyedModel):
    """Rows of which something public is changed only for a reason, which becomes public, too.

    A model has the field `correction_reason`.
    """

    SHOWN: ColumnNames = ()
    """The columns that say on a published row's page what it means, if it rests on this row."""

    correction_reason: Any

    class Meta(KeyedModel.Meta):
        abstract = True

    @classmethod
    @cache
    def entered_fields(cls) -> list[models.Field]:
        """The fields of the table that hold what a person entered, not how it was reviewed."""
        apart = (cls.REVIEW, "review_comment", "correction_reason", "version", "updated_at")
        return [
            field
            for field in cls._meta.concrete_fields
            if not field.primary_key
            and field.name not in apart
            and not isinstance(field, SearchTextField)
        ]

    def fields_edited(self, before: Any) -> set[str]:
        """The names of the fields that hold something else than in the row as stored."""
        return {
            field.name
            for field in self.entered_fields()
            if getattr(self, field.attname) != getattr(before, field.attname)
        }

    def require_reason(self, before: Any, also: Iterable[str] = ()) -> None:
        """What is public changes only with a reason that is new."""
        self.require_new_reason(before, "这条内容已经公开；改动请写明这一次的更正理由。")

    def require_new_reason(self, before: Any, message: str) -> None:
        """The reason must be there, and not the one of an earlier change."""
        if self.correction_reason in ("", before.correction_reason if before else ""):
            raise ValidationError({"correction_reason": [message]})


class Reviewed(Corrected):
    """Rows that one person enters and another approves before the public sees them.

    A model has the field that `REVIEW` names, `review_comment` and `correction_reason`.
    """

    REVIEW = "review"

    RESTS_ON: PathsToShown = ()
    """The lookup paths to the rows that say on a published row's page what it means."""

    CORRECTED: AnyColumnNames = None
    """The columns whose change is a correction once they are public; None: all that is entered."""

    TOLD: AnyColumnNames = ()
    """The columns of a row's page whose corrections are told to the public, with the reason."""

    CAN_BE_WITHDRAWN: bool = True
    """Whether what is published can be taken back."""

    TELLS_CORRECTIONS: bool = False
    """Whether its public file has the reason of the last correction."""

    STATES_TELL: ColumnNames = ()
    """The columns of its states that its form tells of besides the review."""

    LOCK: str = ""
    """What can lock a row, in words; the model then says by `is_under_lock` what is locked."""

    review_comment: Any

    class Meta(Corrected.Meta):
        abstract = True
        # Approving and publishing are rights of their own, besides entering and importing.
        default_permissions = (*KeyedModel.Meta.default_permissions, "approve", "publish")

    @property
    def review_state(self) -> Review:
        return Review(getattr(self, self.REVIEW))

    @review_state.setter
    def review_state(self, state: Review) -> None:
        setattr(self, self.REVIEW, state)

    @property
    def is_published(self) -> bool:
        return self.review_state == Review.PUBLISHED

    @classmethod
    def is_only_proposed_by(cls, user: Any) -> bool:
        return not may_correct(user, cls)

    @classmethod
    def is_correction(cls, before: Any, after: Any, locks: Collection | None = None) -> bool:
        states = (one for one in (before, after) if one is not None)
        return any(one.is_published or one.is_under_lock(locks) for one in states)

    def is_proposed(self, before: Any, user: Any) -> bool:
        return before is not None and before.is_published and self.is_only_proposed_by(user)

    @classmethod
    def make_ready(cls, rows: Sequence[Self]) -> dict[int, str]:
        """What handing rows on towards the public brings about first; {number: why it cannot}."""
        return {}

    def take_effect(self) -> None:
        """What publishing the row brings about besides; ValidationError if that cannot be."""

    # What may be changed

    def check_edit(
        self, before: Any, user: Any, *, also: Collection = (), locks: Collection | None = None
    ) -> bool:
        """Refuse what `user` may not change, and let what was reviewed be reviewed again.

        `before` is the row as stored, None for a new one; `also` are the names of many-to-many
        fields that will change. Call it when the row is otherwise valid and before it is saved: it
        decides the review state. Raises ValidationError by field.
        """
        self.review_state = state = before.review_state if before else Review.DRAFT
        if before is not None and not self.fields_edited(before) and not also:
            # The reason is made public, too: changed by who does not publish, it is no other.
            is_same = self.correction_reason == before.correction_reason
            is_kept = is_same or state not in HANDED_ON or may_publish(user, type(self))
            self.review_state = state if is_kept else Review.DRAFT
            return not is_kept
        if state == Review.PUBLISHED:
            self.check_correction(before, user, also)
        else:
            self.review_state = Review.DRAFT
        if self.is_under_lock(locks) or (before and before.is_under_lock(locks)):
            self.require_new_reason(before, f"{self.LOCK}已锁定；请写明这一次的更正理由。")
        return state in HANDED_ON

    def check_correction(self, before: Any, user: Any, also: Iterable[str] = ()) -> None:
        """What is public is changed by those who publish, for a reason."""
        if not may_correct(user, type(self)):
            why = "须由两人更正" if may_publish(user, type(self)) else "您没有发布权限"
            words = (
                f"这条{self._meta.verbose_name}已发布，{why}；"
                "请在后台打开这条记录，把改动存为变更申请。"
            )
            raise ValidationError({NON_FIELD_ERRORS: [words]})
        self.require_reason(before, also)

    def require_reason(self, before: Any, also: Iterable[str] = ()) -> None:
        """What is public changes only with a reason that is new."""
        edited = {*self.fields_edited(before), *also}
        if before.review_state != self.review_state:
            edited.add(self.REVIEW)
        if edited if self.CORRECTED is None else edited.intersection(self.CORRECTED):
            super().require_reason(before)


class PartOfReviewed(KeyedModel):
    """Rows that belong to a reviewed row, which `WHOLE` names, and are public with it.

    They have no review of their own: once the whole was approved, only those who publish it
    change them, and a change of them is a change of the whole.
    """

    CLOSED: tuple[Review, ...] = (Review.APPROVED, Review.PUBLISHED)
    """The states of the whole in which only those who publish it change its parts."""

    class Meta(KeyedModel.Meta):
        abstract = True

    def check_edit(
        self, before: Any, user: Any, *, also: Collection = (), locks: Collection | None = None
    ) -> bool:
        """Refuse a change by who may not change what the row belongs to; as `Reviewed.check_edit`.

        A row that moves from one whole to another is a change of both.
        """
        self.check_whole(user)
        column = f"{self.WHOLE}_id"
        if before is not None and getattr(before, column) != getattr(self, column):
            before.check_whole(user)
        return False

    def check_whole(self, user: Any) -> None:
        whole = getattr(self, self.WHOLE, None)
        if whole is None or whole.review_state not in self.CLOSED:
            return
        is_allowed = may_correct if whole.is_published else may_publish
        if not is_allowed(user, type(whole)):
            raise ValidationError(
                f"{whole._meta.verbose_name}“{whole}”{whole.review_state.label}，"
                f"其{self._meta.verbose_name}只能由有发布权限的人改动。"
            )

    @classmethod
    def review_wholes(cls, parts: Iterable[Any]) -> list[Any]:
        model = cls._meta.get_field(cls.WHOLE).related_model
        numbers = {getattr(part, f"{cls.WHOLE}_id") for part in parts}
        return review_again(among(model._base_manager.all(), numbers - {None}))


def may_publish(user: Any, model: type[models.Model]) -> bool:
    """Whether a user may publish rows of a model."""
    return may(user, "publish", model)


def may_correct(user: Any, model: type[models.Model]) -> bool:
    """Whether a user may change, for a reason, what is public: who may publish it, unless the
    site wants two people for that."""
    return may_publish(user, model) and not settings.SEPARATE_PUBLISHER


@transaction.atomic
def review_again(rows: models.QuerySet) -> list[Any]:
    """Make drafts of those of `rows` whose parts changed on their way to the public.

    Returns those that had been handed on.
    """
    review = rows.model.REVIEW
    states = (*HANDED_ON, Review.RETURNED, Review.WITHDRAWN)
    found = list(held(rows.filter(**{f"{review}__in": states})))
    fell = [row for row in found if row.review_state in HANDED_ON]
    set_values(found, {review: Review.DRAFT})
    return fell


# What brings other rows up to date when rows of a model are published or withdrawn, by model:
# it is given the rows. The apps fill it when they start.
FOLLOWERS: dict[type[Reviewed], Callable[[list[Any]], object]] = {}


def follow(rows: list[Any]) -> None:
    """Bring up to date what follows from rows of one model that are public, or were."""
    model = type(rows[0])
    if model in FOLLOWERS:
        FOLLOWERS[model](rows)
    after_change()
