"""What the detail pages of this app share: columns of tables, parts, breadcrumbs, sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from aidtracker.pages.details import address, listed, name_column
from aidtracker.pages.tables import Column, Item
from programs.views.columns import HEADQUARTERS, KIND, NOTE, STATUS

PROJECT_COLUMNS = (
    name_column(),
    HEADQUARTERS,
    STATUS,
    Column("总投资", "total_amount", kind="money"),
    Column("实际开工", "actual_start", kind="date"),
    NOTE,
)
INVESTMENT_COLUMNS = (
    name_column(),
    Column("投资方", "investor"),
    Column("落地企业", "local_enterprise"),
    STATUS,
    Column("协议资金", "agreed_amount", kind="money"),
    Column("到位资金", "arrived_amount", kind="money"),
    NOTE,
)
SITE_COLUMNS = (
    name_column(),
    KIND,
    Column("所在地区", "region"),
    Column("启用", "opened_on", kind="date"),
    NOTE,
)
AGREEMENT_COLUMNS = (
    Column("签订", "signed_on", kind="date"),
    name_column(),
    KIND,
    Column("内容", "subject"),
    NOTE,
)
AWARD_COLUMNS = (
    name_column(),
    Column("级别", "get_level_display"),
    Column("授予单位", "grantor"),
    Column("授予", "granted_on", kind="date"),
    NOTE,
)


@dataclass(frozen=True)
class Part:
    """A section of what belongs to a record: its table, and where the whole list is.

    `rows` gives the queryset from the record; `more` names a list and the condition on it.
    """

    anchor: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[Any], QuerySet]
    empty: str
    more: tuple[str, str] | None = None

    def section(self, record):
        words = {"empty": self.empty}
        if self.more:
            list_name, condition = self.more
            words["more"] = address(list_name, **{condition: record.slug})
        return listed(self.anchor, self.title, self.columns, self.rows(record), **words)


def crumbs(*names):
    """The breadcrumb: pairs of a list's title and its address name."""
    return [Item(title, reverse(name)) for title, name in names]


def sentence(*parts):
    """One line of what this is, of those parts that are known."""
    return "，".join(str(part) for part in parts if part) + "。"
