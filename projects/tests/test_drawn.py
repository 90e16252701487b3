"""Charts of whole lists: who aids whom, stages of investments, plans by category and year."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from aidtracker.testing import make_investment, make_project, make_project_plan, make_region
from programs.models import Category, Pairing
from programs.views.flows import flows
from projects.views.drawn import plans_by_category, stages_of_investments

pytestmark = pytest.mark.django_db


def labels(chart, drawing=0):
    return [mark.label.text for mark in chart.drawings[drawing].marks]


def headings(chart):
    panels = chart.drawings[0].panels
    return [text.text for panel in panels for text in panel.texts if text.css == "chart-heading"]


# Who aids whom


def test_every_donor_has_its_lines():
    chart = flows()

    assert len(chart.drawings[0].marks) == 19
    assert chart.title.startswith("19 个省市支援 13 个地州市、14 个师市；江苏省结对最多：")
    assert "浙江省：阿克苏 9 个、第一师 1 个" in chart.description


def test_width_of_a_line_is_the_number_of_places_not_money():
    widths = {mark.url: {path.css for path in mark.paths} for mark in flows().drawings[0].marks}

    assert widths["/regions/zhejiang/"] == {"chart-flow is-w4", "chart-flow is-w1"}
    assert "不是资金" in flows().caption


def test_without_pairings_nothing_is_drawn():
    Pairing.objects.all().delete()

    assert flows() is None


def test_places_that_have_none_in_the_picture_are_not_drawn():
    Pairing.objects.all().delete()
    for _ in range(2):
        Pairing.objects.create(donor=make_region(), recipient=make_region())

    assert flows() is None


# Stages


def test_stages_say_of_how_many_projects():
    chart = stages_of_investments()

    assert labels(chart)[:4] == [
        "13 项",
        "0 项（13 项中）",
        "1 项（13 项中），共 1.2亿元",
        "4 项（13 项中）",
    ]


def test_documents_give_what_arrived_of_what_was_agreed():
    chart = stages_of_investments()

    assert chart.title == "浙江省援疆指挥部：协议 805.29亿，到位 363.01亿元，占协议 45.1%"
    assert "21.17亿元，占协议 35—35.6%" in labels(chart)
    assert headings(chart)[2] == ("浙江产业园(西工业园)；就业人数（已投产项目） 475余人（亿元）")


def test_hidden_investments_are_not_counted():
    before = labels(stages_of_investments())[0]
    make_investment(review="draft", arrived_amount=Decimal(1))

    assert labels(stages_of_investments())[0] == before


# Plans


def planned(year, category, amount, number=1, **kwargs):
    project = make_project(category=category, review="published")
    return make_project_plan(
        project=project,
        year=year,
        number=number,
        amount=Decimal(amount),
        reason="调整" if number > 1 else "",
        **{"review": "published", **kwargs},
    )


def test_without_published_plans_the_documents_speak():
    assert plans_by_category().title.startswith(
        "浙江省援疆指挥部·阿克苏地区2023年援疆资金计划 17.56亿元"
    )


def test_plans_are_added_by_category_and_year_in_their_last_edition():
    first, second = Category.objects.all()[:2]
    planned(2024, first, 300)
    planned(2024, first, 200)
    planned(2024, second, 100)
    plan = planned(2023, second, 900)
    make_project_plan(
        project=plan.project, year=2023, number=2, amount=Decimal(50), reason="调整",
        review="published",
    )  # fmt: skip
    planned(2024, second, 7000, review="draft")
    chart = plans_by_category()

    assert headings(chart) == ["2024 年度计划（万元）", "2023 年度计划（万元）"]
    assert labels(chart) == ["500万元，2 个项目", "100万元，1 个项目", "50万元，1 个项目"]
    assert chart.title == f"2024 年度计划已公布 600万元，{first.name}最多：500万元"


# The pages


@pytest.mark.parametrize("place", ["pairings", "investments", "categories"])
def test_list_shows_its_chart_on_its_first_page_alone(client, place):
    page = client.get(f"/{place}/")
    narrowed = client.get(f"/{place}/", {"q": "阿克苏"})

    assert page.content.decode().count('<figure class="chart"') == 1
    assert narrowed.content.decode().count('<figure class="chart"') == 0


@pytest.mark.parametrize("place", ["pairings", "investments", "categories"])
def test_file_of_a_list_s_chart(client, place):
    page, answer = client.get(f"/{place}/"), client.get(f"/{place}/chart.svg")
    file = ElementTree.fromstring(answer.content)
    title = re.search(r"<figcaption><b>(.*?)</b>", page.content.decode())[1]

    assert answer["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert file.find("{http://www.w3.org/2000/svg}title").text == title


def test_list_without_chart_has_no_file(client):
    assert client.get("/awards/chart.svg").status_code == 404


def test_charts_of_lists_ask_two_queries_at_most(django_assert_max_num_queries):
    for drawn in (flows, stages_of_investments, plans_by_category):
        with django_assert_max_num_queries(2):
            drawn()


# Charts inside a section, and what a chart is called


def test_chart_of_versions_has_a_file_of_its_own(client):
    page = client.get("/programs/shicheng-baidian/").content.decode()
    address = "/programs/shicheng-baidian/chart.svg?section=version-figures"
    file = ElementTree.fromstring(client.get(address).content)

    assert f'href="{address}"' in page
    assert file.find("{http://www.w3.org/2000/svg}title").text in page
    assert client.get("/programs/shicheng-baidian/chart.svg?section=other").status_code == 404


def test_nothing_is_cut_in_bars_on_phones():
    chart = stages_of_investments()
    compact = chart.drawings[1]
    texts = [text.text for panel in compact.panels for text in panel.texts]

    assert not [words for words in texts if "…" in words]
    assert "就业人数（已投产项目）475余人" in "".join(texts).replace(" ", "")
    assert max(text.y for text in compact.panels[-1].texts) < compact.height


def test_caption_names_documents_shortly_on_the_page_and_wholly_in_the_file(client):
    page = client.get("/investments/").content.decode()
    file = client.get("/investments/chart.svg").content.decode()
    whole = "《产业援疆：创新实施“三大工程”》"

    assert f'title="{whole}">《创新实施“三大工程”》</a>' in page
    assert re.sub("</?text[^>]*>", "", file).count(whole) == 1
