"""What readers see of the checks: the list, the page of a finding, badges, explained totals."""

import pytest
from django.urls import reverse
from django.utils.text import slugify

from aidtracker.ground.pinyin import syllables
from aidtracker.testing import (
    make_headquarters,
    make_investment,
    make_observation,
    make_project,
    make_series,
    make_site,
    make_source,
)
from projects.checks.recomputing import recompute
from projects.models import Finding, Observation
from projects.tests.figure_sets import counted, flow, observed, rate_of, rated
from projects.tests.full_rows import queries

pytestmark = pytest.mark.django_db

LIST = reverse("finding-list")


@pytest.fixture
def pair(db):
    """Two figures of one series and year that cannot both be true."""
    series = make_series(metric=flow())
    first, second = make_source(code="first"), make_source(code="second")
    rows = observed(series, "600元", source=first), observed(series, "700元", source=second)
    recompute()
    return rows


def finding_of(row):
    return Finding.objects.get(observations=row)


def shown(row):
    """The figure as pages read it."""
    return Observation.objects.with_subjects().get(pk=row.pk)


def signs(row):
    return [badge.sign for badge in shown(row).badges]


def found_on(response):
    return [row.cells[0].value for row in response.context["table"].rows]


def test_list_shows_the_worst_first(client):
    results = [one.result for one in found_on(client.get(LIST))]
    order = ["contradiction", "candidate", "unchecked", "holds"]
    assert results == sorted(results, key=order.index)
    assert results.count("contradiction") == 3


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"result": "contradiction"}, 3),
        ({"kind": "lookalike"}, 3),
        ({"state": "explained"}, 0),
        ({"q": "旅游人均消费"}, 2),
        ({"source": "000_f5721398328a87b1", "result": "contradiction"}, 1),
        ({"observation": "001_3c903b8bc122f77e.41"}, 1),
    ],
)
def test_list_is_narrowed(client, query, count):
    assert len(found_on(client.get(LIST, query))) == count


@pytest.mark.parametrize("named", ["什么.十", "x.99999999999999999999"])
def test_figure_that_is_not_there_is_told(client, named):
    page = client.get(LIST, {"observation": named}).content.decode()
    assert "“观测值”没有这一选项，已忽略这一条件。" in page


def test_list_counts_each_result(client):
    counts = client.get(LIST).context["results"]
    home = client.get("/").context["results"]
    holding = Finding.objects.filter(result="holds").count()
    assert [(one.sign, one.count) for one in counts] == [
        ("≠", 3),
        ("≈", 4),
        ("?", 7),
        ("✓", holding),
    ]
    assert home == counts


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_list_is_downloaded(client, file_format):
    query = {"result": "holds", "download": file_format}
    response = client.get(LIST, query)
    assert len(b"".join(response)) > 500


def test_list_asks_no_query_per_row(client, pair, django_assert_max_num_queries):
    few = queries(client, LIST, django_assert_max_num_queries)
    for year in range(2001, 2009):
        observed(pair[0].series, "600元", year)
        observed(pair[0].series, "700元", year)
    recompute()
    assert queries(client, LIST, django_assert_max_num_queries) == few


def test_page_of_each_finding_opens_within_the_budget(client, django_assert_max_num_queries):
    for finding in Finding.objects.all():
        queries(client, finding.get_absolute_url(), django_assert_max_num_queries)


def test_page_of_a_finding_shows_its_computation_and_figures(client, pair):
    finding = finding_of(pair[0])
    response = client.get(finding.get_absolute_url())
    sections = {one.anchor: one for one in response.context["page"].filled_sections}
    assert finding.computation in response.content.decode()
    assert [row.cells[0].value for row in sections["figures"].table.rows] == list(pair)
    assert sections["condition"].data == [
        "要相符，前者须699.5元至700.5元，或后者须599.5元至600.5元。",
        "同一序列、同一时间的几个数，所容许的范围须有共同的部分。",
    ]


def test_address_of_a_finding_stays_when_all_is_computed_again(pair):
    before = finding_of(pair[0]).get_absolute_url()
    Finding.objects.all().delete()
    recompute()
    assert finding_of(pair[0]).get_absolute_url() == before


def test_address_says_what_a_finding_says_and_former_ones_lead_there(client, pair):
    finding = finding_of(pair[0])
    address = finding.get_absolute_url()
    said, key = address.removeprefix(LIST).removesuffix("/").split("~")
    assert said == slugify("-".join(syllables(finding.title)))[:80].strip("-")
    assert key == finding.key.replace("#", ".").replace("|", ",")
    for former in (f"{LIST}{key}/", f"{LIST}other-words~{key}/"):
        answer = client.get(former, {"cite": "bib"})
        assert (answer.status_code, answer.url) == (301, f"{address}?cite=bib")
    chart = client.get(f"{LIST}{key}/chart.svg")
    assert (chart.status_code, chart.url) == (301, f"{address}chart.svg")


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "withdrawn"])
def test_finding_with_a_hidden_figure_is_on_no_page(client, pair, status):
    finding = finding_of(pair[0])
    Observation.objects.filter(pk=pair[1].pk).update(status=status)
    assert client.get(finding.get_absolute_url()).status_code == 404
    assert finding not in found_on(client.get(LIST))
    assert signs(pair[0]) == []


def test_figures_that_contradict_have_a_badge_until_it_is_explained(pair):
    assert [signs(row) for row in pair] == [["≠"], ["≠"]]
    Finding.objects.filter(observations=pair[0]).update(state="explained", explanation="口径不同")
    assert [signs(row) for row in pair] == [[], []]


def test_badge_leads_to_its_finding_and_says_it_in_words(client, pair):
    (badge,) = shown(pair[0]).badges
    finding = finding_of(pair[0])
    assert badge.url == finding.get_absolute_url()
    assert badge.words == f"矛盾：{finding.computation}"
    for url in (pair[0].get_absolute_url(), pair[0].series.get_absolute_url()):
        assert f'href="{badge.url}" title="矛盾：' in client.get(url).content.decode()


def test_badge_of_several_findings_leads_to_their_list(client):
    metric = counted()
    base = make_series(metric=metric)
    early, _ = observed(base, "100家", 2018), observed(base, "150家", 2019)
    observed(base, "120家", 2018)
    rated(rate_of("growth", metric), base, "90%")
    recompute()
    found = Finding.objects.filter(observations=early, result="contradiction")
    badge = shown(early).badges[0]
    assert badge.words == f"矛盾：{found.count()} 处"
    assert {*found_on(client.get(badge.url))} == {*found}


def test_only_the_rate_is_marked_where_it_holds():
    metric = counted()
    base = make_series(metric=metric)
    early, late = observed(base, "100家", 2018), observed(base, "150家", 2019)
    rate = rated(rate_of("growth", metric), base, "50%")
    recompute()
    assert [signs(row) for row in (early, late, rate)] == [[], [], ["✓"]]


def test_chart_marks_what_contradicts(client, pair):
    data = client.get(pair[0].series.get_absolute_url()).context["page"].chart
    assert ["is-conflict" in mark.css for mark in data.drawings[0].marks] == [True, True]


def test_text_of_a_document_shows_the_badges(client, pair):
    source = pair[0].source
    source.text = "去年是600元。"
    source.save()
    Observation.objects.filter(pk=pair[0].pk).update(start=3, end=7)
    assert (
        'class="mark mark-contradiction"' in client.get(source.get_absolute_url()).content.decode()
    )


def test_badges_ask_no_query(django_assert_num_queries, pair):
    with django_assert_num_queries(1):
        assert all(row.badges is not None for row in Observation.objects.with_subjects())


def sums_on(client, row, anchor):
    sections = client.get(row.get_absolute_url()).context["page"].filled_sections
    return dict(next(one.data for one in sections if one.anchor == anchor))


def test_headquarters_explains_the_sums_of_its_ledgers(client):
    project = make_project(total_amount=100)
    make_project(headquarters=project.headquarters, total_amount=20)
    make_project(headquarters=project.headquarters)
    total = sums_on(client, project.headquarters, "projects")["总投资"]
    assert total.amount == "已知 2 项：120万元；另 1 项没有给出金额"
    assert (len(total.parts), len(total.exclusions)) == (2, 1)


def test_headquarters_adds_those_below_it(client):
    province = make_headquarters()
    city = make_headquarters(parent=province)
    make_investment(headquarters=province, agreed_amount=300)
    make_investment(headquarters=city, agreed_amount=40)
    make_investment(headquarters=city)
    total = sums_on(client, province, "totals")["招商项目协议资金"]
    assert total.amount == "已知 2 项：340万元；另 1 项没有给出金额"
    assert [line.name for line in total.parts] == [f"{province}（1 项）", f"{city}（1 项）"]
    assert [line.words for line in total.exclusions] == ["1 项金额未知"]


def parts_of(whole, *figures):
    for printed in figures:
        part = make_series(metric=whole.metric, site=make_site(), part_of=whole)
        observed(part, printed)


@pytest.mark.parametrize(
    ("is_complete", "amount"),
    [(True, "100元（99—101元）"), (False, "不相加")],
    ids=["complete", "incomplete"],
)
def test_series_adds_its_parts_only_if_they_are_complete(client, is_complete, amount):
    whole = make_series(metric=flow(), has_complete_parts=is_complete)
    make_observation(series=whole, printed="100元")
    parts_of(whole, "40元", "60元")
    sections = client.get(whole.get_absolute_url()).context["page"].filled_sections
    (total,) = (one.data for one in sections if one.anchor == "sum")
    assert (total.amount, bool(total.reasons)) == (amount, not is_complete)


def test_citation_says_the_computation_and_the_result_once(client, pair):
    finding = finding_of(pair[0])
    words = client.get(finding.get_absolute_url()).context["page"].citation.words
    computed = finding.computation.rstrip("。")

    said = f"{computed}。数据核对结果：{finding.get_result_display()}。据对口援疆数据，"
    assert words.startswith(said)
