"""The donors' working bodies on site, the three-year deployments, and who held which office."""

from django.db import models
from django.db.models import F, Q

from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.partial_dates import PartialDateField, order_check, partial_date_check
from aidtracker.ground.records import KeyedModel, Record
from aidtracker.ground.relations import key_to, links_to, optional_key_to
from aidtracker.ground.search import SearchTextField
from aidtracker.review.meaning import Meaning, reason_of_change
from programs.models.places import Region


class Headquarters(Meaning, Record):
    """援疆指挥部: the working body of a donor province or city in Xinjiang."""

    SHOWN = ("name", "slug", "aliases")

    class Level(models.TextChoices):
        PROVINCE = "province", "省级"
        CITY = "city", "市级"
        BRANCH = "branch", "分指挥部"

    # Identification
    full_name = models.CharField("全称", max_length=120, blank=True)
    level = models.CharField("级别", max_length=12, choices=Level)

    # Relations
    donor = key_to(Region, "支援方", "headquarters_set")
    parent = optional_key_to("self", "上级指挥部", "children")

    # Standing
    correction_reason = reason_of_change()

    class Meta(Meaning.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "援疆指挥部"
        constraints = (
            once("headquarters_name_once", "已有同名的援疆指挥部。", "name"),
            row_check(
                "headquarters_not_its_own_parent", ~Q(parent=F("id")), "指挥部不能是自己的上级。"
            ),
        )

    @property
    def search_names(self):
        return [self.name, self.full_name, *self.aliases]


class Batch(KeyedModel):
    """A three-year deployment; its number belongs to its owner (the nation, a province, a city)."""

    KEY = ("owner__code", "number")
    NAMED_AS = "{owner__name}第{number}批"
    SEARCHED_IN = ("search_text",)
    SEARCHED_WITH = ("owner",)

    # Identification
    owner = key_to(
        Region, "编号归属", "batches", help_text="全国统一编号选中国；广东的第十批选广东省"
    )
    number = models.PositiveSmallIntegerField("批次号")
    national = optional_key_to("self", "对应的全国批次", "local_numbers")

    # Dates
    starts_on = PartialDateField("开始")
    ends_on = PartialDateField("结束")

    # Provenance
    sources = links_to("programs.Source", "出处", "batch_set")
    note = WordsField("备注", blank=True)
    search_text = SearchTextField("检索文字")

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "批次"
        ordering = ("owner__code", "number")
        constraints = (
            once("batch_number_once", "这一归属已有同号的批次。", "owner", "number"),
            row_check("batch_number_positive", Q(number__gte=1), "批次号从 1 开始。"),
            partial_date_check("batch", "starts_on", "ends_on"),
            order_check("batch", "starts_on", "ends_on", "结束不能早于开始。"),
        )

    def __str__(self):
        return f"{self.owner}第{self.number}批"

    @property
    def search_names(self):
        return [f"第{self.number}批"]


class Official(KeyedModel):
    """A person in an office, as a document names them; a person with three posts has three rows."""

    KEY = ("person", "organisation", "post")
    SEARCHED_IN = ("search_text",)
    OWNERS = ("headquarters",)

    # Identification
    person = models.CharField("姓名", max_length=60, help_text="只记在任公职人员和单位负责人")
    organisation = models.CharField("单位", max_length=120, help_text="照文献所写")
    post = models.CharField("职务", max_length=120)
    headquarters = optional_key_to(Headquarters, "援疆指挥部", "officials")

    # Dates
    as_of = PartialDateField("截至", is_past=True, help_text="文献所述的时间，不是任期")

    # Provenance
    sources = links_to("programs.Source", "出处", "official_set")
    note = WordsField("备注", blank=True)
    search_text = SearchTextField("检索文字")

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "负责人"
        ordering = ("organisation", "person", "post")
        constraints = (
            once(
                "official_post_once",
                "此人在该单位的这一职务已有记录。",
                "person",
                "organisation",
                "post",
            ),
            partial_date_check("official", "as_of"),
        )

    @property
    def search_names(self):
        return [self.person, self.organisation, self.post]

    def __str__(self):
        return f"{self.person}({self.organisation}{self.post})"
