"""Whole files: made once for each state of the record, kept, and handed out from there.

Whoever asks first gets a file while it is made; it is kept when it is whole, unless the record has
changed meanwhile. So nobody waits for a clock, and no file outlives what is in it: one that was
withdrawn is in no file from the next request on.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

from django.core.files import File
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from aidtracker.ground import edition
from aidtracker.opendata.formats import FORMATS
from aidtracker.opendata.models import KeptFile, storage
from aidtracker.opendata.packing import WHOLES, Occasion
from aidtracker.opendata.registry import open_datasets
from aidtracker.pages.kept import program

logger = logging.getLogger(__name__)

CHUNK = 256 * 1024
# Somebody may still be reading one of the state before.
SECONDS_TO_STAY = 3600


def version(site: str) -> str:
    """What tells the files of this state of the record, by this program, from all others."""
    said = f"{edition.current()} {program()} {site}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def media_type(name: str) -> str:
    ending = name.rpartition(".")[2]
    return WHOLES[name].media_type if name in WHOLES else FORMATS[ending].media_type


def names() -> list[str]:
    """All files that there are to have."""
    return [*WHOLES, *(f"{one}.{ending}" for one in open_datasets() for ending in FORMATS)]


def found(name: str, state: str) -> KeptFile | None:
    return KeptFile.objects.filter(version=state, name=name).first()


def parts(name: str, site: str) -> Iterator[bytes]:
    """The bytes of a file, as they are made."""
    if name in WHOLES:
        return whole(lambda path: WHOLES[name].write(path, Occasion.now(site)))
    dataset, _, ending = name.rpartition(".")
    return FORMATS[ending].write(open_datasets()[dataset], site)


def whole(write: Callable[[Path], None]) -> Iterator[bytes]:
    """The bytes of a file that must be whole before it can be read."""
    with TemporaryDirectory(prefix="aidtracker-") as folder:
        path = Path(folder, "whole")
        with edition.one_moment():
            write(path)
        with path.open("rb") as file:
            yield from iter(lambda: file.read(CHUNK), b"")


def made(name: str, site: str) -> Iterator[bytes]:
    """A file while it is made; kept when whole, if it still is what its name says."""
    state, digest = version(site), hashlib.sha256()
    with NamedTemporaryFile(prefix="aidtracker-") as copy:
        for part in parts(name, site):
            copy.write(part)
            digest.update(part)
            yield part
        copy.flush()
        if version(site) == state:
            keep(name, state, copy.name, digest.hexdigest())


def keep(name: str, state: str, path: str, sha256: str) -> None:
    """Store a file, then the row that names it; of two at once, one."""
    try:
        with Path(path).open("rb") as file:
            place = storage().save(f"{state}/{name}", File(file))
            size = file.tell()
    except OSError:
        logger.exception("The file %s was handed out, but could not be kept", name)
        return
    values = {"size": size, "sha256": sha256, "place": place}
    try:
        with transaction.atomic():
            KeptFile.objects.create(version=state, name=name, **values)
    except IntegrityError:
        storage().delete(place)
    except DatabaseError:
        logger.exception("The file %s was handed out, but could not be kept", name)


def make_all(site: str) -> int:
    """Make all files of this state that are not there yet: how many were."""
    kept = set(KeptFile.objects.filter(version=version(site)).values_list("name", flat=True))
    wanted = [name for name in names() if name not in kept]
    for name in wanted:
        for _ in made(name, site):
            pass
    return len(wanted)


def forget(site: str) -> int:
    """Delete the files of earlier states, which nobody is led to: how many."""
    oldest = timezone.now() - timedelta(seconds=SECONDS_TO_STAY)
    rows = KeptFile.objects.exclude(version=version(site)).filter(made_at__lt=oldest)
    gone = 0
    for row in rows.iterator():
        row.delete()
        with suppress(FileNotFoundError):
            storage().delete(row.place)
        gone += 1
    return gone


def opened(place: str) -> Any:
    """A file of the storage; None if it is gone, as after a restore on another machine."""
    try:
        return storage().open(place)
    except FileNotFoundError:
        logger.warning("The storage of open data has no file %s", place)
        return None
