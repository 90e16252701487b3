"""What people see when the database cannot do what a page asked: plain words, and a way to go on.

Nothing of such a request is stored: every change of the site is in one transaction.
"""

import errno
import sqlite3
import traceback
from typing import NamedTuple

from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import SuspiciousOperation
from django.db import Error, IntegrityError, InterfaceError, InternalError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.template.loader import render_to_string
from django.utils.log import log_response

from aidtracker.ground.schema import is_outdated
from aidtracker.pages.problems import Problem, is_asked_by_program

RETRY_AFTER = 30  # seconds
SAFE_METHODS = ("GET", "HEAD")
# Where it is unknown whether a transaction was stored: the database was asked to, and fell silent.
COMMIT = BaseDatabaseWrapper.commit.__code__
# A server that only reads: another one has just taken its place, or will.
ONLY_READS = "25006"
# Two transactions waited for each other, or one waited too long.
CLASHES = {"40P01", "40001", "55P03", sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
# A query took longer than a visitor's may, or somebody ended it.
TOO_LONG = {"57014", sqlite3.SQLITE_INTERRUPT}
# The disk of the database, and that of files.
FULL_DISK = {"53100", sqlite3.SQLITE_FULL}
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# Of SQLite's errors: not those of a query that is wrong.
UNAVAILABLE = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}


class Failure(NamedTuple):
    """What became of a request, for a page that was asked for and for one that was sent in."""

    status: int
    title: str
    asked: str
    sent: str


TAKEN = Failure(
    409,
    "没有保存：别人刚改了相关的记录",
    "数据刚刚有变动，请刷新这一页。",
    "同一时刻有人保存了同样名称或编号的记录，或者删除了这里引用的记录。"
    "这次什么也没有保存；再提交一次，会写明是哪一栏。",
)
CLASH = Failure(
    503,
    "没有保存：正好有别人在改",
    "正好有别人在改同样的内容，请过几秒刷新这一页。",
    "正好有别人在保存同样的内容，互相等待，这次什么也没有保存。请过几秒再提交一次。",
)
SLOW = Failure(
    503,
    "查得太久",
    "符合条件的内容太多，没有查完。请加上条件，或者少选一些，再试一次。",
    "内容太多，或者网站正在升级，没有做完，这次什么也没有保存。请再提交一次。",
)
AWAY = Failure(
    503,
    "数据库暂时不能用",
    "这一页暂时打不开，已记入日志。请过几分钟刷新；一直如此，请告诉管理员打不开的时间。",
    "这次提交的内容没有保存，已记入日志。请不要关闭这一页，过几分钟再提交一次；"
    "一直如此，请告诉管理员时间。",
)
DOUBT = Failure(
    503,
    "不知道有没有保存",
    AWAY.asked,
    "正在保存的时候数据库断开了，不知道保存了没有，已记入日志。请不要关闭这一页：先在另一个窗口里查一下"
    "有没有这次的内容，没有再提交一次。",
)
FULL = Failure(
    503,
    "没有保存：磁盘满了",
    "服务器的磁盘满了，这一页暂时打不开，已记入日志。请告诉管理员。",
    "服务器的磁盘满了，这次提交的内容没有保存，已记入日志。请告诉管理员，不要关闭这一页；"
    "清理以后再提交一次。",
)
NO_MEMORY = Failure(
    503,
    "没有保存：内存不够",
    "这一页的内容太多，服务器的内存不够，已记入日志。请加上条件，或者过一会儿再试。",
    "服务器的内存不够，这次什么也没有保存，已记入日志。请过几分钟再提交一次；如果是导入，可以把文件分成几份。",
)
OUTDATED = Failure(
    503,
    "网站正在升级",
    "数据库还没有升级到这一版程序，已记入日志。请告诉管理员；升级以后刷新这一页。",
    "数据库还没有升级到这一版程序，这次提交的内容没有保存，已记入日志。"
    "请告诉管理员，不要关闭这一页；升级以后再提交一次。",
)


def failure_of(error):
    """The Failure that an exception stands for; None if it is a mistake of the program's."""
    if isinstance(error, OSError):
        return FULL if error.errno in NO_ROOM else None
    if isinstance(error, IntegrityError):
        return TAKEN
    if isinstance(error, InterfaceError):
        return AWAY
    code = code_of(error)
    if isinstance(error, InternalError):
        # Without a code it is the driver that understands no more where it was cut off.
        return AWAY if code in (None, ONLY_READS) else None
    return failure_of_code(code) if isinstance(error, OperationalError) else None


def failure_of_code(code: str | int | None) -> Failure | None:
    if code in FULL_DISK:
        return FULL
    if code in CLASHES:
        return CLASH
    if code in TOO_LONG:
        return SLOW
    return AWAY if not isinstance(code, int) or code in UNAVAILABLE else None


def failure_to_tell(error: BaseException | None) -> Failure | None:
    """The Failure of an exception; where a name is unknown, the database is asked what it has."""
    if isinstance(error, MemoryError):
        return NO_MEMORY
    if not isinstance(error, Error | OSError):
        return None
    failure = failure_of(error)
    if failure is AWAY and was_storing(error):
        return DOUBT
    if failure or isinstance(error, OSError):
        return failure
    return OUTDATED if is_outdated(error) else None


def failure_of_session(error: BaseException) -> Failure | None:
    """What to tell where the database went away after a page was made, before its session was
    stored: what was sent in may be stored or not. None if the session was ended meanwhile."""
    lost = getattr(error.__context__, "__context__", None)
    is_away = isinstance(lost, OperationalError | InterfaceError | InternalError)
    return DOUBT if isinstance(error, SessionInterrupted) and is_away else None


def was_storing(error: BaseException) -> bool:
    """Whether a connection was lost between the order to store and its answer."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_code is COMMIT for frame, _ in frames)


def code_of(error):
    """What PostgreSQL (text) or SQLite (number) calls an error; None without an answer."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        # The lowest byte says which error, the others in which of its forms.
        return getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return getattr(cause, "sqlstate", None)


def failure_page(request, failure):
    """Says what became of the request; what was typed can be sent once more from there."""
    if is_asked_by_program(request):
        return failed(failure)
    is_asked = request.method in SAFE_METHODS
    context = {
        "title": "暂时打不开" if is_asked else failure.title,
        "advice": failure.asked if is_asked else failure.sent,
        "address": request.get_full_path(),
        "typed": [] if is_asked else typed_in(request),
        "is_asked": is_asked,
        "needs_token": False,
    }
    # Without the frame of the site, which asks the database.
    page = HttpResponse(render_to_string("failure.html", context), status=failure.status)
    if failure.status == 503:
        page["Retry-After"] = RETRY_AFTER
    page["Cache-Control"] = "no-store"
    return page


def failed(failure):
    """What a program is told."""
    page = Problem(503, "unavailable", failure.asked).response()
    page["Retry-After"] = RETRY_AFTER
    return page


def typed_in(request):
    """The fields of a form, as (name, value); none where a file or a password is among them."""
    try:
        sent, files = request.POST, request.FILES
    except (UnreadablePostError, SuspiciousOperation, MultiPartParserError):
        return []
    if files or any("password" in name for name in sent):
        return []
    return [(name, value) for name, values in sent.lists() for value in values]


class FailureMiddleware:
    """Answers where the database failed a view, with the debugger on or off."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        failure = failure_to_tell(exception)
        if failure is None:
            return None
        page = failure_page(request, failure)
        words = "%s: %s", page.reason_phrase, request.path
        log_response(*words, response=page, request=request, exception=exception)
        return page
