import re
from datetime import date, timedelta

import pytest
from django.test import RequestFactory
from django.urls import get_resolver, reverse
from django.utils import timezone

from aidtracker.pages import views
from aidtracker.pages.overview import counted, record_counts
from aidtracker.pages.routes import page_routes
from aidtracker.pages.searching import search_everything
from aidtracker.testing import (
    make_headquarters,
    make_observation,
    make_official,
    make_program,
    make_region,
    make_source,
)
from projects.models import Observation

pytestmark = pytest.mark.django_db

LIST_NAMES = sorted(name for name in get_resolver().reverse_dict if str(name).endswith("-list"))
NONSENSE = [
    "page=abc",
    "page=99999999999999999999",
    "page=-1",
    "sort=99",
    "sort=-1x",
    "sort=--1",
    "q=" + "长" * 10_000,
    "q=%00",
    "%00=1",
    "q=%F0%9F",
    "q=%ED%A0%80",
    "kind=nonsense&level=nonsense&status=nonsense&sector=nonsense",
    "donor=%27%22%3E&region=x&headquarters=x&program=x&parent=x&category=x&batch=x",
    "category=99999999999999999999&batch=99999999999999999999",
    "download=exe",
    "&".join(f"x{number}=1" for number in range(300)),
]


@pytest.mark.parametrize("query", NONSENSE, ids=lambda query: query[:24])
@pytest.mark.parametrize("name", ["observation-list", "region-list", "project-list"])
def test_list_forgives_a_senseless_address(name, query, client):
    assert client.get(f"{reverse(name)}?{query}").status_code == 200


@pytest.mark.parametrize("name", LIST_NAMES)
def test_every_list_forgives_all_that_is_senseless_at_once(name, client):
    assert client.get(f"{reverse(name)}?{'&'.join(NONSENSE)}").status_code == 200


@pytest.mark.parametrize(
    ("query", "notices"),
    [
        ("page=7", ["没有这一页，显示的是第 1 页。"]),
        ("level=x", ["“级别”没有这一选项，已忽略这一条件。"]),
        ("q=%00", ["地址中有不能识别的字符，已忽略这一条件。"]),
        ("q=ab&page=1", []),
    ],
)
def test_list_says_what_it_ignored(query, notices, client):
    assert client.get(f"/headquarters/?{query}").context["list"].notices == notices


def names_on(response):
    return [row.cells[0].items[0].text for row in response.context["table"].rows]


@pytest.mark.parametrize("words", ["丁字路口", "别名丁", "dingzi", "dzlk", "DZLK", "路口 丁字"])
def test_list_finds_by_name_alias_pinyin_and_initials(words, client):
    make_program(name="丁字路口", aliases=["别名丁"])
    assert names_on(client.get("/programs/", {"q": words})) == ["丁字路口"]


def test_list_sorts_both_ways_by_column(client):
    for name in ("甲乙甲", "甲乙丙", "甲乙丁"):
        make_program(name=name)
    address = {"q": "甲乙", "sort": "1"}
    rising = names_on(client.get("/programs/", address))
    falling = names_on(client.get("/programs/", address | {"sort": "-1"}))
    assert rising == falling[::-1] == ["甲乙丙", "甲乙丁", "甲乙甲"]


def test_list_pages_by_fifty_and_keeps_its_conditions(client):
    for _ in range(51):
        make_region(name="丁字路口")
    response = client.get("/regions/", {"q": "dzlk", "page": "2"})
    links = response.context["links"]
    assert (links.total, links.first_shown, links.last_shown) == (51, 51, 51)
    assert links.previous_url == "/regions/?q=dzlk&page=1"


def content(response):
    return b"".join(response) if response.streaming else response.content


def test_download_holds_the_filtered_rows(client):
    make_program(name="丁字路口")
    make_program(name="十字路口")
    response = client.get("/programs/", {"q": "dzlk", "download": "csv"})
    lines = content(response).decode("utf-8-sig").splitlines()
    assert (len(lines), "丁字路口" in lines[1]) == (2, True)


def test_download_of_figures_holds_approved_ones_only(client):
    shown = make_observation(printed="7家")
    make_observation(printed="8家", source=shown.source, status=Observation.Status.DRAFT)
    address = {"source": shown.source.code, "download": "csv"}
    lines = content(client.get("/observations/", address)).decode("utf-8-sig").splitlines()
    assert (len(lines), "7家" in lines[1]) == (2, True)


def test_home_counts_public_rows_only():
    before = {one.label: one.count for one in record_counts()}
    make_observation()
    make_observation(status=Observation.Status.DRAFT)
    after = {one.label: one.count for one in record_counts()}
    assert (len(after), after["观测值"] - before["观测值"]) == (len(counted()), 1)


def test_home_shows_preferred_figures_first_and_latest_changes(client):
    Observation.objects.update(updated_at=timezone.now() - timedelta(days=9))
    figure = make_observation(rank="preferred", rank_reason="最新", as_of=date.today())
    make_observation(status=Observation.Status.DRAFT)
    response = client.get("/")
    assert figure in response.context["headlines"]
    assert response.context["news"][0].figure == figure


@pytest.mark.parametrize("path", ["/", "/method/", "/search/?q=a", "/search/"])
def test_page_of_the_site_keeps_to_the_budget(path, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(13):
        assert client.get(path).status_code == 200


def test_search_groups_what_it_finds():
    for number in range(9):
        make_headquarters(name=f"丁字路口{number}")
    make_observation(source=make_source(title="丁字路口纪实"))
    groups = search_everything("dzlk")
    assert [(one.label, one.count, len(one.hits)) for one in groups] == [
        ("援疆指挥部", 9, 8),
        ("文献", 1, 1),
    ]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("丁字路", "丁字路"),  # the whole name before a longer one
        ("丁字路旧名", "另一处"),  # an old name
        ("dzl", "丁字路"),  # the initials of all of it
        ("dingzi", "丁字路"),
        ("字路口", "丁字路口大街"),
    ],
)
def test_best_hit_is_the_one_that_fits_as_a_whole(words, name, client):
    make_program(name="丁字路口大街")
    make_region(name="另一处", aliases=["丁字路旧名"])
    make_headquarters(name="丁字路")
    best = client.get("/search/", {"q": words}).context["best"]
    assert best.text == name


def test_searched_words_are_marked(client):
    make_region(name="丁<字>路")
    page = client.get("/search/", {"q": "字"}).content.decode()
    assert "丁&lt;<mark>字</mark>&gt;路" in page


def test_names_are_proposed_while_they_are_typed(client):
    make_region(name="丁字路口")
    make_region(name="丁字路", level="village")
    names = client.get("/search/names/", {"q": "丁字"}).json()["names"]
    # Of places the whole stands before its parts: a county before a village.
    assert names == [{"text": "丁字路口", "kind": "地区"}, {"text": "丁字路", "kind": "地区"}]
    assert client.get("/search/names/", {"q": " "}).json() == {"names": []}


@pytest.mark.parametrize("query", ["q=", "q=%20", "q=%00", "q=" + "x" * 10_000, "q=%25_%5C%27"])
def test_search_of_nonsense_finds_nothing(query, client):
    assert client.get(f"/search/?{query}").context["groups"] == []


def test_search_leads_to_the_lists_that_know_people_and_printed_figures(client):
    official = make_official(person="某甲乙")
    page = client.get("/search/", {"q": "某甲乙"}).content.decode()
    (url,) = re.findall(r'href="(/officials/[^"]+)"', page)
    assert names_on(client.get(url)) == [official.person]
    assert page.count(f'href="/observations/?{url.partition("?")[2]}"') == 1


def test_method_shows_the_bounds_of_every_example(client):
    readings = {one.printed: one for one in client.get("/method/").context["readings"]}
    assert readings["近2000人"].interval == "1800 至 2000"
    assert readings["超过30亿元"].interval == "不少于 3000000000"


def test_missing_page_says_so_in_chinese(client):
    response = client.get("/nothing/")
    assert (response.status_code, response.context["title"]) == (404, "没有这一页")


@pytest.mark.parametrize(
    ("view", "status"), [(views.bad_request, 400), (views.permission_denied, 403)]
)
def test_error_pages_keep_their_status(view, status):
    assert view(RequestFactory().get("/"), Exception()).status_code == status


def test_server_error_page_needs_nothing_that_may_be_broken(django_assert_num_queries):
    with django_assert_num_queries(0):
        response = views.server_error(RequestFactory().get("/"))
    assert (response.status_code, "暂时打不开" in response.content.decode()) == (500, True)


def test_robots_keep_out_of_the_admin(client):
    assert "Disallow: /admin/" in client.get("/robots.txt").content.decode().splitlines()


def test_pages_name_their_language_and_skip_to_the_content(client):
    page = client.get("/").content.decode()
    assert '<html lang="zh-Hans">' in page
    assert page.index('href="#content"') < page.index("<header")


def choice(field):
    """What a form sends when something is chosen in one of its fields."""
    if hasattr(field, "queryset"):
        row = field.queryset.first()
        return field.prepare_value(row) if row else ""
    return list(field.choices)[-1][0] if hasattr(field, "choices") else "甲"


@pytest.mark.parametrize("name", LIST_NAMES)
def test_list_meets_all_its_conditions_at_once(name, client):
    fields = client.get(reverse(name)).context["list"].filterset.form.fields
    response = client.get(reverse(name), {key: choice(field) for key, field in fields.items()})
    assert (response.status_code, len(response.context["list"].filterset.form.errors)) == (200, 0)


def test_form_offers_every_order_and_keeps_the_chosen_one(client):
    orders = client.get("/batches/", {"sort": "-3"}).context["list"].orders
    assert [label for _, label, _ in orders[2:6]] == [
        "编号归属，升序",
        "编号归属，降序",
        "批次号，升序",
        "批次号，降序",
    ]
    assert [value for value, _, is_chosen in orders if is_chosen] == ["-3"]


def test_every_address_of_a_page_leads_to_one_page():
    pages = [page for app in ("programs", "projects") for page in page_routes(f"{app}.views")]
    assert len({page.name for page in pages}) == len(pages)
    assert len({str(page.pattern) for page in pages}) == len(pages)
