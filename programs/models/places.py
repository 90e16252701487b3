"""Places on both sides of the aid, and which donor place aids which recipient place."""

import re
from functools import cached_property
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.inner_queries import Above, Below
from aidtracker.ground.partial_dates import PartialDateField, order_check, partial_date_check
from aidtracker.ground.records import KeyedModel, Record, RecordQuerySet
from aidtracker.ground.relations import key_to, links_to, optional_key_to
from aidtracker.review.meaning import Meaning, reason_of_change

# Two to forty characters.
CODE_FORM = "[0-9A-Z]?*"
NOT_IN_CODES = "*[^0-9A-Za-z-]*"
LONGEST_CODE = 40
OFFICIAL_CODE = re.compile("[0-9]{6}")


class RegionQuerySet(RecordQuerySet):
    def and_above(self) -> Self:
        """These places and those that they lie in."""
        return self.model.objects.filter(pk__inside=Above(self, "parent"))

    def and_below(self) -> Self:
        """These places and all that lies in them, under present and former names."""
        return self.model.objects.filter(pk__inside=Below(self, "parent", "replaced_by"))

    def current(self):
        """Places that exist today under this code."""
        return self.filter(replaced_by=None)


class Region(Meaning, Record):
    """A place: a donor province or city, or a prefecture, county or village in Xinjiang."""

    CAN_BE_MERGED = True
    SHOWN = ("name", "slug", "aliases", "code", "parent")

    KEY = ("code",)

    class Level(models.TextChoices):
        COUNTRY = "country", "国家"
        PROVINCE = "province", "省级"
        PREFECTURE = "prefecture", "地级"
        COUNTY = "county", "县级"
        DIVISION = "division", "兵团师市"
        REGIMENT = "regiment", "兵团团场"
        TOWNSHIP = "township", "乡镇街道"
        VILLAGE = "village", "村"
        AREA = "area", "区域（非政区）"

    # Identification
    code = models.CharField(
        "区划代码",
        max_length=40,
        unique=True,
        help_text="GB/T 2260 六位代码；兵团师市用 XPCC-01 式，乡村用上级代码加短名",
    )
    city_code = models.CharField(
        "师市城市代码", max_length=6, blank=True, help_text="兵团师市合一的城市，如 659002"
    )
    level = models.CharField("级别", max_length=12, choices=Level)

    # Place
    parent = optional_key_to("self", "上级", "children", help_text="兵团师市不属于所在地区")
    replaced_by = optional_key_to("self", "更名或改设为", "former")

    # Dates
    valid_from = PartialDateField("启用")
    valid_to = PartialDateField("停用")

    # Standing
    correction_reason = reason_of_change()

    objects = RegionQuerySet.as_manager()

    class Meta(Meaning.Meta, KeyedModel.Meta):
        verbose_name = verbose_name_plural = "地区"
        ordering = ("code",)
        constraints = (
            row_check(
                "region_code_form",
                Q(code__glob=CODE_FORM)
                & ~Q(code__glob=NOT_IN_CODES)
                & Q(LessThanOrEqual(Length("code"), LONGEST_CODE)),
                "区划代码只用数字、大写字母开头的字母数字和连字符。",
            ),
            row_check(
                "region_not_its_own_parent",
                ~Q(parent=F("id")) & ~Q(replaced_by=F("id")),
                "一个地区不能是自己的上级，也不能由自己取代。",
            ),
            partial_date_check("region", "valid_from", "valid_to"),
            order_check("region", "valid_from", "valid_to", "停用不能早于启用。"),
        )

    @property
    def search_names(self):
        return [self.name, *self.aliases, self.code, self.city_code]

    @property
    def official_code(self) -> str:
        """Its code in GB/T 2260; empty for one that this record made."""
        return self.code if OFFICIAL_CODE.fullmatch(self.code) else ""

    @cached_property
    def pairings(self) -> list["Pairing"]:
        """Whom it aids and who aids it, with all that they name: one query."""
        rows = Pairing.objects.filter(Q(donor=self) | Q(recipient=self))
        return list(rows.select_related("donor", "recipient", "headquarters"))

    @property
    def ancestors(self):
        """The places above it, the widest first; one query a step unless joined."""
        above: list[Region] = []
        place = self.parent
        while place is not None and place not in above:
            above.insert(0, place)
            place = place.parent
        return above


class Pairing(KeyedModel):
    """A donor place aids a recipient place for a time; either side may have several partners."""

    KEY = ("donor__code", "recipient__code", "kind", "valid_from")
    SEARCHED_WITH = ("donor", "recipient", "headquarters")

    class Kind(models.TextChoices):
        COMPREHENSIVE = "comprehensive", "全面支援"
        PERSONNEL = "personnel", "干部人才"
        TOWNSHIP = "township", "团镇结对"

    # Parties
    donor = key_to(Region, "支援方", "pairings_given")
    recipient = key_to(Region, "受援地", "pairings_received")
    headquarters = optional_key_to("programs.Headquarters", "援疆指挥部", "pairings")
    kind = models.CharField("类型", max_length=16, choices=Kind, default=Kind.COMPREHENSIVE)

    # Dates
    valid_from = PartialDateField("开始")
    valid_to = PartialDateField("结束")

    # Provenance
    sources = links_to("programs.Source", "出处", "pairing_set")
    note = WordsField("备注", blank=True)

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "结对关系"
        ordering = ("donor__code", "recipient__code")
        constraints = (
            once(
                "pairing_once",
                "这一对支援方和受援地已有同类型、同开始日期的结对关系。",
                "donor",
                "recipient",
                "kind",
                "valid_from",
            ),
            row_check(
                "pairing_two_places", ~Q(donor=F("recipient")), "支援方和受援地不能是同一个地方。"
            ),
            partial_date_check("pairing", "valid_from", "valid_to"),
            order_check("pairing", "valid_from", "valid_to", "结束不能早于开始。"),
        )

    def __str__(self):
        return f"{self.donor} → {self.recipient}"
