import pytest
from django.urls import reverse

from aidtracker.testing import (
    make_activity,
    make_batch,
    make_category,
    make_headquarters,
    make_investment,
    make_metric,
    make_observation,
    make_official,
    make_outlet,
    make_pairing,
    make_policy,
    make_program,
    make_project,
    make_region,
    make_series,
    make_site,
    make_source,
)
from programs.models import Source
from projects.models import Observation

pytestmark = pytest.mark.django_db

BUDGET = 13  # with the question whether something was published meanwhile
FEW, MANY = 2, 8  # rows before and after growing


def queries(client, url, django_assert_max_num_queries):
    """How many queries a page takes; fails over the budget or when the page does not open."""
    with django_assert_max_num_queries(BUDGET) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured)


MAKERS = {
    "headquarters": lambda: make_pairing(headquarters=make_headquarters()).headquarters,
    "program": lambda: make_program(parent=make_program(), headquarters=make_headquarters()),
    "region": lambda: make_pairing(recipient=make_region(parent=make_region())).recipient,
    "pairing": lambda: make_pairing(headquarters=make_headquarters(), sources=[make_source()]),
    "batch": lambda: make_batch(national=make_batch(), sources=[make_source()]),
    "official": lambda: make_official(headquarters=make_headquarters(), sources=[make_source()]),
    "category": lambda: make_project(category=make_category(sources=[make_source()])),
    "policy": lambda: make_policy(programs=[make_program()], sources=[make_source()]),
    "source": lambda: make_observation().source,
}


@pytest.mark.once(but=4)
@pytest.mark.parametrize("name", MAKERS)
def test_list_queries_do_not_grow_with_rows(name, client, django_assert_max_num_queries):
    for _ in range(FEW):
        MAKERS[name]()
    few = queries(client, reverse(f"{name}-list"), django_assert_max_num_queries)
    for _ in range(MANY - FEW):
        MAKERS[name]()
    assert queries(client, reverse(f"{name}-list"), django_assert_max_num_queries) == few


def with_figure(ledger_row):
    """A row of a ledger of which an amount was taken from a document."""
    figure = make_observation(series=make_series(metric=make_metric(unit="元")))
    ledger_row.amount_figures.add(figure)


def fill_headquarters(row):
    make_pairing(headquarters=row)
    make_headquarters(parent=row)
    make_program(headquarters=row)
    with_figure(make_project(headquarters=row, category=make_category()))
    with_figure(make_investment(headquarters=row))
    make_site(headquarters=[row])
    make_outlet(headquarters=row, city=make_region())
    make_activity(headquarters=[row])
    make_official(headquarters=row)
    make_observation(series=make_series(headquarters=row))


def fill_program(row):
    make_program(parent=row)
    make_program(predecessor=row)
    make_policy(programs=[row])
    with_figure(make_project(programs=[row], category=make_category()))
    with_figure(make_investment(programs=[row]))
    make_site(programs=[row])
    make_outlet(program=row, city=make_region())
    make_activity(programs=[row])
    make_observation(series=make_series(program=row, region=make_region()))


def fill_region(row):
    make_pairing(donor=row)
    make_pairing(recipient=row, headquarters=make_headquarters(donor=row))
    make_region(parent=row)
    make_region(replaced_by=row)
    make_program(regions=[row])
    with_figure(make_project(regions=[row], category=make_category()))
    make_site(region=row)
    make_observation(series=make_series(region=row))


def fill_policy(row):
    row.programs.add(make_program())
    row.regions.add(make_region())
    row.sources.add(make_source())


DETAILS = {
    "headquarters": (make_headquarters, fill_headquarters),
    "program": (make_program, fill_program),
    "region": (make_region, fill_region),
    "policy": (make_policy, fill_policy),
}


@pytest.mark.once(but=4)
@pytest.mark.parametrize("name", DETAILS)
def test_detail_queries_do_not_grow_with_rows(name, client, django_assert_max_num_queries):
    make, fill = DETAILS[name]
    row = make()
    for _ in range(FEW):
        fill(row)
    few = queries(client, row.get_absolute_url(), django_assert_max_num_queries)
    for _ in range(MANY - FEW):
        fill(row)
    assert queries(client, row.get_absolute_url(), django_assert_max_num_queries) == few


def page_of(client, url):
    return client.get(url).context["page"]


def test_old_code_leads_to_the_new_place(client):
    new = make_region(code="990002", name="新市")
    make_region(code="990001", name="旧县", replaced_by=new)
    response = client.get("/regions/990001/")
    assert (response.status_code, response.url) == (302, new.get_absolute_url())


def test_old_name_leads_to_the_new_place(client):
    new = make_region(name="新市")
    old = make_region(name="旧县", replaced_by=new)
    assert client.get(old.get_absolute_url()).url == new.get_absolute_url()


def test_figures_of_the_old_place_stand_on_the_page_of_the_new(client):
    new = make_region()
    old = make_region(replaced_by=new)
    figure = make_observation(series=make_series(region=old))
    assert page_of(client, new.get_absolute_url()).figures == [figure]


def test_region_page_shows_pairings_of_both_directions(client):
    place = make_region()
    make_pairing(donor=place)
    make_pairing(recipient=place)
    make_pairing(recipient=place)
    sections = {one.anchor: one for one in page_of(client, place.get_absolute_url()).sections}
    assert (len(sections["given"].table.rows), len(sections["received"].table.rows)) == (1, 2)


@pytest.mark.parametrize("status", sorted({*Observation.Status.values} - {"published"}))
def test_figures_that_are_not_approved_are_not_public(status, client):
    headquarters = make_headquarters()
    make_observation(series=make_series(headquarters=headquarters), status=status)
    page = page_of(client, headquarters.get_absolute_url())
    assert (page.figures, "figures" in [one.anchor for one in page.filled_sections]) == ([], False)


def test_deprecated_figures_are_no_key_figures(client):
    program = make_program()
    series = make_series(program=program)
    make_observation(series=series, rank="deprecated", rank_reason="已更正")
    kept = make_observation(series=series, rank="preferred", rank_reason="最新")
    assert page_of(client, program.get_absolute_url()).figures == [kept]


def test_program_versions_stand_from_first_to_latest(client):
    first = make_program(name="甲")
    second = make_program(name="乙", predecessor=first)
    make_program(name="丙", predecessor=second)
    sections = {one.anchor: one for one in page_of(client, second.get_absolute_url()).sections}
    rows = sections["versions"].table.rows
    assert [row.cells[0].items[0].text for row in rows] == ["甲", "乙", "丙"]


def test_pairing_list_counts_no_prefecture_beside_its_counties(client):
    donor = make_region(name="某省")
    for name, level in (("某州", "prefecture"), ("甲县", "county"), ("乙师", "division")):
        make_pairing(donor=donor, recipient=make_region(name=name, level=level))
    table = client.get("/pairings/", {"donor": donor.slug}).context["donors"]
    assert [[item.text for item in cell.items] for cell in table.rows[0].cells] == [
        ["某省"],
        ["某州", "甲县", "乙师"],
        ["2"],
    ]


def test_category_page_is_a_list_only(client):
    assert client.get("/categories/c1/").status_code == 404


def test_page_ends_with_the_note_and_the_date(client):
    program = make_program(note="只在文中一提")
    html = client.get(program.get_absolute_url()).content.decode()
    assert ("只在文中一提" in html, "更新于" in html) == (True, True)


def test_address_that_no_form_takes_leads_nowhere(client):
    source = make_observation().source
    Source.objects.filter(pk=source.pk).update(url="javascript:alert(1)")
    assert "javascript:" not in client.get(source.get_absolute_url()).content.decode()
    Source.objects.filter(pk=source.pk).update(url="HTTPS://example.org/1")
    assert 'href="HTTPS://example.org/1"' in client.get(source.get_absolute_url()).content.decode()
