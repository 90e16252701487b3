"""Mail to the staff: one digest of what is new and what is due, as often as each person wants.

`manage.py send_mails`, called every hour, finds who is to get one. Apps add what is due by
`DIGEST`; what others did is said by the notices since the last mail.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from aidtracker.ground.people import called
from aidtracker.ground.scope import scope_of
from aidtracker.trail.notices import Notice

# What is due for a person on a day: lines of a section with its title; by the apps.
Section = tuple[str, list[str]]
DIGEST: list[Callable[[Any, date], Iterable[Section]]] = []
MOST_LINES = 20
# What happened earlier is no news to who gets their first mail.
NEWS = timedelta(days=3)


class MailChoice(models.Model):
    """邮件提醒: how often somebody wants mail, and when they had the last one."""

    class How(models.TextChoices):
        OFF = "off", "不要邮件"
        DAILY = "daily", "每天一封"
        AT_ONCE = "at_once", "有新通知就发（每小时至多一封）"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="用户", related_name="mail_choice"
    )
    how = models.CharField("多久一封", max_length=12, choices=How, default=How.DAILY)
    sent_at = models.DateTimeField("上一封的时间", null=True)
    # The day of Shanghai on which what is due was last told.
    told_on = models.DateField("上次提醒到期事项的日子", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "邮件提醒"
        ordering = ("user",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user}：{self.get_how_display()}"


def choice_of(user: Any) -> MailChoice:
    """What a person chose; who chose nothing gets a mail a day."""
    return MailChoice.objects.filter(user=user).first() or MailChoice(user=user)


def choose(user: Any, how: str) -> bool:
    if how not in MailChoice.How.values:
        return False
    MailChoice.objects.update_or_create(user=user, defaults={"how": how})
    return True


def people_with_mail() -> Iterator[Any]:
    """Active staff with an address who want mail and still work here."""
    users = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    users = users.exclude(email="").exclude(mail_choice__how=MailChoice.How.OFF)
    for user in users.select_related("account", "mail_choice").order_by("pk"):
        scope = scope_of(user)
        if scope.headquarters or scope.reads_all:
            yield user


def mail_for(user: Any, choice: MailChoice, now: datetime) -> list[Section]:
    """The sections of the mail that a person is to get now; none for no mail."""
    today = timezone.localdate(now)
    is_day = choice.told_on is None or choice.told_on < today
    if not is_day and choice.how == MailChoice.How.DAILY:
        return []
    since = max(choice.sent_at or now - NEWS, now - NEWS)
    fresh = Notice.objects.unseen(user).filter(at__gt=since, at__lte=now).select_related("by")
    lines = [
        f"{one.get_kind_display()}：{one}\n    {link(one.address)}" for one in fresh[:MOST_LINES]
    ]
    sections = [("新通知", lines)] if lines else []
    if is_day:
        sections += [found for due_of in DIGEST for found in due_of(user, today) if found[1]]
    return sections


def link(address: str) -> str:
    """An address as a mail can lead to it; without a known name of the site, only where it is."""
    return f"{settings.SITE['address']}{address}"


def body_of(user: Any, sections: list[Section]) -> str:
    parts = [f"{called(user)}："]
    for title, lines in sections:
        shown = lines[:MOST_LINES]
        more = [f"……共 {len(lines)} 条"] if len(lines) > len(shown) else []
        parts.append("\n".join([f"【{title}】", *(f"- {line}" for line in (*shown, *more))]))
    end = f"打开后台：{link(reverse('admin:index'))}\n不要邮件：{link(reverse('admin:notices'))}"
    return "\n\n".join([*parts, end])


def send_to(user: Any, now: datetime) -> bool | None:
    """Send one person's mail. None if there is none, False if it could not be sent.

    It is noted first that it goes out, and taken back if it does not: two that send at once send
    it once.
    """
    choice = choice_of(user)
    sections = mail_for(user, choice, now)
    if not sections:
        return None
    before = {"sent_at": choice.sent_at, "told_on": choice.told_on}
    if not noted(choice, before, {"sent_at": now, "told_on": timezone.localdate(now)}):
        return None
    subject = f"{settings.EMAIL_SUBJECT_PREFIX}{'、'.join(title for title, _ in sections)}"
    try:
        send_mail(subject[:150], body_of(user, sections), None, [user.email])
    except (OSError, SMTPException):
        logging.getLogger(__name__).exception("Not mailed: the digest of user %s", user.pk)
        MailChoice.objects.filter(user=user).update(**before)
        return False
    return True


def noted(choice: MailChoice, before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Change when a person had the last mail, unless somebody else did meanwhile."""
    MailChoice.objects.get_or_create(user=choice.user)
    rule = Q(user=choice.user)
    for name, value in before.items():
        rule &= Q(**{name: value})
    return bool(MailChoice.objects.filter(rule).update(**now))


def send_mails(now: datetime | None = None) -> tuple[int, int]:
    """Send everybody's mail; how many went out, and how many did not."""
    found = [send_to(user, now or timezone.now()) for user in people_with_mail()]
    return found.count(True), found.count(False)
