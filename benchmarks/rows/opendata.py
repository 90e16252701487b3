"""Whole datasets as files: while they are made, until their first byte, and as they are kept."""

from collections.abc import Iterator

from aidtracker.opendata.formats import FORMATS
from aidtracker.opendata.kept import made
from aidtracker.opendata.models import KeptFile
from aidtracker.opendata.packing import WHOLES
from benchmarks.measuring.registry import Target, Work, family, row
from benchmarks.measuring.site import Site
from benchmarks.rows.sheets import COPY, figures

GROUP = "Open data"
NAMES = (*(f"observations.{kind}" for kind in FORMATS), *WHOLES)


@family(GROUP, Target(memory=60), limit=COPY)
def whole_files(site: Site) -> Iterator[tuple[str, Work]]:
    for name in NAMES:
        yield f"{name}, made and kept", made_whole(site, name)


def made_whole(site: Site, name: str) -> Work:
    many = figures()

    def ask() -> int:
        KeptFile.objects.all().delete()
        site.reader.take(f"/data/{name}")
        return many

    return ask


@family(GROUP, Target(ms=150))
def first_bytes(site: Site) -> Iterator[tuple[str, Work]]:
    for name in NAMES:
        yield f"{name}, until its first byte", first_byte(name)


def first_byte(name: str) -> Work:
    def ask() -> bytes:
        content = made(name, "http://localhost")
        try:
            return next(content)
        finally:
            content.close()  # type: ignore[attr-defined]

    return ask


def as_kept(name: str) -> None:
    """A row of a file that is there already: it is made while the row is prepared."""

    @row(GROUP, f"{name}, as it is kept", target=Target(ms=150, memory=10))
    def kept_whole(site: Site) -> Work:
        made_whole(site, name)()
        return lambda: site.reader.take(f"/data/{name}")


for name in NAMES:
    as_kept(name)
