"""Stored values against the printed words they were read from."""

from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from projects.checks.verdicts import Verdict
from projects.checks.words import amount_writer, span_words
from projects.models.finding_kinds import PRINTED, Result
from projects.reading import figures
from projects.reading.intervals import Interval

as_read = attrgetter("value", "value_high", "lower", "upper", "qualifier")


@lru_cache(maxsize=1 << 16)
def read(printed, unit):
    """What printed words say in a metric's unit, or the error that they cannot be read or fit."""
    try:
        return figures.parse(printed).in_unit(unit)
    except (figures.FigureError, figures.UnitError) as error:
        return error


def check_printed(series, evidence):
    """Figures whose value, bounds or unit are not what their printed words say."""
    for figure in evidence.records_of(series):
        meaning = read(figure.printed, figure.metric.unit)
        if isinstance(meaning, figures.FigureError):
            words = f"{figure.series.name}：{meaning}存有{stored(figure)}，无从核对。"
            yield verdict(figure, Result.UNCHECKED, words)
        elif isinstance(meaning, figures.UnitError):
            yield verdict(figure, Result.CONTRADICTION, f"{figure.series.name}：{meaning}")
        elif as_read(meaning) != as_read(figure):
            words = f"原文“{figure.printed}”应为{said(meaning, figure)}，存的是{stored(figure)}"
            yield verdict(figure, Result.CONTRADICTION, f"{figure.series.name}：{words}。")


def verdict(figure, result, words):
    return Verdict(PRINTED, result, figure.key, words, (figure,))


def stored(figure):
    return said(figure, figure)


def said(meaning, figure):
    """A value with its bounds."""
    write = amount_writer(figure.metric.unit)
    value = "没有单一数值" if meaning.value is None else write(meaning.value)
    span = span_words(Interval(meaning.lower, meaning.upper), write, Decimal(0))
    return f"{value}（{span}）"
