"""What a service manager, a load balancer and an operator ask: does it work, and is it safe?

The answers are short words for programs, of which none tells more than that. Who may log in reads
the sentences in the admin.
"""

import json
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import RedisError

from aidtracker.accounts.alerts import recent_alerts
from aidtracker.accounts.grants import may_grant
from aidtracker.datasets import OPERATORS
from aidtracker.ground import schema
from aidtracker.ground.attached_files import scan
from aidtracker.storage.backups import VERIFIED, newest

MB = 1024 * 1024
MINUTE = 60
# Until when this process need not compare the tables again.
fits = SimpleNamespace(until=0.0)
# And until when its virus scanner.
scanned = SimpleNamespace(until=0.0, fault="")
# Less than this, and the next import or backup may fail.
LEAST_FREE = 500 * MB


class Answer(NamedTuple):
    """One thing that was looked at: its name, whether it is well, and what to do in words."""

    name: str
    is_well: bool
    words: str = ""


def database() -> Answer:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return Answer("database", False, "数据库不能用。")
    return Answer("database", True)


def tables() -> Answer:
    """Compared whole, which costs 30 queries; that they fit is taken to hold for a minute."""
    if time.monotonic() < fits.until:
        return Answer("schema", True)
    try:
        found = schema.differences()
    except Error:
        return Answer("schema", False, "数据库不能用。")
    fits.until = 0 if found else time.monotonic() + MINUTE
    return Answer("schema", not found, schema.in_words(found) if found else "")


def shared_cache() -> Answer:
    """Only a shared cache can be away; the site goes on without, more slowly."""
    try:
        cache.set("health", "well", 10)
        is_well = cache.get("health") == "well"
    except RedisError:
        is_well = False
    return Answer(
        "cache", is_well, "" if is_well else "共用的缓存（CACHE_URL）不能用，网站会慢一些。"
    )


def disk() -> Answer:
    """The places that are written to: the file of SQLite, backups, and files of one request."""
    full = [str(place) for place in places() if shutil.disk_usage(place).free < LEAST_FREE]
    words = f"{'、'.join(full)} 所在的磁盘剩余不到 {LEAST_FREE // MB} MB，请清理。" if full else ""
    return Answer("disk", not full, words)


def places() -> Iterator[Path]:
    yield Path(tempfile.gettempdir())
    if connection.vendor == "sqlite":
        name = Path(connection.settings_dict["NAME"])
        if name.parent.is_dir():
            yield name.parent
    if settings.BACKUP_DIR and settings.BACKUP_DIR.is_dir():
        yield settings.BACKUP_DIR


def backup() -> Answer:
    """The age of the newest whole backup in BACKUP_DIR; without that setting nothing is known."""
    if not settings.BACKUP_DIR:
        return Answer("backup", True, "没有设定 BACKUP_DIR，不知道有没有备份。")
    found = newest(settings.BACKUP_DIR)
    if found is None:
        return Answer("backup", False, f"{settings.BACKUP_DIR} 里还没有备份。")
    _, made_at = found
    age = timezone.now() - made_at
    at = f"{timezone.localtime(made_at):%Y-%m-%d %H:%M}"
    words = f"最近一次备份是 {at}，{age // timedelta(hours=1)} 小时以前{verified()}。"
    return Answer("backup", age <= timedelta(hours=settings.BACKUP_HOURS), words)


def scanner() -> Answer:
    """Whether the site's scanner answers, asked with a harmless file; not more often than a minute.

    A site without one is not unwell, but whoever looks after it should know.
    """
    if not settings.VIRUS_SCAN:
        return Answer("scanner", True, "没有设定 VIRUS_SCAN，收下的文件没有查毒。")
    if time.monotonic() >= scanned.until:
        try:
            scan("health.txt", b"well")
            scanned.fault = ""
        except ValidationError as error:
            scanned.fault = error.messages[0]
        scanned.until = time.monotonic() + MINUTE
    return Answer("scanner", not scanned.fault, scanned.fault or "查毒程序有回答。")


def verified() -> str:
    """When a backup was last restored and compared, in words; the command leaves that in a file."""
    try:
        word = json.loads((settings.BACKUP_DIR / VERIFIED).read_text())
        return f"；{datetime.fromisoformat(word['at']):%Y-%m-%d} 试恢复过一份"
    except (OSError, ValueError, KeyError):
        return "；还没有试恢复过"


# What decides whether visitors are sent here, and what somebody has to look after.
NEEDED: tuple[Callable[[], Answer], ...] = (database, tables)
LOOKED_AFTER: tuple[Callable[[], Answer], ...] = (shared_cache, disk, backup, scanner)


def answers(asked: Iterable[Callable[[], Answer]]) -> list[Answer]:
    """What is the matter; one that cannot even be asked is not well, and logged."""
    return [answer_of(question) for question in asked]


def answer_of(question: Callable[[], Answer]) -> Answer:
    try:
        return question()
    except OSError:
        logging.getLogger(__name__).exception("%s", question.__name__)
        return Answer(question.__name__, False, "查不到，已记入日志。")


def report(found: list[Answer], is_up: bool) -> JsonResponse:
    said = {answer.name: "ok" if answer.is_well else "failed" for answer in found}
    state = "ok" if all(answer.is_well for answer in found) else "failed"
    return JsonResponse({"state": state, "checks": said}, status=200 if is_up else 503)


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether this process can answer visitors: 200, or 503 while it cannot."""
    found = answers(NEEDED)
    return report(found, all(answer.is_well for answer in found))


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Everything that is looked after: 200 as long as the database answers, `state` says the rest.

    So a restart is not what follows from an old backup.
    """
    found = answers((database, *LOOKED_AFTER))
    return report(found, found[0].is_well)


TITLES = {
    "database": "数据库",
    "schema": "表结构",
    "cache": "缓存",
    "disk": "磁盘",
    "backup": "备份",
    "scanner": "查毒",
}


def status(request: HttpRequest) -> TemplateResponse:
    """The same for people, in the admin, with what to do."""
    if not any(map(request.user.has_perm, OPERATORS)):
        raise PermissionDenied
    lines = [
        (TITLES[answer.name], answer.is_well, answer.words or "正常。")
        for answer in answers((*NEEDED, *LOOKED_AFTER))
    ]
    context = admin.site.each_context(request) | {
        "title": "运行状况",
        "lines": lines,
        "sees_alerts": may_grant(request.user),
        "alerts": list(recent_alerts()) if may_grant(request.user) else [],
    }
    return TemplateResponse(request, "admin/status.html", context)
