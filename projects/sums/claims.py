"""How many documents say a thing, and how many of them say it by themselves."""

from collections.abc import Iterable

from projects.models import Observation


def is_same_claim(one: Observation, other: Observation) -> bool:
    """Whether two figures of one series say the same of the same time, as far as printed."""
    return meaning(one) == meaning(other) and one.interval.intersects(other.interval)


def meaning(row: Observation) -> tuple:
    return (
        *(row.nature, row.accumulation, row.obs_status, row.price_basis),
        *(row.period_start, row.period_end, row.as_of),
    )


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
