"""更正记录: every change of a figure that was public, with what it said before and why."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from aidtracker.ground.search import found_by, words_of
from aidtracker.pages.details import Section
from aidtracker.pages.listing import ListFilter, ListPage
from aidtracker.pages.tables import Column, Item, Layout, counted, table
from aidtracker.sheets import file_name, file_of
from programs.models import Source
from projects.corrections import (
    Correction,
    State,
    corrections,
    corrections_of,
    with_states_before,
)
from projects.models import Series
from projects.restatements import all_restatements
from projects.views.restatements import latest

LATEST = 20  # restatements on the first page


def day(one: Correction) -> str:
    return timezone.localtime(one.state.history_date).date().isoformat()


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


def change_words(one: Correction) -> str:
    """原文数字：3万余人 → 3万人；…"""
    return "；".join(f"{label}：{before} → {after}" for label, before, after in one.changes())


CORRECTION_COLUMNS = (
    Column("日期", day, kind="date"),
    Column("数字", figure),
    Column("改动", change_words, kind="phrase"),
    Column("理由", "state.correction_reason", kind="phrase"),
)


def corrections_section(figures: QuerySet) -> Section | None:
    """What was corrected of some figures, the latest first; none where nothing was."""
    found = corrections_of(figures)
    if not found:
        return None
    more = Item("更正记录", reverse("correction-list"))
    shown = table(counted("更正", found), CORRECTION_COLUMNS, found, Layout(more=more))
    return Section("corrections", "更正", shown)


class CorrectionFilter(ListFilter):
    """Found by the series and the document of the figure."""

    def search(self, queryset, name, value):
        for word in words_of(value):
            queryset = queryset.filter(
                found_by("series", Series, word) | found_by("source", Source, word)
            )
        return queryset


class CorrectionList(ListPage):
    model = State
    title = "更正记录"
    lead = "已公开的数字改动或撤回，都留下旧值、日期和理由。"
    empty = "还没有更正。已公开的数字一经改动或撤回，旧值、日期和理由就列在这里。"
    template_name = "projects/corrections.html"
    see_also = (("所指的更正", "restatement-list"), ("观测值", "observation-list"))
    filterset_class = CorrectionFilter
    shows_all = False
    columns = (
        Column("日期", day, kind="date", sort=("history_date",)),
        Column("数字", figure),
        Column("改动", change_words, kind="phrase"),
        Column("理由", "state.correction_reason", kind="phrase"),
        Column("出处", document),
    )

    def rows(self):
        return corrections()

    def read(self, rows):
        return corrections().filter(pk__in=rows.values("pk"))

    def table(self, page):
        page.object_list = with_states_before(page.object_list)
        return super().table(page)

    def extra_context(self, page):
        """The first page also tells what was changed of what figures mean."""
        is_first = page.number == 1 and not self.is_filtered
        caption = "所指的更正：最近改动的序列、指标、主体、文献和核对说明"
        return {"restated": latest(caption, all_restatements(), LATEST) if is_first else None}

    def download(self, file_format):
        """The corrections that meet the conditions, each with one line for what it changed."""
        headings = [column.label for column in self.columns]
        rows = (
            [
                day(one),
                str(one.state.series),
                change_words(one),
                one.state.correction_reason,
                str(document(one).text),
            ]
            for one in with_states_before(self.sorted_rows)
        )
        return file_of(file_name("corrections", file_format), headings, rows)
