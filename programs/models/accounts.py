"""What an account of the staff may reach: the headquarters it works for, and until when."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property

from aidtracker.ground.constraints import row_check
from aidtracker.ground.partial_dates import last_day
from aidtracker.ground.relations import links_to, optional_key_to
from aidtracker.ground.scope import Scope
from programs.models.headquarters import Batch, Headquarters


class Account(models.Model):
    """账号范围: for which headquarters a user works, with which batch, and what else is open."""

    class Reach(models.TextChoices):
        OWN = "own", "所属指挥部及其下级"
        READS_ALL = "reads_all", "查看全部（观察员）"
        CHANGES_ALL = "changes_all", "维护全部（全国数据管理员）"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="用户", related_name="account"
    )
    headquarters = links_to(Headquarters, "所属指挥部", "accounts")
    reach = models.CharField("范围", max_length=12, choices=Reach, default=Reach.OWN)
    batch = optional_key_to(Batch, "批次", "accounts", help_text="账号在批次结束后失效")
    ends_on = models.DateField(
        "截止日期", null=True, blank=True, help_text="另定的最后一天；留空则到批次结束"
    )
    # Password
    password_changed_at = models.DateTimeField("密码修改时间", default=timezone.now, editable=False)
    # Empty for a password that its owner chose; as long as it is not, the owner must choose one.
    password_set_by = models.CharField("密码设定人", max_length=200, blank=True, editable=False)
    # Who the person is to a provider of single sign-on: its name and their number; empty for none.
    sign_on = models.CharField(
        "统一身份", max_length=500, blank=True, default="", db_default="", editable=False
    )

    class Meta:
        verbose_name = verbose_name_plural = "账号范围"
        ordering = ("user",)
        default_permissions = ("change", "view")
        constraints = (
            row_check(
                "account_end_year",
                Q(ends_on=None) | Q(ends_on__range=(date(1997, 1, 1), date(2100, 12, 31))),
                "截止日期应在 1997 年至 2100 年之间。",
            ),
            models.UniqueConstraint(
                fields=("sign_on",),
                condition=~Q(sign_on=""),
                name="account_sign_on",
                violation_error_message="另一个账号已绑定这个统一身份。",
            ),
        )

    def __str__(self):
        return f"{self.user}的账号范围"

    @property
    def last_day(self):
        """The last day the account works, or None: the day set for it, else its batch's end."""
        return self.ends_on or (self.batch and last_day(self.batch.ends_on)) or None

    @property
    def has_ended(self):
        return self.last_day is not None and self.last_day < timezone.localdate()

    @cached_property
    def scope(self):
        """The Scope of the account, read once. None after its end; an observer keeps nothing."""
        if self.has_ended:
            return Scope()
        if self.reach == self.Reach.READS_ALL:
            return Scope(reads_all=True)
        is_named = Exists(
            self.headquarters.through.objects.filter(account=self, headquarters=OuterRef("pk"))
        )
        rows = Headquarters.objects.order_by().values_list("pk", "parent", is_named)
        named = [pk for pk, _, is_own in rows if is_own]
        changes_all = self.reach == self.Reach.CHANGES_ALL
        return Scope(
            headquarters=with_branches(named, {pk: parent for pk, parent, _ in rows}),
            reads_all=changes_all,
            changes_all=changes_all,
            home=named[0] if len(named) == 1 else None,
        )


def with_branches(keys, parents):
    """The numbers of headquarters and of all below them; `parents` is {number: its parent's}."""
    known = frozenset(keys)
    while found := {pk for pk, parent in parents.items() if parent in known} - known:
        known |= found
    return known
