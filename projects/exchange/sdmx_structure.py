"""What the file of figures is made of, as an SDMX structure message (SDMX-JSON 2.0): the dataflow,
its data structure definition, its concepts and its code lists."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
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
)
from projects.models import Metric, Observation

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


def structure() -> dict[str, Any]:
    """The whole message: one query, for the metrics."""
    return {
        "meta": {
            "schema": SCHEMA,
            "id": f"{FLOW}-structure",
            "test": False,
            "prepared": timezone.localtime().isoformat(timespec="seconds"),
            "contentLanguages": ["zh"],
            "sender": {"id": AGENCY, "name": settings.SITE["name"]},
        },
        "data": {
            "dataflows": [{**maintained(FLOW, "观测值"), "structure": urn("DataStructure", FLOW)}],
            "dataStructures": [data_structure()],
            "conceptSchemes": [
                {
                    **maintained("CONCEPTS", "概念"),
                    "isPartial": False,
                    "concepts": [{"id": one.code, **named(one.label)} for one in COMPONENTS],
                }
            ],
            "codelists": [codelist(name, pairs) for name, pairs in codes().items()],
        },
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


def codelist(name: str, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    label = next(one.label for one in COMPONENTS if one.list_name == name)
    return {
        **maintained(f"CL_{name}", label),
        "isPartial": False,
        "codes": [{"id": code, **named(words)} for code, words in pairs],
    }


def codes() -> dict[str, Iterable[tuple[str, str]]]:
    return {
        "METRIC": Metric.objects.published().order_by("slug").values_list("slug", "name"),
        "NATURE": Observation.Nature.choices,
        "ACCUMULATION": Observation.Accumulation.choices,
        "OBS_STATUS": OBS_STATUS.items(),
        "HEDGE": Observation.Qualifier.choices,
        "PRICE_BASIS": Observation.PriceBasis.choices,
        "RANK": Observation.Rank.choices,
    }
