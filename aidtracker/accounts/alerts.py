"""What 安全管理员 is told of at once: much taken along, rights given, a log-in from a new place.

Each follows from the audit trail alone: a sentence of an act, which is mailed when the act is kept
and stands on the status page afterwards.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.timezone import localtime

from aidtracker.trail import acts
from aidtracker.trail.models import Act

WATCHED = (acts.Way.EXPORT, acts.Way.ACCOUNT, acts.Way.LOGIN)
# What is given or taken in the fields of users and groups, by the words of the trail.
RIGHTS = ("组", "权限 ", "超级用户状态", "职员状态", "所属指挥部", "范围", "第二步验证", "统一身份")
ROWS = "行数"
# Whoever logged in from an address within so long is known there.
KNOWN = timedelta(days=90)
SHOWN, SHOWN_DAYS = 50, timedelta(days=30)
HOUR = timedelta(hours=1)
PORTION = 200
# An act that says more and more of itself is mailed once.
QUIET = 600


Exports = dict[int | None, list[tuple[datetime, int]]]


def watched() -> QuerySet[Act]:
    """Acts that may be told of, log-ins from where the person was lately left out.

    Each log-in knows whether it is the first of all, and whether its person was there before.
    """
    before = Act.objects.filter(
        way=acts.Way.LOGIN, user=OuterRef("user"), at__lt=OuterRef("at")
    ).order_by()
    lately = before.filter(address=OuterRef("address"), at__gt=OuterRef("at") - KNOWN)
    found = Act.objects.filter(way__in=WATCHED).select_related("user")
    return found.annotate(is_first=~Exists(before)).exclude(Exists(lately), way=acts.Way.LOGIN)


def alert_of(act: Act) -> str:
    """The sentence of an act that somebody should look at; empty for all others."""
    found = watched().filter(pk=act.pk).first()
    return sentence_of(found, exports_around([found])) if found else ""


def sentence_of(act: Act, exports: Exports) -> str:
    if act.way == acts.Way.EXPORT:
        return of_export(act, exports)
    return of_rights(act) if act.way == acts.Way.ACCOUNT else of_log_in(act)


def exports_around(told: list[Act]) -> Exports:
    """When each person exported how many rows, back to an hour before the first of some acts."""
    moments = [act.at for act in told if act.way == acts.Way.EXPORT]
    found: Exports = defaultdict(list)
    if moments:
        span = (min(moments) - HOUR, max(moments))
        for act in Act.objects.filter(way=acts.Way.EXPORT, at__range=span).only(
            "user_id", "at", "details"
        ):
            found[act.user_id].append((act.at, rows_of(act)))
    return found


def of_export(act: Act, exports: Exports) -> str:
    """One person's exports of an hour, with this one, are much; or it is the trail itself."""
    if act.subject == str(Act._meta.verbose_name):
        return "导出了操作记录"
    if not rows_of(act):
        return ""
    lately = (rows for at, rows in exports[act.user_id] if act.at - HOUR < at < act.at)
    rows = rows_of(act) + sum(lately)
    if rows < settings.MASS_EXPORT_ROWS:
        return ""
    return f"一小时内导出了 {rows} 行，最后是{act.subject}"


def rows_of(act: Act) -> int:
    return next((int(one[1]) for one in act.details if one[0] == ROWS), 0)


def of_rights(act: Act) -> str:
    labels = [one[0] for one in act.details if one[0].startswith(RIGHTS)]
    if not labels:
        return ""
    names = list(dict.fromkeys("权限" if one.startswith("权限 ") else one for one in labels))
    return f"改了{act.subject}的{'、'.join(names)}"


def of_log_in(act: Any) -> str:
    """A log-in from where the person was not lately; the first of all is told as well."""
    return "第一次登录" if act.is_first else f"从没有用过的网络地址 {act.address} 登录"


def recent_alerts() -> Iterator[tuple[Act, str]]:
    """The latest, newest first, for the status page."""
    begun = timezone.now() - SHOWN_DAYS
    found = watched().filter(at__gt=begun).order_by("-at", "id").iterator(chunk_size=PORTION)
    told = 0
    while told < SHOWN and (portion := list(islice(found, PORTION))):
        exports = exports_around(portion)
        for act in portion:
            if told < SHOWN and (words := sentence_of(act, exports)):
                told += 1
                yield act, words


def watch(act: Act) -> None:
    """Mail an act that was just kept, if it is one to be told of, once it is there for good."""
    if settings.SECURITY_EMAIL and act.way in WATCHED:
        transaction.on_commit(partial(tell, act), robust=True)


def tell(act: Act) -> None:
    words = alert_of(act)
    if not words or not cache.add(f"alert:{act.pk}", 1, QUIET):
        return
    at = f"{localtime(act.at):%Y-%m-%d %H:%M:%S}"
    body = f"{at}　{act.who or '程序'}（{act.address or '本机'}）{words}。\n\n详见后台“操作记录”。"
    try:
        send_mail(
            f"{settings.EMAIL_SUBJECT_PREFIX}{act.who}{words}"[:150],
            body,
            None,
            settings.SECURITY_EMAIL,
        )
    except (OSError, SMTPException):
        logging.getLogger(__name__).exception("Not mailed: an alert of act %s", act.pk)


def connect() -> None:
    """Let acts be watched; called once when the site starts."""
    watcher: Callable[[Any], None] = watch
    if watcher not in acts.WATCHERS:
        acts.WATCHERS.append(watcher)
