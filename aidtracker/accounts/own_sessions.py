"""Whose sessions are whose: what a person is shown of their own, and how they are ended."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone

# What a session remembers: when it was last prolonged, when and where it began, in which browser.
PROLONGED_AT, STARTED_AT = "prolonged_at", "started_at"
ADDRESS, BROWSER = "address", "browser"
# The sign of the key under which a session is known as its person's.
LISTED = "listed"
# More of them, the last used first, are not shown; all of them are ended.
SHOWN = 50


class StaffSession(models.Model):
    """登录: a session of a person of the staff, so that theirs are found without reading all.

    Without constraints in the database: whoever deletes a session or a user, be it a program that
    knows nothing of this table, is not held up by it.
    """

    session = models.OneToOneField(
        Session,
        models.CASCADE,
        verbose_name="会话",
        primary_key=True,
        db_constraint=False,
        related_name="+",
        related_query_name="staff",
    )
    user = models.ForeignKey(
        User, models.CASCADE, verbose_name="用户", db_constraint=False, related_name="+"
    )

    class Meta:
        verbose_name = "登录"
        verbose_name_plural = "登录"
        default_permissions = ()

    def __str__(self) -> str:
        return sign_of(self.pk)


@dataclass(frozen=True)
class OwnSession:
    """A session of a person as they know it again; `sign` names it, its key stays a secret."""

    sign: str
    started_at: datetime
    used_at: datetime
    address: str
    browser: str
    is_this: bool


def note(session: SessionBase, user: User) -> None:
    """Let a session be known as its person's, once for each key it gets."""
    key = session.session_key
    if key is None or session.get(LISTED) == sign_of(key):
        return
    row = StaffSession(session_id=key, user=user)
    StaffSession.objects.bulk_create([row], ignore_conflicts=True)
    session[LISTED] = sign_of(key)


def stored_sessions(user: User) -> models.QuerySet[Session]:
    """The sessions of a person that have not ended, the last used first."""
    found = Session.objects.filter(staff__user=user, expire_date__gt=timezone.now())
    return found.order_by("-expire_date")


def sessions_of(user: User, this: str | None = None) -> list[OwnSession]:
    """What a person is shown of their sessions; `this` is the key of the one in hand."""
    rows = stored_sessions(user)[:SHOWN]
    found = [described(row.session_key, row.get_decoded(), this) for row in rows]
    return sorted(found, key=lambda one: one.used_at, reverse=True)


def described(key: str, said: dict, this: str | None) -> OwnSession:
    moments = (said.get(name, 0) for name in (STARTED_AT, PROLONGED_AT))
    started, used = (datetime.fromtimestamp(moment, UTC) for moment in moments)
    where = said.get(ADDRESS, ""), said.get(BROWSER, "")
    return OwnSession(sign_of(key), started, used, *where, is_this=key == this)


def sign_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def end_sessions(user: User, sign: str = "", but: str | None = None) -> int:
    """End the session of a sign, or all of a person but the one with a key. How many there were."""
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    keys = stored_sessions(user).values_list("session_key", flat=True)
    ended = [key for key in keys if key != but and sign in ("", sign_of(key))]
    for key in ended:
        store(key).delete(key)
    return len(ended)


def end_surplus(user: User, this: str | None) -> None:
    """End those that were not used for longest where a person has more than they may have."""
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    keys = stored_sessions(user).exclude(session_key=this).values_list("session_key", flat=True)
    for key in keys[max(0, settings.SESSIONS_AT_ONCE - 1) :]:
        store(key).delete(key)
