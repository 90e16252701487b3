"""What figures mean, as it was changed: a part of 更正记录, and of each figure's page."""

from typing import Any

from django.utils import timezone

from aidtracker.ground.search import words_of
from aidtracker.pages.details import Section
from aidtracker.pages.listing import ListFilter, ListPage
from aidtracker.pages.paging import KeyPage, KeyPaginator
from aidtracker.pages.tables import Column, Item, table
from aidtracker.sheets import file_name, file_of
from projects.models import Observation
from projects.restatements import Restatement, all_restatements, read, restatements_for

MOST = 10  # on a figure's page
TITLE = "所指的更正"


def day(one: Restatement) -> str:
    return timezone.localtime(one.state.history_date).date().isoformat()


def named(one: Restatement) -> Item:
    """指标：销售额, leading to its page."""
    address = "" if one.row is None else one.row.get_absolute_url()
    return Item(f"{one.kind}：{one.name}", address)


COLUMNS = (
    Column("日期", day, kind="date"),
    Column("所指", named),
    Column("改动", "words", kind="phrase"),
    Column("理由", "state.correction_reason", kind="phrase"),
)


def latest(caption: str, found: Any, number: int) -> Any:
    """A table of the latest; None if there are none."""
    rows = read(found[:number])
    return table(caption, COLUMNS, rows) if rows else None


def restated(observation: Observation) -> Section | None:
    """What was changed of what the figure means, the latest first; no section for nothing."""
    shown = latest(TITLE, restatements_for(observation), MOST)
    return Section("restated", TITLE, shown) if shown else None


class RestatementFilter(ListFilter):
    """Words are looked for in each table before they are put together."""

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return all_restatements(words_of(value))


class RestatementPaginator(KeyPaginator):
    """Pages of states of several tables."""

    def keys(self, start: int, size: int) -> list[Any]:
        return list(self.object_list[start : start + size])


class RestatementList(ListPage):
    model = Observation.history.model  # no dataset, whose list it would be
    title = TITLE
    lead = "公开的数字所依据的序列、指标、主体、文献和核对说明，公开以后怎样改过。"
    empty = "还没有改过。公开的数字所依据的内容一经改动，旧值、新值和理由就列在这里。"
    see_also = (("数字的更正", "correction-list"),)
    filterset_class = RestatementFilter
    shows_all = False
    columns = COLUMNS

    def rows(self) -> Any:
        return all_restatements()

    @property
    def total(self) -> int | None:
        return None

    def page(self) -> KeyPage:
        page = RestatementPaginator(self.sorted_rows).get_page(self.parameters.get("page", "1"))
        page.object_list = read(page.object_list)
        return page

    def download(self, file_format: str) -> Any:
        headings = [column.label for column in self.columns]
        rows = (
            [day(one), named(one).text, one.words, one.state.correction_reason]
            for one in read(self.sorted_rows)
        )
        return file_of(file_name("restatements", file_format), headings, rows)
