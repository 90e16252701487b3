"""Where a figure of the API comes from: its document, the place and address of its words, what they
allow, what was corrected, and what the checks say of it."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.timezone import localtime
from ninja import Schema

from aidtracker.api.fields import Exact
from aidtracker.api.sets import Further
from aidtracker.ground.batches import among
from aidtracker.templatetags.formatting import plain
from programs.models import Source
from projects.corrections import corrections, end_of, with_states_before
from projects.models import Finding, Observation


class Document(Schema):
    code: str
    title: str
    publisher: str | None
    published_on: str | None
    url: str | None
    page: str


class Words(Schema):
    printed: str
    hedge: str
    start: int | None
    end: int | None
    paragraph: int | None
    address: str
    on_web: str | None


class Bounds(Schema):
    lower: float | None
    upper: float | None


class Change(Schema):
    label: str
    before: str
    after: str


class Corrected(Schema):
    at: str
    changes: list[Change]
    reason: str


class Checked(Schema):
    address: str
    kind: str
    result: str
    title: str
    computation: str


class Provenance(Schema):
    """出处：文献、原文的位置和地址、所容许的范围、更正、核对。"""

    document: Document
    words: Words
    bounds: Bounds
    corrections: list[Corrected]
    findings: list[Checked] | None


def provenance(numbers: list[int], site: str, day: date | None) -> dict[int, Any]:
    """Of some public figures by their numbers, as on a day: five queries.

    What checks found on an earlier day is not known.
    """
    corrected, checked = corrections_of(numbers, day), findings_of(numbers, site)
    return {
        figure.pk: {
            "document": document(figure.source, site),
            "words": words(figure, site),
            "bounds": {"lower": digits(figure.lower), "upper": digits(figure.upper)},
            "corrections": corrected[figure.pk],
            "findings": checked[figure.pk] if day is None else None,
        }
        for figure in figures(numbers, day)
    }


def figures(numbers: list[int], day: date | None) -> list[Any]:
    """The figures, or what they were on a day."""
    if day is None:
        rows = Observation.objects.published().filter(pk__among=numbers)
        return list(rows.select_related("source").defer("source__text").order_by())
    states = Observation.history.model.objects.filter(
        id__among=numbers, history_date__lte=end_of(day)
    )
    found = states.select_related("source").defer("source__text").order_by("history_id")
    latest = {state.id: state for state in found}
    return [with_source(state) for state in latest.values()]


def with_source(state: Any) -> Observation:
    figure = state.instance
    figure.source = state.source
    return figure


def document(source: Source, site: str) -> dict[str, Any]:
    return {
        "code": source.code,
        "title": source.title,
        "publisher": source.publisher or None,
        "published_on": source.published_on or None,
        "url": source.url or None,
        "page": f"{site}{source.get_absolute_url()}",
    }


def words(figure: Observation, site: str) -> dict[str, Any]:
    return {
        "printed": figure.printed,
        "hedge": figure.qualifier,
        "start": figure.start,
        "end": figure.end,
        "paragraph": figure.paragraph,
        "address": f"{site}{figure.place}",
        "on_web": figure.place_on_web or None,
    }


def digits(value: Any) -> Any:
    return None if value is None else Exact(plain(value))


def corrections_of(numbers: list[int], day: date | None) -> dict[int, list[dict[str, Any]]]:
    """What was corrected of each, the latest first: two queries."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    until = Q(history_date__lte=end_of(day)) if day else Q()
    for one in with_states_before(corrections().filter(until, id__among=numbers)):
        changes = [dict(zip(("label", "before", "after"), x, strict=True)) for x in one.changes()]
        at = localtime(one.at).isoformat()
        found[one.state.id].append({"at": at, "changes": changes, "reason": one.why})
    return found


def findings_of(numbers: list[int], site: str) -> dict[int, list[dict[str, Any]]]:
    """What the checks say of each today, the worst first: two queries."""
    links = Finding.observations.through.objects.filter(observation__among=numbers)
    pairs = list(links.values_list("finding", "observation"))
    rows = among(Finding.objects.published(), {pk for pk, _ in pairs}).worst_first()
    of_finding = defaultdict(list)
    for pk, number in pairs:
        of_finding[pk].append(number)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        told = {
            "address": f"{site}{row.get_absolute_url()}",
            "kind": row.kind,
            "result": row.result,
            "title": row.title,
            "computation": row.computation,
        }
        for number in of_finding[row.pk]:
            found[number].append(told)
    return found


PROVENANCE = Further("provenance", "出处", Provenance, provenance)
