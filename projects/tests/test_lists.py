import csv
import io

import pytest
from django.urls import reverse

from aidtracker.testing import (
    make_activity,
    make_enterprise,
    make_investment,
    make_metric,
    make_observation,
    make_program,
    make_project,
    make_series,
    make_site,
)
from projects.tests.full_rows import FEW, MAKERS, MANY, queries
from projects.views.figure_lists import NEEDS_UNIT, MetricList

pytestmark = pytest.mark.django_db


@pytest.mark.once(but=5)
@pytest.mark.parametrize("name", MAKERS)
def test_list_queries_do_not_grow_with_rows(name, client, django_assert_max_num_queries):
    url = reverse(f"{name}-list")
    for _ in range(FEW):
        MAKERS[name]()
    few = queries(client, url, django_assert_max_num_queries)
    for _ in range(MANY - FEW):
        MAKERS[name]()
    assert queries(client, url, django_assert_max_num_queries) == few


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_download_holds_the_filtered_public_figures_only(file_format, client):
    shown = make_observation()
    make_observation(series=shown.series, status="draft")
    make_observation()
    sizes = {}
    for name, query in (("one", {"series": shown.series.slug}), ("none", {"q": "没有这样的数字"})):
        response = client.get(reverse("observation-list"), query | {"download": file_format})
        sizes[name] = len(b"".join(response))
    assert sizes["one"] > sizes["none"]
    file = client.get(reverse("observation-list"), {"series": shown.series.slug, "download": "csv"})
    rows = csv.DictReader(io.StringIO(b"".join(file).decode("utf-8-sig")))
    assert [(row["文献"], row["文献标题"], row["本站网页"]) for row in rows] == [
        (shown.source.code, shown.source.title, f"http://testserver{shown.get_absolute_url()}")
    ]


def test_list_says_which_condition_a_link_has_set(client):
    site = make_site(name="某园")
    figure = make_observation(series=make_series(site=site))
    make_observation()
    response = client.get(reverse("observation-list"), {"site": site.slug})
    assert response.context["list"].notices == ["只显示场所为“某园”的记录。"]
    assert [row.cells[2].value for row in response.context["table"].rows] == [figure]


def test_series_list_shows_the_preferred_figure_of_each(client):
    preferred = make_observation(rank="preferred", rank_reason="最新")
    make_observation(series=preferred.series, as_of="2024-01-01")
    make_observation(series=preferred.series, rank="deprecated", rank_reason="已更正")
    query = {"metric": preferred.series.metric.slug}
    (row,) = client.get(reverse("series-list"), query).context["table"].rows
    assert (row.cells[2].value, row.cells[-1].items[0].text) == (preferred, "3")


def test_series_leads_with_the_revised_figure_of_a_year_not_the_provisional(client):
    series = make_series()
    for status in ("provisional", "revised", ""):
        make_observation(series=series, as_of="2024-12-31", obs_status=status)
    (row,) = (
        client.get(reverse("series-list"), {"metric": series.metric.slug}).context["table"].rows
    )
    assert row.cells[2].value.obs_status == "revised"


def test_pages_say_what_kind_of_count_a_figure_is(client):
    figure = make_observation(obs_status="provisional", price_basis="comparable")
    page = client.get(figure.get_absolute_url()).content.decode()
    assert "完成、初步数、可比价" in page
    assert "完成、初步数、可比价" in client.get(figure.series.get_absolute_url()).content.decode()
    rows = client.get(reverse("observation-list"), {"price_basis": "comparable"}).context["table"]
    assert [row.cells[2].value for row in rows.rows] == [figure]


def test_timeline_groups_by_year_with_undated_last(client):
    program = make_program()
    for name, day in (("丙", ""), ("乙", "2019-04"), ("甲", "2019"), ("丁", "2012-03")):
        make_activity(name=name, starts_on=day, programs=[program])
    years = client.get(reverse("activity-list"), {"program": program.slug}).context["years"]
    names = [(year, [one.activity.name for one in happenings]) for year, happenings in years]
    assert names == [("2012", ["丁"]), ("2019", ["甲", "乙"]), ("", ["丙"])]


def test_timeline_can_be_narrowed_to_a_kind_and_a_year(client):
    kept = make_activity(kind="training", starts_on="1998-05")
    make_activity(kind="fair", starts_on="1998")
    make_activity(kind="training", starts_on="1999")
    query = {"kind": "training", "year": "1998"}
    years = client.get(reverse("activity-list"), query).context["years"]
    assert [one.activity for _, happenings in years for one in happenings] == [kept]


def test_project_list_adds_up_what_the_filter_leaves(client):
    project = make_project(total_amount=100)
    make_project(headquarters=project.headquarters)
    make_project(total_amount=7)
    query = {"headquarters": project.headquarters.slug}
    label, total = client.get(reverse("project-list"), query).context["totals"][0]
    assert (label, total.amount) == ("总投资", "已知 1 项：100万元；另 1 项没有给出金额")
    assert total.formula == "“总投资”1 项合计，另有 1 项金额未知，未计入。"
    assert [len(total.parts), len(total.exclusions)] == [1, 1]


@pytest.mark.parametrize("role", ["investor", "local_enterprise"])
def test_investments_are_found_by_either_enterprise(role, client):
    investment = make_investment(**{role: make_enterprise()})
    query = {"enterprise": getattr(investment, role).slug}
    rows = client.get(reverse("investment-list"), query).context["table"].rows
    assert [row.cells[0].value for row in rows] == [investment]


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ({}, "—"),
        ({"actual_start": "2017"}, "2017年开工"),
        ({"actual_completion": "2019-05"}, "2019年5月完工"),
        ({"actual_start": "2017", "actual_completion": "2019"}, "2017—2019年"),
    ],
)
def test_project_list_says_which_end_is_known(dates, words, client):
    project = make_project(**dates)
    (row,) = client.get(reverse("project-list"), {"q": project.code}).context["table"].rows
    shown = {cell.label: cell.items[0].text for cell in row.cells}
    assert shown.get("实际起止", "—") == words


def shown_in(client, name, **query):
    """The rows of a list as asked for, and what the page says of that."""
    context = client.get(reverse(name), query).context
    return [row.cells for row in context["table"].rows], context["list"].notices


def test_figures_are_sorted_by_value_within_one_unit_only(client):
    series = make_series()
    least, most = (make_observation(series=series, printed=text) for text in ("2家", "30家"))
    rows, notices = shown_in(client, "observation-list", sort="-3")
    assert notices == [NEEDS_UNIT]
    assert [row[2].value for row in rows] == [
        row[2].value for row in shown_in(client, "observation-list")[0]
    ]
    for chosen in ({"series": series.slug}, {"metric": series.metric.slug}):
        rows, notices = shown_in(client, "observation-list", sort="-3", **chosen)
        assert NEEDS_UNIT not in notices
        assert [row[2].value for row in rows] == [most, least]


def test_metrics_are_sorted_by_how_many_figures_they_have(client):
    metrics = (make_metric(name=name) for name in ("数过的甲", "数过的乙"))
    one, two = (
        make_observation(series=make_series(metric=metric)).series.metric for metric in metrics
    )
    make_observation(series=two.series_set.get())
    make_observation(series=one.series_set.get(), status="draft")
    number = [column.label for column in MetricList.columns].index("数字") + 1
    for sort, expected in ((str(number), [one, two]), (f"-{number}", [two, one])):
        rows, _ = shown_in(client, "metric-list", sort=sort, q="数过的")
        assert [row[0].value for row in rows] == expected
    counts = [
        row[number - 1].value for row in shown_in(client, "metric-list", sort=f"-{number}")[0]
    ]
    assert counts[0] > counts[-1]
    assert counts == sorted(counts, reverse=True)
