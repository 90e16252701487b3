"""What programs read: pages of the API, the files of IATI and SDMX."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.core.cache import caches
from django.urls import reverse

from aidtracker.api import cursors
from aidtracker.api.site import PREFIX
from benchmarks.measuring.registry import LeftOut, Target, Work, family, row
from benchmarks.measuring.site import Site
from benchmarks.rows.sheets import COPY, figures, streamed
from programs.models import Headquarters
from projects.models import Observation, Project

GROUP = "For programs"
FILES = "Files for programs"
DATASET = "observations"


def made(site: Site, address: str) -> Work:
    """The work of an answer that nobody asked for before."""

    def make() -> bytes:
        caches["pages"].clear()
        return site.reader.get(address).content

    return make


@family(GROUP, Target(ms=80))
def pages(site: Site) -> Iterator[tuple[str, Work]]:
    here = f"{PREFIX}{DATASET}"
    body = Headquarters.objects.order_by("pk")[0].slug
    yield "figures: first page of 100", made(site, here)
    yield "figures: first page, three fields", made(site, f"{here}?fields=printed,value,unit")
    yield "figures: page from the middle, by its cursor", made(site, f"{here}?cursor={middle()}")
    yield "figures: of a headquarters", made(site, f"{here}?headquarters={body}")
    yield "figures: search", made(site, f"{here}?{urlencode({'q': '核桃'})}")
    project = Project.objects.published().order_by("pk").first()
    if project is None:
        raise LeftOut("no projects")
    yield "projects: first page of 100", made(site, f"{PREFIX}projects")
    yield "a project", made(site, f"{PREFIX}projects/{project.slug}")


def middle() -> str:
    """The cursor that stands in the middle of all figures."""
    numbers = Observation.objects.published().order_by("pk").values_list("pk", flat=True)
    last = numbers[numbers.count() // 2]
    return cursors.cursor(cursors.mark_of(DATASET, {"as_of": "None"}), last)


@row(FILES, "SDMX-CSV of all figures", limit=COPY, target=Target(times=1.5, memory=20))
def sdmx(site: Site) -> Work:
    return streamed(site.reader, reverse("sdmx-figures"), figures())


@row(FILES, "IATI of all activities", limit=COPY, target=Target(memory=30))
def activities(site: Site) -> Work:
    return streamed(site.reader, reverse("iati-activities"), figures())


@row(FILES, "IATI of all headquarters", target=Target(memory=30))
def organisations(site: Site) -> Work:
    return streamed(site.reader, reverse("iati-organisations"), Headquarters.objects.count())
