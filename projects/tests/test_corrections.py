"""Corrections keep what was said before, and an earlier day's knowledge can be seen again."""

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from aidtracker.testing import (
    make_agreement,
    make_milestone,
    make_observation,
    make_official,
    make_progress_report,
    make_project,
    make_series,
    make_source,
)
from aidtracker.trail import acts
from aidtracker.trail.acts import Way
from projects.corrections import corrections, known_on, recorded_on, with_states_before
from projects.models import Observation

pytestmark = pytest.mark.django_db


def correct(observation, reason="看错了一位", **fields):
    for name, value in fields.items():
        setattr(observation, name, value)
    observation.correction_reason = reason
    observation.full_clean()
    observation.save()


@pytest.fixture
def published():
    return make_observation(printed="5家", source=make_source(published_on="2020-06"))


def test_public_figure_changed_without_a_reason_is_refused(published):
    published.printed = "6家"
    with pytest.raises(ValidationError) as caught:
        published.full_clean()
    assert list(caught.value.error_dict) == ["correction_reason"]


def test_reason_of_an_earlier_correction_does_not_count_again(published):
    correct(published, printed="6家")
    published.printed = "7家"
    with pytest.raises(ValidationError):
        published.full_clean()


@pytest.mark.parametrize("fields", [{"paragraph": 3}, {"review_comment": "看过"}])
def test_what_is_not_told_to_readers_changes_freely(published, fields):
    for name, value in fields.items():
        setattr(published, name, value)
    published.full_clean()


@pytest.mark.parametrize("fields", [{"note": "新备注"}, {"rank": "preferred", "rank_reason": "新"}])
def test_what_is_told_to_readers_beside_the_figure_is_corrected_for_a_reason(published, fields):
    for name, value in fields.items():
        setattr(published, name, value)
    with pytest.raises(ValidationError) as caught:
        published.full_clean()
    assert list(caught.value.error_dict) == ["correction_reason"]


def test_draft_changes_freely():
    draft = make_observation(status="draft")
    draft.printed = "9家"
    draft.full_clean()
    assert draft.value == 9


def test_correction_is_listed_with_what_it_changed(published):
    correct(published, printed="6家")
    (correction,) = with_states_before(corrections())
    assert list(correction.changes()) == [("原文数字", "5家", "6家")]
    assert correction.state.correction_reason == "看错了一位"


def test_saving_again_is_no_second_correction(published):
    correct(published, printed="6家")
    published.note = "新备注"
    published.save()
    assert corrections().count() == 1


def test_withdrawal_is_a_correction(published):
    correct(published, status="withdrawn")
    (correction,) = with_states_before(corrections())
    assert list(correction.changes()) == [("状态", "已发布", "撤回")]


def test_correction_by_one_person_says_so(published, client, admin_user):
    """A proposal that another approved does not, nor does what the program changed."""
    with acts.doing(Way.FORM) as act:
        act.user = admin_user
        correct(published, printed="6家")
    with acts.doing(Way.ACTION) as act:
        act.user = admin_user
        correct(published, printed="7家", reason="核对原件")
    correct(published, printed="8家", reason="批量改正")
    reasons = [one.why for one in with_states_before(corrections())]
    assert reasons == ["批量改正", "核对原件", "看错了一位（一人更正）"]
    page = client.get(reverse("correction-list")).content.decode()
    assert page.count("（一人更正）") == 1


def test_fixtures_have_a_first_state():
    assert Observation.history.count() == Observation.objects.count() > 200


def printed_on(series, day, known=known_on):
    return [figure.printed for figure in known(series, day)]


def made_days_ago(figure, days=10):
    figure.history.update(history_date=timezone.now() - timedelta(days=days))


def test_known_on_a_day_leaves_out_later_documents():
    series = make_series()
    for printed, day in (("5家", "2020-06"), ("8家", "2021"), ("9家", "2021-02-03")):
        make_observation(series=series, printed=printed, source=make_source(published_on=day))
    assert printed_on(series, date(2020, 6, 29)) == []
    assert printed_on(series, date(2020, 6, 30)) == ["5家"]
    assert printed_on(series, date(2021, 2, 2)) == ["5家"]
    assert sorted(printed_on(series, date(2021, 2, 3))) == ["5家", "9家"]
    assert sorted(printed_on(series, date(2021, 12, 30))) == ["5家", "9家"]
    assert sorted(printed_on(series, date(2021, 12, 31))) == ["5家", "8家", "9家"]


def test_figure_of_an_undated_document_is_known_from_its_first_mention():
    figure = make_observation(printed="5家", source=make_source(published_on=""))
    made_days_ago(figure)
    today = timezone.localdate()
    assert printed_on(figure.series, today - timedelta(days=11)) == []
    assert printed_on(figure.series, today - timedelta(days=9)) == ["5家"]


def test_known_on_a_day_is_as_documents_had_it_whoever_typed_it_when(published):
    correct(published, printed="6家")
    assert printed_on(published.series, date(2020, 7, 1)) == ["6家"]


def test_recorded_on_a_day_is_as_this_database_stood(published):
    made_days_ago(published)
    correct(published, printed="6家")
    today = timezone.localdate()
    assert printed_on(published.series, date(2020, 7, 1), recorded_on) == []
    assert printed_on(published.series, today - timedelta(days=1), recorded_on) == ["5家"]
    assert printed_on(published.series, today, recorded_on) == ["6家"]


@pytest.fixture
def retracted(published):
    """A figure that was corrected and then retracted."""
    made_days_ago(published)
    correct(published, printed="6家")
    correct(published, status="withdrawn", reason="取自另一份文献")
    return published


@pytest.mark.parametrize("known", [known_on, recorded_on])
def test_what_was_retracted_is_known_on_no_day(known, retracted):
    today = timezone.localdate()
    for days in (0, 1, 9):
        assert printed_on(retracted.series, today - timedelta(days=days), known) == []


def test_corrections_say_no_more_of_a_retracted_figure_than_that_it_is(retracted, client):
    found = [list(one.changes()) for one in with_states_before(corrections())]
    assert found == [[("状态", "已发布", "撤回")]]
    page = client.get(reverse("correction-list")).content.decode().replace(" ", "")
    assert "取自另一份文献" in page
    assert not {"5家", "6家"} & {word for word in ("5家", "6家") if word in page}
    text = b"".join(client.get(reverse("correction-list"), {"download": "csv"})).decode("utf-8-sig")
    assert "取自另一份文献" in text
    assert "6家" not in text


def test_page_of_a_retracted_figure_says_when_and_why(retracted, client):
    response = client.get(retracted.get_absolute_url())
    page = response.content.decode()
    assert response.status_code == 410
    assert "已撤回" in page
    assert "取自另一份文献" in page
    assert not any(words in page for words in ("5家", "6家", retracted.series.name))


def test_document_names_the_place_of_what_was_retracted(retracted, client):
    make_observation(source=retracted.source)
    page = client.get(retracted.source.get_absolute_url()).context["page"]
    (section,) = [one for one in page.sections if one.anchor == "retracted"]
    (row,) = section.table.rows
    assert [cell.items[0].text for cell in row.cells][::2] == [
        f"第 {retracted.number} 处",
        "取自另一份文献",
    ]


def test_retracted_figure_that_is_published_again_is_back(retracted, client):
    Observation.objects.get(pk=retracted.pk)
    correct(retracted, status="published", reason="查证无误")
    assert client.get(retracted.get_absolute_url()).status_code == 200
    assert printed_on(retracted.series, date(2020, 7, 1)) == ["6家"]


def test_figure_published_again_comes_back_without_what_it_said_before(retracted):
    made_days_ago(retracted)
    correct(retracted, reason="核对后重新发布", status="published", printed="7家")
    today = timezone.localdate()
    assert printed_on(retracted.series, today - timedelta(days=1), recorded_on) == []
    assert printed_on(retracted.series, today, recorded_on) == ["7家"]
    told = str([list(one.changes()) for one in with_states_before(corrections())])
    assert "5家" not in told


def test_retracted_figure_stands_on_no_page(client):
    source, series = make_source(published_on="2020"), make_series()
    make_observation(series=series, source=source, printed="5家")
    wrong = make_observation(series=series, source=source, printed="731家")
    correct(wrong, printed="732家", reason="看错一位")
    correct(wrong, status="withdrawn", reason="不是这一年的数")
    today = timezone.localdate().isoformat()
    addresses = [one.get_absolute_url() for one in (wrong, source, series, series.metric)]
    addresses += [
        f"{series.get_absolute_url()}?as_of={today}&known={way}" for way in ("", "record")
    ]
    for name in ("home", "correction-list", "observation-list", "series-list", "finding-list"):
        addresses += [reverse(name), f"{reverse(name)}?download=csv"]
    addresses += [f"{reverse('search')}?q=732", f"{reverse('observation-list')}?q=732"]
    addresses += [reverse("feed"), reverse("timeline"), f"{reverse('search-names')}?q=732"]
    for address in addresses:
        page = client.get(address)
        body = b"".join(page.streaming_content) if page.streaming else page.content
        assert not re.search("73[12]( |\N{NO-BREAK SPACE})?家", body.decode("utf-8-sig")), address


def test_draft_that_was_never_public_is_no_retraction(client):
    draft = make_observation(status="withdrawn")
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_pages_of_a_figure_and_its_series_tell_of_its_corrections(published, client):
    correct(published, printed="6家", reason="第一次看错")
    correct(published, printed="7家", reason="第二次看错")
    for row in (published, published.series):
        page = client.get(row.get_absolute_url()).context["page"]
        (section,) = [one for one in page.sections if one.anchor == "corrections"]
        shown = [
            {cell.label: cell.items[0].text for cell in one.cells} for one in section.table.rows
        ]
        assert [(one["改动"], one["理由"]) for one in shown] == [
            ("原文数字：6家 → 7家", "第二次看错"),
            ("原文数字：5家 → 6家", "第一次看错"),
        ]


def test_series_page_shows_what_this_database_had(client, published):
    made_days_ago(published)
    correct(published, printed="6家")
    day = timezone.localdate() - timedelta(days=1)
    asked = {"as_of": day.isoformat(), "known": "record"}
    page = client.get(published.series.get_absolute_url(), asked).content.decode()
    assert "所录的样子" in page
    assert "5家" in page.replace(" ", "")


def test_series_page_shows_the_day_asked_for(client, published):
    url = published.series.get_absolute_url()
    page = client.get(url, {"as_of": "2020-01-01"}).content.decode()
    assert "2020年1月1日当时所知" in page
    assert "5家" not in page.replace(" ", "")


def test_series_page_with_a_day_that_is_none_says_so(client, published):
    page = client.get(published.series.get_absolute_url(), {"as_of": "去年"}).content.decode()
    assert "日期请写成 2020-06-30 这样" in page


def test_correction_page_lists_and_downloads(client, published):
    correct(published, printed="6家")
    page = client.get(reverse("correction-list")).content.decode()
    assert "原文数字：5家 → 6家" in page
    response = client.get(reverse("correction-list"), {"download": "csv"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(",")[2:4] for line in lines] == [
        ["改动", "理由"],
        ["原文数字：5家 → 6家", "看错了一位"],
    ]


def test_correction_page_queries_do_not_grow(client, django_assert_max_num_queries):
    for number in range(8):
        correct(make_observation(printed="5家"), printed="6家", reason=f"理由{number}")
    with django_assert_max_num_queries(6):
        client.get(reverse("correction-list"))


@pytest.mark.parametrize("name", ["period_start", "period_end", "as_of"])
def test_what_was_reached_does_not_lie_in_the_future(name, published):
    for moment in ("period_start", "period_end", "as_of"):
        setattr(published, moment, None)
    setattr(published, name, timezone.localdate() + timedelta(days=1))
    published.correction_reason = "另有日期"
    with pytest.raises(ValidationError) as caught:
        published.full_clean()
    assert list(caught.value.error_dict) == [name]
    published.nature = "target"
    published.full_clean()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        *((make_project, name) for name in ("approved_on", "actual_start", "actual_completion")),
        (make_milestone, "actual_on"),
        (make_official, "as_of"),
        (make_agreement, "signed_on"),
        (make_progress_report, "month"),
    ],
)
def test_what_has_happened_does_not_lie_in_the_future(make, name):
    day = timezone.localdate().replace(day=1) + timedelta(days=32)
    month = day.replace(day=1)
    row = make(**{name: month if name == "month" else month.isoformat()})
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    assert list(caught.value.error_dict) == [name]


def test_document_of_the_future_is_refused():
    tomorrow = timezone.localdate() + timedelta(days=1)
    for text in (tomorrow.isoformat(), str(tomorrow.year + 1)):
        source = make_source(published_on=text)
        with pytest.raises(ValidationError) as caught:
            source.full_clean()
        assert list(caught.value.error_dict) == ["published_on"]
    make_source(published_on=str(timezone.localdate().year)).full_clean()
