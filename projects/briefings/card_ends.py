"""How a 项目卡片 ends: what is around the project, and the documents it is written from."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.urls import reverse

from projects.briefings.cards import listed, noted
from projects.briefings.ledgers import cited, said_of, tables_of, write_amounts
from projects.models import Investment, Matter, Observation, Outlet, Project
from projects.models.briefings import Briefing

OUTLETS = MATTERS = 12


def write_end_of_card(writer: Any, briefing: Briefing, rows: Iterable[Observation]) -> None:
    """What is around the project: firms at its site, matters, outlets; then the documents."""
    project = briefing.project
    assert project is not None
    if not (briefing.starts_in or briefing.ends_in):
        rows_there = Investment.objects.filter(site=project.site_id)
        for table in tables_of(Investment, rows_there) if project.site_id else ():
            write_amounts(writer, replace(table, title="同一场所的招商项目"))
        write_matters(writer, project)
    outlets = Outlet.objects.published().filter(
        program__in=project.programs.all(), headquarters=project.headquarters_id
    )
    found = list(outlets.order_by("slug")[: OUTLETS + 1])
    if found:
        names = [noted(writer, one, "name", str(one)) for one in found[:OUTLETS]]
        rest = "等。" if len(found) > OUTLETS else "。"
        writer.add("heading", level=1, text="所属工程的网点")
        writer.add("paragraph", lead="", pieces=[*listed(names), rest])
    documents = {one.pk: one.cited for one in project.sources.published().without_text()}
    documents |= {row.source_id: row.source.cited for row in rows}
    if documents:
        writer.add("heading", level=1, text="所据文献")
        writer.add("paragraph", lead="", pieces=[f"{'；'.join(documents.values())}。"])


def write_matters(writer: Any, project: Project) -> None:
    """What its site and the firms that take part ran into, as far as that was released."""
    firms = project.parties.published().exclude(enterprise=None).values("enterprise")
    there = Q(site=project.site_id) if project.site_id else Q()
    found = Matter.objects.released().filter(Q(enterprise__in=firms) | there)
    shown = found.select_related("enterprise", "site").order_by("-answered_on", "-pk")[:MATTERS]
    rows = []
    for one in shown:
        about = str(one.enterprise or one.site)
        message, answer = (piece_of_matter(writer, one, at) for at in ("message", "answer"))
        said = (one.raised_on.isoformat(), one.get_kind_display(), about, one.get_state_display())
        day, kind, about, state = (
            [{"printed": words, "notes": message["notes"]}] for words in said
        )
        rows.append([day, kind, about, [message], state, [answer]])
    if rows:
        writer.add("heading", level=1, text="问题办理")
        heads = ["提出", "类型", "关于", "事由", "结果", "答复"]
        title = "所在场所、参与企业已公开的问题"
        writer.add("table", title=title, heads=heads, rows=rows)
    if (left := found.count() - len(rows)) > 0:
        writer.add("note", text=f"另有 {left} 件没有列入。")


def piece_of_matter(writer: Any, matter: Matter, name: str) -> Any:
    """Words of a matter with their footnote, which does not say who raised it."""
    said = said_of(matter, name, getattr(matter, name), reverse("matters"))
    words = f"{matter.enterprise or matter.site}：{matter.get_kind_display()}"
    source = f"问题办理“{words}”（{matter.raised_on.isoformat()}）的{said['label']}，指挥部公开"
    return cited(writer, said | {"series": f"{words} {said['label']}", "source": source})
