"""What became of the figures of a text since it was written; how two editions differ."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from aidtracker.ground.datasets import dataset_model, dataset_name
from aidtracker.templatetags.formatting import yi
from projects.briefings.ledgers import as_kept
from projects.briefings.sentences import time_words
from projects.models import Matter, Observation
from projects.models.finding_kinds import Result
from projects.models.targets import counted

Data = dict[str, Any]
SHOWN = {
    "printed": "原文数字",
    "series": "所说的",
    "time": "期间",
    "nature": "性质",
    "accumulation": "累计方式",
    "called": "原文名称",
    "said_by": "据谁所说",
}


@dataclass(frozen=True)
class Change:
    """What is otherwise of one figure: of which, by its footnote, and what, in words."""

    number: int
    name: str
    words: str
    address: str = ""
    is_gone: bool = False


def key(figure: Data) -> tuple:
    """By which a figure is known again in another edition, or in the record."""
    if figure["kind"] == "amount":
        return figure["dataset"], figure["id"], figure["field"]
    return ("observations", figure["id"], "")


def name_of(figure: Data) -> str:
    return f"{figure['series']} {figure['printed']}"


# Since then


def since(figures: list[Data]) -> list[Change]:
    """What was corrected, retracted or contradicted after a text was written.

    One query for its figures, one for each ledger that it names.
    """
    numbers = [one["id"] for one in figures if one["kind"] == "figure"]
    rows = Observation.objects.published().with_subjects().filter(pk__among=numbers)
    now = {row.pk: row for row in rows}
    amounts = amounts_now(figures)
    found = []
    for number, figure in enumerate(figures, 1):
        if figure["kind"] == "amount":
            is_gone = key(figure) not in amounts
            words = amount_since(figure, amounts)
        else:
            is_gone = figure["id"] not in now
            words = figure_since(figure, now.get(figure["id"]))
        if words:
            name = f"第 {number} 个数" if is_gone else name_of(figure)
            found.append(Change(number, name, words, figure["address"], is_gone))
    return found


def figure_since(figure: Data, row: Observation | None) -> str:
    if row is None:
        return "已撤回，不再公开。"
    if row.rank == row.Rank.DEPRECATED:
        return f"不再采用：{row.rank_reason}。"
    said = [*corrections(figure, row), *contradictions(figure, row)]
    return "；".join(said) + "。" if said else ""


def corrections(figure: Data, row: Observation) -> Iterator[str]:
    now = {
        "printed": row.printed,
        "series": str(row.series),
        "time": time_words(row),
        "nature": row.nature_words,
        "accumulation": row.get_accumulation_display(),
        "called": row.called,
        "said_by": row.attributed_to,
    }
    changed = [
        f"{label}“{figure[name] or '—'}”改为“{now[name] or '—'}”"
        for name, label in SHOWN.items()
        if figure[name] != now[name]
    ]
    if changed:
        reason = f"（{row.correction_reason}）" if row.correction_reason else ""
        yield f"已更正：{'，'.join(changed)}{reason}"


def contradictions(figure: Data, row: Observation) -> Iterator[str]:
    known = set(figure["contradictions"])
    for mark in row.marks or ():
        if mark["result"] == Result.CONTRADICTION and mark["key"] not in known:
            yield f"后来有不符的说法：{mark['title']}"


def amounts_now(figures: Iterable[Data]) -> dict[tuple, Any]:
    """The public amounts of ledgers as they are now, by their keys."""
    wanted: dict[str, set[int]] = {}
    for one in figures:
        if one["kind"] == "amount":
            wanted.setdefault(one["dataset"], set()).add(one["id"])
    found: dict[tuple, Any] = {}
    for dataset, numbers in wanted.items():
        for row in shown_rows(dataset_model(dataset)).filter(pk__among=list(numbers)):
            for field in row._meta.concrete_fields:
                found[dataset, row.pk, field.name] = getattr(row, field.name)
    return found


def shown_rows(model: Any) -> Any:
    """The rows of a ledger that a text may tell of: of matters those that were released."""
    return model.objects.released() if model is Matter else model.objects.published()


def is_of_matters(content: Data) -> bool:
    """Whether a text tells of matters, which are no part of an edition of the record."""
    return any(one.get("dataset") == dataset_name(Matter) for one in content["figures"])


def amount_since(figure: Data, now: dict[tuple, Any]) -> str:
    if key(figure) not in now:
        return "所在的记录不再公开。"
    value = now[key(figure)]
    if value in (None, ""):
        return "台账上已没有这一项。"
    if as_kept(value) == figure["value"]:
        return ""
    if isinstance(value, str):
        return "台账上的话改过了。"
    unit = figure.get("unit", "")
    return f"台账已改为 {counted(value, unit) if unit else yi(value)}。"


# From edition to edition


def between(earlier: Data, later: Data) -> list[tuple[str, list[Change]]]:
    """What a later edition says otherwise, by data: new, gone and changed figures."""
    old = {key(one): (number, one) for number, one in enumerate(earlier["figures"], 1)}
    new = {key(one): (number, one) for number, one in enumerate(later["figures"], 1)}
    added = [told(*new[one]) for one in new if one not in old]
    gone = [told(*old[one]) for one in old if one not in new]
    changed = []
    for one in new:
        if one in old and (words := otherwise(old[one][1], new[one][1])):
            number, figure = new[one]
            changed.append(Change(number, name_of(figure), words, figure["address"]))
    groups = (("改了的数字", changed), ("新写入的数字", added), ("不再写入的数字", gone))
    return [(title, found) for title, found in groups if found]


def told(number: int, figure: Data) -> Change:
    time = figure.get("time", "")
    return Change(number, name_of(figure), f"{time}。" if time else "", figure["address"])


def otherwise(old: Data, new: Data) -> str:
    labels = SHOWN | {"value": "数值"} if old["kind"] == "amount" else SHOWN
    changed = [
        f"{label}“{old.get(name) or '—'}”改为“{new.get(name) or '—'}”"
        for name, label in labels.items()
        if old.get(name) != new.get(name)
    ]
    return f"{'，'.join(changed)}。" if changed else ""
