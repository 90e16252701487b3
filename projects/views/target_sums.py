"""What the parts of a target come to together: only of one unit, and only what is known."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from projects.amounts.ledger_sums import Explanation, Line
from projects.models.targets import counted, share_words
from projects.views.target_rows import Count, done_of, planned_of

FEWEST = 2  # parts that there is something to add of
COUNTS: tuple[tuple[str, Callable[[Any], Count]], ...] = (
    ("计划", planned_of),
    ("完成", done_of),
)


def explained_parts(whole: Any, rows: Sequence[Any]) -> list[tuple[str, Explanation]]:
    """(label, explanation) of the plans, of what is done and of its share, for each unit.

    None where nobody says why the parts count nothing twice.
    """
    if not whole.parts_ground:
        return []
    by_unit: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.unit:
            by_unit[row.unit].append(row)
    found: list[tuple[str, Explanation]] = []
    for unit, alike in by_unit.items():
        if len(alike) >= FEWEST:
            sums = [(f"{label}（{unit}）", summed(alike, unit, of, whole)) for label, of in COUNTS]
            found += [(label, one) for label, one in sums if one.parts]
            found += [(f"完成率（{unit}）", rate)] if (rate := rate_of(alike, unit)) else []
    return found


def summed(rows: Sequence[Any], unit: str, of: Callable[[Any], Count], whole: Any) -> Explanation:
    counts = [(row, of(row)) for row in rows]
    known = [(row, one.number) for row, one in counts if one.number is not None]
    parts = tuple(line(row, counted(number, unit)) for row, number in known)
    left = tuple(
        line(row, f"{one.words}，不是确数" if one.words else "没有数")
        for row, one in counts
        if one.number is None
    )
    total = counted(sum((number for _, number in known), Decimal(0)), unit)
    rest = f"；另 {len(left)} 项没有确数" if left else ""
    amount = f"已知 {len(known)} 项：{total}{rest}" if left else total
    added = "＋".join(counted(number, "") for _, number in known)
    formula = f"{added}＝{total}{rest and f'{rest}，未计入'}。可以相加：{whole.parts_ground}。"
    return Explanation(amount, formula, parts, left)


def rate_of(rows: Sequence[Any], unit: str) -> Explanation | None:
    """Of the parts that give both counts, which alone may be divided by each other."""
    counts = [(row, done_of(row).number, planned_of(row).number) for row in rows]
    both = [(row, done, plan) for row, done, plan in counts if None not in (done, plan)]
    done = sum((one for _, one, _ in both), Decimal(0))
    planned = sum((one for *_, one in both), Decimal(0))
    words = share_words(done, planned) if both else ""
    if not words:
        return None
    basis = f"完成 {counted(done, unit)} ÷ 计划 {counted(planned, unit)}，{len(both)} 项两数都有。"
    parts = tuple(
        line(row, share_words(one, plan) or counted(one, unit)) for row, one, plan in both
    )
    left = tuple(line(row, "缺计划数或完成数") for row, *two in counts if None in two)
    return Explanation(words, basis, parts, left)


def line(row: Any, words: str) -> Line:
    return Line(str(row), words, row.get_absolute_url())
