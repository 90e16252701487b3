"""Frozen editions: all public data of a day under a number, and what changed since the last one."""

import hashlib
import io
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from aidtracker.ground import edition
from aidtracker.opendata.changes import changes
from aidtracker.opendata.models import Release, storage
from aidtracker.opendata.packing import Occasion, write_sqlite, write_zip
from aidtracker.trail import acts

FOLDER = "editions"
THERE = "这一版已经有了。"


def stem(number: str) -> str:
    return f"aidtracker-{number}"


def next_number() -> str:
    """2026.11; a further one of the same month is 2026.11.2."""
    month = f"{timezone.localdate():%Y.%m}"
    taken = set(Release.objects.filter(number__startswith=month).values_list("number", flat=True))
    further = (f"{month}.{count}" for count in range(2, len(taken) + 3))
    return next(one for one in (month, *further) if one not in taken)


def has_month() -> bool:
    """Whether this month has an edition."""
    return Release.objects.filter(number__startswith=f"{timezone.localdate():%Y.%m}").exists()


def freeze(site: str) -> Release:
    """Make the next edition. Raises ValidationError, and nothing is there then."""
    number = next_number()
    before = Release.objects.exclude(files={}).first()
    with TemporaryDirectory(prefix="aidtracker-") as folder:
        state, counts = written(Path(folder), Occasion.now(site, number), before)
        files = stored(Path(folder), number)
    try:
        with transaction.atomic():
            found = Release.objects.create(
                number=number,
                edition=state,
                previous=before.number if before else "",
                files=files,
                changes=counts,
            )
    except IntegrityError:
        for one in files.values():
            storage().delete(one["place"])
        raise ValidationError(THERE) from None
    return found


def written(folder: Path, occasion: Occasion, before: Release | None) -> tuple[str, dict]:
    """Write the files of an edition, all of one moment; return its state and what changed."""
    name = stem(occasion.number)
    with edition.one_moment():
        state = edition.current()
        database = folder / f"{name}.sqlite"
        write_sqlite(database, occasion)
        said = io.StringIO(newline="")
        counts = changes(earlier(folder, before), database, said)
        write_zip(folder / f"{name}.zip", occasion, changes=said.getvalue())
        write_zip(folder / f"{name}-parquet.zip", occasion, kind="parquet")
    (folder / f"{name}-changes.csv").write_text(said.getvalue(), "utf-8-sig", newline="")
    return state, counts


def earlier(folder: Path, before: Release | None) -> Path | None:
    """The database of the edition before, at hand to be compared."""
    name = f"{stem(before.number)}.sqlite" if before else ""
    if before is None or name not in before.files:
        return None
    path = folder / "before"
    if not path.exists():
        with storage().open(before.files[name]["place"]) as file, path.open("wb") as to:
            shutil.copyfileobj(file, to)
    return path


def stored(folder: Path, number: str) -> dict[str, Any]:
    """Put the files of an edition into the storage: what the edition says of each."""
    found = {}
    for path in sorted(folder.glob(f"{stem(number)}*")):
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            place = storage().save(f"{FOLDER}/{path.name}", File(file))
        found[path.name] = {"size": path.stat().st_size, "sha256": sha256, "place": place}
    return found


def freeze_as_act(site: str, request: Any = None) -> Release:
    """Make the next edition and keep in the trail who did."""
    found = freeze(site)
    details = [[name, one["sha256"]] for name, one in found.files.items()]
    acts.record(acts.Way.EXPORT, request=request, subject=f"数据版本 {found}", details=details)
    return found


def withdraw(release: Release, why: str) -> None:
    """Hand out the files of an edition no more; its number and its hashes stay."""
    release.withdrawn_at, release.withdrawn_why = timezone.now(), why
    release.save(update_fields=["withdrawn_at", "withdrawn_why"])
