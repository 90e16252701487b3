"""Figures about an activity as IATI has results: an indicator for each series, a period for each
time, and in it every figure that a document states, also where two cannot both be true.

There may be any number of figures about one row: they are a stream of their own beside that of the
rows, in the same order, and written while they are read.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, groupby
from operator import itemgetter
from typing import Any
from xml.sax.saxutils import escape

from django.db.models import CharField, F, Q
from django.db.models.functions import Cast, Coalesce

from aidtracker.ground.addresses import address
from projects.exchange import iati, sdmx
from projects.exchange.iati import rows_told
from projects.models import Metric, Observation

OTHER_RESULT = "9"
PERCENT, ORDINAL, UNIT = "2", "4", "1"
ACTUAL = Observation.Nature.ACTUAL
ORDER = ("series__slug", "begins", "ends", "is_actual", "source__code", "number")
CHUNK = 500  # figures that are held at a time
NAMES = {
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
    "document": "source__code",
    "title": "source__title",
    "number": "number",
}
NUMBERS = ("value", "value_high", "lower", "upper")
# What an element of ours says of a figure besides its numbers; most of it of many figures.
SAID = ("hedge", "nature", "accumulation", "unit", "period", "begins", "ends", "document")
MARKS = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}

Row = dict[str, Any]


# Read


def timed_figures(about: Q) -> Any:
    """The public figures that have a value and a time."""
    rows = sdmx.timed(Observation.objects.published().filter(about).exclude(value=None))
    return rows.annotate(
        begins=Coalesce("period_start", "period_end", "as_of"),
        ends=Coalesce("period_end", "as_of", "period_start"),
        is_actual=Q(nature=ACTUAL),
    )


def values() -> dict[str, Any]:
    """What is told of a figure."""
    return {
        **{name: F(path) for name, path in NAMES.items()},
        **{name: sdmx.digits(name) for name in NUMBERS},
        **{name: Cast(F(name), CharField()) for name in ("begins", "ends")},
    }


def figures_told(about: Q) -> Any:
    """Few figures about a row of an outer query."""
    return rows_told(timed_figures(about), *ORDER, **values())


class FiguresOf:
    """The figures about rows that are told in the order of their numbers, one row after the other.

    `owner` is the path to the number of the row.
    """

    def __init__(self, owner: str, about: Q) -> None:
        rows = timed_figures(about & Q(**{f"{owner}__isnull": False})).order_by(owner, *ORDER)
        told = values()
        cells = rows.values_list(owner, *told.values()).iterator(CHUNK)
        figures = ((number, dict(zip(told, found, strict=True))) for number, *found in cells)
        self.groups = groupby(figures, key=itemgetter(0))
        self.at: Any = next(self.groups, None)

    def of(self, number: int) -> Iterator[Row]:
        """Those of one row: once, before the next is asked for."""
        while self.at and self.at[0] < number:
            self.at = next(self.groups, None)
        return (one for _, one in (self.at[1] if self.at and self.at[0] == number else ()))


# Written


def results(figures: Iterator[Row], site: str) -> Iterator[str]:
    """A result for each series."""
    for _, found in groupby(figures, key=itemgetter("slug")):
        yield from result(found, site)


def result(figures: Iterator[Row], site: str) -> Iterator[str]:
    first = next(figures)
    title = narrative(first["series"] or first["metric"])
    words = narrative(f"指标：{first['metric']}。单位：{first['unit']}。")
    yield (
        f'<result type="{OTHER_RESULT}"><title>{title}</title>'
        f'<indicator measure="{measure_of(first)}"><title>{title}</title>'
        f"<description>{words}</description>"
    )
    yield from periods(chain([first], figures), site)
    yield "</indicator></result>"


def measure_of(one: Row) -> str:
    if one["unit"] == "%":
        return PERCENT
    return ORDINAL if one["kind"] == Metric.Kind.RANK else UNIT


def periods(figures: Iterator[Row], site: str) -> Iterator[str]:
    """The figures of each time, targets first, as the schema has it."""
    for (begins, ends), found in groupby(figures, key=itemgetter("begins", "ends")):
        yield f'<period><period-start iso-date="{begins}"/><period-end iso-date="{ends}"/>'
        yield from (stated_figure(one, site) for one in found)
        yield "</period>"


def stated_figure(one: Row, site: str) -> str:
    """One figure as one document states it, with its words in our namespace."""
    name = "actual" if one["nature"] == ACTUAL else "target"
    said = narrative(f"{one['printed']}（据《{one['title']}》第 {one['number']} 处）")
    return f'<{name} value="{one["value"]}"><comment>{said}</comment>{stated(one, site)}</{name}>'


def stated(one: Row, site: str, further: str = "") -> str:
    """A figure as it is printed, and what its words allow."""
    said = "".join([attribute(name, one[name]) for name in SAID])
    numbers = "".join(
        [f' {name.replace("_", "-")}="{one[name]}"' for name in NUMBERS if one[name] is not None]
    )
    href = place_of(one["document"], site).format(one["number"])
    return (
        f'<aid:stated{further} printed="{quoted(one["printed"])}"{numbers}{said}'
        f' number="{one["number"]}" href="{href}"/>'
    )


@lru_cache(maxsize=2_000)
def place_of(document: str, site: str) -> str:
    """The address of a figure of a document, with a place for its number."""
    return quoted(f"{site}{address('observation-detail', document, '{}')}")


@lru_cache(maxsize=2_000)
def attribute(name: str, value: Any) -> str:
    """An attribute; nothing for one without a value."""
    return f' {name}="{quoted(value)}"' if value not in (None, "") else ""


def narrative(text: str) -> str:
    return f"<narrative>{quoted(text)}</narrative>"


def quoted(text: Any) -> str:
    """A text as XML holds it, in an attribute, too."""
    return escape(iati.clean(text), MARKS)
