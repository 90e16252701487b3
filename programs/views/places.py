"""The page of a place: what is above and below it, who aids it and whom it aids, what is there."""

from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from aidtracker.pages.details import Page, Section, address, facts, figure_parts, listed
from aidtracker.pages.tables import Column, Item, table
from programs.models import Pairing, Region
from programs.views import columns, sections


def region_detail(request, slug):
    """A place's page; an old code or name leads to the place that it has become."""
    above = "parent__parent__parent__parent__parent"
    rows = Region.objects.select_related(above, "replaced_by")
    region = get_object_or_404(rows, Q(slug=slug) | Q(code=slug))
    place = region.replaced_by or region
    if place.slug != slug:
        return redirect(place)
    former = list(region.former.all())
    figures = region.series_set.model.objects.filter(region__in=[region, *former])
    cards, figure_section = figure_parts(
        figures.published_figures(), address("observation-list", region=slug)
    )
    page = Page(
        kind=f"地区 · {region.get_level_display()}",
        title=region.name,
        lead=region_lead(region),
        trail=[Item("地区", reverse("region-list")), *map(region_item, region.ancestors)],
        aliases=region.aliases,
        facts=region_facts(region, former),
        figures=cards,
        sections=region_sections(region, figure_section),
        sources=region.sources.published().without_text(),
        note=region.note,
        updated_at=region.updated_at,
    )
    return page.response(request)


def region_item(region):
    return Item(region.name, region.get_absolute_url())


def region_lead(region):
    above = "".join(str(place) for place in region.ancestors if place.parent_id)
    level = region.get_level_display()
    return f"属{above}，{level}。" if above else f"支援方或受援地，{level}。"


def region_facts(region, former):
    old = [f"{place.name}（{place.code}）" for place in former]
    return facts(
        region,
        Column("区划代码", "code"),
        Column("师市城市代码", "city_code"),
        Column("上级", "parent"),
        Column("曾为", lambda row: old),
        Column("启用", "valid_from", kind="date"),
    )


def region_sections(region, figure_section):
    pairings = list(Pairing.objects.with_names().filter(Q(donor=region) | Q(recipient=region)))
    given = [pairing for pairing in pairings if pairing.donor_id == region.pk]
    received = [pairing for pairing in pairings if pairing.recipient_id == region.pk]
    return [
        Section(
            "received",
            "接受支援",
            table("谁支援这里", columns.RECEIVED_COLUMNS, received),
            "没有登记支援这里的地方。",
        ),
        Section(
            "given",
            "给予支援",
            table("这里支援谁", columns.GIVEN_COLUMNS, given),
            "没有登记由这里支援的地方。",
        ),
        figure_section,
        listed("children", "下级地区", columns.REGION_COLUMNS, region.children.current()),
        *(related.of(region) for related in sections.OF_REGION),
    ]
