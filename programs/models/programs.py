"""The umbrellas of aid work, how projects are classified, and the rules documents name."""

from functools import cached_property

from django.db import models
from django.db.models import F, Q

from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.partial_dates import PartialDateField, order_check, partial_date_check
from aidtracker.ground.records import KeyedModel, Record, RecordQuerySet
from aidtracker.ground.relations import links_to, optional_key_to
from aidtracker.ground.search import SearchTextField
from aidtracker.review.meaning import Meaning, reason_of_change
from programs.models.headquarters import Headquarters
from programs.models.places import Region


class Sector(models.TextChoices):
    """The field of work a programme, policy or metric belongs to."""

    FUNDS = "funds", "援疆资金"
    INDUSTRY = "industry", "产业与招商"
    EMPLOYMENT = "employment", "就业"
    CONSUMPTION = "consumption", "消费援疆"
    ECOMMERCE = "ecommerce", "电子商务"
    AGRICULTURE = "agriculture", "农业与特色林果"
    TOURISM = "tourism", "文化旅游"
    ENERGY = "energy", "电力能源"
    FINANCE = "finance", "金融保险"
    LIVELIHOOD = "livelihood", "民生与乡村振兴"
    HEALTH = "health", "医疗卫生"
    EDUCATION = "education", "教育"
    CULTURE = "culture", "文化润疆"
    PEOPLE = "people", "干部人才"
    DIGITAL = "digital", "数字化"


def line_from(first: "Program", rows: list["Program"]) -> list["Program"]:
    """A programme and the versions among `rows` that grew out of it, one after the other."""
    line, waiting = [], [first]
    while waiting:
        version = waiting.pop(0)
        line.append(version)
        waiting += [row for row in rows if row.predecessor_id == version.pk and row not in line]
    return line


class ProgramQuerySet(RecordQuerySet):
    def versions_of(self, program):
        """The versions of a programme from the first to the latest, itself among them: one query.

        A version that two later ones grew out of is followed by both, each with its own line.
        """
        linked = Q(predecessor__isnull=False) | Q(successors__isnull=False)
        rows = self.filter(linked).in_bulk()
        first = rows.get(program.pk, program)
        earlier = {first.pk}
        while first.predecessor_id in rows and first.predecessor_id not in earlier:
            first = rows[first.predecessor_id]
            earlier.add(first.pk)
        return line_from(first, list(rows.values()))


class Program(Meaning, Record):
    """工程: a named umbrella such as 十城百店, with its parts and the version it grew out of."""

    SHOWN = ("name", "slug", "aliases")

    class Kind(models.TextChoices):
        PROGRAM = "program", "工程"
        PLAN = "plan", "计划"
        CAMPAIGN = "campaign", "专项行动"
        STRATEGY = "strategy", "战略"
        BRAND = "brand", "品牌"
        MECHANISM = "mechanism", "机制"

    # Identification
    kind = models.CharField("类型", max_length=12, choices=Kind)
    sector = models.CharField("领域", max_length=16, choices=Sector)

    # Relations
    parent = optional_key_to("self", "所属工程", "parts")
    predecessor = optional_key_to("self", "前一版本", "successors")
    headquarters = optional_key_to(Headquarters, "牵头指挥部", "programs")
    regions = links_to(Region, "实施地区", "programs")

    # Dates
    starts_on = PartialDateField("开始")
    ends_on = PartialDateField("结束")

    # Standing
    correction_reason = reason_of_change()

    objects = ProgramQuerySet.as_manager()

    class Meta(Meaning.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "工程"
        constraints = (
            once("program_name_once", "已有同名的工程。", "name"),
            row_check(
                "program_not_its_own_parent",
                ~Q(parent=F("id")) & ~Q(predecessor=F("id")),
                "工程不能属于自己，也不能是自己的前一版本。",
            ),
            partial_date_check("program", "starts_on", "ends_on"),
            order_check("program", "starts_on", "ends_on", "结束不能早于开始。"),
        )

    @cached_property
    def line(self) -> list["Program"]:
        """Its versions from the first to the latest, itself among them: one query."""
        return Program.objects.versions_of(self)


class Category(KeyedModel):
    """项目类别: one class of a classification that is agreed anew with each five-year plan."""

    KEY = ("scheme", "code")
    SEARCHED_IN = ("search_text",)

    # Identification
    scheme = models.CharField("分类方案", max_length=60, help_text="如：“十四五”援疆规划")
    code = models.CharField("类别代码", max_length=20)
    name = models.CharField("名称", max_length=60)

    # Dates
    plan_start = models.PositiveSmallIntegerField("规划起始年", help_text="如 2021")
    plan_end = models.PositiveSmallIntegerField("规划结束年", help_text="如 2025")

    # Provenance
    sources = links_to("programs.Source", "出处", "category_set")
    note = WordsField("备注", blank=True)
    search_text = SearchTextField("检索文字")

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "项目类别"
        ordering = ("-plan_start", "code")
        constraints = (
            once("category_code_once", "该分类方案已有同代码的类别。", "scheme", "code"),
            row_check(
                "category_plan_years",
                Q(plan_start__lte=F("plan_end")),
                "规划结束年不能早于起始年。",
            ),
        )

    def __str__(self):
        return self.name

    @property
    def search_names(self):
        return [self.name, self.scheme, self.code]


class Policy(Record):
    """政策文件: measures and rules that the documents name."""

    # Identification
    issuer = models.CharField("发文单位", max_length=120, blank=True)
    sector = models.CharField("领域", max_length=16, choices=Sector, blank=True)

    # Relations
    programs = links_to(Program, "相关工程", "policies")
    regions = links_to(Region, "适用地区", "policies")

    # Dates
    issued_on = PartialDateField("发文日期", is_past=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = "政策文件"
        constraints = (
            once("policy_name_once", "已有同名的政策文件。", "name"),
            partial_date_check("policy", "issued_on"),
        )
