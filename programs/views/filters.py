"""What the lists of places, headquarters, programmes and documents can be narrowed to."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from aidtracker.pages.choosing import ALL, RowFilter, choice_filter, row_filter, used
from aidtracker.pages.listing import ListFilter
from programs.models import Headquarters, Pairing, Program, Region, Source
from programs.models.programs import Sector


def place_filter(
    label: str, relation: str, *, rarely: bool = False, **kwargs: Any
) -> "PlaceFilter":
    """A choice of the places that public rows behind `relation` name, and of those above them.

    `rarely`: most places are named by none of many rows (`used`).
    """

    def places(request: Any) -> QuerySet:
        return used(Region, relation, rarely=rarely)(request).and_above()

    return PlaceFilter(
        label=label, queryset=places, to_field_name="slug", empty_label=ALL, **kwargs
    )


def places_in(value: Region | QuerySet) -> QuerySet:
    """The place that was chosen, or those of a name, and all that lies in them."""
    chosen = value if isinstance(value, QuerySet) else Region.objects.filter(pk=value.pk)
    return chosen.and_below()


class PlaceFilter(RowFilter):
    """A condition on where something is: in a place, or anywhere in it."""

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        return super().filter(qs, value and places_in(value))


donors = used(Region, "pairings_given")
recipients = used(Region, "pairings_received")


class HeadquartersFilter(ListFilter):
    level = choice_filter("级别", Headquarters.Level)
    donor = row_filter("支援方", donors)
    parent = row_filter("上级指挥部", used(Headquarters, "children"))


class ProgramFilter(ListFilter):
    kind = choice_filter("类型", Program.Kind)
    sector = choice_filter("领域", Sector)
    headquarters = row_filter("牵头指挥部", used(Headquarters, "programs"))
    region = place_filter("实施地区", "programs", field_name="regions")


class RegionFilter(ListFilter):
    level = choice_filter("级别", Region.Level)
    parent = row_filter("上级", used(Region, "children"))
    side = django_filters.ChoiceFilter(
        label="哪一方",
        choices=(("donor", "支援方"), ("recipient", "受援地")),
        method="on_side",
        empty_label="全部",
    )

    def on_side(self, queryset, name, value):
        places = (donors if value == "donor" else recipients)(self.request)
        return queryset.filter(pk__in=places.values("pk"))


class PairingFilter(ListFilter):
    kind = choice_filter("类型", Pairing.Kind)
    donor = row_filter("支援方", donors)
    recipient = row_filter("受援地", recipients)


class BatchFilter(ListFilter):
    owner = row_filter("编号归属", used(Region, "batches"))


class OfficialFilter(ListFilter):
    headquarters = row_filter("援疆指挥部", used(Headquarters, "officials"))


class PolicyFilter(ListFilter):
    sector = choice_filter("领域", Sector)
    program = row_filter("相关工程", used(Program, "policies"), field_name="programs")


class SourceFilter(ListFilter):
    kind = choice_filter("类型", Source.Kind)
