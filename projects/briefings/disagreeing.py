"""What does not agree, in a text: every statement behind a contradiction, and the working."""

from collections.abc import Iterable, Sequence
from typing import Any

from projects.briefings.sentences import Piece, Told, time_words
from projects.models import Finding, Observation
from projects.models.finding_kinds import Result


def write_contradictions(writer: Any, rows: Sequence[Observation]) -> None:
    """All statements behind each open contradiction that a figure of the text has a part in."""
    keys = dict.fromkeys(
        mark["key"]
        for row in rows
        for mark in row.marks or ()
        if mark["result"] == Result.CONTRADICTION
    )
    if not keys:
        return
    found = {one.key: one for one in Finding.objects.published().filter(key__in=list(keys))}
    sides = sides_of(found.values())
    writer.add("heading", level=1, text="互相不符的说法")
    for key in keys:
        if key in found and sides.get(found[key].pk):
            write_contradiction(writer, found[key], sides[found[key].pk])


def sides_of(findings: Iterable[Finding]) -> dict[int, list[Observation]]:
    """The public figures of each finding: two queries."""
    links = Finding.observations.through._base_manager.filter(finding__in=[*findings])
    pairs = list(
        links.order_by("observation__source__code", "observation__number").values_list(
            "finding", "observation"
        )
    )
    rows = Observation.objects.published().with_subjects().filter(pk__in={pk for _, pk in pairs})
    known = {row.pk: row for row in rows}
    sides: dict[int, list[Observation]] = {}
    for finding, pk in pairs:
        if pk in known:
            sides.setdefault(finding, []).append(known[pk])
    return sides


def write_contradiction(writer: Any, finding: Finding, rows: Sequence[Observation]) -> None:
    said: list[Piece] = []
    for at, row in enumerate(rows):
        time = time_words(row)
        said += ["；" if at else "", f"{row.series}，", f"{time}，" if time else "", Told((row,))]
    said.append(f"。{finding.computation}")
    if finding.explanation:
        said.append(f"说明：{finding.explanation}")
    writer.add(
        "paragraph",
        lead=finding.get_kind_display(),
        pieces=writer.pieces(said),
        is_computed=True,
    )
