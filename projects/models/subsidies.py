"""What is paid to lower a cost: premiums, interest, freight, power; never to a private person."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import models
from django.db.models import Q

from aidtracker.ground.constraints import row_check
from aidtracker.ground.money import LedgerAmountField, not_negative_check
from aidtracker.ground.partial_dates import PartialDateField, order_check, partial_date_check
from aidtracker.ground.records import Record
from aidtracker.ground.relations import optional_key_to
from aidtracker.review.reviewed import Reviewed, standing
from aidtracker.templatetags.formatting import plain, yi
from programs.models import Headquarters, Policy, Program, Region
from projects.models.amount_figures import amount_figures
from projects.models.enterprises import Enterprise
from projects.models.ledger_rows import LedgerQuerySet
from projects.models.projects import Project


class Subsidy(Reviewed, Record):
    """补贴: who is helped with what cost, on which ground, with how much, and what that moved."""

    SHOWN = ("name", "slug", "aliases")
    TOLD = (
        *("name", "slug", "code", "kind", "beneficiaries", "enterprise", "region", "headquarters"),
        *("program", "project", "policy", "basis", "starts_on", "ends_on"),
        *("amount", "moved", "moved_amount"),
    )
    KEY = ("code",)
    TOLD_APART_BY = ("enterprise", "region", "starts_on")
    OWNERS = ("headquarters",)
    IS_SHARED = False
    maintainer = None

    class Kind(models.TextChoices):
        PREMIUM = "premium", "保费补贴"
        INTEREST = "interest", "贷款贴息"
        FREIGHT = "freight", "物流补贴"
        POWER = "power", "电价补贴"
        RENT = "rent", "租金减免"
        HIRING = "hiring", "用工补贴"
        SALES = "sales", "采购与销售奖补"
        EQUIPMENT = "equipment", "设备补贴"
        OTHER = "other", "其他补贴"

    class Moved(models.TextChoices):
        INSURED = "insured", "保额"
        LOAN = "loan", "贷款额"
        SALES = "sales", "销售额"
        INVESTMENT = "investment", "投资额"

    # Identification
    code = models.CharField("补贴编号", max_length=40, unique=True)
    kind = models.CharField("类型", max_length=12, choices=Kind)

    # Relations
    enterprise = optional_key_to(Enterprise, "受补企业", "subsidies")
    beneficiaries = models.CharField(
        "受益群体",
        max_length=120,
        blank=True,
        help_text="一类人或单位，如“红枣种植户”；不填个人姓名",
    )
    region = optional_key_to(Region, "地区", "subsidies")
    headquarters = optional_key_to(Headquarters, "援疆指挥部", "subsidies")
    program = optional_key_to(Program, "所属工程", "subsidies")
    project = optional_key_to(Project, "援疆项目", "subsidies")
    policy = optional_key_to(Policy, "依据文件", "subsidies")
    basis = models.CharField(
        "标准", max_length=200, blank=True, help_text="怎么算，如“保费的 80%”“每公里 0.5 元”"
    )

    # Dates
    starts_on = PartialDateField("开始")
    ends_on = PartialDateField("结束")

    # Money
    amount = LedgerAmountField("补贴金额")
    moved = models.CharField(
        "撬动的是什么",
        max_length=12,
        choices=Moved,
        blank=True,
        help_text="杠杆倍数以它为分子：保费补贴填保额，贴息填贷款额",
    )
    moved_amount = LedgerAmountField("撬动金额")
    amount_figures = amount_figures()

    # Standing
    review, review_comment, correction_reason = standing()

    objects = LedgerQuerySet.as_manager()

    class Meta(Reviewed.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "补贴"
        ordering = ("-starts_on", "slug")
        constraints = (
            not_negative_check("subsidy", "amount", "moved_amount"),
            row_check(
                "subsidy_enterprise_or_beneficiaries",
                Q(enterprise=None) | Q(beneficiaries=""),
                "受补企业和受益群体只填一个。",
            ),
            row_check(
                "subsidy_moved_named",
                ~Q(moved="") | Q(moved_amount=None),
                "填了撬动金额，请选择撬动的是什么（保额、贷款额、销售额或投资额）。",
            ),
            partial_date_check("subsidy", "starts_on", "ends_on"),
            order_check("subsidy", "starts_on", "ends_on", "结束不能早于开始。"),
        )

    @property
    def search_names(self) -> list[str]:
        return [self.name, *self.aliases, self.code]

    @property
    def recipient(self) -> Any:
        """Whom it helps: a firm, or a group in words."""
        return self.enterprise or self.beneficiaries

    @property
    def leverage_words(self) -> str:
        """12.5 倍（保额 5000万元 ÷ 补贴 400万元）; empty without both amounts."""
        if not self.amount or self.moved_amount is None:
            return ""
        return leverage_words(self.amount, self.moved_amount, self.moved)


def leverage_words(paid: Decimal, moved_amount: Decimal, moved: str, rest: str = "") -> str:
    """How much one yuan moved, to two places, and how that is worked out; `paid` is not 0.

    Both amounts are in 万元; `rest` goes on in the brackets.
    """
    times = plain(Decimal(round(Fraction(moved_amount) / Fraction(paid) * 100)) / 100)
    basis = f"{Subsidy.Moved(moved).label} {yi(moved_amount)} ÷ 补贴 {yi(paid)}"
    return f"{times} 倍（{basis}{rest}）"
