"""What is entered by one person and approved by another before the public sees it."""

from functools import cache

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from aidtracker.ground.records import SearchTextField
from projects.models.periods import is_locked, locked_months

REASON_LENGTH = 200


class Review(models.TextChoices):
    """How far a row has come on its way to the public."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"
    APPROVED = "approved", "审核通过"
    PUBLISHED = "published", "已发布"
    RETURNED = "returned", "退回"
    WITHDRAWN = "withdrawn", "撤回"


class ReviewField(models.CharField):
    """The field of a row's Review."""

    def __init__(self, verbose_name="审核状态", **kwargs):
        kwargs.setdefault("max_length", 12)
        kwargs.setdefault("choices", Review)
        kwargs.setdefault("default", Review.DRAFT)
        kwargs.setdefault("db_index", True)
        super().__init__(verbose_name, **kwargs)


class ReviewCommentField(models.CharField):
    """What the second person says when a row goes back."""

    def __init__(self, verbose_name="退回意见", **kwargs):
        kwargs.setdefault("max_length", REASON_LENGTH)
        kwargs.setdefault("blank", True)
        super().__init__(verbose_name, **kwargs)


class CorrectionReasonField(models.CharField):
    """Why something public, or of a locked month, was changed."""

    def __init__(self, verbose_name="更正理由", **kwargs):
        kwargs.setdefault("max_length", REASON_LENGTH)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("help_text", "改动或撤回已发布、已锁定的内容时必填，写这一次为什么改")
        super().__init__(verbose_name, **kwargs)


class Reviewed:
    """A model whose rows are reviewed; `REVIEW` names the field that says how far they are.

    Has `review_comment` and `correction_reason`, too. `CORRECTED` names the fields whose change is
    a correction once they are public; None stands for all that a person enters.
    """

    REVIEW = "review"
    CORRECTED: tuple[str, ...] | None = None
    CAN_BE_WITHDRAWN = True

    @property
    def review_state(self):
        return Review(getattr(self, self.REVIEW))

    @review_state.setter
    def review_state(self, state):
        setattr(self, self.REVIEW, state)

    @classmethod
    def is_only_proposed_by(cls, user):
        """Whether a user changes published rows only by proposals that others approve."""
        return not may_publish(user, cls)

    @classmethod
    def propose_many(cls, changes):
        """Keep changes of published rows, `Proposal`s, as drafts of revisions."""
        from projects.review.revising import propose_many  # which needs all models

        return propose_many(changes)

    @classmethod
    def waiting_changes(cls, changes):
        """For each of some changes of published rows, a list of what is `Waiting` for the row."""
        from projects.review.open_proposals import waiting_changes  # which needs all models

        return waiting_changes(changes)

    @property
    def is_published(self):
        return self.review_state == Review.PUBLISHED

    @classmethod
    @cache
    def entered_fields(cls):
        """The fields of the table that hold what a person entered, not how it was reviewed."""
        apart = (cls.REVIEW, "review_comment", "correction_reason", "version", "updated_at")
        return [
            field
            for field in cls._meta.concrete_fields
            if not field.primary_key
            and field.name not in apart
            and not isinstance(field, SearchTextField)
        ]

    def fields_edited(self, before):
        """The names of the fields that hold something else than in the row as stored."""
        return {
            field.name
            for field in self.entered_fields()
            if getattr(self, field.attname) != getattr(before, field.attname)
        }

    def check_edit(self, before, user, *, also=(), locked=None):
        """Refuse what `user` may not change, and let what was reviewed be reviewed again.

        `before` is the row as stored, None for a new one; `also` are the names of many-to-many
        fields that will change; `locked` are all locked (headquarters id, month), where many rows
        are checked. Call it when the row is otherwise valid and before it is saved: it decides the
        review state. Raises ValidationError by field.
        """
        self.fell_back = False
        self.review_state = before.review_state if before else Review.DRAFT
        edited = before is None or {*self.fields_edited(before), *also}
        if not edited:
            self.review_reason_again(before, user)
            return
        if before and before.is_published:
            self.check_correction(before, user, also)
        elif before:
            self.fell_back = before.review_state in (Review.SUBMITTED, Review.APPROVED)
            self.review_state = Review.DRAFT
        if is_locked(self, locked) or (before and is_locked(before, locked)):
            self.require_new_reason(before, "这个月的账期已锁定；请写明这一次的更正理由。")

    def review_reason_again(self, before, user):
        """The reason is made public, too: changed by who does not publish, it is reviewed anew."""
        is_changed = self.correction_reason != before.correction_reason
        was_handed_on = before.review_state in (Review.SUBMITTED, Review.APPROVED)
        if is_changed and was_handed_on and not may_publish(user, type(self)):
            self.fell_back, self.review_state = True, Review.DRAFT

    @classmethod
    def locked_months(cls):
        """All locked months if rows of the model belong to a month; else none."""
        return locked_months() if hasattr(cls, "month") else set()

    def changes_for_a_reason(self, locked=None):
        """Whether the row as it stands changes only for a reason: public, or of a locked month."""
        return self.is_published or is_locked(self, locked)

    def take_effect(self):
        """What publishing the row brings about besides; ValidationError if that cannot be."""

    def check_correction(self, before, user, also=()):
        """What is public is changed by those who publish, for a reason."""
        if not may_publish(user, type(self)):
            words = (
                f"这条{self._meta.verbose_name}已发布，您没有发布权限；"
                "请在后台打开这条记录，把改动存为变更申请。"
            )
            raise ValidationError({NON_FIELD_ERRORS: [words]})
        self.require_reason(before, also)

    def require_reason(self, before, also=()):
        """What is public changes only with a reason that is new."""
        edited = {*self.fields_edited(before), *also}
        if before.review_state != self.review_state:
            edited.add(self.REVIEW)
        if edited if self.CORRECTED is None else edited.intersection(self.CORRECTED):
            self.require_new_reason(before, "这条内容已经公开；改动请写明这一次的更正理由。")

    def require_new_reason(self, before, message):
        """The reason must be there, and not the one of an earlier change."""
        if self.correction_reason in ("", before.correction_reason if before else ""):
            raise ValidationError({"correction_reason": [message]})


class PartOfReviewed:
    """A model whose rows belong to a reviewed row, which `WHOLE` names, and are public with it.

    They have no review of their own: once the whole was approved, only those who publish it
    change them, and a change of them is a change of the whole.
    """

    WHOLE = ""
    CLOSED = (Review.APPROVED, Review.PUBLISHED)

    def check_edit(self, before, user, *, also=(), locked=None):
        """Refuse a change by who may not change what the row belongs to; as `Reviewed.check_edit`.

        A row that moves from one whole to another is a change of both.
        """
        self.check_whole(user)
        column = f"{self.WHOLE}_id"
        if before is not None and getattr(before, column) != getattr(self, column):
            before.check_whole(user)

    def check_whole(self, user):
        """Raise ValidationError if the whole is open only to those who publish, and not `user`."""
        whole = getattr(self, self.WHOLE, None)
        if whole is None or whole.review_state not in self.CLOSED:
            return
        if not may_publish(user, type(whole)):
            raise ValidationError(
                f"{whole._meta.verbose_name}“{whole}”{whole.review_state.label}，"
                f"其{self._meta.verbose_name}只能由有发布权限的人改动。"
            )

    @classmethod
    def review_wholes(cls, parts):
        """Let what `parts`, as they are and were, belong to be reviewed again: what fell back."""
        from projects.review.steps import review_again  # which needs all models

        model = cls._meta.get_field(cls.WHOLE).related_model
        numbers = {getattr(part, f"{cls.WHOLE}_id") for part in parts}
        return review_again(model._base_manager.filter(pk__in=numbers))


def may_publish(user, model):
    """Whether a user may publish rows of a model, and so correct what is public."""
    return user.has_perm(f"{model._meta.app_label}.publish_{model._meta.model_name}")


# Approving and publishing are rights of their own, besides entering and importing.
REVIEW_PERMISSIONS = ("add", "change", "delete", "view", "import", "approve", "publish")
