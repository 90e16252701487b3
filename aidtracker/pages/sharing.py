"""What a page says of itself to those who show or index it: Open Graph, schema.org, government."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

LONGEST = 200
# So that no text ends the script it stands in.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@dataclass(frozen=True)
class Sharing:
    """A page in the words of its card; `kind` and `facts` are what schema.org calls it."""

    title: str
    lead: str
    address: str
    origin: str
    column: str = ""
    kind: str = "WebPage"
    updated: datetime | None = None
    published: str = ""
    picture: str = ""  # the address of its card, if it has one of its own
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def is_article(self) -> bool:
        """Whether it is about one thing, as opposed to a list of many."""
        return self.kind != "WebPage" and "distribution" not in self.facts

    @property
    def locale(self) -> str:
        return "en_US" if self.facts.get("inLanguage") == "en" else "zh_CN"

    @property
    def short(self) -> str:
        return self.lead if len(self.lead) <= LONGEST else f"{self.lead[: LONGEST - 1]}…"

    @property
    def script(self) -> SafeString:
        """Its description after schema.org, as data that no browser runs."""
        said = json.dumps(self.described, ensure_ascii=False).translate(ESCAPES)
        return mark_safe(f'<script type="application/ld+json">{said}</script>')

    @property
    def described(self) -> dict[str, Any]:
        day = localtime(self.updated).date().isoformat() if self.updated else ""
        said = {
            "@context": "https://schema.org",
            "@type": self.kind,
            "name": self.title,
            "description": self.lead,
            "url": self.address,
            "inLanguage": "zh-Hans",
            # A thing of the world is described here; what is our own work has a date.
            **({"dateModified": day} if day and self.kind in OWN_WORK else {}),
            **({"creator": publisher(self.origin)} if self.kind == "Dataset" else {}),
            **self.facts,
        }
        return {name: value for name, value in said.items() if value not in ("", None, [])}


OWN_WORK = {"Dataset", "ClaimReview", "WebPage", "WebSite", "DataCatalog"}


def publisher(origin: str) -> dict[str, Any]:
    """Who runs the site, as an organisation."""
    said = settings.SITE
    found = {
        "@type": "Organization",
        "name": said["organiser"] or said["name"],
        "url": f"{origin}/",
        "email": said["email"],
        "telephone": said["telephone"],
    }
    return {name: value for name, value in found.items() if value}


def downloads(origin: str, address: str) -> list[dict[str, str]]:
    """The files of a list, as schema.org calls them."""
    joint = "&" if "?" in address else "?"
    kinds = {
        "csv": "text/csv",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    return [
        {
            "@type": "DataDownload",
            "encodingFormat": kind,
            "contentUrl": f"{origin}{address}{joint}download={code}",
        }
        for code, kind in kinds.items()
    ]


FORMATS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}


def whole_files(origin: str, dataset: str) -> dict[str, Any]:
    """The files of a whole dataset and the terms they are under, as schema.org calls them."""
    place = f"{origin}{reverse('data')}"
    files = [
        {
            "@type": "DataDownload",
            "encodingFormat": kind,
            "contentUrl": f"{origin}{reverse('data-file', args=[f'{dataset}.{ending}'])}",
        }
        for ending, kind in FORMATS.items()
    ]
    catalog = {"@type": "DataCatalog", "name": settings.SITE["name"], "url": place}
    return {
        "distribution": files,
        "license": settings.SITE["licence"],
        "includedInDataCatalog": catalog,
    }


def named(kind: str, row: Any) -> dict[str, str] | None:
    """Another thing by its name; None for none."""
    return {"@type": kind, "name": str(row)} if row else None


def only_known(**facts: Any) -> dict[str, Any]:
    """Those facts that are known."""
    return {name: value for name, value in facts.items() if value not in (None, "", [], ())}
