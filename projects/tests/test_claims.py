"""What several documents say: one claim, and how many of them say it by themselves."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from aidtracker.ground.changes import after_change
from aidtracker.testing import (
    make_metric,
    make_observation,
    make_project,
    make_region,
    make_series,
    make_source,
)
from aidtracker.trail import acts
from programs.models import Region, Source
from projects.models import Finding, Observation
from projects.sums.claims import claims, documents_words, is_same_claim
from projects.sums.totals import total
from projects.tests.figure_sets import rate_of

pytestmark = pytest.mark.django_db

YEAR = {
    "accumulation": "period",
    "period_start": date(2019, 1, 1),
    "period_end": date(2019, 12, 31),
}


def said(series, source, printed="3.2亿元", **kwargs):
    kwargs = YEAR | kwargs
    return make_observation(series=series, source=source, printed=printed, **kwargs)


@pytest.fixture
def series():
    return make_series(metric=make_metric(kind="flow", unit="元"))


@pytest.fixture
def release():
    """The document that was first, and two papers that print it."""
    first = make_source(title="公报")
    return [first, *(make_source(copied_from=first) for _ in range(2))]


# Copies


def test_copies_count_once(series, release):
    own = make_source()
    rows = [said(series, source) for source in (*release, own)]

    assert documents_words(rows) == "4 份文献，独立来源 2 个"
    assert documents_words(rows[:1] + rows[3:]) == "2 份文献"
    assert documents_words(rows[1:3]) == "2 份文献，独立来源 1 个"


def test_what_stands_in_no_document_is_no_source(series):
    rows = [said(series, make_source()), said(series, make_source(kind="public"))]

    assert documents_words(rows) == "1 份文献"


def test_a_copy_names_the_first_not_another_copy(release):
    first, copy, _ = release

    with pytest.raises(ValidationError, match=f"请填《{first}》"):
        Source(title="再转", copied_from=copy).clean()
    first.copied_from = make_source()
    with pytest.raises(ValidationError, match="它不能再转自别的"), transaction.atomic():
        first.save()


def test_a_document_is_no_copy_of_itself():
    row = make_source()
    row.copied_from = row

    with pytest.raises((ValidationError, IntegrityError)), transaction.atomic():
        row.save()


def test_pages_of_documents_lead_to_each_other(client, series, release):
    first, copy, other = release
    for source in release:
        said(series, source)

    assert first.get_absolute_url() in client.get(copy.get_absolute_url()).content.decode()
    page = client.get(first.get_absolute_url()).content.decode()
    assert copy.get_absolute_url() in page
    assert other.get_absolute_url() in page


def conflicts():
    after_change()
    return Finding.objects.filter(kind="conflict", result="contradiction", is_current=True)


def test_one_release_in_two_papers_contradicts_once(series):
    with acts.doing(acts.Way.PROGRAM):
        first = make_source()
        said(series, first)
        said(series, make_source(copied_from=first))
        said(series, make_source(), "5.0亿元")

        assert conflicts().count() == 1


def test_papers_by_themselves_contradict_each(series):
    with acts.doing(acts.Way.PROGRAM):
        for _ in range(2):
            said(series, make_source())
        said(series, make_source(), "5.0亿元")

        assert conflicts().count() == 2


def test_a_copy_with_another_number_contradicts_what_it_copied(series):
    with acts.doing(acts.Way.PROGRAM):
        first = make_source()
        said(series, first)
        said(series, make_source(copied_from=first), "2.3亿元")

        assert conflicts().count() == 1


def test_naming_what_was_copied_takes_the_second_finding_away(series):
    with acts.doing(acts.Way.PROGRAM):
        first, copy = make_source(), make_source()
        said(series, first)
        said(series, copy)
        said(series, make_source(), "5.0亿元")
        assert conflicts().count() == 2
    with acts.doing(acts.Way.PROGRAM):
        copy.copied_from, copy.correction_reason = first, "转载"
        copy.save()
        assert conflicts().count() == 1


def rules_broken(*, besides=()):
    """The rule of each finding that is no agreement, but for those that were there before."""
    after_change()
    rows = Finding.objects.filter(is_current=True).exclude(result="holds").exclude(pk__in=besides)
    return sorted(rows.values_list("kind", flat=True))


@pytest.fixture
def copied(release):
    """What a release says beside a whole, a ceiling and a ledger, and again in two papers."""
    first, *copies = release

    def copied(series, printed, **kwargs):
        rows = [said(series, source, printed, **kwargs) for source in (first, *copies)]
        return rows[0]

    return copied


def part_of(series, **kwargs):
    return make_series(metric=series.metric, region=series.region, part_of=series, **kwargs)


def above_its_whole(series, copied):
    copied(part_of(series, scope_note="甲"), "5.0亿元")
    copied(series, "3.0亿元")


def together_above_it(series, copied):
    for note, words in (("甲", "2.0亿元"), ("乙", "1.9亿元")):
        copied(part_of(series, scope_note=note), words)
    copied(series, "3.0亿元")


def above_the_level(series, copied):
    upper = make_region()
    Region.objects.filter(pk=series.region_id).update(parent=upper)
    copied(series, "5.0亿元")
    copied(make_series(metric=series.metric, region=upper), "3.0亿元")


def half_above_the_year(series, copied):
    copied(series, "5.0亿元", period_end=date(2019, 6, 30))
    copied(series, "3.0亿元")


def falling_total(series, copied):
    copied(series, "5.0亿元", accumulation="cumulative")
    copied(series, "3.0亿元", accumulation="cumulative", period_end=date(2020, 12, 31))


def wrong_growth(series, copied):
    last = {"period_start": date(2018, 1, 1), "period_end": date(2018, 12, 31)}
    copied(series, "1.00亿元", **last)
    copied(series, "2.00亿元")
    rate = make_series(metric=rate_of("growth", series.metric), region=series.region)
    copied(rate, "50%", accumulation="rate")


def wrong_in_the_ledger(series, copied):
    project = make_project(total_amount=100)
    metric = make_metric(kind="flow", unit="元", ledger_field="total_amount")
    copied(make_series(metric=metric, project=project), "3.0亿元")


def like_another(series, copied):
    copied(series, "2.646亿元")
    copied(make_series(metric=series.metric, region=make_region()), "2.646亿元")


def within_another(series, copied):
    copied(series, "2.646亿元")
    other = make_metric(kind="flow", unit="元", sector=series.metric.sector)
    copied(make_series(metric=other, region=series.region), "近2.7亿元")


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (above_its_whole, ["parts"]),
        (together_above_it, ["parts"]),
        (above_the_level, ["parts"]),
        (half_above_the_year, ["windows"]),
        (falling_total, ["cumulative"]),
        (wrong_growth, ["growth"]),
        (wrong_in_the_ledger, ["ledger"]),
        (like_another, ["lookalike"]),
        (within_another, ["lookalike"]),
    ],
)
def test_one_release_in_three_papers_is_found_once_by_every_rule(series, copied, told, found):
    with acts.doing(acts.Way.PROGRAM):
        before = list(Finding.objects.values_list("pk", flat=True))
        told(series, copied)
        assert rules_broken(besides=before) == found


def test_one_release_is_added_once(series, release):
    rows = [said(series, source) for source in release]
    later = {"period_start": date(2020, 1, 1), "period_end": date(2020, 12, 31)}
    rows.append(said(series, make_source(), "1.0亿元", **later))

    result = total(Observation.objects.with_subjects().filter(pk__in=[row.pk for row in rows]))

    assert result.words == "4.2亿元（4.1—4.3亿元）"
    assert [one.reason for one in result.excluded] == [f"转自《{release[0]}》，只算一次"] * 2


def test_what_two_documents_say_alike_is_added_once(series):
    first, other = make_source(), make_source()
    rows = [said(series, first), said(series, other)]

    result = total(Observation.objects.with_subjects().filter(pk__in=[row.pk for row in rows]))

    assert [one.reason for one in result.excluded] == [f"所说同于《{first}》，只算一次"]


# Claims


def test_statements_that_can_both_be_true_are_one_claim(series):
    one = said(series, make_source())

    assert is_same_claim(one, said(series, make_source(), "3.24亿元"))
    assert not is_same_claim(one, said(series, make_source(), "3.4亿元"))
    assert not is_same_claim(one, said(series, make_source(), nature="plan"))
    assert not is_same_claim(one, said(series, make_source(), obs_status="revised"))


def test_page_of_a_figure_says_how_many_documents_say_so(client, series, release):
    first, copy, _ = release
    row = said(series, first)
    said(series, copy, "3.2亿元")
    said(series, make_source(), "9.9亿元")

    html = client.get(row.get_absolute_url()).content.decode()

    assert "本数这一说法见于 2 份文献，独立来源 1 个" in html
    assert html.count(">同一说法<") == 1


def test_form_leads_to_a_form_for_a_further_document(admin_client, series):
    row = said(series, make_source(), obs_status="provisional", period_text="2019年")
    page = admin_client.get(reverse("admin:projects_observation_change", args=[row.pk]))
    shown = page.content.decode()
    start = shown.index(f"{reverse('admin:projects_observation_add')}?series=")
    address = shown[start : shown.index('"', start)].replace("&amp;", "&")

    form = admin_client.get(address).context["adminform"].form

    assert int(form["series"].value()) == series.pk
    names = ("accumulation", "obs_status", "period_text")
    assert [form[name].value() for name in names] == ["period", "provisional", "2019年"]
    assert str(form["period_start"].value()) == "2019-01-01"
    assert not form["printed"].value()
    assert Observation.objects.filter(series=series).count() == 1


def test_series_page_tells_one_claim_of_several_documents(client, series, release):
    first, copy, _ = release
    said(series, first)
    said(series, copy)
    said(series, make_source(), "3.24亿元")
    said(series, make_source(), "9.9亿元")
    later = {"period_start": date(2020, 1, 1), "period_end": date(2020, 12, 31)}
    said(series, first, "4.0亿元", **later)

    page = client.get(series.get_absolute_url())

    html = page.content.decode()
    assert "5 条，3 种说法" in html
    assert html.count("3 份文献，独立来源 2 个") == 3
    chart = next(one.chart for one in page.context["page"].sections if one.anchor == "chart")
    assert chart.description.startswith("共 4 个数字")


def test_claims_stand_together_only_if_all_can_be_true(series):
    rows = [said(series, make_source(), words) for words in ("3.2亿元", "3.24亿元", "超过3.26亿元")]

    assert [len(claim) for claim in claims(rows)] == [2, 1]


def test_undated_figures_are_no_claim_of_several(series):
    undated = {"period_start": None, "period_end": None}
    rows = [said(series, make_source(), **undated) for _ in range(2)]

    assert [len(claim) for claim in claims(rows)] == [1, 1]
