"""Figures about an activity as IATI has results: an indicator for each series, a period for each
time, and in it every figure that a document states, also where two cannot both be true."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db.models import CharField, F, Q
from django.db.models.functions import Cast, Coalesce

from aidtracker.ground.addresses import address
from projects.exchange import sdmx
from projects.exchange.iati import E, narrative, own, rows_told
from projects.models import Metric, Observation

OTHER_RESULT = "9"
PERCENT, ORDINAL, UNIT = "2", "4", "1"
ACTUAL = Observation.Nature.ACTUAL
ORDER = ("series__slug", "begins", "ends", "source__code", "number")


def figures_told(about: Q) -> Any:
    """The public figures about a row of an outer query that have a value and a time."""
    rows = sdmx.timed(Observation.objects.published().filter(about).exclude(value=None))
    rows = rows.annotate(
        begins=Coalesce("period_start", "period_end", "as_of"),
        ends=Coalesce("period_end", "as_of", "period_start"),
    )
    names = {
        "series": "series__name",
        "slug": "series__slug",
        "metric": "series__metric__name",
        "kind": "series__metric__kind",
        "unit": "series__metric__unit",
        "printed": "printed",
        "hedge": "qualifier",
        "nature": "nature",
        "accumulation": "accumulation",
        "period": "period_text",
        "code": "source__code",
        "title": "source__title",
        "number": "number",
    }
    return rows_told(
        rows,
        *ORDER,
        **{name: F(path) for name, path in names.items()},
        **{name: sdmx.digits(name) for name in ("value", "value_high", "lower", "upper")},
        **{name: Cast(F(name), CharField()) for name in ("begins", "ends")},
    )


def results(told: list[dict[str, Any]] | None, site: str) -> Iterator[Any]:
    """A result for each series."""
    for _, found in groupby(told or (), key=lambda one: one["slug"]):
        figures = list(found)
        first = figures[0]
        title = first["series"] or first["metric"]
        indicator = E.indicator(
            E.title(narrative(title)),
            E.description(narrative(f"指标：{first['metric']}。单位：{first['unit']}。")),
            *periods(figures, site),
            measure=measure_of(first),
        )
        yield E.result(E.title(narrative(title)), indicator, type=OTHER_RESULT)


def measure_of(one: dict[str, Any]) -> str:
    if one["unit"] == "%":
        return PERCENT
    return ORDINAL if one["kind"] == Metric.Kind.RANK else UNIT


def periods(figures: list[dict[str, Any]], site: str) -> Iterator[Any]:
    for (begins, ends), found in groupby(figures, key=lambda one: (one["begins"], one["ends"])):
        stated = list(found)
        targets = [stated_figure("target", one, site) for one in stated if one["nature"] != ACTUAL]
        actuals = [stated_figure("actual", one, site) for one in stated if one["nature"] == ACTUAL]
        yield E.period(
            E("period-start", {"iso-date": begins}),
            E("period-end", {"iso-date": ends}),
            *targets,
            *actuals,
        )


def stated_figure(name: str, one: dict[str, Any], site: str) -> Any:
    """One figure as one document states it, with its words in our namespace."""
    said = narrative(f"{one['printed']}（据《{one['title']}》第 {one['number']} 处）")
    return E(name, E.comment(said), stated(one, site), {"value": one["value"]})


def stated(one: dict[str, Any], site: str, **further: Any) -> Any:
    """A figure as it is printed, and what its words allow."""
    return own(
        "stated",
        **further,
        printed=one["printed"],
        value=one["value"],
        hedge=one["hedge"],
        nature=one["nature"],
        accumulation=one["accumulation"],
        value_high=one["value_high"],
        lower=one["lower"],
        upper=one["upper"],
        unit=one["unit"],
        period=one["period"],
        begins=one["begins"],
        ends=one["ends"],
        document=one["code"],
        number=one["number"],
        href=f"{site}{address('observation-detail', one['code'], one['number'])}",
    )
