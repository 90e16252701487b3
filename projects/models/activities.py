"""What happened on a day: fairs, training, competitions; agreements signed; awards won."""

from django.db import models
from django.db.models import Q

from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.fits import NOTHING, Fit
from aidtracker.ground.partial_dates import PartialDateField, order_check, partial_date_check
from aidtracker.ground.records import Record
from aidtracker.ground.relations import links_to, optional_key_to
from aidtracker.review.meaning import Meaning, reason_of_change
from programs.models import Headquarters, Program, Region
from projects.models.enterprises import Enterprise
from projects.models.outlets import Outlet
from projects.models.sites import Site


class Activity(Meaning, Record):
    """活动: an event with a date, or a milestone in the record's own timeline."""

    SHOWN = ("name", "slug", "aliases")

    class Kind(models.TextChoices):
        FAIR = "fair", "展会"
        CONFERENCE = "conference", "会议"
        VISIT = "visit", "考察"
        SIGNING = "signing", "签约"
        TRAINING = "training", "培训"
        COMPETITION = "competition", "竞赛"
        PROMOTION = "promotion", "推介与展销"
        PERFORMANCE = "performance", "文艺交流"
        MILESTONE = "milestone", "里程碑"

    class Step(models.TextChoices):
        OPENED = "opened", "启用"
        FOUNDED = "founded", "成立"
        SIGNED = "signed", "签订"

    # Identification
    kind = models.CharField("类型", max_length=12, choices=Kind)
    edition = models.CharField("届次", max_length=40, blank=True)
    step = models.CharField(
        "哪一步",
        max_length=8,
        choices=Step,
        blank=True,
        help_text="是场所启用、企业成立时填；日期与场所、企业记录不同时列入核对",
    )

    # Dates
    starts_on = PartialDateField("开始")
    ends_on = PartialDateField("结束")

    # Relations
    region = optional_key_to(Region, "地点", "activities")
    site = optional_key_to(Site, "场所", "activities")
    organisers = models.CharField("主办单位", max_length=200, blank=True, help_text="照文献所写")
    headquarters = links_to(Headquarters, "参与指挥部", "activities")
    enterprises = links_to(Enterprise, "参与企业", "activities")
    programs = links_to(Program, "所属工程", "activities")

    # Standing
    correction_reason = reason_of_change()

    class Meta(Meaning.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "活动"
        ordering = ("starts_on", "slug")
        constraints = (
            once("activity_name_once", "已有同名的活动。", "name"),
            partial_date_check("activity", "starts_on", "ends_on"),
            order_check("activity", "starts_on", "ends_on", "结束不能早于开始。"),
        )


class Agreement(Record):
    """协议: a framework, memorandum or contract, with everyone who signed."""

    class Kind(models.TextChoices):
        FRAMEWORK = "framework", "框架协议"
        MEMORANDUM = "memorandum", "备忘录"
        CONTRACT = "contract", "合同协议"

    # Identification
    kind = models.CharField("类型", max_length=12, choices=Kind)
    subject = models.CharField("内容", max_length=200, blank=True)

    # Dates
    signed_on = PartialDateField("签订", is_past=True)

    # Parties
    regions = links_to(Region, "签约地方", "agreements")
    headquarters = links_to(Headquarters, "签约指挥部", "agreements")
    enterprises = links_to(Enterprise, "签约企业", "agreements")
    activity = optional_key_to(Activity, "签约活动", "agreements")

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = "协议"
        ordering = ("signed_on", "slug")
        constraints = (
            once("agreement_name_once", "已有同名的协议。", "name"),
            partial_date_check("agreement", "signed_on"),
        )


class Award(Record):
    """荣誉: one row for each time one was granted, so that 7 awards to 6 counties stay 7 and 6."""

    KEY = ("slug",)
    TOLD_APART_BY = ("site", "region", "enterprise", "outlet", "granted_on")
    SEEN_WITH = ("outlet", "assessment")
    PUBLIC_WITH = ("outlet", "assessment")
    FITS = {
        "assessment": (
            Fit((), lambda: Q(outcome="award"), "这次评定的结果不是“评上”。"),
            Fit(
                ("outlet", "site"),
                lambda outlet, site: Q(outlet=outlet, site=site) if outlet or site else NOTHING,
                "这次评定评的不是这个获得者。",
            ),
            Fit(
                ("maintainer",),
                lambda owner: Q(round__scheme__headquarters=owner) if owner else Q(),
                "这次评定是别的指挥部做的。",
            ),
        )
    }

    class Level(models.TextChoices):
        NATIONAL = "national", "国家级"
        REGIONAL = "regional", "自治区级"
        PREFECTURE = "prefecture", "地区级"
        OTHER = "other", "其他"

    # Identification
    level = models.CharField("级别", max_length=12, choices=Level)
    grantor = models.CharField("授予单位", max_length=120, blank=True, help_text="照文献所写")
    edition = models.CharField("批次或届次", max_length=60, blank=True)

    # Holder
    site = optional_key_to(Site, "获得场所", "awards")
    region = optional_key_to(Region, "获得地区", "awards")
    enterprise = optional_key_to(Enterprise, "获得企业", "awards")
    outlet = optional_key_to(Outlet, "获得网点", "awards")

    # Basis
    assessment = optional_key_to(
        "projects.Assessment",
        "所据评定",
        "awards",
        help_text="评定中评上的，选那一次评定；荣誉随评定公开",
    )

    # Dates
    granted_on = PartialDateField("授予", is_past=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = "荣誉"
        ordering = ("granted_on", "slug")
        constraints = (
            row_check(
                "award_exactly_one_holder",
                Q(site__isnull=False, region=None, enterprise=None, outlet=None)
                | Q(site=None, region__isnull=False, enterprise=None, outlet=None)
                | Q(site=None, region=None, enterprise__isnull=False, outlet=None)
                | Q(site=None, region=None, enterprise=None, outlet__isnull=False),
                "获得场所、地区、企业、网点四者填一个，且只填一个。",
            ),
            once("award_assessment_once", "这次评定已有荣誉。", "assessment"),
            partial_date_check("award", "granted_on"),
        )

    @property
    def slug_source(self):
        return f"{self.name} {self.holder} {self.granted_on}"

    def clean(self):
        super().clean()
        self.before_storing([self])

    @property
    def holder(self):
        """The site, region, enterprise or outlet that won it."""
        return self.site or self.region or self.enterprise or self.outlet
