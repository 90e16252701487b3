"""The lists and forms of the ledgers: filters that find a month, a headquarters, what opened."""

from datetime import date

import pytest
from django.urls import reverse

from aidtracker.ground.months import last_complete_month, month_text, previous
from aidtracker.testing import (
    make_enterprise,
    make_headquarters,
    make_investment,
    make_milestone,
    make_outlet,
    make_progress_report,
    make_project,
    make_project_plan,
    make_site,
    make_staff,
)
from aidtracker.tests.admin_pages import address, make
from projects.models import Enterprise, Outlet, ProgressReport, ProjectPlan
from projects.models.reports import REPORTS

pytestmark = pytest.mark.django_db


def found(client, model, **query):
    response = client.get(address(model, "changelist"), query)
    return {*response.context["cl"].queryset}


@pytest.mark.parametrize("model", REPORTS, ids=lambda model: model.__name__)
def test_reports_are_found_by_month(admin_client, model):
    wanted = make(model)
    make(model, month=date(2026, 4, 1))
    assert found(admin_client, model, in_month="2026-05") == {wanted}


def test_months_of_an_address_that_are_none_are_passed_over(admin_client):
    row = make_progress_report()
    assert found(admin_client, ProgressReport, in_month="2026-13") == {row}


def test_reports_are_found_by_headquarters(admin_client):
    row = make_progress_report()
    make_progress_report()
    headquarters = row.project.headquarters_id
    assert found(admin_client, ProgressReport, command=headquarters) == {row}


def test_only_ones_own_headquarters_are_offered(client):
    own = make_progress_report().project.headquarters
    make_progress_report()
    client.force_login(make_staff(own, permissions=["projects.view_progressreport"]))
    response = client.get(address(ProgressReport, "changelist"))
    filters = response.context["cl"].filter_specs
    offered = next(one for one in filters if one.title == "援疆指挥部")
    assert offered.lookup_choices == [(str(own.pk), own.name)]


@pytest.mark.parametrize("name", ["opened_on", "closed_on"])
def test_outlets_are_found_by_what_happened_in_a_month(admin_client, name):
    month = last_complete_month()
    wanted = make_outlet(**{name: f"{month_text(month)}-12"})
    make_outlet(**{name: month_text(previous(month))})
    assert found(admin_client, Outlet, turnover=f"{name}:{month_text(month)}") == {wanted}


def test_outlets_of_several_ticks_are_those_of_any(admin_client):
    month = month_text(last_complete_month())
    rows = {make_outlet(opened_on=month), make_outlet(closed_on=month)}
    make_outlet()
    ticks = [f"opened_on:{month}", f"closed_on:{month}"]
    assert found(admin_client, Outlet, turnover=ticks) == rows


def test_project_shows_its_plans_steps_and_reports(admin_client):
    project = make_project()
    make_project_plan(project=project, amount=321)
    make_milestone(project=project, name="竣工验收")
    make_progress_report(project=project, physical_progress="封顶")
    page = admin_client.get(address(type(project), "change", project.pk)).content.decode()
    assert [word in page for word in ("321", "竣工验收", "封顶")] == [True] * 3


@pytest.mark.parametrize("number", [3, 30])
def test_list_of_reports_takes_few_queries(admin_client, number, django_assert_max_num_queries):
    headquarters = make_headquarters()
    for _ in range(number):
        make_progress_report(project=make_project(headquarters=headquarters))
    with django_assert_max_num_queries(14):
        response = admin_client.get(address(ProgressReport, "changelist"))
    assert len(response.context["cl"].result_list) == number


def test_plan_of_others_is_not_there(client):
    plan = make_project_plan()
    rights = ["projects.view_projectplan", "projects.change_projectplan"]
    client.force_login(make_staff(make_headquarters(), permissions=rights))
    assert client.get(address(ProjectPlan, "change", plan.pk)).status_code == 404


def test_menu_leads_to_the_page_of_the_month(admin_client):
    page = admin_client.get(reverse("admin:index")).content.decode()
    assert reverse("admin:projects_grid") in page


def test_firms_of_a_park_are_those_that_came_and_that_run_it(client):
    """Also to a part of it; of deals that one may not know of nothing is told."""
    home = make_headquarters()
    runs = make_enterprise(name="运营公司")
    park = make_site(operator=runs)
    part = make_site(parent=park)
    came = [make_enterprise(name=f"落地企业{n}") for n in range(2)]
    for firm, site in zip(came, (park, part), strict=True):
        make_investment(headquarters=home, site=site, local_enterprise=firm)
    hidden = make_enterprise(name="别处草稿的企业")
    draft = {"headquarters": make_headquarters(), "review": "draft"}
    make_investment(**draft, site=park, local_enterprise=hidden)
    client.force_login(make_staff(home, permissions=["projects.view_enterprise"]))
    assert found(client, Enterprise, investments_received__site__id__exact=park.pk) == {runs, *came}
