"""What several documents say: one claim, and how many of them say it by themselves."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from aidtracker.ground.changes import after_change
from aidtracker.testing import make_metric, make_observation, make_series, make_source
from aidtracker.trail import acts
from programs.models import Source
from projects.models import Finding, Observation
from projects.sums.claims import documents_words, is_same_claim

pytestmark = pytest.mark.django_db

YEAR = {
    "accumulation": "period",
    "period_start": date(2019, 1, 1),
    "period_end": date(2019, 12, 31),
}


def said(series, source, printed="3.2亿元", **kwargs):
    return make_observation(series=series, source=source, printed=printed, **YEAR, **kwargs)


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
