"""How many documents say a thing, and how many of them say it by themselves."""

from collections import defaultdict
from collections.abc import Hashable, Iterable

from projects.models import Observation


def is_same_claim(one: Observation, other: Observation) -> bool:
    """Whether two figures of one series say the same of the same time, as far as printed."""
    return meaning(one) == meaning(other) and one.interval.intersects(other.interval)


def meaning(row: Observation) -> tuple:
    return (
        *(row.nature, row.accumulation, row.obs_status, row.price_basis),
        *(row.period_start, row.period_end, row.as_of),
    )


def statement(row: Observation) -> Hashable:
    """What a figure says of which time; of one without a time nobody knows what says the same."""
    return (row.series_id, meaning(row), row.interval) if row.moment else row.pk


def said_once(rows: Iterable[Observation]) -> list[Observation]:
    """Figures without those that say of the same series and time just what another says, whoever
    copied it from whom; what was not copied stands for the others."""
    rows = list(rows)
    found: dict[Hashable, Observation] = {}
    for row in sorted(rows, key=lambda row: row.source.copied_from_id is not None):
        found.setdefault(statement(row), row)
    kept = {row.pk for row in found.values()}
    return [row for row in rows if row.pk in kept]


def claims(rows: Iterable[Observation]) -> list[list[Observation]]:
    """Figures of one series by what they say: those that can all be true stand together."""
    found: dict[Hashable, list[list[Observation]]] = defaultdict(list)
    for row in rows:
        own = found[meaning(row) if row.moment else row.pk]
        fitting = (one for one in own if all(is_same_claim(row, other) for other in one))
        claim = next(fitting, None)
        if claim is None:
            own.append([row])
        else:
            claim.append(row)
    return [claim for several in found.values() for claim in several]


def documents_words(rows: Iterable[Observation]) -> str:
    """3 份文献，独立来源 2 个."""
    rows = list(rows)
    count = len({row.source_id for row in rows if row.source.is_document})
    return f"{count} 份文献{copies_words(rows)}"


def copies_words(rows: Iterable[Observation]) -> str:
    """How many documents say it by themselves, if any was taken from another: what papers print of
    one release counts once. What stands in no document counts as none."""
    sources = {row.source_id: row.source for row in rows if row.source.is_document}
    origins = {source.origin_id for source in sources.values()}
    return "" if len(origins) == len(sources) else f"，独立来源 {len(origins)} 个"
