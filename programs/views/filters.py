"""What the lists of places, headquarters, programmes and documents can be narrowed to."""

import django_filters

from aidtracker.pages.listing import ListFilter, choice_filter, row_filter
from programs.models import Headquarters, Pairing, Program, Region, Source
from programs.models.programs import Sector


def donors(request):
    return Region.objects.filter(pairings_given__isnull=False).distinct()


def recipients(request):
    return Region.objects.filter(pairings_received__isnull=False).distinct()


def batch_owners(request):
    return Region.objects.filter(batches__isnull=False).distinct()


def lead_headquarters(request):
    return Headquarters.objects.filter(programs__isnull=False).distinct()


class HeadquartersFilter(ListFilter):
    level = choice_filter("级别", Headquarters.Level)
    donor = row_filter("支援方", donors)
    parent = row_filter(
        "上级指挥部", lambda request: Headquarters.objects.filter(children__isnull=False).distinct()
    )


class ProgramFilter(ListFilter):
    kind = choice_filter("类型", Program.Kind)
    sector = choice_filter("领域", Sector)
    headquarters = row_filter("牵头指挥部", lead_headquarters)
    region = row_filter(
        "实施地区",
        lambda request: Region.objects.filter(programs__isnull=False).distinct(),
        field_name="regions",
    )


class RegionFilter(ListFilter):
    level = choice_filter("级别", Region.Level)
    parent = row_filter(
        "上级",
        lambda request: Region.objects.filter(children__isnull=False).distinct(),
    )
    side = django_filters.ChoiceFilter(
        label="哪一方",
        choices=(("donor", "支援方"), ("recipient", "受援地")),
        method="on_side",
        empty_label="全部",
    )

    def on_side(self, queryset, name, value):
        places = donors(None) if value == "donor" else recipients(None)
        return queryset.filter(pk__in=places.values("pk"))


class PairingFilter(ListFilter):
    SEARCH_LOOKUPS = ("donor__search_text", "recipient__search_text", "headquarters__search_text")

    kind = choice_filter("类型", Pairing.Kind)
    donor = row_filter("支援方", donors)
    recipient = row_filter("受援地", recipients)


class BatchFilter(ListFilter):
    SEARCH_LOOKUPS = ("owner__search_text",)

    owner = row_filter("编号归属", batch_owners)


class OfficialFilter(ListFilter):
    SEARCH_LOOKUPS = ("person", "organisation", "post")

    headquarters = row_filter(
        "援疆指挥部",
        lambda request: Headquarters.objects.filter(officials__isnull=False).distinct(),
    )


class CategoryFilter(ListFilter):
    SEARCH_LOOKUPS = ("name", "scheme", "code")


class PolicyFilter(ListFilter):
    sector = choice_filter("领域", Sector)
    program = row_filter(
        "相关工程",
        lambda request: Program.objects.filter(policies__isnull=False).distinct(),
        field_name="programs",
    )


class SourceFilter(ListFilter):
    kind = choice_filter("类型", Source.Kind)
