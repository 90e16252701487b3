"""Corrections keep what was said before, and an earlier day's knowledge can be seen again."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from aidtracker.testing import make_observation, make_series, make_source
from projects.corrections import corrections, known_on, with_states_before
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


@pytest.mark.parametrize("fields", [{"note": "新备注"}, {"rank": "preferred", "rank_reason": "新"}])
def test_what_is_not_told_to_readers_changes_freely(published, fields):
    for name, value in fields.items():
        setattr(published, name, value)
    published.full_clean()


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


def test_fixtures_have_a_first_state():
    assert Observation.history.count() == Observation.objects.count() > 200


def printed_on(series, day):
    return [figure.printed for figure in known_on(series, day)]


def test_known_on_a_day_leaves_out_later_documents():
    series = make_series()
    make_observation(series=series, printed="5家", source=make_source(published_on="2020-06"))
    make_observation(series=series, printed="8家", source=make_source(published_on="2021"))
    assert printed_on(series, date(2020, 5, 31)) == []
    assert printed_on(series, date(2020, 12, 31)) == ["5家"]
    assert printed_on(series, date(2021, 1, 1)) == ["5家", "8家"]


def test_known_on_a_day_undoes_later_corrections(published):
    published.history.update(history_date=timezone.now() - timedelta(days=10))
    correct(published, printed="6家")
    today = timezone.localdate()
    assert printed_on(published.series, today - timedelta(days=1)) == ["5家"]
    assert printed_on(published.series, today) == ["6家"]


def test_known_on_a_day_still_has_what_was_withdrawn_later(published):
    published.history.update(history_date=timezone.now() - timedelta(days=10))
    correct(published, status="withdrawn")
    today = timezone.localdate()
    assert printed_on(published.series, today - timedelta(days=1)) == ["5家"]
    assert printed_on(published.series, today) == []


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
