"""Addresses that were public once stay: people cite them, and other sites link to them."""

import pytest
from django.urls import get_resolver

# What names a row in its page's address; the others are named by their slug.
KEYS = {
    "findings": "<str:slug>",
    "observations": "<slug:code>/<int:number>",
    "sources": "<slug:code>",
}
LISTS = {
    "activities": "activity",
    "agreements": "agreement",
    "awards": "award",
    "batches": "batch",
    "categories": "category",
    "corrections": "correction",
    "enterprises": "enterprise",
    "findings": "finding",
    "headquarters": "headquarters",
    "investments": "investment",
    "metrics": "metric",
    "observations": "observation",
    "officials": "official",
    "outlets": "outlet",
    "pairings": "pairing",
    "policies": "policy",
    "programs": "program",
    "projects": "project",
    "regions": "region",
    "series": "series",
    "sites": "site",
    "sources": "source",
}
WITHOUT_PAGES = {"batches", "categories", "corrections", "officials", "pairings"}
PROMISED = {
    "": "home",
    "api/": "api-page",
    "compare/": "compare",
    "compare/chart.svg": "compare-chart",
    "timeline/": "timeline",
    "timeline/chart.svg": "timeline-chart",
    "files/<uuid:key>/<str:variant>": "attachment",
    "feed/": "feed",
    "feed/feed.json": "feed-json",
    "iati/activities.xml": "iati-activities",
    "iati/organisations.xml": "iati-organisations",
    "sdmx/figures.csv": "sdmx-figures",
    "sdmx/structure.json": "sdmx-structure",
    "method/": "method",
    "report/": "report-error",
    "briefings/": "briefings",
    "briefings/<int:briefing>/": "briefing-latest",
    "briefings/<int:briefing>/<int:number>/": "briefing",
    "briefings/<int:briefing>/<int:number>/<str:extension>": "briefing-file",
    "screen/<slug:slug>/": "screen",
    "report/<str:number>/": "report-answer",
    "robots.txt": "robots",
    "search/": "search",
    **{f"{place}/": f"{name}-list" for place, name in LISTS.items()},
    **{
        f"{place}/{KEYS.get(place, '<slug:slug>')}/": f"{name}-detail"
        for place, name in LISTS.items()
        if place not in WITHOUT_PAGES
    },
}


def addresses(patterns):
    """Every address outside the admin, with its name."""
    for one in patterns:
        if not hasattr(one, "url_patterns"):
            yield str(one.pattern), one.name
        elif not str(one.pattern):
            yield from addresses(one.url_patterns)


@pytest.mark.parametrize("address", PROMISED)
def test_public_address_and_its_name_stay(address):
    assert dict(addresses(get_resolver().url_patterns)).get(address) == PROMISED[address]
