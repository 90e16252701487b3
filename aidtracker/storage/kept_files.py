"""Attachments and frozen editions in a backup, and back, each with its hash in the manifest."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.core.files import File
from django.core.files.storage import Storage, storages
from django.core.management.base import CommandError

STORAGE = "attachments"
# The folder of frozen editions; of the other files of open data none is missed.
EDITIONS = "editions"
FOLDER = "files/"
CHUNK = 1024 * 1024


def files_to_keep() -> Iterator[str]:
    """The names of all attachments in the storage, one folder deep."""
    storage = storages[STORAGE]
    try:
        folders, _ = storage.listdir("")
    except FileNotFoundError:  # nobody has attached anything yet
        return
    for folder in sorted(folders):
        yield from (f"{folder}/{name}" for name in sorted(storage.listdir(folder)[1]))


def editions_to_keep() -> Iterator[str]:
    """The names of the files of frozen editions."""
    with suppress(FileNotFoundError):  # none was frozen yet
        names = storages["opendata"].listdir(EDITIONS)[1]
        yield from (f"{EDITIONS}/{name}" for name in sorted(names))


def storage_of(name: str) -> Storage:
    """Where a file lies: folders of attachments have other names."""
    return storages["opendata" if name.startswith(f"{EDITIONS}/") else STORAGE]


def added(archive: zipfile.ZipFile, name: str) -> str:
    """Write a file of the storage into a backup; return its hash."""
    digest = hashlib.sha256()
    packed = zipfile.ZipInfo(f"{FOLDER}{name}")
    with storage_of(name).open(name) as file, archive.open(packed, "w", force_zip64=True) as to:
        for part in file.chunks(CHUNK):
            digest.update(part)
            to.write(part)
    return digest.hexdigest()


def check_files(file: Any, manifest: dict[str, Any]) -> None:
    """Raise CommandError if an attachment in a backup is not what was put into it."""
    wrong = []
    with zipfile.ZipFile(file) as archive:
        for name, wanted in manifest.get("files", {}).items():
            try:
                with archive.open(f"{FOLDER}{name}") as packed:
                    found = hashlib.file_digest(packed, "sha256").hexdigest()
            except (KeyError, zipfile.BadZipFile, zlib.error, EOFError):
                found = ""
            wrong += [name] if found != wanted else []
    if wrong:
        raise CommandError(f"备份里的附件已损坏，没有恢复：{'、'.join(wrong[:5])}。")


def put_back(file: Any, manifest: dict[str, Any]) -> None:
    """Put the attachments of a backup into the storage; one that is there stays as it is.

    Before the database is switched: a row never names a file that is not there.
    """
    with zipfile.ZipFile(file) as archive:
        for name in manifest.get("files", {}):
            storage = storage_of(name)
            if not storage.exists(name):
                with archive.open(f"{FOLDER}{name}") as packed:
                    storage.save(name, File(packed))
