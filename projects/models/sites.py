"""Parks, incubators, satellite factories, growing bases, scenic areas and centres."""

from django.db import models
from django.db.models import F, Q

from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.money import not_negative_check
from aidtracker.ground.partial_dates import PartialDateField, partial_date_check
from aidtracker.ground.records import Record
from aidtracker.ground.relations import links_to, optional_key_to
from aidtracker.review.meaning import Meaning, reason_of_change
from programs.models import Headquarters, Program, Region
from projects.models.amount_figures import amount_figures
from projects.models.enterprises import Enterprise


class Site(Meaning, Record):
    """场所: a place with walls or fields; a later phase names the earlier one as predecessor."""

    CAN_BE_MERGED = True
    SHOWN = ("name", "slug", "aliases")

    class Kind(models.TextChoices):
        PARK = "park", "产业园"
        INCUBATOR = "incubator", "孵化基地"
        FACTORY = "factory", "工厂车间"
        BASE = "base", "种植养殖基地"
        SCENIC = "scenic", "景区"
        CENTRE = "centre", "中心与平台"
        PORT = "port", "口岸与陆港"
        INSTITUTION = "institution", "学院与医院"

    # Identification
    kind = models.CharField("类型", max_length=12, choices=Kind)

    # Relations
    region = optional_key_to(Region, "所在地区", "sites")
    parent = optional_key_to("self", "所属场所", "parts")
    predecessor = optional_key_to("self", "前一期", "successors")
    operator = optional_key_to(Enterprise, "运营单位", "sites_operated")
    headquarters = links_to(Headquarters, "援建指挥部", "sites")
    programs = links_to(Program, "所属工程", "sites")

    # Dates
    opened_on = PartialDateField("启用")

    # Size
    area = models.DecimalField(
        "面积",
        max_digits=15,
        decimal_places=3,
        null=True,
        blank=True,
        help_text="单位：平方米；带“约”“超过”的面积记为观测值，这里只填确数",
    )

    amount_figures = amount_figures()

    # Standing
    correction_reason = reason_of_change()

    class Meta(Meaning.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "场所"
        constraints = (
            once("site_name_once", "已有同名的场所。", "name"),
            row_check(
                "site_not_its_own_parent",
                ~Q(parent=F("id")) & ~Q(predecessor=F("id")),
                "场所不能属于自己，也不能是自己的前一期。",
            ),
            not_negative_check("site", "area"),
            partial_date_check("site", "opened_on"),
        )
