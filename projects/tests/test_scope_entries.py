"""The list of scopes: one wording or another is one entry, at every door and in every check."""

import json
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from aidtracker import testing as make
from aidtracker.tests.sheet_helpers import messages, rehearsal, stored
from projects.checks.recomputing import recompute
from projects.models import Observation, ScopeEntry, Series
from projects.models.scope_entries import ScopeList
from projects.tests.entry_pages import CLERK, address, log_in, make_bulletin, typed
from projects.tests.figure_sets import flow, observed, verdicts_on

pytestmark = pytest.mark.django_db


def entry(code):
    """An entry of the list that comes with the site."""
    return ScopeEntry.objects.get(code=code)


def words_of(series):
    """What a series was made to be: its entries, and the note beside them."""
    return [one.code for one in series.scopes], series.scope_note


# Wordings


@pytest.mark.parametrize(
    "wording",
    ["含兵团", "包括兵团", "包含兵团数", "包括新疆生产建设兵团在内", "含 兵团", "（含兵团）"],
)
def test_wordings_of_one_scope_are_one_entry(wording):
    series = make.make_series(scope_note=wording)
    assert words_of(series) == (["with-xpcc"], "")


@pytest.mark.parametrize(
    ("note", "codes", "rest"),
    [
        ("", [], ""),
        ("旅游投资项目", [], "旅游投资项目"),
        ("甲，乙", [], "甲，乙"),
        ("仅苹果，杭州一地", ["apples"], "杭州一地"),
        ("含第一师，惠民直播活动带动", ["with-xpcc-01"], "惠民直播活动带动"),
        ("网上；包括兵团,苹果", ["apples", "online", "with-xpcc"], ""),
        ("不包括兵团", ["without-xpcc"], ""),
        ("电商平台店铺", [], "电商平台店铺"),
    ],
)
def test_what_an_entry_says_leaves_the_note(note, codes, rest):
    assert words_of(make.make_series(scope_note=note)) == (codes, rest)


def test_entries_stand_in_one_order_whoever_chose_them():
    rows = [
        make.make_series(first_scope=entry("with-xpcc"), second_scope=entry("apples")),
        make.make_series(second_scope=entry("apples"), scope_note="含兵团"),
        make.make_series(third_scope=entry("with-xpcc"), first_scope=entry("apples")),
    ]
    assert [words_of(row) for row in rows] == [(["apples", "with-xpcc"], "")] * 3
    assert rows[0].scope_words == "仅苹果，含兵团"


@pytest.mark.parametrize("note", ["含兵团，不含兵团", "线上，线下", "全疆，南疆"])
def test_entries_of_one_aspect_exclude_each_other(note):
    with pytest.raises(ValidationError, match="互相排斥，只能取一条"):
        make.make_series(scope_note=note)


def test_more_entries_than_a_series_holds_are_refused():
    with pytest.raises(ValidationError, match="最多写 3 条范围"):
        make.make_series(scope_note="线上，苹果，含兵团，旗舰店")


@pytest.mark.parametrize("alias", ["包括兵团", "线上", "仅 线上"])
def test_wording_leads_to_one_entry_only(alias):
    with pytest.raises(ValidationError, match="已是范围条目"):
        make.make_scope_entry(aliases=[alias])


def test_wording_with_a_comma_is_found_as_a_whole():
    entry = ScopeEntry.objects.create(code="two", name="国企，含下属", effect="part")
    named, rest = ScopeList().named_in("国企，含下属")
    assert (named, rest) == ([entry], "")


# One series, whoever stores it


def again(series, **kwargs):
    """The same metric and subject once more."""
    return make.make_series(metric=series.metric, region=series.region, **kwargs)


def test_database_holds_a_scope_once_however_its_entries_stand():
    first = make.make_series(first_scope=entry("apples"), second_scope=entry("with-xpcc"))
    other = again(first, scope_note="别的")
    turned = {"first_scope": entry("with-xpcc"), "second_scope": entry("apples"), "scope_note": ""}
    with pytest.raises(IntegrityError), transaction.atomic():
        Series.objects.filter(pk=other.pk).update(**turned)
    Series.objects.filter(pk=other.pk).update(**turned | {"scope_note": "甲"})


@pytest.mark.parametrize("wording", ["包括兵团", "包含兵团数"])
def test_entry_page_finds_the_series_of_another_wording(client, wording):
    clerk, source = log_in(client, *CLERK), make_bulletin()
    metric, region = make.make_metric(name="用工", unit="人"), make.make_region(name="新县")
    series = make.make_series(metric=metric, region=region, scope_note="含兵团")
    chosen = {"metric": "用工", "subject": "地区：新县", "action": "series"}
    for said in ({"scope_note": wording}, {"first_scope": wording}, {"second_scope": wording}):
        response = clerk.post(address(source), typed("120人", **chosen, **said))
        assert response.context["figure_form"]["series"].value() == series.name
    assert Series.objects.filter(region=region).count() == 1


def test_entry_page_offers_the_entries_named_around_a_figure(client):
    clerk = log_in(client, *CLERK)
    source = make.make_source(text="含兵团，共有工人45名。")
    place = {"kind": "scope", "start": 8, "end": 11, "printed": "45名"}
    found = clerk.get(reverse("admin:projects_observation_enter_find", args=[source.code]), place)
    first = found.json()["options"][0]
    assert (first["value"], first["note"]) == ("含兵团", "比主体宽；兵团")


def test_import_reads_every_wording():
    series = make.make_series()
    headings = ["名称", "指标", "地区", "范围", "范围说明"]
    rows = [
        [f"序列{at}", make.make_metric().name, series.region.code, said, note]
        for at, (said, note) in enumerate(
            [("with-xpcc", ""), ("含兵团", ""), ("含新疆生产建设兵团", ""), ("", "包括兵团，某地")]
        )
    ]
    stored(Series, headings, *rows)
    made = Series.objects.filter(name__startswith="序列", first_scope=entry("with-xpcc"))
    assert sorted(made.values_list("scope_note", flat=True)) == ["", "", "", "某地"]


def test_import_of_another_wording_is_the_series_that_is_there():
    series = make.make_series(scope_note="含兵团")
    row = ["另一个", series.metric.name, series.region.code, "包含兵团数"]
    outcome = rehearsal(Series, ["名称", "指标", "地区", "范围说明"], row)
    assert [words for *_, words in messages(outcome)] == ["这一指标、主体和范围已有序列。"]


def test_form_stores_the_entry(admin_client):
    metric, region = make.make_metric(), make.make_region()
    data = {"metric": metric.pk, "region": region.pk, "scope_note": "包括兵团"}
    inlines = {}
    for prefix in ("observations", "parts"):
        inlines |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    admin_client.post(reverse("admin:projects_series_add"), data | inlines)
    series = Series.objects.get(metric=metric)
    assert words_of(series) == (["with-xpcc"], "")
    assert series.name == f"{region} {metric}（含兵团）"


def test_fixtures_of_another_wording_are_the_entry(tmp_path):
    metric, region = make.make_metric(), make.make_region()
    fields = {"name": "另一个", "slug": "another", "metric": [metric.name], "region": [region.code]}
    row = {"model": "projects.series", "fields": fields | {"scope_note": "包括兵团，某地"}}
    path = tmp_path / "series.json"
    path.write_text(json.dumps([row]))
    call_command("loaddata", path, verbosity=0)
    assert words_of(Series.objects.get(metric=metric)) == (["with-xpcc"], "某地")


# Checks


@pytest.fixture
def sales():
    return make.make_series(metric=flow(name="某销售额"), region=make.make_region(name="某市"))


def results(*figures):
    return sorted({one.result.value for one in verdicts_on(*figures)})


def test_figures_of_two_wordings_contradict_each_other(sales):
    again(sales, scope_note="含兵团")
    series = Series.objects.get(metric=sales.metric, first_scope=entry("with-xpcc"))
    with pytest.raises(IntegrityError), transaction.atomic():
        again(sales, scope_note="包括兵团")
    rows = observed(series, "3.2亿元"), observed(series, "3.5亿元")
    assert results(*rows) == ["contradiction"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("scopes", "result"),
    [
        (("甲", "乙"), "contradiction"),
        (("线上", "线下"), "contradiction"),
        (("线上", "电商之外的线下店"), "contradiction"),
        (("苹果", "红枣"), "contradiction"),
        (("线上", "苹果"), "candidate"),
        (("线上", "仅苹果，杭州一地"), "candidate"),
        (("旗舰店", "乙"), "candidate"),
        (("网上销售的", "卖苹果的"), "candidate"),
        (("南疆", "北疆"), "contradiction"),
    ],
)
def test_parts_above_their_whole_contradict_it_unless_they_may_overlap(sales, scopes, result):
    rows = [observed(sales, "10.0亿元")]
    for words, scope in zip(("6.0亿元", "7.0亿元"), scopes, strict=True):
        rows.append(observed(again(sales, scope_note=scope, part_of=sales), words))
    assert results(*rows) == [result]


@pytest.mark.once
@pytest.mark.parametrize(
    ("scope", "own", "plain", "found"),
    [
        ("线上", "5.0亿元", "3.0亿元", ["candidate"]),
        ("线上", "2.0亿元", "3.0亿元", []),
        ("含兵团", "2.0亿元", "3.0亿元", ["candidate"]),
        ("含兵团", "5.0亿元", "3.0亿元", []),
        ("带动", "5.0亿元", "3.0亿元", []),
        ("带动", "2.0亿元", "3.0亿元", []),
        ("甲", "5.0亿元", "3.0亿元", []),
        ("线上，甲", "5.0亿元", "3.0亿元", []),
    ],
)
def test_what_the_list_puts_inside_another_scope_is_worth_a_look_above_it(
    sales, scope, own, plain, found
):
    rows = observed(again(sales, scope_note=scope), own), observed(sales, plain)
    assert results(*rows) == found


def test_narrower_entry_is_inside_the_wider(sales):
    wide, narrow = again(sales, scope_note="含兵团"), again(sales, scope_note="含第一师")
    assert results(observed(narrow, "5.0亿元"), observed(wide, "3.0亿元")) == ["candidate"]
    Series.objects.filter(pk=narrow.pk).update(first_scope=entry("online"))
    assert results(*narrow.observations.all()) == []


def test_notes_that_say_what_a_later_entry_says_are_named():
    series = make.make_series(scope_note="某渠道")
    make.make_scope_entry(name="某渠道")
    said = StringIO()
    call_command("check_figures", stdout=said)
    assert f"序列“{series}”的范围说明里有范围条目“某渠道”" in said.getvalue()


# Pages


def test_lists_are_narrowed_to_an_entry(client):
    notes = ("线上，某地", "仅苹果，线上", "某地")
    rows = [make.make_observation(series=make.make_series(scope_note=note)) for note in notes]
    Observation.objects.exclude(pk__in=[row.pk for row in rows]).update(status="draft")
    for name, wanted in (("observation", rows[:2]), ("series", [row.series for row in rows[:2]])):
        page = client.get(reverse(f"{name}-list"), {"scope": "online"})
        assert len(page.context["table"].rows) == len(wanted)


def test_page_names_entries_and_note(client):
    figure = make.make_observation(series=make.make_series(scope_note="包括兵团，某地"))
    for row in (figure, figure.series):
        assert "含兵团，某地" in client.get(row.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("note", "is_narrowed"),
    [
        ("", False),
        ("包括兵团", False),
        ("19省市合计", False),
        ("线上", True),
        ("含兵团，某地", True),
    ],
)
def test_wider_scopes_are_not_narrower(note, is_narrowed):
    assert make.make_series(scope_note=note).is_narrowed is is_narrowed


def test_whole_run_finds_the_same(sales):
    observed(again(sales, scope_note="线上"), "5.0亿元")
    observed(sales, "3.0亿元")
    assert recompute()["candidate"] >= 1
