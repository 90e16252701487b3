"""Figures against the ledgers: an amount kept there, and a count against the rows it counts."""

from decimal import Decimal

from aidtracker.templatetags.formatting import yi
from projects.checks.evidence import AmountRow, Figure
from projects.checks.verdicts import Verdict
from projects.checks.words import allowed_words, amount_words, when
from projects.models.amount_figures import MEASURED, allows, column_of, in_words, is_comparable
from projects.models.finding_kinds import LEDGER, Result
from projects.reading.intervals import Interval

# A plan is kept as a plan, an agreement as agreed; what arrived has happened.
NATURES = {
    "total_amount": ("actual", "plan", "agreement", "target"),
    "planned_amount": ("plan", "actual"),
    "agreed_amount": ("agreement", "actual"),
}
MADE_ONCE = ("total_amount", "agreed_amount", "area")
COMPARED = ("point", "cumulative", "unclear")
LISTED = 12


def check_ledger(series, evidence):
    """Amounts of ledgers against what documents say of the same thing."""
    field = series.metric.ledger_field
    things = [thing for thing in series.subjects if (thing, field) in evidence.ledger]
    if field and not series.scope and len(things) == 1:
        figures = [
            figure
            for figure in evidence.figures_of(series)
            if figure.nature in NATURES.get(field, ("actual",)) and figure.interval.is_known
        ]
        yield from against_ledger(figures, field, things[0], evidence)


def against_ledger(figures, field, thing, evidence):
    """The latest figures must agree; one for a part of the time must only not exceed.

    So must an earlier count since some day, while an earlier state or plan may have been higher.
    """
    amount = Interval.exactly(evidence.ledger[thing, field])
    whole = [one for one in figures if field in MADE_ONCE or one.accumulation in COMPARED]
    latest = max((str(one.moment or "") for one in whole), default="")
    for figure in figures:
        if figure in whole and str(figure.moment or "") == latest:
            agrees = figure.interval.intersects(amount)
            result = Result.HOLDS if agrees else Result.CONTRADICTION
            yield ledger_verdict(figure, field, thing, result, evidence)
        elif is_counted_up(figure, field) and figure.interval.is_above(amount):
            yield ledger_verdict(figure, field, thing, Result.CONTRADICTION, evidence)


def is_counted_up(figure, field):
    """Whether what a figure says is still in the ledger's amount, which can only have grown.

    Plans are revised, and people who were given jobs since some day may have left.
    """
    if figure.accumulation == "cumulative":
        return field not in (*MADE_ONCE, "jobs") and figure.nature == "actual"
    return field not in MADE_ONCE and figure.accumulation == "period"


def ledger_verdict(figure, field, thing, result, evidence):
    kept = amount_words(evidence.ledger[thing, field], figure.metric.unit)
    relation = "相符" if result == Result.HOLDS else "不符"
    needed = "" if result == Result.HOLDS else f"；要相符，台账须{allowed_words(figure)}"
    words = (
        f"{figure.series.name}（{when(figure)}）：原文{figure.printed}，"
        f"台账{kept}，{relation}{needed}。"
    )
    record = evidence.ledger_names.get(thing, "")
    return Verdict(LEDGER, result, figure.key, words, (figure,), (record,) if record else ())


def check_amounts(series, evidence):
    """Amounts of ledgers against the figures that they are said to be taken from."""
    for figure in evidence.records_of(series):
        for row in evidence.amount_rows.get(figure.pk, ()):
            yield check_amount(figure, row)


def check_amount(figure: Figure, row: AmountRow) -> Verdict:
    """Whether the amount that a figure speaks of is one that its words allow."""
    name = column_of(figure, row.amounts)
    amounts = row.amounts if not name else {name: row.amounts[name]}
    listed = "、".join(row.labels[one] + told(one, amount) for one, amount in amounts.items())
    can_compare = any(is_comparable(figure, one) for one in amounts or ("total_amount",))
    if not (can_compare and figure.interval.is_known):
        result, relation = Result.UNCHECKED, "不能比较大小"
    elif name and allows(figure, name, amounts[name]):
        result, relation = Result.HOLDS, "相符"
    else:
        result, relation = Result.CONTRADICTION, "不符"
    source = f"注明出自原文{figure.printed}（{figure.series.name}），{relation}。"
    words = f"{row.words}：台账{listed or '没有金额'}，{source}"
    return Verdict(LEDGER, result, f"{row.key}:{figure.key}", words, (figure,), (row.record,))


def told(name: str, amount: Decimal) -> str:
    """An amount as people say it: 1500万元 as 0.15亿元, 2000人."""
    return in_words(name, amount) if name in MEASURED else yi(amount)


def check_counts(series, evidence):
    """Printed counts against the rows of a ledger that they count."""
    if series.metric.pk not in evidence.rows:
        return
    name, rows = evidence.rows[series.metric.pk]
    inside = [row for row in rows if series.subjects <= row.things]
    for figure in evidence.figures_of(series):
        is_count = figure.nature == "actual" and figure.accumulation in (*COMPARED, "period")
        if is_count and figure.interval.is_known:
            yield check_count(figure, name, inside)


def check_count(figure, name, inside):
    """A verdict on one count: rows without a date may or may not have been counted."""
    certain = [row for row in inside if is_surely_in(row, figure.window)]
    possible = [row for row in inside if is_perhaps_in(row, figure.window)]
    count = Interval(Interval.exactly(len(certain)).lower, Interval.exactly(len(possible)).lower)
    span = f"{len(certain)}项"
    if len(possible) > len(certain):
        span += f"，另有{len(possible) - len(certain)}项日期不明"
    heading = f"{figure.series.name}（{when(figure)}）：原文{figure.printed}"
    listed = "、".join(row.words for row in possible[:LISTED])
    words = f"{heading}，{name}台账{span}{f'：{listed}' if listed else ''}。"
    result = count_result(figure, count)
    if result == Result.CONTRADICTION:
        words = f"{words.removesuffix('。')}；要相符，台账须有{allowed_words(figure)}。"
    if result == Result.UNCHECKED and not possible:
        words = f"{heading}，{name}台账还没有登记，要相符须有{figure.printed}。"
    records = tuple(row.record for row in possible)
    return Verdict(LEDGER, result, f"count:{figure.key}", words, (figure,), records)


def count_result(figure, count):
    if count.upper == 0 and not figure.interval.intersects(count):
        return Result.UNCHECKED
    if not figure.interval.intersects(count):
        return Result.CONTRADICTION
    return Result.HOLDS if count.lower == count.upper else Result.UNCHECKED


def is_surely_in(row, window):
    start, end = window
    if row.earliest is None or end is None:
        return False
    return row.latest <= end and (start is None or row.earliest >= start)


def is_perhaps_in(row, window):
    start, end = window
    if row.earliest is None or end is None:
        return True
    return row.earliest <= end and (start is None or row.latest >= start)
