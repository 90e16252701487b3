"""Who is doing what right now: every state of a row that is kept names the act that made it.

A door (a request, a command) opens an act with `doing`; it is stored with the first row that it
changes, in the same transaction. Changes outside any door belong to the program itself, but for
those of functions that are one act wherever they are called: `one_act`.
"""

import getpass
import sys
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.core.validators import validate_ipv46_address

from aidtracker.ground.changes import noting
from aidtracker.trail.models import Act

Way = Act.Way
ABOUT_ACCOUNTS = (
    *(Way.ACCOUNT, Way.LOGIN, Way.LOGIN_FAILED, Way.LOCKED_OUT, Way.LOGOUT),
    Way.REFUSED,
)
SUBJECT_LENGTH = Act._meta.get_field("subject").max_length
REASON_LENGTH = Act._meta.get_field("reason").max_length

# Who wants to know of acts of which no row tells: called with each that is kept.
WATCHERS: list[Callable[[Act], None]] = []

_current: ContextVar[Act | None] = ContextVar("act", default=None)
_program: ContextVar[Act | None] = ContextVar("program", default=None)
_request: ContextVar = ContextVar("request", default=None)


@contextmanager
def doing(way, *, request=None, subject=""):
    """Let all changes of the block belong to one new act; it is stored when something changes."""
    act = Act(way=way, subject=subject[:SUBJECT_LENGTH])
    tokens = _current.set(act), _request.set(request)
    try:
        with noting():
            yield act
    finally:
        _current.reset(tokens[0])
        _request.reset(tokens[1])


@contextmanager
def one_act():
    """Let the changes of a block, or of a function, be one act: the one in hand, or a new one."""
    if _current.get() is not None:
        yield
        return
    with doing(Way.PROGRAM) as act:
        act.user_name = system_user()
        yield


def current():
    """The act in hand, with its person; outside any door, the program's own."""
    act = _current.get() or programs_own()
    request = _request.get()
    if request is not None and act.user_id is None:
        take_person(act, request)
    return act


def programs_own():
    """The act of all that happens outside any door."""
    act = _program.get()
    if act is None:
        program, *words = sys.argv
        is_command = program.endswith("manage.py")
        subject = " ".join(words[:1])[:SUBJECT_LENGTH]
        act = Act(way=Way.COMMAND if is_command else Way.PROGRAM, subject=subject)
        act.user_name = system_user()
        _program.set(act)
    return act


def describe(*, way=None, subject=None, reason=None, details=None, undoes=None):
    """Say more of the act in hand, also after it has changed something. Returns it.

    Raises RuntimeError outside any door: the program's own act has no words but its own.
    """
    if _current.get() is None:
        raise RuntimeError("There is no act to describe: open one with doing() or one_act().")
    act = current()
    act.way = way or act.way
    act.subject = act.subject if subject is None else subject[:SUBJECT_LENGTH]
    act.reason = act.reason if reason is None else reason[:REASON_LENGTH]
    act.details = act.details if details is None else details
    act.undoes = undoes or act.undoes
    if not act._state.adding:
        said = {name: getattr(act, name) for name in ("way", "subject", "reason", "details")}
        Act.objects.filter(pk=act.pk).update(undoes=act.undoes, **said)
    return act


def stored():
    """The act in hand as a row of the database.

    Written again for each change, ignored where it is there: a transaction that was rolled back
    meanwhile may have taken it along.
    """
    act = current()
    Act.objects.bulk_create([act], ignore_conflicts=True)
    return act


def record(way, *, request=None, user=None, subject="", details=()):
    """Store an act that changes no row: a log-in, an export."""
    act = Act(way=way, subject=subject[:SUBJECT_LENGTH], details=list(details))
    if request is not None:
        take_person(act, request)
    if user is not None:
        act.user, act.user_name = user, user.get_username()
    act.save(force_insert=True)
    watched(act)
    return act


def watched(act: Act) -> None:
    for watcher in WATCHERS:
        watcher(act)


def keep(way, subject, details):
    """Keep a change of what has no history: as the act in hand, if that is of nothing else."""
    act = current()
    if _current.get() is not None and act.subject in ("", subject):
        describe(way=way, subject=subject, details=[*act.details, *details])
        stored()
    else:
        doer = {"user": act.user, "user_name": act.user_name, "address": act.address}
        act = Act.objects.create(way=way, subject=subject[:SUBJECT_LENGTH], details=details, **doer)
    watched(act)


def take_person(act, request):
    """Note who sent a request, and from where."""
    act.address = address_of(request)
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        act.user, act.user_name = user, user.get_username()


def address_of(request):
    """The network address a request came from, first as our proxy says it; None for none."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    said = forwarded.rpartition(",")[2].strip(), request.META.get("REMOTE_ADDR") or ""
    return next(filter(is_address, said), None)


def is_address(text):
    """Whether a database takes a text for a network address."""
    try:
        validate_ipv46_address(text)
    except ValidationError:
        return False
    return "%" not in text


def system_user():
    """Who runs the program, as the machine knows them; empty if it does not."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


class CommandActs(BaseCommand):
    """For a management command that writes: what it changes is one act with its name."""

    def execute(self, *args, **options):
        with doing(Way.COMMAND, subject=type(self).__module__.rpartition(".")[2]) as act:
            act.user_name = system_user()
            return super().execute(*args, **options)


class ActMiddleware:
    """Opens an act for each request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with doing(Way.FORM, request=request):
            return self.get_response(request)
