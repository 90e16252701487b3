"""What the catalogue says of each dataset: its rows, when they changed, which files are kept."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse

from aidtracker.ground.tallies import public_totals
from aidtracker.opendata.formats import FORMATS
from aidtracker.opendata.kept import version
from aidtracker.opendata.models import KeptFile
from aidtracker.opendata.packing import WHOLES
from aidtracker.opendata.registry import OpenDataset, changed, open_datasets
from aidtracker.pages.paging import kept


@dataclass(frozen=True)
class FileFacts:
    """A file that is handed out; its size and hash are known once it was made."""

    name: str
    label: str
    media_type: str
    size: int | None = None
    sha256: str = ""

    @property
    def url(self) -> str:
        return reverse("data-file", args=[self.name])


@dataclass(frozen=True)
class Facts:
    """A dataset in the catalogue."""

    dataset: OpenDataset
    rows: int
    updated: datetime | None
    files: list[FileFacts] = field(default_factory=list)

    @property
    def url(self) -> str:
        return reverse("data-set", args=[self.dataset.name])


@dataclass(frozen=True)
class Catalogue:
    """All that is handed out, as it is now: four queries, whatever there is."""

    sets: list[Facts]
    wholes: list[FileFacts]

    @property
    def updated(self) -> datetime | None:
        return max((one.updated for one in self.sets if one.updated), default=None)


def catalogue(site: str, only: str = "") -> Catalogue:
    """The facts of all datasets, or of `only` one."""
    found = [one for one in open_datasets().values() if only in ("", one.name)]
    models = [one.model for one in found]
    totals = kept(f"data rows {only}", lambda: public_totals(models))
    days = kept(f"data days {only}", lambda: changed(found))
    made = {one.name: one for one in KeptFile.objects.filter(version=version(site))}

    def file(name: str, label: str, media_type: str) -> FileFacts:
        row = made.get(name)
        known: dict[str, Any] = {"size": row.size, "sha256": row.sha256} if row else {}
        return FileFacts(name, label, media_type, **known)

    sets = [
        Facts(
            one,
            totals[one.model],
            days.get(at),
            [file(f"{one.name}.{kind.ending}", kind.label, kind.media_type) for kind in kinds()],
        )
        for at, one in enumerate(found)
    ]
    return Catalogue(sets, [file(one.name, one.label, one.media_type) for one in WHOLES.values()])


def kinds() -> list[Any]:
    return list(FORMATS.values())
