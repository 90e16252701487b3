"""更正记录: every change of a figure that was public, with what it said before and why."""

from django.urls import reverse
from django.utils import timezone

from aidtracker.pages.listing import ListFilter, ListPage
from aidtracker.pages.tables import Column, Item
from aidtracker.sheets import file_name, file_of
from programs.models import Source
from projects.models import Observation
from projects.review.corrections import State, changes, corrections, with_states_before


def day(state):
    return timezone.localtime(state.history_date).date().isoformat()


def figure(state):
    """The corrected figure by its series, leading to its page if it is still public."""
    address = reverse("observation-detail", args=[state.source.code, state.number])
    return Item(str(state.series), address if is_public(state) else "")


def is_public(state):
    return state.status == Observation.Status.PUBLISHED and state.history_type != "-"


def document(state):
    """Where the figure stands; an internal report may have no page without it."""
    has_page = is_public(state) or state.source.kind != Source.Kind.REPORT
    address = state.source.get_absolute_url() if has_page else ""
    return Item(f"《{state.source.title}》第 {state.number} 处", address)


def change_words(state):
    """原文数字：3万余人 → 3万人；…"""
    return "；".join(f"{label}：{before} → {after}" for label, before, after in changes(state))


class CorrectionFilter(ListFilter):
    SEARCH_LOOKUPS = ("series__search_text", "source__search_text")


class CorrectionList(ListPage):
    model = State
    title = "更正记录"
    lead = "已公开的数字改动或撤回，都留下旧值、日期和理由。"
    empty = "还没有更正。已公开的数字一经改动或撤回，旧值、日期和理由就列在这里。"
    see_also = (("观测值", "observation-list"),)
    filterset_class = CorrectionFilter
    columns = (
        Column("日期", day, kind="date", sort=("history_date",)),
        Column("数字", figure),
        Column("改动", change_words, kind="phrase"),
        Column("理由", "correction_reason", kind="phrase"),
        Column("出处", document),
    )

    def rows(self):
        return corrections()

    def table(self, page):
        page.object_list = with_states_before(page.object_list)
        return super().table(page)

    def download(self, file_format):
        """The corrections that meet the conditions, each with one line for what it changed."""
        headings = [column.label for column in self.columns]
        rows = (
            [
                day(state),
                str(state.series),
                change_words(state),
                state.correction_reason,
                str(document(state).text),
            ]
            for state in with_states_before(self.sorted_rows)
        )
        return file_of(file_name("corrections", file_format), headings, rows)
