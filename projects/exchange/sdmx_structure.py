"""What the file of figures is made of, as an SDMX structure message (SDMX-JSON 2.0): the dataflow,
its data structure definition, its concepts and its code lists.

There are as many codes of subjects as figures have subjects: they are written while they are read.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import Exists, Expression, OuterRef, QuerySet
from django.utils import timezone

from projects.exchange.sdmx import (
    AGENCY,
    ATTRIBUTES,
    COMPONENTS,
    DIMENSIONS,
    FLOW,
    MEASURE,
    OBS_STATUS,
    TIME,
    VERSION,
    Component,
    scope,
    scope_words,
    subject,
    subject_words,
    timed,
)
from projects.models import Metric, Observation, Series

TYPE = "application/vnd.sdmx.structure+json; version=2.0.0; charset=utf-8"
SCHEMA = (
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/develop/structure-message/tools/"
    "schemas/2.0.0/sdmx-json-structure-schema.json"
)
PACKAGES = {
    "Codelist": "codelist",
    "ConceptScheme": "conceptscheme",
    "Concept": "conceptscheme",
    "DataStructure": "datastructure",
    "Dataflow": "datastructure",
}
NUMBERS = {"OBS_VALUE", "LOWER", "UPPER", "VALUE_HIGH"}
CHUNK = 500  # codes that are held at a time

Pairs = Iterable[tuple[str, str]]


def urn(kind: str, code: str) -> str:
    prefix = f"urn:sdmx:org.sdmx.infomodel.{PACKAGES[kind]}.{kind}"
    if kind == "Concept":
        return f"{prefix}={AGENCY}:CONCEPTS({VERSION}).{code}"
    return f"{prefix}={AGENCY}:{code}({VERSION})"


def maintained(code: str, name: str) -> dict[str, Any]:
    return {
        "id": code,
        "version": VERSION,
        "agencyID": AGENCY,
        "isExternalReference": False,
        **named(name),
    }


def named(name: str) -> dict[str, Any]:
    return {"name": name, "names": {"zh": name}}


def message() -> Iterator[bytes]:
    """The whole message: three queries, for metrics, subjects and scopes."""
    said = in_json({"meta": meta(), "data": {**definitions(), "codelists": []}})
    yield said.removesuffix("]}}").encode()
    comma = ""
    for name, pairs in codes().items():
        yield f"{comma}{in_json({**codelist(name), 'codes': []}).removesuffix(']}')}".encode()
        yield from listed(pairs)
        yield b"]}"
        comma = ",\n"
    yield b"]}}\n"


def listed(pairs: Pairs) -> Iterator[bytes]:
    """Codes with their names, many at a time."""
    told, comma = (in_json({"id": code, **named(words)}) for code, words in pairs), ""
    while some := list(islice(told, CHUNK)):
        yield (comma + ",\n".join(some)).encode()
        comma = ",\n"


def in_json(said: Any) -> str:
    return json.dumps(said, ensure_ascii=False)


def meta() -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "id": f"{FLOW}-structure",
        "test": False,
        "prepared": timezone.localtime().isoformat(timespec="seconds"),
        "contentLanguages": ["zh"],
        "sender": {"id": AGENCY, "name": settings.SITE["name"]},
    }


def definitions() -> dict[str, Any]:
    """All but the code lists."""
    concepts = [{"id": one.code, **named(one.label)} for one in COMPONENTS]
    return {
        "dataflows": [{**maintained(FLOW, "观测值"), "structure": urn("DataStructure", FLOW)}],
        "dataStructures": [data_structure()],
        "conceptSchemes": [
            {**maintained("CONCEPTS", "概念"), "isPartial": False, "concepts": concepts}
        ],
    }


def data_structure() -> dict[str, Any]:
    dimensions = [
        {"id": one.code, "position": at, **concept(one)} for at, one in enumerate(DIMENSIONS, 1)
    ]
    time = {
        "id": TIME.code,
        "conceptIdentity": urn("Concept", TIME.code),
        "localRepresentation": {"format": {"dataType": "ObservationalTimePeriod"}},
    }
    attributes = [
        {
            "id": one.code,
            "usage": "mandatory" if one.code == "OBS_STATUS" else "optional",
            "attributeRelationship": {"observation": {}},
            **concept(one),
        }
        for one in ATTRIBUTES
    ]
    return {
        **maintained(FLOW, "观测值的数据结构"),
        "dataStructureComponents": {
            "dimensionList": {
                "id": "DimensionDescriptor",
                "dimensions": dimensions,
                "timeDimension": time,
            },
            "attributeList": {"id": "AttributeDescriptor", "attributes": attributes},
            "measureList": {
                "id": "MeasureDescriptor",
                "measures": [{"id": MEASURE.code, "usage": "optional", **concept(MEASURE)}],
            },
        },
    }


def concept(one: Component) -> dict[str, Any]:
    """What a component means, and what may stand in it."""
    kind = "Decimal" if one.code in NUMBERS else "String"
    held: dict[str, Any] = {"format": {"dataType": kind}}
    if one.list_name:
        held = {"enumeration": urn("Codelist", f"CL_{one.list_name}")}
    return {"conceptIdentity": urn("Concept", one.code), "localRepresentation": held}


def codelist(name: str) -> dict[str, Any]:
    label = next(one.label for one in COMPONENTS if one.list_name == name)
    return {**maintained(f"CL_{name}", label), "isPartial": False}


def codes() -> dict[str, Pairs]:
    """The codes of each list with their names."""
    series = with_figures()
    return {
        "METRIC": Metric.objects.published().order_by("slug").values_list("slug", "name"),
        "SUBJECT": in_use(series, subject(""), subject_words("")),
        "SCOPE": in_use(series, scope(""), scope_words("")),
        "NATURE": Observation.Nature.choices,
        "ACCUMULATION": Observation.Accumulation.choices,
        "OBS_STATUS": OBS_STATUS.items(),
        "HEDGE": Observation.Qualifier.choices,
        "PRICE_BASIS": Observation.PriceBasis.choices,
        "RANK": Observation.Rank.choices,
    }


def with_figures() -> QuerySet:
    """The series that the file of figures tells of."""
    figures = timed(Observation.objects.published().filter(series=OuterRef("pk")))
    return Series.objects.published().filter(Exists(figures))


def in_use(series: QuerySet, code: Expression, words: Expression) -> Pairs:
    """What stands in a column of the file, each once with its name."""
    found = series.annotate(code=code, words=words).values_list("code", "words")
    return found.order_by("code").distinct().iterator(CHUNK)
