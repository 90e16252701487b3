"""What is set out to do: the list with how far it has come by type, and the page of a target."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from aidtracker.pages.details import DetailPage, sentence
from aidtracker.pages.listing import ListPage
from aidtracker.pages.sections import Section
from aidtracker.pages.tables import CAP, KIND, NAME, NOTE, STATUS, Column, Item, table
from projects.models import Target, TargetReport
from projects.sums.standings import Ground, Standing, with_standing
from projects.views import filters
from projects.views.reports import reports
from projects.views.target_rows import (
    COUNTED,
    LIGHT,
    PERIOD,
    PLANNED,
    SHARE,
    TARGET_COLUMNS,
    TargetRows,
    lit,
    with_counts,
)
from projects.views.target_sums import explained_parts
from projects.warnings import rules_of_targets

NO_PARTS = "由几部分组成的，填写各部分的“所属任务”后列在这里。"


class TargetList(ListPage):
    model = Target
    template_name = "projects/target_list.html"
    lead = "工程、项目、指挥部计划做的事：多少场、人次、对、亩、户，做了多少，哪些晚了、为什么。"
    filterset_class = filters.TargetFilter
    columns = (
        NAME,
        PLANNED,
        COUNTED,
        SHARE,
        LIGHT,
        Column("期限", PERIOD.value, kind="moment", sort=("ends_on", "starts_on")),
        KIND,
        Column("所属工程", "program", sort=("program__slug",)),
        Column("援疆指挥部", "headquarters", sort=("headquarters__slug",)),
        NOTE,
    )

    def read(self, rows: QuerySet) -> QuerySet:
        return with_counts(super().read(rows))

    def page(self) -> Any:
        page = super().page()
        if page.object_list:
            lit(page.object_list, rules_of_targets())
        return page

    def extra_context(self, page: Any) -> dict[str, Any]:
        return {"by_kind": self.by_kind()}

    def by_kind(self) -> Any:
        """How many of all that meet the conditions stand how, by type."""
        columns = (
            Column("类型", lambda one: Target.Kind(one["kind"]).label),
            Column("任务", lambda one: self.counted(one, "count"), kind="count"),
            *(self.column(one.label, one.value, "standing") for one in Standing),
            self.column("其中据文献", Ground.DOCUMENT.value, "ground"),
        )
        return table("按类型计数", columns, by_kind(self.filtered_rows))

    def column(self, label: str, value: str, condition: str) -> Column:
        return Column(
            label, lambda one: self.counted(one, value, **{condition: value}), kind="count"
        )

    def counted(self, one: dict[str, Any], name: str, **conditions: str) -> Item | str:
        """A number of rows, leading to the list of just these."""
        if not one[name]:
            return "0"
        url = self.address(kind=one["kind"], page=None, sort=None, **conditions)
        return Item(f"{one[name]} 项", url)


def by_kind(rows: QuerySet) -> list[dict[str, Any]]:
    """Of each type how many there are, how many of them stand how and by what: one query."""
    grouped = with_standing(rows).order_by().values("kind", "standing", "ground")
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in grouped.annotate(n=Count("pk")):
        for name in ("count", one["standing"], one["ground"]):
            found[one["kind"]][name] += one["n"]
    return [{"kind": kind, **ZEROS, **found[kind]} for kind in sorted(found)]


ZEROS = dict.fromkeys((*Standing.values, *Ground.values), 0)


@dataclass(frozen=True)
class Parts(TargetRows):
    """The parts of a target, which was told the rules, and what they come to together."""

    def rules(self, record: Any) -> Iterable[Any]:
        return record.rules

    def __call__(self, record: Any) -> Section:
        rows = self.lit_rows(record)
        section = self.section(rows, record)
        totals = explained_parts(record, rows) if len(rows) <= CAP else []
        if not totals:
            return section
        return replace(section, template="projects/section_ledger.html", data=totals)


PARTS = Parts("parts", "各部分", TARGET_COLUMNS, NO_PARTS, by="parent")


def as_far_as_public(rows: QuerySet) -> QuerySet:
    return rows.prefetch_related(Prefetch("parent", Target.objects.published()))


class TargetPage(DetailPage):
    model = Target
    schema = "Action"
    columns = (
        Column("任务编号", "code"),
        KIND,
        STATUS,
        Column("所属任务", "parent", reads=as_far_as_public),
        Column("所属工程", "program"),
        Column("援疆项目", "project"),
        Column("活动", "activity"),
        Column("场所", "site"),
        Column("地区", "region"),
        Column("援疆指挥部", "headquarters"),
        Column("文献里的数", "series"),
        Column("期限", PERIOD.value),
        PLANNED,
        COUNTED,
        SHARE,
        Column("进度", lambda target: light_words(target.light)),
    )
    parts = (
        PARTS,
        reports(TargetReport, "done", "done_to_date", "problems"),
    )

    def rows(self) -> QuerySet:
        return with_counts(super().rows())

    def find(self, **key: Any) -> Target:
        found = super().find(**key)
        found.rules = list(rules_of_targets())
        lit([found], found.rules)
        return found

    @property
    def lead(self) -> str:
        target = self.row
        return sentence(
            target.get_kind_display(),
            target.parent and f"是“{target.parent}”的一部分",
            target.program and f"属于{target.program}",
            target.headquarters and f"由{target.headquarters}承担",
        )


def light_words(light: Any) -> str:
    return "：".join(filter(None, (light.words, light.why))) if light else ""
