"""Enterprises' own investments that a headquarters brought in; not aid projects."""

from django.db import models
from django.db.models import Q

from aidtracker.ground.constraints import row_check
from aidtracker.ground.money import LedgerAmountField, not_negative_check
from aidtracker.ground.partial_dates import PartialDateField, order_check, partial_date_check
from aidtracker.ground.records import Record
from aidtracker.ground.relations import links_to, optional_key_to
from aidtracker.review.reviewed import Reviewed, standing
from programs.models import Headquarters, Program, Region
from projects.models.amount_figures import amount_figures
from projects.models.enterprises import Enterprise
from projects.models.ledger_rows import LedgerQuerySet
from projects.models.sites import Site


class Investment(Reviewed, Record):
    """招商项目: who invests, through which firm on site, how much was agreed and has arrived."""

    SHOWN = ("name", "slug", "aliases")
    TOLD = (
        *("name", "slug", "code", "kind", "status", "investor", "local_enterprise", "origin"),
        *("region", "site", "headquarters", "programs", "agreed_amount", "arrived_amount", "jobs"),
        *("signed_on", "started_on", "producing_on"),
    )
    KEY = ("code",)
    TOLD_APART_BY = ("region", "signed_on")
    OWNERS = ("headquarters",)
    IS_SHARED = False
    maintainer = None

    class Kind(models.TextChoices):
        NEW = "new", "新建"
        ACQUISITION = "acquisition", "收购"
        OPERATION = "operation", "运营"

    class Status(models.TextChoices):
        CONTACT = "contact", "洽谈"
        SIGNED = "signed", "签约"
        STARTED = "started", "开工"
        PRODUCING = "producing", "投产"
        ENDED = "ended", "终止"

    # Identification
    code = models.CharField("项目编号", max_length=40, unique=True)
    kind = models.CharField("方式", max_length=12, choices=Kind)
    status = models.CharField(
        "状态", max_length=12, choices=Status, blank=True, help_text="文献没有说就留空"
    )

    # Relations
    investor = optional_key_to(Enterprise, "投资方", "investments_made")
    local_enterprise = optional_key_to(Enterprise, "落地企业", "investments_received")
    origin = optional_key_to(Region, "来自", "investments_from")
    region = optional_key_to(Region, "落地地区", "investments")
    site = optional_key_to(Site, "场所", "investments")
    headquarters = optional_key_to(Headquarters, "引进指挥部", "investments")
    programs = links_to(Program, "所属工程", "investments")

    # Dates
    signed_on = PartialDateField("签约", is_past=True)
    started_on = PartialDateField("开工")
    producing_on = PartialDateField("投产")

    # Money
    agreed_amount = LedgerAmountField("协议资金")
    arrived_amount = LedgerAmountField("到位资金")
    amount_figures = amount_figures()

    # Jobs
    jobs = models.PositiveIntegerField("就业人数", null=True, blank=True)

    # Standing
    review, review_comment, correction_reason = standing()

    objects = LedgerQuerySet.as_manager()

    class Meta(Reviewed.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "招商项目"
        constraints = (
            not_negative_check("investment", "agreed_amount", "arrived_amount", "jobs"),
            row_check(
                "investment_two_enterprises",
                Q(investor=None)
                | Q(local_enterprise=None)
                | ~Q(investor=models.F("local_enterprise")),
                "投资方和落地企业不能是同一家。",
            ),
            partial_date_check("investment", "signed_on", "started_on", "producing_on"),
            order_check("investment", "started_on", "producing_on", "投产不能早于开工。"),
        )

    @property
    def search_names(self):
        return [self.name, *self.aliases, self.code]
