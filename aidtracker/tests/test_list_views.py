"""Lists as a person wants them: columns, views, filters by every field, files that follow."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker import testing
from aidtracker.desk.list_views import ListView
from aidtracker.desk.ranges import further_fields
from aidtracker.tests.foreign_rows import staff
from projects.models import Enterprise, Project

pytestmark = pytest.mark.django_db
LIST = reverse("admin:projects_project_changelist")
COLUMNS = reverse("admin:projects_project_columns")
EXPORT = reverse("admin:projects_project_export")


@pytest.fixture
def headquarters():
    return testing.make_headquarters()


def client_of(*headquarters, **kwargs):
    client = Client()
    client.force_login(staff(*headquarters, **kwargs))
    return client


@pytest.fixture
def clerk(headquarters):
    return client_of(headquarters)


def headings(client, address):
    cl = client.get(address).context["cl"]
    return [getattr(one, "__name__", one) for one in cl.list_display][1:]


def saved(client, columns, **sent):
    answer = client.post(COLUMNS, {"column": columns, **sent})
    assert answer.status_code == 302
    return answer["Location"]


# Columns


def test_own_columns_stay_in_their_order_and_width(clerk, headquarters):
    testing.make_project(headquarters=headquarters, batch=testing.make_batch())
    saved(clerk, ["batch", "name", "code"], standing="1", **{"width-name": "wide"})
    assert headings(clerk, LIST) == ["batch", "name is-wide", "code"]
    assert headings(client_of(headquarters), LIST) != ["batch", "name is-wide", "code"]
    assert headings(clerk, f"{LIST}?view=0")[0] == "name"
    saved(clerk, [], reset="1")
    assert headings(clerk, LIST)[0] == "name"


def test_every_column_that_is_offered_can_be_shown(clerk, headquarters):
    site = testing.make_site()
    testing.make_project(headquarters=headquarters, site=site, aliases=["又名"], is_local=True)
    offered = [name for name, *_ in clerk.get(COLUMNS).context["columns"] if name != "sources"]
    assert {"places", "site", "aliases", "total_amount"} <= {*offered}
    assert "regions" not in offered  # 受援地 is a column of the list anyway
    saved(clerk, offered, standing="1", **{f"width-{name}": "middle" for name in offered})
    words = clerk.get(LIST).content.decode()
    assert site.name in words
    assert "又名" in words


def test_columns_that_name_others_cost_no_query_a_row(clerk, headquarters):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            clerk.get(LIST)
        return len(captured)

    saved(clerk, ["name", "batch", "site", "programs", "sources"], standing="1")
    row = {"headquarters": headquarters, "programs": [testing.make_program()]}
    testing.make_project(**row, batch=testing.make_batch(), site=testing.make_site())
    first = asked()
    for _ in range(4):
        testing.make_project(**row, batch=testing.make_batch(), site=testing.make_site())
    assert asked() == first <= 12


def test_columns_name_only_what_one_may_read(clerk, headquarters):
    theirs = testing.make_source(
        kind="report", title="别人的报表", maintainer=testing.make_headquarters()
    )
    testing.make_project(headquarters=headquarters, sources=[theirs])
    saved(clerk, ["name", "sources"], standing="1")
    assert "别人的报表" not in clerk.get(LIST).content.decode()


def test_what_is_no_column_is_left_out_and_none_at_all_refused(clerk):
    saved(clerk, ["name", "search_text", "headquarters__maintainer"], standing="1")
    assert [*ListView.objects.get().widths] == ["name"]
    saved(clerk, ["nothing"], named="1", name="空")
    assert ListView.objects.count() == 1


# Views


def test_view_keeps_conditions_and_sorting_by_the_name_of_its_column(clerk, headquarters):
    small, large = (
        testing.make_project(headquarters=headquarters, status="started", total_amount=one)
        for one in (5, 9)
    )
    testing.make_project(headquarters=headquarters, status="completed")
    at = headings(clerk, LIST).index("total_amount is-number") + 1
    query = f"status__exact=started&o=-{at}&p=3"
    address = saved(clerk, ["code", "total_amount"], named="1", name="在建", query=query)
    assert "status__exact=started" in address
    assert "o=-2" in address
    page = clerk.get(address)
    assert [*page.context["cl"].result_list] == [large, small]
    assert [one.name for one in page.context["cl"].views] == ["在建"]
    number = ListView.objects.get().pk
    kept = f'<input type="hidden" name="view" value="{number}">'
    assert page.content.decode().count(kept) >= 2  # in the search and in the filters


def test_view_is_shared_with_the_headquarters_and_only_its_maker_deletes_it(clerk, headquarters):
    address = saved(clerk, ["code"], named="1", name="我们的", share="on")
    saved(clerk, ["code"], named="1", name="我的")
    colleague, stranger = client_of(headquarters), client_of(testing.make_headquarters())
    assert headings(colleague, address) == ["code"]
    assert [one.name for one in colleague.get(LIST).context["cl"].views] == ["我们的"]
    assert headings(stranger, address)[0] == "name"
    assert stranger.get(LIST).context["cl"].views == []
    number = ListView.objects.get(name="我们的").pk
    colleague.post(COLUMNS, {"delete": number})
    assert ListView.objects.filter(pk=number).exists()
    clerk.post(COLUMNS, {"delete": number})
    assert not ListView.objects.filter(pk=number).exists()


def test_saving_by_the_same_name_replaces(clerk):
    saved(clerk, ["code"], named="1", name="甲")
    saved(clerk, ["name"], named="1", name="甲")
    assert [*ListView.objects.get().widths] == ["name"]


# Files


def test_file_follows_the_view_and_can_be_imported_again(clerk, headquarters):
    testing.make_project(headquarters=headquarters, code="P-7", note="备注一")
    address = saved(clerk, ["note", "status"], named="1", name="备注")
    view = ListView.objects.get().pk
    text = clerk.get(EXPORT, {"format": "csv", "headers": "code", "view": view}).getvalue()
    first = text.decode("utf-8-sig").splitlines()[0]
    assert first == "code,note,status,version"
    whole = {"format": "csv", "headers": "code", "view": view, "whole": "1"}
    assert len(clerk.get(EXPORT, whole).getvalue().decode().splitlines()[0].split(",")) > 20
    assert clerk.get(address).status_code == 200


def test_file_has_the_field_behind_a_column_of_the_lists_own(clerk):
    saved(clerk, ["places", "name"], standing="1")
    text = clerk.get(EXPORT, {"format": "csv", "headers": "code"}).getvalue().decode("utf-8-sig")
    assert text.splitlines()[0] == "code,regions,regions_name,name,version"


# Filters


def found(client, model, **conditions):
    address = reverse(f"admin:projects_{model._meta.model_name}_changelist")
    return {*client.get(address, conditions).context["cl"].queryset}


@pytest.mark.parametrize(
    ("conditions", "wanted"),
    [
        ({"planned_start_from": "2024"}, {"late"}),
        ({"planned_start_to": "2023年12月"}, {"early"}),
        ({"planned_start_from": "2023-05", "planned_start_to": "2024-01"}, {"early", "late"}),
        ({"total_amount_from": "1亿元"}, {"late"}),
        ({"total_amount_to": "9,999.5"}, {"early"}),
        ({"delivery__exact": "turnkey"}, {"early"}),
        ({"planned_start_from": "去年"}, {"early", "late", "unknown"}),
    ],
)
def test_rows_are_found_by_dates_amounts_and_choices(clerk, headquarters, conditions, wanted):
    own = {"headquarters": headquarters}
    rows = {
        "early": testing.make_project(
            planned_start="2023-05", total_amount=500, delivery="turnkey", **own
        ),
        "late": testing.make_project(planned_start="2024-01-31", total_amount=20000, **own),
        "unknown": testing.make_project(**own),
    }
    conditions = {"headquarters__id__exact": headquarters.pk} | conditions
    assert found(clerk, Project, **conditions) == {rows[name] for name in wanted}


def test_place_stands_for_all_that_lies_in_it(admin_client):
    prefecture = testing.make_region(level="prefecture")
    county = testing.make_region(parent=prefecture)
    inside = testing.make_project(regions=[county, prefecture])
    firm = testing.make_enterprise(region=county)
    other = testing.make_project(regions=[testing.make_region()])
    projects = found(admin_client, Project, regions__id__exact=prefecture.pk)
    assert (inside in projects, other in projects) == (True, False)
    assert found(admin_client, Enterprise, region__id__exact=prefecture.pk) == {firm}


def test_bad_ends_are_told_and_filter_nothing(admin_client):
    page = admin_client.get(LIST, {"total_amount_from": "很多", "planned_start_to": "2023-02-30"})
    words = page.content.decode()
    assert "日历上没有" in words
    assert page.context["cl"].asks_further
    for text in ("9" * 40, "9999", "-1", "1e9", "∞"):
        asked = {"total_amount_from": text, "planned_start_to": text}
        assert admin_client.get(LIST, asked).status_code == 200


def test_every_field_that_tells_rows_apart_can_be_asked_for():
    names = {*further_fields(Project, [])}
    assert {"delivery", "is_local", "planned_start", "paid_amount", "batch", "regions"} <= names
    assert not names & {"version", "updated_at", "search_text", "name"}
