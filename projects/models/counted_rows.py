"""What of the ledgers says the same as printed figures: a column, or rows to be counted."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.core.exceptions import FieldError, ValidationError
from django.db import models

from aidtracker.ground.datasets import dataset_model

# Of what a printed count may count, the dataset and the date from which a row counts.
COUNTED_DATES = {
    "awards": "granted_on",
    "outlets": "opened_on",
    "sites": "opened_on",
    "enterprises": "founded_on",
    "investments": "signed_on",
    "activities": "starts_on",
    "agreements": "signed_on",
}


class LedgerField(models.TextChoices):
    """A column of a ledger, by its field."""

    AGREED = "agreed_amount", "招商项目的协议资金"
    ARRIVED = "arrived_amount", "招商项目的到位资金"
    JOBS = "jobs", "招商项目的就业人数"
    TOTAL = "total_amount", "援疆项目的总投资"
    PLANNED = "planned_amount", "援疆项目的援疆资金计划"
    RECEIVED = "received_amount", "援疆项目的资金到位"
    DISBURSED = "disbursed_amount", "援疆项目的资金拨付"
    PAID = "paid_amount", "援疆项目的资金支付"
    WORK_DONE = "work_done_amount", "援疆项目的完成投资"
    AREA = "area", "场所的面积"


@dataclass(frozen=True)
class CountedRows:
    """The rows that a printed count counts, written as `awards?name=国家电子商务示范基地`."""

    rule: str

    @property
    def dataset(self):
        return self.rule.partition("?")[0]

    @property
    def model(self):
        """KeyError for a dataset that cannot be counted."""
        if self.dataset not in COUNTED_DATES:
            raise KeyError(self.dataset)
        return dataset_model(self.dataset)

    @property
    def date_field(self):
        """The field that says from when a row counts."""
        return COUNTED_DATES[self.dataset]

    @property
    def queryset(self):
        """The public rows, of all subjects. FieldError or ValueError for a wrong condition."""
        query = self.rule.partition("?")[2]
        conditions = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
        return self.model.objects.published().filter(**conditions)


def validate_counted_rows(rule):
    """Refuse a rule for rows that no ledger has."""
    try:
        CountedRows(rule).queryset.exists()
    except (KeyError, FieldError, ValueError) as error:
        raise ValidationError(
            "请写成“数据集?栏=值”，数据集是%(datasets)s之一，栏是它的一栏。",
            params={"datasets": "、".join(COUNTED_DATES)},
        ) from error
