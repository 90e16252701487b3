"""Lists narrowed by where, when and by whom: places hold all that lies in them."""

import pytest
from django.test import Client

from aidtracker.pages.choosing import MOST_CHOICES, RowFilter, choices_of_rows
from aidtracker.pages.listing import ListPage
from aidtracker.pages.naming import key_in_words
from aidtracker.pages.routes import pages_of_datasets
from programs.models import Region, Source
from projects.models import Observation, Project
from projects.views.filters import years_of_figures

pytestmark = pytest.mark.django_db


def shown(client: Client, path: str, **conditions: str) -> set[str]:
    """The names of the rows that a list shows under some conditions, of its first page."""
    found = client.get(path, conditions).context["table"].rows
    return {row.cells[0].items[0].text for row in found}


def above(place: Region | None) -> list[Region]:
    """A place and all that it lies in."""
    return [place, *above(place.parent)] if place else []


def count(client: Client, path: str, **conditions: str) -> int:
    return client.get(path, conditions).context["links"].total


def test_place_of_projects_holds_all_that_lies_in_it(client: Client) -> None:
    prefecture = Region.objects.get(slug="akesu-diqu")
    wanted = {
        project.name
        for project in Project.objects.published()
        if any(prefecture in above(place) for place in project.regions.all())
    }
    assert len(wanted) > Project.objects.published().filter(regions=prefecture).count()
    assert shown(client, "/projects/", region="akesu-diqu") == wanted


def test_places_above_those_of_rows_are_offered(client: Client) -> None:
    page = client.get("/sites/")
    offered = dict(page.context["list"].filterset.form.fields["region"].choices)
    assert {"xinjiang", "akesu-diqu"} <= set(offered)


def test_place_of_figures_holds_its_parks(client: Client) -> None:
    in_county = count(client, "/observations/", within="akesu-shi")
    in_prefecture = count(client, "/observations/", within="akesu-diqu")
    assert 0 < in_county < in_prefecture < count(client, "/observations/")


def test_year_of_figures_is_that_in_which_their_time_ends(client: Client) -> None:
    by_year = {year: count(client, "/observations/", year=year) for year, _ in years_of_figures()}
    dated = [one.as_of or one.period_end for one in Observation.objects.published()]
    assert by_year == {
        year: sum(1 for day in dated if day and str(day.year) == year) for year in by_year
    }
    assert sum(by_year.values()) == sum(1 for day in dated if day)


def test_years_are_those_of_public_figures_alone() -> None:
    years = years_of_figures()
    latest = Observation.objects.published().exclude(as_of=None).latest("as_of")
    Observation.objects.filter(pk=latest.pk).update(status="draft")
    others = Observation.objects.published().filter(as_of__year=latest.as_of.year)
    assert years_of_figures() == years if others else years_of_figures() != years


def test_rare_conditions_are_folded_until_one_is_set(client: Client) -> None:
    assert b'<details class="further">' in client.get("/observations/").content
    opened = client.get("/observations/", {"rank": "preferred"}).content
    assert b'<details class="further" open>' in opened


@pytest.mark.parametrize(
    ("title", "short_title", "name"),
    [
        ("公开资料", "", "公开资料"),
        ("一个很长很长很长很长的标题", "短名", "短名"),
        ("产业援疆：创新实施“三大工程”", "", "创新实施“三大工程”"),
        ("没有一处停顿也没有一个标点的长标题", "", "没有一处停顿也没有一个…"),
    ],
)
def test_document_has_a_short_name(title: str, short_title: str, name: str) -> None:
    assert Source(title=title, short_title=short_title).short_name == name


def test_every_document_of_the_fixtures_has_a_short_name_of_its_own() -> None:
    names = [one.short_name for one in Source.objects.without_text()]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 12 for name in names)


LISTS = [
    page
    for package in ("programs.views", "projects.views")
    for page in pages_of_datasets(package)
    if issubclass(page, ListPage)
]


@pytest.mark.parametrize("page", LISTS, ids=lambda page: page.__name__)
def test_drop_downs_say_what_rows_are_called_by_one_query(page, django_assert_max_num_queries):
    filterset = page.filterset_class({}, page.model.objects.published())
    named = [one for one in filterset.filters.values() if isinstance(one, RowFilter)]
    composed = [one for one in named if one.label == "批次"]
    with django_assert_max_num_queries(len(composed) + bool(named)):
        found = choices_of_rows(filterset)
    for one in named:
        key = one.extra["to_field_name"]
        rows = one.get_queryset(None)()[: MOST_CHOICES + 1]
        assert found[one.label] == [(key_in_words(row, key), str(row)) for row in rows]
