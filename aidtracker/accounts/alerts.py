"""What 安全管理员 is told of at once: much taken along, rights given, a log-in from a new place.

Each follows from the audit trail alone: a sentence of an act, which is mailed when the act is kept
and stands on the status page afterwards.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localtime

from aidtracker.trail import acts
from aidtracker.trail.models import Act

WATCHED = (acts.Way.EXPORT, acts.Way.ACCOUNT, acts.Way.LOGIN)
# What is given or taken in the fields of users and groups, by the words of the trail.
RIGHTS = ("组", "权限 ", "超级用户状态", "职员状态", "所属指挥部", "范围", "第二步验证")
ROWS = "行数"
# Whoever logged in from an address within so long is known there.
KNOWN = timedelta(days=90)
SHOWN, SHOWN_DAYS = 50, timedelta(days=30)
# An act that says more and more of itself is mailed once.
QUIET = 600


def alert_of(act: Act) -> str:
    """The sentence of an act that somebody should look at; empty for all others."""
    told = {acts.Way.EXPORT: of_export, acts.Way.ACCOUNT: of_rights, acts.Way.LOGIN: of_log_in}
    return told[act.way](act) if act.way in told else ""


def of_export(act: Act) -> str:
    """One person's exports of an hour, with this one, are much; or it is the trail itself."""
    if act.subject == str(Act._meta.verbose_name):
        return "导出了操作记录"
    if not rows_of(act):
        return ""
    begun = act.at - timedelta(hours=1)
    lately = Act.objects.filter(
        way=acts.Way.EXPORT, user=act.user_id, at__gt=begun, at__lt=act.at
    ).exclude(pk=act.pk)
    rows = rows_of(act) + sum(map(rows_of, lately))
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


def of_log_in(act: Act) -> str:
    """A log-in from where the person was not lately; the first of all is told as well."""
    before = Act.objects.filter(way=acts.Way.LOGIN, user=act.user_id, at__lt=act.at)
    if before.filter(address=act.address, at__gt=act.at - KNOWN).exists():
        return ""
    return f"从没有用过的网络地址 {act.address} 登录" if before.exists() else "第一次登录"


def recent_alerts() -> Iterator[tuple[Act, str]]:
    """The latest, newest first, for the status page."""
    begun = timezone.now() - SHOWN_DAYS
    found = Act.objects.filter(way__in=WATCHED, at__gt=begun).select_related("user")
    told = 0
    for act in found.order_by("-at", "id").iterator(chunk_size=200):
        if told < SHOWN and (words := alert_of(act)):
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
