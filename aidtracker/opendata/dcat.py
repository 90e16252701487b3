"""The catalogue for other catalogues: DCAT-AP 3 as JSON-LD."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from aidtracker.opendata.facts import Catalogue, Facts, FileFacts
from aidtracker.opendata.models import Release
from aidtracker.opendata.schemas import DESCRIPTION, KEYWORDS
from aidtracker.pages.terms import licence, publisher

AUTHORITY = "http://publications.europa.eu/resource/authority"
MEDIA_TYPES = "http://www.iana.org/assignments/media-types"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# What the authorities call the formats; what they have no word for is told by its media type.
FILE_TYPES = {
    "csv": "CSV",
    "xlsx": "XLSX",
    "jsonl": "JSON",
    "parquet": "PARQUET",
    "zip": "ZIP",
    "sqlite": "SQLITE",
}


THEMES = {"REGI": "Regions and cities", "ECON": "Economy and finance", "GOVE": "Government"}


def named(address: str, kind: str = "") -> dict[str, Any]:
    """What an address names; `kind` is what it is, for who does not follow it."""
    return {"@id": address, "@type": kind} if kind else {"@id": address}


def terms() -> dict[str, Any]:
    return named(licence().address, "dct:LicenseDocument")


def chinese() -> dict[str, Any]:
    return named(f"{AUTHORITY}/language/ZHO", "dct:LinguisticSystem")


def theme(code: str, label: str) -> dict[str, Any]:
    said = {"skos:prefLabel": words(label, "en")}
    return named(f"{AUTHORITY}/data-theme/{code}", "skos:Concept") | said


def words(text: str, language: str = "zh") -> dict[str, str]:
    return {"@value": text, "@language": language}


def typed(value: Any, kind: str) -> dict[str, Any]:
    return {"@value": str(value), "@type": f"xsd:{kind}"}


def document(found: Catalogue, releases: Iterable[Release], site: str) -> dict[str, Any]:
    """The whole catalogue as a graph."""
    here = f"{site}{reverse('data')}"
    whole = whole_dataset(found, releases, site)
    return {
        "@context": CONTEXT,
        "@id": f"{here}#catalog",
        "@type": "dcat:Catalog",
        "dct:title": words(settings.SITE["name"]),
        "dct:description": words(DESCRIPTION),
        "dct:publisher": agent(site),
        "dct:license": terms(),
        "dct:language": chinese(),
        "foaf:homepage": {"@id": here, "@type": "foaf:Document"},
        **changed(found.updated),
        "dcat:dataset": [whole, *(dataset(one, site) for one in found.sets)],
        "dcat:service": [service(site, here)],
    }


def service(site: str, here: str) -> dict[str, Any]:
    """The API, which stands above this room: by the address that it promises."""
    return {
        "@id": f"{here}#api",
        "@type": "dcat:DataService",
        "dct:title": words(f"{settings.SITE['name']} API"),
        "dct:publisher": agent(site),
        "dct:license": terms(),
        "dcat:endpointURL": named(f"{site}/api/v1/"),
        "dcat:endpointDescription": named(f"{site}/api/v1/openapi.json"),
        "dcat:landingPage": {"@id": f"{site}/api/", "@type": "foaf:Document"},
        "dcat:servesDataset": named(f"{here}#dataset"),
    }


def agent(site: str) -> dict[str, Any]:
    return {"@id": f"{site}/#publisher", "@type": "foaf:Agent", "foaf:name": words(publisher())}


def contact(site: str) -> dict[str, Any]:
    said = {
        "@id": f"{site}/#contact",
        "@type": ["vcard:Organization", "vcard:Kind"],
        "vcard:fn": publisher(),
        "vcard:hasURL": named(f"{site}{reverse('data')}"),
    }
    email = settings.SITE["email"]
    return said | ({"vcard:hasEmail": named(f"mailto:{email}")} if email else {})


def changed(when: Any) -> dict[str, Any]:
    return {"dct:modified": typed(when.isoformat(), "dateTime")} if when else {}


def common(address: str, site: str) -> dict[str, Any]:
    """What is the same for all datasets."""
    return {
        "@id": f"{address}#dataset",
        "@type": "dcat:Dataset",
        "dct:identifier": address,
        "dcat:landingPage": {"@id": address, "@type": "foaf:Document"},
        "dct:publisher": agent(site),
        "dcat:contactPoint": contact(site),
        "dcat:theme": [theme(code, label) for code, label in THEMES.items()],
        "dct:accrualPeriodicity": named(f"{AUTHORITY}/frequency/IRREG", "dct:Frequency"),
        "dct:language": chinese(),
        "dct:spatial": {"@id": f"{AUTHORITY}/country/CHN", "@type": "dct:Location"},
        "dct:accessRights": named(f"{AUTHORITY}/access-right/PUBLIC", "dct:RightsStatement"),
    }


def dataset(one: Facts, site: str) -> dict[str, Any]:
    address = f"{site}{one.url}"
    return {
        **common(address, site),
        "dct:title": words(one.dataset.title),
        "dct:description": words(one.dataset.about),
        "dcat:keyword": [words(one.dataset.title), words("对口援疆")],
        **changed(one.updated),
        "dcat:distribution": [distribution(file, address, site) for file in one.files],
    }


def whole_dataset(found: Catalogue, releases: Iterable[Release], site: str) -> dict[str, Any]:
    """All datasets together, with the frozen editions."""
    address = f"{site}{reverse('data')}"
    versions = [
        {
            "@id": f"{site}{reverse('data-edition', args=[one.number])}#dataset",
            "@type": "dcat:Dataset",
            "dct:title": words(f"{settings.SITE['name']} {one.number} 版"),
            "dct:description": words(DESCRIPTION),
            "dcat:version": one.number,
            "dct:issued": typed(one.made_at.isoformat(), "dateTime"),
            "dcat:isVersionOf": named(f"{address}#dataset"),
        }
        for one in releases
    ]
    said = {
        **common(address, site),
        "dct:title": words(f"{settings.SITE['name']}：全部数据集"),
        "dct:description": words(DESCRIPTION),
        "dcat:keyword": [words(one, "zh" if not one.isascii() else "en") for one in KEYWORDS],
        **changed(found.updated),
        "dcat:distribution": [distribution(file, address, site) for file in found.wholes],
    }
    return said | ({"dcat:hasVersion": versions} if versions else {})


def distribution(file: FileFacts, address: str, site: str) -> dict[str, Any]:
    url, ending = f"{site}{file.url}", file.name.rpartition(".")[2]
    media_type = file.media_type.partition(";")[0]
    said = {
        "@id": f"{url}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": words(file.label),
        "dcat:accessURL": named(address),
        "dcat:downloadURL": named(url),
        "dct:format": named(f"{AUTHORITY}/file-type/{FILE_TYPES[ending]}", "dct:MediaTypeOrExtent"),
        "dcat:mediaType": named(f"{MEDIA_TYPES}/{media_type}", "dct:MediaType"),
        "dct:license": terms(),
    }
    if file.size is not None:
        said["dcat:byteSize"] = typed(file.size, "nonNegativeInteger")
        said["spdx:checksum"] = {
            "@type": "spdx:Checksum",
            "spdx:algorithm": named("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
            "spdx:checksumValue": typed(file.sha256, "hexBinary"),
        }
    return said
