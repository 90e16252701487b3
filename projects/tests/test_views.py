import pytest
from django.urls import reverse

from aidtracker.testing import (
    make_activity,
    make_agreement,
    make_assessment,
    make_assessment_round,
    make_award,
    make_criterion,
    make_enterprise,
    make_headquarters,
    make_investment,
    make_metric,
    make_observation,
    make_outlet,
    make_program,
    make_project,
    make_project_party,
    make_region,
    make_series,
    make_site,
    make_source,
)
from projects.models import Observation
from projects.tests.full_rows import FEW, MAKERS, MANY, queries

pytestmark = pytest.mark.django_db

NOT_PUBLIC = sorted(set(Observation.Status.values) - {"published"})


def fill_project(row):
    row.regions.add(make_region())
    row.programs.add(make_program())
    row.sources.add(make_source())
    make_project_party(project=row, enterprise=make_enterprise())
    make_observation(series=make_series(project=row))


def fill_investment(row):
    row.programs.add(make_program())
    make_observation(series=make_series(investment=row))


def fill_enterprise(row):
    make_enterprise(parent=row)
    make_investment(investor=row, local_enterprise=make_enterprise())
    make_site(operator=row, region=make_region())
    make_outlet(operator=row, city=make_region())
    make_project_party(enterprise=row)
    make_activity(enterprises=[row])
    make_agreement(enterprises=[row])
    make_award(enterprise=row)
    make_observation(series=make_series(enterprise=row))


def fill_site(row):
    make_site(predecessor=row, region=make_region())
    make_site(parent=row, region=make_region())
    row.headquarters.add(make_headquarters())
    row.programs.add(make_program())
    make_project(site=row)
    make_investment(site=row, investor=make_enterprise())
    make_activity(site=row)
    make_award(site=row)
    make_observation(series=make_series(site=row))


def fill_activity(row):
    make_agreement(activity=row)
    row.enterprises.add(make_enterprise())
    row.headquarters.add(make_headquarters())
    make_observation(series=make_series(activity=row))


def fill_agreement(row):
    row.regions.add(make_region())
    row.enterprises.add(make_enterprise())


def fill_metric(row):
    make_observation(series=make_series(metric=row, program=make_program()))
    make_metric(formula="growth", numerator=row)


def fill_series(row):
    make_observation(series=row)
    make_observation(series=make_series(part_of=row, metric=row.metric))


def fill_scheme(row):
    make_criterion(scheme=row, number=row.criteria.count() + 1)
    make_assessment_round(scheme=row, year=1998 + row.rounds.count())


def fill_assessment(row):
    make_assessment(round=row.round)


def fill_outlet(row):
    make_observation(series=make_series(outlet=row))
    make_award(outlet=row, assessment=make_assessment(outlet=row, outcome="award"))


FILLERS = {
    "assessmentscheme": fill_scheme,
    "assessment": fill_assessment,
    "project": fill_project,
    "investment": fill_investment,
    "enterprise": fill_enterprise,
    "site": fill_site,
    "outlet": fill_outlet,
    "activity": fill_activity,
    "agreement": fill_agreement,
    "award": lambda row: make_award(name=row.name, site=make_site()),
    "metric": fill_metric,
    "series": fill_series,
    "observation": lambda row: make_observation(series=row.series),
}


@pytest.mark.once(but=4)
@pytest.mark.parametrize("name", FILLERS)
def test_detail_queries_do_not_grow_with_rows(name, client, django_assert_max_num_queries):
    row = MAKERS[name]()
    for _ in range(FEW):
        FILLERS[name](row)
    few = queries(client, row.get_absolute_url(), django_assert_max_num_queries)
    for _ in range(MANY - FEW):
        FILLERS[name](row)
    assert queries(client, row.get_absolute_url(), django_assert_max_num_queries) == few


def sections(client, row):
    page = client.get(row.get_absolute_url()).context["page"]
    return {section.anchor: section for section in page.filled_sections}


@pytest.mark.once(but=6)
@pytest.mark.parametrize("status", NOT_PUBLIC)
@pytest.mark.parametrize(
    "subject", ["project", "investment", "enterprise", "site", "outlet", "activity"]
)
def test_figures_that_are_not_approved_are_on_no_page(subject, status, client):
    row = MAKERS[subject]()
    make_observation(series=make_series(**{subject: row}), status=status)
    assert "figures" not in sections(client, row)


@pytest.mark.parametrize("status", NOT_PUBLIC)
def test_figures_that_are_not_approved_have_no_page_and_no_count(status, client):
    hidden = make_observation(status=status)
    metric, series = hidden.series.metric, hidden.series
    assert client.get(hidden.get_absolute_url()).status_code == 404
    assert {*sections(client, metric), *sections(client, series)} == set()
    rows = client.get(reverse("metric-list"), {"q": metric.name}).context["table"].rows
    shown = {cell.label: cell.items[0].text for cell in rows[0].cells}
    assert (shown["序列"], shown["数字"]) == ("0", "0")
    assert client.get(reverse("series-list"), {"q": series.name}).context["table"].rows == []


def test_page_of_a_figure_leads_to_its_words_and_the_original(client):
    source = make_source(url="https://a.example/x")
    figure = make_observation(source=source, printed="超过5家", start=3, end=7)
    html = client.get(figure.get_absolute_url()).content.decode()
    assert html.count(f'href="{figure.place}"') == 2
    assert html.count('href="https://a.example/x#:~:text=%E8%B6%85%E8%BF%875%E5%AE%B6"') == 1


def test_page_of_a_figure_shows_the_others_of_its_series(client):
    figure = make_observation()
    other = make_observation(series=figure.series)
    make_observation(series=figure.series, status="returned")
    rows = sections(client, figure)["same-series"].table.rows
    assert [row.cells[1].value for row in rows] == [other]


def test_page_of_a_metric_lists_its_series_and_every_figure(client):
    metric = make_metric()
    series = [make_series(metric=metric), make_series(metric=metric)]
    for one in (series[0], series[0], series[1]):
        make_observation(series=one)
    shown = sections(client, metric)
    assert (len(shown["series"].table.rows), len(shown["figures"].table.rows)) == (2, 3)


def test_long_sections_are_cut_and_lead_to_the_filtered_list(client):
    series = make_series()
    for _ in range(51):
        make_observation(series=series)
    table = sections(client, series)["figures"].table
    assert (len(table.rows), table.more.url) == (50, f"/observations/?series={series.slug}")
