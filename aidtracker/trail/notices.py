"""What somebody is told of what others did: returned, commented on, asked for, given to do.

A notice leads to a page of the admin; it is seen by following it, and mailed with the next mail
to its person (`aidtracker.desk.mails`).
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from aidtracker.ground.people import called

# Of one person's notices only so many are kept, the latest.
MOST = 500


class NoticeQuerySet(models.QuerySet):
    def unseen(self, user: Any) -> "NoticeQuerySet":
        return self.filter(user=user, seen_at=None)


class Notice(models.Model):
    """通知: one sentence for one person, and where it leads."""

    class Kind(models.TextChoices):
        RETURN = "return", "退回"
        COMMENT = "comment", "留言"
        REMINDER = "reminder", "催报"
        TASK = "task", "报表任务"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="收件人", related_name="+"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name="谁", null=True, related_name="+"
    )
    kind = models.CharField("种类", max_length=12, choices=Kind)
    about = models.CharField("关于", max_length=200)
    words = models.CharField("内容", max_length=1000, blank=True)
    address = models.CharField("地址", max_length=300)
    at = models.DateTimeField("时间", default=timezone.now)
    seen_at = models.DateTimeField("看过的时间", null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ("-pk",)
        default_permissions = ()
        indexes = (models.Index(fields=("user", "seen_at", "-id"), name="notices_of_user"),)

    def __str__(self) -> str:
        who = f"{called(self.by)}：" if self.by else ""
        words = f"“{self.words}”" if self.words else ""
        return f"{self.about}　{who}{words}".rstrip()


def tell(notices: Iterable[Notice]) -> int:
    """Store notices, but none for who caused it; how many there are."""
    wanted = [one for one in notices if one.user_id != one.by_id]
    Notice.objects.bulk_create(wanted)
    return len(wanted)


def forget_old(user: Any) -> None:
    """Delete what is too much of one person's notices, oldest first."""
    own = Notice.objects.filter(user=user)
    oldest = own.order_by("-pk").values_list("pk", flat=True)[MOST : MOST + 1].first()
    if oldest is not None:
        own.filter(pk__lte=oldest).delete()
