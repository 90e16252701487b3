"""Which way metrics count, and what documents say became of it: 下降3.2% is no growth of 3.2 %."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from projects.models.metrics import Metric, Series
from projects.models.places import texts_of
from projects.reading.anchors import claimed_words, direction_before

WAYS = {"growth": 1, "increase": 1, "decline": -1, "decrease": -1}  # of a formula
CALLED = {1: "增长（增加）", -1: "下降（减少）"}
OTHER_METRICS = {1: "降幅、减少额", -1: "增长率、增加额"}
SHRINKS = "负增长"  # says below zero by itself, so that nothing before it matters
BEFORE = 10  # characters that a message quotes
SAID = ("series_id", "source_id", "printed", "start", "value")


def way_of(metric: Metric) -> int:
    """Whether what a metric counts rose (1) or fell (-1) if it is above zero; 0 for levels."""
    return WAYS.get(metric.formula, 0)


def fault_of(row: Any, way: int, text: str) -> str:
    """Why a figure cannot stand under a metric that counts so; empty if it can.

    `text` is that of its document, empty if the figure has no place in one.
    """
    value = Decimal(row.value or 0)
    said = 1 if SHRINKS in claimed_words(row.printed) else 0
    if not said and row.start is not None:
        said = direction_before(text, row.start)
    is_in_doubt = said < 0 and value < 0  # 下降-3.2% is said of a fall, or of a rise
    if not value or said in (0, way) or is_in_doubt:
        return ""
    words = row.printed
    if text and row.start is not None:
        words = text[max(0, row.start - BEFORE) : row.end].split("，")[-1]
    fault = f"原文是“{words}”，而指标“{row.series.metric}”记的是{CALLED[way]}，存下来意思就反了"
    return f"{fault}；请改用记{OTHER_METRICS[way]}的指标。"


def refuse(row: Any, way: int, text: str) -> None:
    """ValidationError if a figure cannot stand under a metric that counts so."""
    if fault := fault_of(row, way, text):
        raise ValidationError({"printed": fault})


def ways_of(rows: Sequence[Any]) -> dict[int, int]:
    """Which way the series of some figures count, of those that count a change."""
    own = Series._base_manager.filter(pk__in={row.series_id for row in rows})
    found = own.filter(metric__formula__in=WAYS).values_list("pk", "metric__formula")
    return {pk: WAYS[formula] for pk, formula in found}


def refuse_turned(rows: Sequence[Any]) -> None:
    """ValidationError if a new or changed figure is about to be stored as risen that fell.

    What is stored already can be withdrawn or returned as it is.
    """
    ways = ways_of(rows)
    counted = [row for row in rows if row.series_id in ways]
    keys = {row.pk for row in counted} - {None}
    stored = type(rows[0])._base_manager.filter(pk__in=keys) if keys else None
    known = {pk: said for pk, *said in stored.values_list("pk", *SAID)} if stored else {}
    new = [row for row in counted if known.get(row.pk) != [getattr(row, name) for name in SAID]]
    texts = texts_of({row.source_id for row in new if row.start is not None})
    for row in new:
        refuse(row, ways[row.series_id], texts.get(row.source_id, ""))
