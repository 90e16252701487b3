"""Where figures stand that were entered without a place, in texts that are here."""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet

from aidtracker.ground import bulk
from aidtracker.ground.batches import BATCH
from programs.models import Source
from projects.reading.anchors import whole_places

AT_ONCE = 200  # figures whose texts are held together
MOST = 5  # places shown to choose from
PLACE = ("start", "end", "paragraph", "anchor")
NOWHERE = "文献的全文里没有所填的“原文数字”；请照原文改正，全文缺了这一段的，请先在文献里替换全文"
SEVERAL = "“原文数字”在文献的全文里不止一处；请打开这一条，在“所在句子”里选它所在的一处，再保存"
LOST = "载入或替换全文后，它的位置还没有找回；请打开这一条，在“所在句子”里选它所在的一处，再保存"


def texts_of(sources: Collection[int]) -> dict[int, str]:
    """The texts of documents, of those that have one."""
    rows = Source._base_manager.filter(pk__in=sources).exclude(text="")
    return dict(rows.values_list("pk", "text")) if sources else {}


def with_texts(rows: QuerySet) -> Iterator[tuple[Any, str]]:
    """Figures, document after document, each with the text of its own, which may be empty: a query
    and few texts at a time."""
    ordered = rows.order_by("source", "number").iterator(BATCH)
    while portion := list(islice(ordered, AT_ONCE)):
        texts = texts_of({row.source_id for row in portion})
        for row in portion:
            yield row, texts.get(row.source_id, "")


def places_of(row: Any, text: str) -> list[tuple[int, int]]:
    """Where a figure's words stand in its document's text, the first few."""
    return list(islice(whole_places(text, row.printed), MOST))


def take_only_place(row: Any, text: str) -> str:
    """Give a figure without a place the only one at which the text says it; why not, if not so.

    One that lost its place stood among other words: where it stands now is for a person to say.
    """
    places = places_of(row, text)
    if len(places) == 1 and not row.is_lost:
        row.stand_at(text, *places[0])
        return ""
    if not places:
        return NOWHERE
    return LOST if row.is_lost else SEVERAL


def take_only_places(rows: Sequence[Any]) -> dict[int, str]:
    """Store the places of figures of which the text of their documents leaves no choice.

    Returns of the others whose document's text is here why they have none: {number: why}.
    """
    placeless = [row for row in rows if row.start is None]
    faults: dict[int, str] = {}
    for source, own in groupby(sorted(placeless, key=SOURCE), SOURCE):  # one text at a time
        for text in texts_of([source]).values():
            faults |= {row.pk: fault for row in own if (fault := take_only_place(row, text))}
    bulk.update([row for row in placeless if row.start is not None], PLACE)
    return faults


SOURCE = attrgetter("source_id")
