"""How a page is cited: in words with its hedges, after GB/T 7714-2015, as BibTeX and as RIS."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings
from django.http import HttpResponse
from django.utils.encoding import iri_to_uri

ONLINE = "EB/OL"
DATABASE = "DB/OL"
# What a document of each mark of GB/T 7714 is to BibTeX and to RIS.
ENTRIES = {ONLINE: "online", DATABASE: "online", "N": "article", "R": "techreport"}
TYPES = {ONLINE: "ELEC", DATABASE: "DBASE", "N": "NEWS", "R": "RPRT"}
# Where BibTeX puts who brought a document out.
PLACES = {"article": "journal", "techreport": "institution", "online": "organization"}
SIGNS = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "{}%&#_$"},
}
FORMATS = {
    "bib": ("BibTeX", "application/x-bibtex"),
    "ris": ("RIS", "application/x-research-info-systems"),
}


@dataclass(frozen=True)
class Reference:
    """A document, or a page of this site, as lists of references name it.

    `published` is as exact as it is known (2020, 2020-01-19); `note` says what is cited of it.
    """

    title: str
    mark: str
    author: str = ""
    publisher: str = ""
    published: str = ""
    url: str = ""
    accessed: date | None = None
    note: str = ""

    def __str__(self) -> str:
        """After GB/T 7714-2015, without what is not known."""
        parts = [self.author, f"{self.title}[{self.mark}]"]
        if self.accessed:
            date_of = f"({self.published})" if self.published else ""
            parts += [f"{self.publisher}{date_of}[{self.accessed.isoformat()}]", self.url]
        else:
            parts.append(", ".join(part for part in (self.publisher, self.published) if part))
        return ". ".join(part for part in parts if part) + "."

    def fields(self, entry: str) -> Iterable[tuple[str, str]]:
        yield "title", self.title
        yield "author", self.author
        yield PLACES.get(entry, "publisher"), self.publisher
        yield "year", self.published[:4]
        yield "date", self.published
        yield "url", self.url
        yield "urldate", self.accessed.isoformat() if self.accessed else ""
        yield "note", self.note

    def bibtex(self, key: str) -> str:
        entry = ENTRIES.get(self.mark, "misc")
        said = ((name, one_line(text)) for name, text in self.fields(entry))
        lines = [f"  {name} = {{{for_bibtex(name, text)}}}," for name, text in said if text]
        return "\n".join([f"@{entry}{{{key},", *lines, "}"])

    def ris(self) -> str:
        year, month, day = [*self.published.split("-"), "", "", ""][:3]
        said = (
            ("TY", TYPES.get(self.mark, "GEN")),
            ("TI", self.title),
            ("AU", self.author),
            ("PB", self.publisher),
            ("PY", year),
            ("DA", f"{year}/{month}/{day}/" if year else ""),
            ("UR", self.url),
            ("Y2", f"{self.accessed:%Y/%m/%d}" if self.accessed else ""),
            ("N1", self.note),
        )
        lines = [f"{tag}  - {one_line(text)}" for tag, text in said if text]
        return "\r\n".join([*lines, "ER  - "])


@dataclass(frozen=True)
class Citation:
    """How a page is cited: the sentence, the documents it rests on or itself, its address."""

    words: str
    references: tuple[Reference, ...]
    address: str

    @property
    def key(self) -> str:
        """What BibTeX calls it: the words of its address."""
        words = re.sub(r"[^0-9a-z]+", "-", self.address.partition("//")[2].lower()).strip("-")
        return words or "aidtracker"

    def text(self, file_format: str) -> str:
        """All references in one file, each with the sentence and with this page's address."""
        note = f"{self.words} {self.address}"
        found = [replace(one, note=one.note or note) for one in self.references]
        if file_format == "ris":
            return "\r\n".join(one.ris() for one in found) + "\r\n"
        keys = [
            f"{self.key}-{at}" if len(found) > 1 else self.key for at in range(1, len(found) + 1)
        ]
        entries = (one.bibtex(key) for one, key in zip(found, keys, strict=True))
        return "\n\n".join(entries) + "\n"

    def file(self, file_format: str) -> HttpResponse:
        """The references as a file, for a program that keeps them."""
        kind = FORMATS[file_format][1]
        response = HttpResponse(self.text(file_format), content_type=f"{kind}; charset=utf-8")
        name = iri_to_uri(f"{self.key[:80]}.{file_format}")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def one_line(text: str) -> str:
    return " ".join(text.split())


def for_bibtex(name: str, text: str) -> str:
    """A text so that none of its signs is a command; an address stands as it is."""
    if name == "url":
        return text.replace("{", "%7B").replace("}", "%7D")
    return "".join(SIGNS.get(sign, sign) for sign in text)


def own_reference(title: str, address: str, updated: date | None, today: date) -> Reference:
    """A page of this site as a reference."""
    name = settings.SITE["name"]
    return Reference(
        title=title,
        mark=DATABASE,
        author=settings.SITE["organiser"] or name,
        publisher=name,
        published=updated.isoformat() if updated else "",
        url=address,
        accessed=today,
    )
