"""What others refer to stays, and the page says what refers to it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aidtracker.testing import (
    make_finding,
    make_observation,
    make_program,
    make_project,
    make_project_party,
    make_region,
    make_series,
    make_source,
)
from aidtracker.tests.admin_pages import address, versions_of
from aidtracker.trail.history import DELETED
from programs.models import Region, Source
from projects.models import Observation, Project, Series

pytestmark = pytest.mark.django_db


def link(row, text):
    change = address(type(row), "change", row.pk)
    return f'{row._meta.verbose_name}：<a href="{change}" class="text-link">{text}</a>'


def delete(client, row, *along):
    seen = versions_of(row, *along)
    return client.post(address(type(row), "delete", row.pk), {"post": "yes", **seen})


def delete_selected(client, *rows):
    chosen = [row.pk for row in rows]
    return client.post(
        address(type(rows[0]), "changelist"),
        {
            "action": "delete_selected",
            "_selected_action": chosen,
            "post": "yes",
            **versions_of(*rows),
        },
    )


def test_row_that_a_foreign_key_names_is_kept(admin_client):
    parent = make_region(name="甲地")
    village = make_region(name="乙村", parent=parent)
    response = delete(admin_client, parent)
    assert response.context["protected"] == [link(village, "乙村")]
    assert "地区“甲地”还被下列记录引用，不能删除。" in response.content.decode()
    assert Region.objects.filter(pk=parent.pk).exists()


def test_source_that_a_record_cites_is_kept(admin_client):
    source = make_source(title="某文")
    region = make_region(name="甲地", sources=[source])
    figure = make_observation(source=source, series=make_series(name="某序列"), printed="5家")
    response = delete(admin_client, source)
    assert response.context["protected"] == [link(region, "甲地"), link(figure, figure)]
    assert Source.objects.filter(pk=source.pk).exists()


def test_figure_that_an_explained_finding_is_about_is_kept(admin_client):
    figure = make_observation(status="draft")
    finding = make_finding(observations=[figure], state="explained", explanation="口径不同")
    assert delete(admin_client, figure).context["protected"] == [link(finding, finding)]
    assert Observation.objects.filter(pk=figure.pk).exists()


def test_several_rows_of_which_one_is_named_are_all_kept(admin_client):
    parent, lone = make_region(name="甲地"), make_region(name="丙地")
    village = make_region(name="乙村", parent=parent)
    response = delete_selected(admin_client, parent, lone)
    assert response.context["protected"] == [link(village, "乙村")]
    assert Region.objects.filter(pk__in=[parent.pk, lone.pk]).count() == 2


def test_row_that_nothing_names_goes_with_its_own_citations(admin_client):
    region = make_region(sources=[make_source()])
    page = admin_client.get(address(Region, "delete", region.pk))
    assert page.context["deleted_objects"] == [link(region, region)]
    assert page.context["model_count"] == {"地区": 1}.items()
    delete(admin_client, region)
    assert not Region.objects.filter(pk=region.pk).exists()
    last = Region.history.filter(id=region.pk).latest("history_id")
    assert (last.history_type, last.act.subject) == (DELETED, f"删除地区：{region}")


def test_parts_that_mean_nothing_alone_go_with_the_row(admin_client):
    project = make_project()
    party = make_project_party(project=project, organisation="某单位")
    page = admin_client.get(address(Project, "delete", project.pk))
    assert page.context["deleted_objects"] == [link(project, project), [link(party, party)]]
    delete(admin_client, project, party)
    assert not Project.objects.filter(pk=project.pk).exists()


def test_several_rows_that_nothing_names_go(admin_client):
    first, second = make_region(), make_region()
    delete_selected(admin_client, first, second)
    assert not Region.objects.filter(pk__in=[first.pk, second.pk]).exists()


def test_page_asks_the_same_queries_for_more_rows_in_the_way(admin_client):
    series = make_series()
    make_observation(series=series)
    few = queries_of_page(admin_client, series)
    for _ in range(10):
        make_observation(series=series)
    assert queries_of_page(admin_client, series) == few


def queries_of_page(client, row):
    with CaptureQueriesContext(connection) as queries:
        client.get(address(Series, "delete", row.pk))
    return len(queries)


def test_what_a_draft_names_is_not_deleted(admin_client):
    """A draft is in no fixture, but it names what it names."""
    program = make_program()
    project = make_project(review="draft", programs=[program])
    delete(admin_client, program)
    assert [*project.programs.all()] == [program]
