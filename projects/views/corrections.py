"""更正记录: every change of what was public, figures and what they mean: old, new and why."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse

from aidtracker.ground.search import words_of
from aidtracker.pages.listing import ListFilter, ListPage
from aidtracker.pages.paging import KeyPage, KeyPaginator, kept
from aidtracker.pages.sections import Section
from aidtracker.pages.tables import Column, Item, Layout, counted, table
from aidtracker.sheets import WITH_WORDS, TakenColumn, file_name, file_of, taken_table
from programs.models import Source
from projects.corrections import Correction, State, corrections_of
from projects.restatements import Told, all_corrections, kinds, read
from projects.views.restatements import day, named

MOST_KEPT = 20_000  # whose keys are kept
AT_ONCE = 1000  # corrections that a file reads at a time


def figure(one: Correction) -> Item:
    """The corrected figure by its series, leading to its page if it is still public."""
    state = one.state
    address = reverse("observation-detail", args=[state.source.code, state.number])
    return Item(str(state.series), address if one.is_shown else "")


def document(one: Correction) -> Item:
    """Where the figure stands; an internal report may have no page without it."""
    state = one.state
    has_page = one.is_shown or state.source.kind != Source.Kind.REPORT
    address = state.source.get_absolute_url() if has_page else ""
    return Item(f"《{state.source.title}》第 {state.number} 处", address)


CORRECTION_COLUMNS = (
    Column("日期", day, kind="date", meaning="改动在本站公布的日期。"),
    Column("数字", figure),
    Column("改动", "words", kind="phrase"),
    Column("理由", "why", kind="phrase"),
)


def corrections_section(figures: QuerySet) -> Section | None:
    """What was corrected of some figures, the latest first; none where nothing was."""
    found = corrections_of(figures)
    if not found:
        return None
    more = Item("更正记录", reverse("correction-list"))
    shown = table(counted("更正", found), CORRECTION_COLUMNS, found, Layout(more=more))
    return Section("corrections", "更正", shown)


def told(one: Told) -> Item:
    """What was changed: the figure's series, or what figures mean."""
    return figure(one) if isinstance(one, Correction) else named(one)


class CorrectionFilter(ListFilter):
    """Words are looked for in each table before they are put together: names and reasons."""

    kind = django_filters.ChoiceFilter(
        label="所改的", choices=lambda: list(kinds().items()), empty_label="全部"
    )

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        asked = self.form.cleaned_data
        return all_corrections(words_of(asked["q"] or ""), asked["kind"] or "")


class CorrectionPaginator(KeyPaginator):
    """Pages of rows of several tables, whose keys say which."""

    def keys(self, start: int, size: int) -> list[Any]:
        return list(self.object_list[start : start + size])


def all_keys() -> list[Any]:
    """The keys of all corrections in their order; none if they are too many to remember."""
    found = list(all_corrections()[: MOST_KEPT + 1])
    return found if len(found) <= MOST_KEPT else []


class CorrectionList(ListPage):
    model = State
    title = "更正记录"
    lead = (
        "已公开的数字，以及它们所指的序列、指标、主体、文献和核对说明，"
        "改动或撤回都留下旧值、日期和理由。"
    )
    empty = "还没有更正。已公开的内容一经改动或撤回，旧值、日期和理由就列在这里。"
    see_also = (("观测值", "observation-list"),)
    filterset_class = CorrectionFilter
    shows_all = False
    columns = (
        Column("日期", day, kind="date", meaning="改动在本站公布的日期。"),
        Column("所改的", told, meaning="改的是哪一条记录的哪一处。"),
        Column("改动", "words", kind="phrase", meaning="改动前后各是什么，或撤回了什么。"),
        Column("理由", "why", kind="phrase", meaning="改动的人写明的理由。"),
        Column(
            "出处",
            lambda one: document(one) if isinstance(one, Correction) else "",
            meaning="数字所在的文献。",
        ),
    )

    def rows(self) -> QuerySet:
        """For the form alone: what is listed comes of several tables, by the filter."""
        return State.objects.none()

    @property
    def total(self) -> int | None:
        return None

    def page(self) -> KeyPage:
        wanted = self.parameters.get("page", "1")
        # To put together what is asked of all tables takes longer than the page.
        if not self.is_filtered and (found := kept("corrections", all_keys)):
            paginator = KeyPaginator(self.rows(), len(found), numbers=lambda: found)
        else:
            paginator = CorrectionPaginator(self.filtered_rows)
        page = paginator.get_page(wanted)
        page.object_list = read(page.object_list)
        return page

    def download(self, file_format: str) -> Any:
        """The corrections that meet the conditions, each with one line for what it changed."""
        headings = [column.label for column in self.columns]
        name = file_name("corrections", file_format, self.chosen_words)
        if file_format in WITH_WORDS:
            columns = [TakenColumn(one.label, definition=one.meaning) for one in self.columns]
            return taken_table(name, columns, self.lines(), self.about)
        return file_of(name, headings, self.lines())

    def documents(self) -> list[str]:
        """Each line names its own."""
        return []

    def lines(self) -> Iterator[list[str]]:
        rows = self.filtered_rows.iterator()
        while part := list(islice(rows, AT_ONCE)):
            for one in read(part):
                where = document(one).text if isinstance(one, Correction) else ""
                yield [day(one), str(told(one).text), one.words, one.why, str(where)]
