"""Confirmed uploads carried out: at once in a request, or by a worker from the queue."""

import logging
import threading
from typing import Any, Self

from django.conf import settings
from django.contrib.auth import load_backend
from django.db import DatabaseError, connections, transaction
from django.db.models import Model
from django.utils import timezone
from django_tasks import task

from aidtracker.ground.datasets import dataset_of
from aidtracker.sheets.columns.resources import resource_for
from aidtracker.sheets.reading.pages import SheetError
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.reading.uploads import read_upload
from aidtracker.sheets.rehearsing.outcomes import Outcome
from aidtracker.sheets.rehearsing.progress import Report, silent
from aidtracker.sheets.storing.models import OvertakenError, State, Upload
from aidtracker.sheets.storing.remembering import decisions_for, remember
from aidtracker.sheets.storing.storing import store
from aidtracker.trail import acts

logger = logging.getLogger(__name__)

HEARTBEAT = 2  # seconds
READING = "读取文件"
NO_RIGHT = "您现在没有导入这类数据的权限，什么也没有保存。"
STALE = "预览之后数据有变，什么也没有保存；请核对新的预览。"
BROKEN = "数据库或程序出错，什么也没有保存；请稍后重试，仍然如此请告诉管理员。"


def may_import(user: Any, model: type[Model]) -> bool:
    """Whether a person may import rows: that adds and changes, and is a right of its own."""
    app, name = model._meta.app_label, model._meta.model_name
    rights = (f"{app}.{verb}_{name}" for verb in ("add", "change", "import"))
    return user.has_perms([*rights]) and dataset_of(model).is_imported


def is_long(upload: Upload) -> bool:
    """Whether an upload is left to a worker: it has many rows, and the site has workers."""
    return settings.WORKERS and upload.rows > settings.IMPORT_ROWS_AT_ONCE


def run(upload: Upload, user: Any, report: Report = silent) -> Outcome:
    """Store an upload that was taken, in the name of a person; its end is written with its rows.

    Raises SheetError for a file that can be read no more, DatabaseError, and OvertakenError.
    """

    def end(outcome: Outcome) -> None:
        counts = ("new", "changed", "proposed", "conflicting")
        told = {name: getattr(outcome, name) for name in counts}
        remember(user, upload.model_class, sheet)
        upload.end(State.STORED, **told, act=str(acts.current().pk))

    report(READING, 0)
    resource = resource_for(upload.model_class, user)
    pages = read_upload(upload.file_name, bytes(upload.content))
    decisions = decisions_for(user, upload.model_class, upload.decisions)
    sheet = sheet_of(resource, pages, upload.sheet, decisions)
    seen = (upload.fingerprint, upload.file_name, upload.reason)
    return store(resource, sheet, *seen, report=report, end=end)


# Left to a worker


def queue(upload: Upload, *states: str, **values: Any) -> bool:
    """Let a worker store an upload that is in one of these states."""
    with transaction.atomic():
        is_queued = upload.move(*states, to=State.QUEUED, result={}, **values)
        if is_queued:
            store_upload.enqueue(str(upload.pk))
    return is_queued


@task()
def store_upload(pk: str) -> None:
    """Store a queued upload, unless it was cancelled or another worker has it."""
    upload = Upload.objects.filter(pk=pk).first()
    if upload is not None and upload.take(State.QUEUED):
        carry_out(upload)


def carry_out(upload: Upload) -> None:
    """Store an upload that was taken, as an act of its uploader; it says itself how that ended."""
    user = person(upload.user_id)
    with acts.doing(acts.Way.IMPORT) as act, Pulse(upload) as pulse:
        act.user, act.user_name, act.address = user, upload.user.get_username(), upload.address
        try:
            words = refusal(upload, user, pulse.report)
            if words:
                upload.end(State.REFUSED, words=words)
        except OvertakenError:
            logger.info("Import %s is cancelled, or another process has it.", upload.pk)
        except Exception:
            logger.exception("Import %s failed.", upload.pk)
            upload.move(State.RUNNING, to=State.REFUSED, result={"words": BROKEN})


def refusal(upload: Upload, user: Any, report: Report) -> str:
    """Store an upload; why nothing was stored, in Chinese, or nothing."""
    if user is None or not may_import(user, upload.model_class):
        return NO_RIGHT
    try:
        outcome = run(upload, user, report)
    except SheetError as error:
        return str(error)
    return "" if outcome.is_stored else outcome.reason_error or STALE


def person(user_id: int) -> Any:
    """A user as a request would find them now; None if they may not log in any more."""
    found = load_backend(settings.AUTHENTICATION_BACKENDS[-1]).get_user(user_id)
    return found if found and found.is_staff else None


class Pulse:
    """Says from a connection of its own how far an import is, and hears of its cancelling."""

    def __init__(self, upload: Upload) -> None:
        self.claimed = Upload.objects.filter(pk=upload.pk, claim=upload.claim, state=State.RUNNING)
        self.place = ("", 0)
        self.is_lost = False
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.beat, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.ended.set()
        self.thread.join()

    def report(self, step: str, done: int) -> None:
        """Note how far it is. Raises OvertakenError once the import is cancelled."""
        self.place = (step, done)
        if self.is_lost:
            raise OvertakenError

    def beat(self) -> None:
        while not self.ended.wait(HEARTBEAT):
            step, done = self.place
            try:
                found = self.claimed.update(step=step, done=done, seen_at=timezone.now())
            except DatabaseError:
                # SQLite, while the import itself writes; or the database is away for a moment.
                connections.close_all()
            else:
                self.is_lost = not found
        connections.close_all()
