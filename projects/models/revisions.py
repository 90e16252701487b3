"""Changes of what is published already, proposed by one person and approved by another."""

from django.db import models
from django.db.models import Q

from aidtracker.ground.datasets import dataset_model, dataset_names
from aidtracker.ground.records import KeyedModel
from programs.models import Headquarters
from projects.models.reviews import (
    REVIEW_PERMISSIONS,
    CorrectionReasonField,
    ReviewCommentField,
    Reviewed,
    ReviewField,
)


class Revision(Reviewed, KeyedModel):
    """变更申请: new values for some fields of a published row; the row changes on publication.

    `values` are {field: [value when proposed, proposed value]} as the field's text in fixtures.
    """

    KEY = ("dataset", "row_key", "number")
    OWNERS = ("headquarters",)
    IS_SHARED = False
    CAN_BE_WITHDRAWN = False

    # Identification
    dataset = models.CharField("数据集", max_length=40)
    row_id = models.BigIntegerField("记录编号")
    row_key = models.CharField("记录", max_length=400)
    number = models.PositiveIntegerField("序号", help_text="同一记录的第几次变更")
    headquarters = models.ForeignKey(
        Headquarters,
        models.PROTECT,
        verbose_name="援疆指挥部",
        null=True,
        blank=True,
        related_name="revisions",
    )

    # Change
    row_version = models.PositiveIntegerField("依据的版本")
    values = models.JSONField("变更内容", default=dict)

    # Standing
    review = ReviewField()
    review_comment = ReviewCommentField()
    correction_reason = CorrectionReasonField("变更理由", help_text="发布后公布在更正记录")

    class Meta(KeyedModel.Meta):
        verbose_name = "变更申请"
        verbose_name_plural = "变更申请"
        ordering = ("-updated_at", "dataset", "row_key", "number")
        default_permissions = REVIEW_PERMISSIONS
        constraints = (
            models.UniqueConstraint(
                fields=("dataset", "row_key", "number"),
                name="revision_number_once",
                violation_error_message="这条记录已有同序号的变更申请。",
            ),
            models.CheckConstraint(
                condition=Q(dataset__in=dataset_names()),
                name="revision_of_a_dataset",
                violation_error_message="没有这样的数据集。",
            ),
        )

    def __str__(self):
        return f"{self.row_key} 的第 {self.number} 次变更"

    @property
    def model(self):
        """The model of the row to be changed."""
        return dataset_model(self.dataset)

    @property
    def row(self):
        """The row to be changed, as it is now; None if it is gone."""
        return self.model._base_manager.filter(pk=self.row_id).first()

    @staticmethod
    def state_in_words(state, name):
        """What a kept state says in a field; None for what needs no words of its own."""
        from projects.review.revising import state_in_words  # which needs all models

        return state_in_words(state, name)

    def take_effect(self):
        """Change the row. Raises ValidationError if it was changed meanwhile, or must not be so."""
        from projects.review.revising import apply  # which needs all models

        apply(self)
