"""Lists of the admin of any length: rows by their numbers, counts and facets up to a bound."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.desk import lists
from aidtracker.pages import paging
from aidtracker.testing import (
    make_headquarters,
    make_observation,
    make_outlet_report,
    make_progress_report,
    make_project,
    make_region,
    make_series,
)
from programs.models import Region
from projects.models import Observation

pytestmark = pytest.mark.django_db

REGIONS = reverse("admin:programs_region_changelist")
FIGURES = reverse("admin:projects_observation_changelist")
REPORTS = reverse("admin:projects_progressreport_changelist")
OUTLETS = reverse("admin:projects_outletreport_changelist")


@pytest.fixture
def few(monkeypatch):
    """Pages of two rows, of which four are counted."""
    for module in (paging, lists):
        monkeypatch.setattr(module, "MOST_COUNTED", 4)
    for model in (Region, Observation):
        monkeypatch.setattr(admin.site.get_model_admin(model), "list_per_page", 2)


def make_villages(number):
    return [make_region(name=f"极远第{one}村", code=f"65999{one}") for one in range(number)]


def shown(client, address, **query):
    return client.get(address, query).context["cl"]


def test_total_without_conditions_is_known_and_its_last_page_read_from_the_end(few, admin_client):
    make_villages(7)
    total = Region.objects.count()
    with CaptureQueriesContext(connection) as captured:
        page = shown(admin_client, REGIONS, p=-(-total // 2))
    assert (page.result_count, page.paginator.is_open) == (total, False)
    assert [*page.result_list][-1] == Region.objects.order_by("code").last()
    sent = [one["sql"] for one in captured if "programs_region" in one["sql"]]
    assert not any("OFFSET" in sql or "COUNT(*)" in sql for sql in sent)


def test_found_rows_are_counted_up_to_a_bound_and_every_page_can_be_reached(few, admin_client):
    made = make_villages(7)
    page = admin_client.get(REGIONS, {"q": "极远"})
    assert "超过 4 条" in page.content.decode()
    pages = [shown(admin_client, REGIONS, q="极远", p=number) for number in range(1, 5)]
    assert [row for page in pages for row in page.result_list] == made
    third = admin_client.get(REGIONS, {"q": "极远", "p": 3})
    assert re.findall(r"[?;&]p=(\d+)", third.content.decode()) == ["1", "2", "4"]
    assert "e=1" in admin_client.get(REGIONS, {"q": "极远", "p": 9})["Location"]


def test_sorted_list_reads_the_rows_of_a_page_only(few, admin_client):
    series = make_series()
    for number in range(5):
        make_observation(series=series, printed=f"{number + 1}家")
    with CaptureQueriesContext(connection) as captured:
        page = shown(admin_client, FIGURES, o="1", p=2, series__id__exact=series.pk)
    assert [row.printed for row in page.result_list] == ["3家", "4家"]
    wide = [one["sql"] for one in captured if '"printed",' in one["sql"]]
    assert len(wide) == 1
    assert "OFFSET" not in wide[0]


@pytest.mark.parametrize(
    ("address", "make"),
    [
        (FIGURES, make_observation),
        (REPORTS, make_progress_report),
        (OUTLETS, make_outlet_report),
        (reverse("admin:projects_series_changelist"), make_observation),
    ],
)
def test_list_asks_no_more_for_more_rows(admin_client, address, make):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(address).status_code == 200
        return len(captured)

    make()
    admin_client.get(address)
    before = asked()
    for _ in range(4):
        make()
    assert asked() == before <= 12


# Facets


def facets(client, address, **query):
    """What stands behind each choice of the filters: {words: number}."""
    content = client.get(address, {"_facets": "True", **query}).content.decode()
    return dict(re.findall(r"([^\s<>]+) \((\d+|-)\)", content))


def test_cells_without_a_value_are_known_on_a_phone(admin_client):
    make_progress_report(work_done_month=None, work_done_to_date=5)
    page = admin_client.get(REPORTS).content.decode()
    cells = re.findall(r'<td class="(field-work_done[^"]*)"[^>]*>([^<]*)</td>', page)
    assert {("is-unknown" in look, words) for look, words in cells} == {(True, "—"), (False, "5")}


def test_each_choice_says_how_many_rows_it_leaves(admin_client):
    first, second = (make_headquarters(name=name) for name in ("甲指", "乙指"))
    for headquarters, months in ((first, ("2026-01-01", "2026-02-01")), (second, ("2026-02-01",))):
        project = make_project(headquarters=headquarters)
        for month in months:
            make_progress_report(project=project, month=month, review="draft")
    found = facets(admin_client, REPORTS)
    assert (found["2026年1月"], found["2026年2月"]) == ("1", "2")
    assert (found[first.name], found[second.name]) == ("2", "1")
    assert (found["草稿"], found["已发布"]) == ("3", "0")
    narrowed = facets(admin_client, REPORTS, in_month="2026-01")
    assert (narrowed["2026年1月"], narrowed["2026年2月"]) == ("1", "2")
    assert (narrowed[first.name], narrowed[second.name]) == ("1", "0")


def test_facets_ask_once_for_all_filters_that_are_not_in_use(admin_client):
    make_observation()
    plain, counted = ({}, {"_facets": "True"})
    admin_client.get(FIGURES, plain)
    numbers = []
    for query in (plain, counted):
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(FIGURES, query)
        numbers.append(len(captured))
    assert numbers[1] == numbers[0] + 1


def test_choices_of_very_many_rows_are_not_counted_and_the_page_says_so(few, admin_client):
    for number in range(5):
        make_observation(printed=f"9876{number}家")
    page = admin_client.get(FIGURES, {"_facets": "True"}).content.decode()
    assert "不逐项计数" in page
    assert facets(admin_client, FIGURES) == {}
    narrowed = facets(admin_client, FIGURES, q="98763家")
    assert narrowed["已发布"] == "1"
    assert (
        "不逐项计数"
        not in admin_client.get(FIGURES, {"_facets": "True", "q": "98763家"}).content.decode()
    )
