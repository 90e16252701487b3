"""The home page: who aids whom, the figures shown large, versions of programmes, news."""

from datetime import date

import pytest
from django.urls import reverse

from aidtracker.testing import (
    make_headquarters,
    make_observation,
    make_pairing,
    make_program,
    make_region,
    make_series,
    make_site,
    make_source,
)
from programs.models import Program, Region
from programs.views.aid_map import aid_map
from projects.models import Observation
from projects.tests.figure_sets import flow
from projects.views.home import HEADLINES, program_lines
from projects.views.leading import chosen

pytestmark = pytest.mark.django_db

HOME = reverse("home")


def tiles():
    return {tile.name: tile.donor_names for tile in aid_map().tiles}


def test_each_tile_names_the_donors_of_all_places_in_it():
    found = tiles()
    assert len(found) == 27
    assert found["喀什"] == ["上海", "山东", "广东", "深圳"]
    assert found["和田"] == ["北京", "天津", "安徽"]
    assert found["昌吉"] == ["山西", "福建"]


def test_city_of_a_donor_is_named_only_where_the_province_does_not_aid():
    found = tiles()
    assert found["阿克苏"] == ["浙江"]  # and not its ten cities
    assert found["第十二师"] == ["山西", "湖南"]  # and not the city that aids a regiment of it


def test_table_beside_the_picture_has_each_donor_once():
    donors = aid_map().donors
    assert len(donors) == 19
    assert len({donor.place.pk for donor in donors}) == 19
    assert all(donor.recipients for donor in donors)


def test_pairing_that_ended_is_in_no_tile():
    donor = make_region(name="某省")
    place = Region.objects.get(code="652900")
    make_pairing(donor=donor, recipient=place, valid_from="2010", valid_to="2013")
    assert all("某省" not in names for names in tiles().values())


def test_picture_is_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        aid_map()


def printed(name):
    rows = Observation.objects.published().filter(series__program__name=name).headline()
    return [row.printed.replace(" ", "") for row in chosen(rows.with_subjects())]


def test_figures_of_a_programme_are_whole_before_part():
    assert printed("十城百店")[:4] == ["超过30亿元", "600个", "7.6亿元", "25万吨"]
    later = Program.objects.get(predecessor__name="十城百店").name
    assert printed(later)[:2] == ["1288家", "50亿元"]


def test_each_metric_is_shown_large_once():
    series = make_series(metric=flow())
    for words in ("6亿元", "7亿元"):
        make_observation(series=series, printed=words)
    rows = Observation.objects.filter(series=series).with_subjects().headline()
    assert len(chosen(rows)) == 1


@pytest.mark.parametrize("narrow", [{"scope_note": "线上"}, {"region": "place"}])
def test_whole_of_a_metric_is_shown_whatever_else_is_later(narrow):
    program, metric = make_program(), flow()
    if "region" in narrow:
        narrow = {"region": make_region()}
    part = make_series(metric=metric, program=program, **narrow)
    make_observation(series=part, printed="7亿元", as_of=date(2021, 1, 1))
    whole = make_series(metric=metric, program=program, region=None)
    make_observation(series=whole, printed="5亿元", as_of=date(2020, 1, 1))
    rows = Observation.objects.filter(series__program=program).with_subjects().headline()
    assert [row.series for row in chosen(rows)] == [whole]


def test_of_figures_narrowed_alike_the_larger_is_shown_and_what_is_narrowed_twice_comes_last():
    program, metric = make_program(), flow()
    place = make_series(metric=metric, program=program, region=make_region())
    make_observation(series=place, printed="7万元", as_of=date(2021, 1, 1))
    scope = make_series(metric=metric, program=program, region=None, scope_note="特产")
    make_observation(series=scope, printed="25万元", as_of=date(2020, 1, 1))
    twice = make_series(program=program, region=make_region(), scope_note="特产")
    make_observation(series=twice, printed="90")
    rows = Observation.objects.filter(series__program=program).with_subjects().headline()
    assert [row.series for row in chosen(rows)] == [scope, twice]


def test_programmes_follow_their_versions():
    roof, first = make_program(name="某总工程"), make_program(name="某工程")
    later = [make_program(name=f"某工程{n}版", parent=roof, predecessor=first) for n in range(2, 7)]
    Program.objects.filter(pk=first.pk).update(parent=roof)
    lines = program_lines()
    assert [one.program for one in lines[0]] == [first, *later]


def test_without_versions_no_programme_is_shown(client):
    Program.objects.exclude(predecessor=None).update(predecessor=None)
    assert program_lines() == []
    assert "一版接一版" not in client.get(HOME).content.decode()


def test_news_are_a_line_for_each_document(client):
    lines = client.get(HOME).context["news"]
    sources = [one.figure.source_id for one in lines]
    assert len(set(sources)) == len(sources)
    newest = Observation.objects.published().latest("updated_at", "pk")
    assert lines[0].figure.source_id == newest.source_id
    same = Observation.objects.published().filter(source=newest.source)
    assert lines[0].count == same.count()


def test_navigation_marks_the_group_of_the_open_page(client):
    groups = client.get(reverse("correction-list")).context["navigation"]
    assert [group.title for group in groups] == ["谁", "做什么", "数字", "核对", "文献"]
    assert [group.title for group in groups if group.is_here] == ["核对"]


def test_page_asks_no_more_for_more_figures(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(13) as few:
        client.get(HOME)
    series = make_series(metric=flow())
    for number in range(20):
        make_observation(series=series, printed=f"{number + 1}亿元")
    with django_assert_max_num_queries(len(few)):
        client.get(HOME)


def test_place_shows_the_figures_of_what_lies_in_it(client):
    place = make_region(level="prefecture")
    below = make_region(parent=place)
    site = make_site(region=below)
    figure = make_observation(series=make_series(metric=flow(), site=site, region=None))
    page = client.get(place.get_absolute_url()).context["page"]
    assert [section.anchor for section in page.filled_sections if section.cards] == [
        "figures-within"
    ]
    assert page.figures == [figure]
    own = next(section for section in page.empty_sections if section.anchor == "figures")
    assert "还没有公开的数字" not in own.empty
    rows = client.get(reverse("observation-list"), {"within": place.slug}).context["table"].rows
    assert len(rows) == 1


def test_place_without_any_figure_says_so(client):
    page = client.get(make_region().get_absolute_url()).context["page"]
    own = next(section for section in page.empty_sections if section.anchor == "figures")
    assert own.empty == "已录的文献里没有直接说它的数字。"


def test_headquarters_shows_what_is_told_of_its_donor(client):
    headquarters = make_headquarters()
    series = make_series(metric=flow(), region=headquarters.donor)
    figure = make_observation(series=series)
    page = client.get(headquarters.get_absolute_url()).context["page"]
    assert figure in page.figures


def test_what_papers_print_of_one_release_is_shown_once(client):
    Observation.objects.update(rank="normal")
    first = make_source()
    said = {
        "rank": "preferred",
        "rank_reason": "公报",
        "printed": "3.2亿元",
        "accumulation": "point",
        "as_of": date(2019, 12, 31),
    }
    series = make_series(metric=flow())
    papers = [make_source(copied_from=first) for _ in range(3)]
    rows = [make_observation(series=series, source=source, **said) for source in (*papers, first)]
    shown = client.get(HOME).context["headlines"]
    assert [one for one in shown if one.series == series] == [rows[-1]]
    assert len(shown) == len(set(shown)) == HEADLINES


def test_donor_shows_the_figures_of_the_headquarters_it_sends(client):
    donor = make_region()
    sent = make_headquarters(donor=donor)
    make_pairing(donor=donor, headquarters=sent)
    figure = make_observation(series=make_series(metric=flow(), headquarters=sent, region=None))
    page = client.get(donor.get_absolute_url()).context["page"]
    assert page.figures == [figure]
    assert page.lead == "支援方，县级。"
    (section,) = (one for one in page.filled_sections if one.cards)
    rows = client.get(section.table.more.url).context["table"].rows
    assert len(rows) == 1


def test_phone_shows_the_first_section_and_the_first_with_figures(client):
    page = client.get(Region.objects.get(slug="zhejiang").get_absolute_url())
    with_cards = [one for one in page.context["page"].filled_sections if one.cards]
    assert page.context["page"].unfolded == {"given", "figures"}
    assert len(with_cards) == 3
    assert page.content.decode().count('unfold-section" id="given-unfold" checked') == 1
