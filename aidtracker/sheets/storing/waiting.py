"""Keeps an uploaded file between its preview and its confirmation, for the uploader alone."""

import contextlib
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core import signing

SALT = "aidtracker.sheets"
MAX_AGE = 24 * 60 * 60
MAX_WAITING = 10  # uploads of one user
GONE = "这次导入已经确认过或已过期：确认过的在“操作记录”里；没有的，请重新上传文件。"


class TokenError(ValueError):
    """A confirmation that is forged, used, too old or somebody else's."""


@dataclass(frozen=True)
class Pending:
    """An upload that waits for its confirmation; `fingerprint` is that of the previewed outcome.

    `sheet` names the sheet that was chosen, if there was a choice.
    """

    file_name: str
    user_id: int
    model: str
    fingerprint: str = ""
    sheet: str = ""

    def save(self, **parts):
        """Store the bytes of some parts (`file`, `records`); returns the signed token for them.

        A process that dies between leaves parts without a token: they are purged like all others.
        """
        purge()
        drop_older(self.user_id)
        stored = f"{self.user_id}-{secrets.token_hex(16)}"
        write(stored, parts)
        return signing.dumps({"stored": stored, **vars(self)}, salt=SALT)


def write(stored, parts):
    """Store the bytes of parts under a name, for nobody else to read."""
    for part, content in parts.items():
        path = folder() / f"{stored}.{part}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)


def opened(token, user_id, model):
    """The Pending of a token and the name it is stored under. Raises TokenError."""
    try:
        fields = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature as error:
        raise TokenError("这次导入已过期，请重新上传文件。") from error
    stored = fields.pop("stored")
    pending = Pending(**fields)
    if (pending.user_id, pending.model) != (user_id, model):
        raise TokenError("这次导入不是您在这里上传的，请重新上传文件。")
    return pending, stored


def peek(token, user_id, model, part):
    """The Pending of a token and the bytes of a part, which stays. Raises TokenError."""
    pending, stored = opened(token, user_id, model)
    try:
        return pending, (folder() / f"{stored}.{part}").read_bytes()
    except FileNotFoundError as error:
        raise TokenError(GONE) from error


def take(token, user_id, model, part):
    """The Pending of a token and the bytes of a part, once. Raises TokenError.

    All parts are gone afterwards, whatever becomes of the import.
    """
    pending, stored = opened(token, user_id, model)
    content = claimed_bytes(folder() / f"{stored}.{part}")
    for path in folder().glob(f"{stored}.*"):
        path.unlink(missing_ok=True)
    return pending, content


def put_back(token, user_id, model, **parts):
    """Let an upload be confirmed once more, of which nothing was stored."""
    _, stored = opened(token, user_id, model)
    write(stored, parts)


def claimed_bytes(stored):
    """The bytes of a stored part, which is deleted. Raises TokenError if it is gone already."""
    claimed = stored.with_suffix(".taken")
    try:
        # Of two confirmations at once only one can rename the file.
        stored.rename(claimed)
    except FileNotFoundError as error:
        raise TokenError(GONE) from error
    content = claimed.read_bytes()
    claimed.unlink()
    return content


def folder():
    """The private folder of the setting `IMPORT_DIR`, made when first needed."""
    path = Path(getattr(settings, "IMPORT_DIR", settings.BASE_DIR / ".imports"))
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def purge():
    """Delete uploads that nobody confirmed within a day."""
    oldest = time.time() - MAX_AGE
    for entry in os.scandir(folder()):
        # Another process may be purging, too.
        with contextlib.suppress(FileNotFoundError):
            if entry.stat().st_mtime < oldest:
                Path(entry.path).unlink()


def drop_older(user_id):
    """Delete the oldest uploads of a user, so that one more is not too many."""
    newest: dict[str, float] = {}
    for path in folder().glob(f"{user_id}-*"):
        with contextlib.suppress(FileNotFoundError):
            newest[path.stem] = max(path.stat().st_mtime, newest.get(path.stem, 0))
    for stored in sorted(newest, key=newest.__getitem__, reverse=True)[MAX_WAITING - 1 :]:
        for path in folder().glob(f"{stored}.*"):
            path.unlink(missing_ok=True)
