"""Changes of what is published already, proposed by one person and approved by another."""

from django.db.models import Q

from aidtracker.ground.constraints import row_check
from aidtracker.ground.datasets import dataset_names
from aidtracker.review.revisions import AbstractRevision


class Revision(AbstractRevision):
    """变更申请: new values for some fields of a published row; the row changes on publication."""

    class Meta(AbstractRevision.Meta):
        constraints = (
            *AbstractRevision.Meta.constraints,
            row_check(
                "revision_of_a_dataset", Q(dataset__in=dataset_names()), "没有这样的数据集。"
            ),
        )
