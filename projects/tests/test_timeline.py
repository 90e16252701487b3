"""The timeline: what happened when, with its documents, and figures of the year."""

import pytest

from aidtracker.testing import make_activity
from projects.models import Activity, Series
from projects.views.events import KINDS, events_about

pytestmark = pytest.mark.django_db


def years(client, **query):
    return {year.number: year for year in client.get("/timeline/", query).context["years"]}


def test_years_stand_in_their_order_from_first_to_last(client):
    shown = years(client)

    assert list(shown) == sorted(shown)
    assert (min(shown), max(shown)) == (2010, 2024)


def test_things_are_named_with_what_happened_and_their_documents(client):
    events = {(one.kind, one.item.text): one for one in years(client, year="2019")[2019].events}
    opened = events["场所", "阿克苏市电商产业园新园启用"]

    assert opened.when == "2019年5月"
    assert client.get(opened.item.url).status_code == 200
    assert [source.code[:3] for source in opened.sources] == ["000", "003"]


def test_of_many_things_in_a_year_some_are_shown_and_the_rest_counted(client):
    some, alone = years(client)[2020], years(client, year="2020")[2020]

    assert len(some.events) == 3
    assert some.rest == some.count - 3
    assert (len(alone.events), alone.rest) == (alone.count, 0)


def test_figures_of_a_year_lead_to_their_words(client):
    figures = years(client, year="2019")[2019].figures

    assert "9.11 亿元" in [figure.printed for figure in figures]
    assert {figure.moment.year for figure in figures} == {2019}


def test_year_without_records_is_told(client):
    context = client.get("/timeline/", {"year": "1998"}).context

    assert context["notices"] == ["没有“1998”这一年的记录，下面是各年。"]
    assert len(context["years"]) > 10


@pytest.mark.parametrize("year", ["-1", "２０１９x", "9" * 300, "\x00"])
def test_nonsense_is_no_year(client, year):
    assert client.get("/timeline/", {"year": year}).status_code == 200


def test_chart_counts_each_year_and_leads_to_it(client):
    chart = client.get("/timeline/").context["chart"]
    first = chart.drawings[0].marks[0]

    assert chart.title.startswith("2010—2024 年有日期的记录 ")
    assert first.url.startswith("/timeline/?year=")
    assert client.get(chart.address).status_code == 200


def test_table_beside_the_chart_counts_what_the_circles_do(client):
    chart = client.get("/timeline/").context["chart"]
    cells = [cell for row in chart.table.rows for cell in row.cells[1:]]
    labels = [mark.name.rsplit(" ", 2)[1] for mark in chart.drawings[0].marks]

    assert sum(cell.value for cell in cells) == sum(map(int, labels))


def test_undated_records_are_not_in_it(client):
    before = years(client)[2019].count
    make_activity(starts_on="")
    make_activity(starts_on="2019-03")

    assert years(client)[2019].count == before + 1


def test_empty_timeline_says_what_would_stand_there(client):
    for kind in KINDS:
        kind.model.objects.update(**{kind.field: ""})

    assert "还没有写明日期的记录" in client.get("/timeline/").content.decode()


def test_timeline_asks_no_more_with_more_records(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        client.get("/timeline/")
    for number in range(30):
        make_activity(starts_on=f"20{10 + number % 10}-01")
    with django_assert_max_num_queries(7):
        client.get("/timeline/")


def test_events_of_a_series_are_those_of_its_subjects():
    series = Series.objects.get(slug="a-ke-su-shi-wang-luo-ling-shou-e")
    words = [one.words for one in events_about(series, 2014, 2023)]

    assert "阿克苏市电商产业园新园启用" in words
    assert not Activity.objects.filter(region__name="和田地区", name__in=words).exists()
