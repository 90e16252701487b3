"""Keeps an uploaded file between its preview and its confirmation, for the uploader alone."""

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

    def save(self, content: bytes) -> str:
        """Store the bytes of the file; returns the signed token for them."""
        purge()
        drop_older(self.user_id)
        stored = f"{self.user_id}-{secrets.token_hex(16)}"
        write(folder() / stored, content)
        return signing.dumps({"stored": stored, **vars(self)}, salt=SALT)


def write(path: Path, content: bytes) -> None:
    """Store bytes for nobody else to read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def opened(token: str, user_id: int, model: str) -> tuple[Pending, Path]:
    """The Pending of a token and where its file is stored. Raises TokenError."""
    try:
        fields = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature as error:
        raise TokenError("这次导入已过期，请重新上传文件。") from error
    stored = folder() / fields.pop("stored")
    pending = Pending(**fields)
    if (pending.user_id, pending.model) != (user_id, model):
        raise TokenError("这次导入不是您在这里上传的，请重新上传文件。")
    return pending, stored


def peek(token: str, user_id: int, model: str) -> tuple[Pending, bytes]:
    """The Pending of a token and the bytes of its file, which stays. Raises TokenError."""
    pending, stored = opened(token, user_id, model)
    try:
        return pending, stored.read_bytes()
    except FileNotFoundError as error:
        raise TokenError(GONE) from error


def take(token: str, user_id: int, model: str) -> tuple[Pending, bytes]:
    """The Pending of a token and the bytes of its file, once: it is gone afterwards.

    Raises TokenError.
    """
    pending, stored = opened(token, user_id, model)
    claimed = stored.with_suffix(".taken")
    try:
        # Of two confirmations at once only one can rename the file.
        stored.rename(claimed)
    except FileNotFoundError as error:
        raise TokenError(GONE) from error
    content = claimed.read_bytes()
    claimed.unlink()
    return pending, content


def put_back(token: str, user_id: int, model: str, content: bytes) -> None:
    """Let an upload be confirmed once more, of which nothing was stored."""
    write(opened(token, user_id, model)[1], content)


def folder() -> Path:
    """The private folder of the setting `IMPORT_DIR`, made when first needed."""
    path = Path(getattr(settings, "IMPORT_DIR", settings.BASE_DIR / ".imports"))
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def purge() -> None:
    """Delete uploads that nobody confirmed within a day."""
    for path in folder().iterdir():
        if stored_at(path) < time.time() - MAX_AGE:
            path.unlink(missing_ok=True)


def drop_older(user_id: int) -> None:
    """Delete the oldest uploads of a user, so that one more is not too many."""
    newest = sorted(folder().glob(f"{user_id}-*"), key=stored_at, reverse=True)
    for path in newest[MAX_WAITING - 1 :]:
        path.unlink(missing_ok=True)


def stored_at(path: Path) -> float:
    """When a file was stored; 0 if another process has deleted it meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0
