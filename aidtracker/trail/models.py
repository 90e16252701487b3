"""The audit trail: what people and commands did, apart from what the rows looked like."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from aidtracker.ground.people import with_own_name


class Act(models.Model):
    """操作: one thing a person or a command did: who, when, from where, how and why.

    The states of rows that it left stand in their histories, which name it. `details` holds what
    has no history: the changes of accounts and rights, the counts of an import or export.
    """

    class Way(models.TextChoices):
        FORM = "form", "表单"
        LIST = "list", "列表编辑"
        GRID = "grid", "填报表"
        ACTION = "action", "批量操作"
        ENTRY = "entry", "边读边录"
        IMPORT = "import", "导入"
        UNDO = "undo", "撤销"
        REVERT = "revert", "恢复旧版"
        COMMAND = "command", "命令"
        PROGRAM = "program", "程序"
        EXPORT = "export", "导出"
        READER = "reader", "读者"
        ACCOUNT = "account", "账号与权限"
        LOGIN = "login", "登录"
        LOGIN_FAILED = "login_failed", "登录失败"
        LOCKED_OUT = "locked_out", "登录锁定"
        LOGOUT = "logout", "退出"
        REFUSED = "refused", "被拒绝"

    # Known before the row is stored, so that the first state of a row can name it.
    id = models.UUIDField("编号", primary_key=True, default=uuid4, editable=False)
    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="用户",
        null=True,
        blank=True,
        related_name="acts",
    )
    user_name = models.CharField("用户名", max_length=150, blank=True)
    address = models.GenericIPAddressField("来自", null=True, blank=True)
    way = models.CharField("方式", max_length=16, choices=Way)
    subject = models.CharField("对象", max_length=200, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    details = models.JSONField("明细", default=list, blank=True)
    undoes = models.OneToOneField(
        "self",
        models.PROTECT,
        verbose_name="撤销的操作",
        null=True,
        blank=True,
        related_name="undone_by",
    )

    class Meta:
        verbose_name = "操作记录"
        verbose_name_plural = "操作记录"
        ordering = ("-at", "id")
        # Written by the program alone; whoever may see the trail may take it along.
        default_permissions = ("view",)
        indexes = (
            models.Index(fields=("user", "-at"), name="acts_of_user"),
            models.Index(fields=("way", "-at"), name="acts_by_way"),
        )

    def __str__(self):
        return (
            f"{self.get_way_display()}：{self.subject}" if self.subject else self.get_way_display()
        )

    @property
    def who(self):
        """The person's own name, where there is one, with the user name as it then was."""
        if self.user is None:
            return self.user_name
        return with_own_name(self.user_name, self.user.last_name, self.user.first_name)
