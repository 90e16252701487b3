"""A figure entered without a place finds it by itself, or is not handed on until a person does."""

from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from aidtracker.review.steps import APPROVE, PUBLISH, SUBMIT
from aidtracker.testing import (
    make_headquarters,
    make_metric,
    make_observation,
    make_series,
    make_staff,
)
from aidtracker.tests.sheet_helpers import stored
from aidtracker.trail.conflicts import marks
from projects.models import Observation, Review
from projects.models.places import LOST, NOWHERE, SEVERAL
from projects.tests.review_steps import step

pytestmark = pytest.mark.django_db

TEXT = "新增岗位271个。甲企业招工5家，\n乙企业15家，丙企业招工5家。"
ONCE, TWICE, NEVER = "271个", "5家", "999个"


def place_of(row):
    row.refresh_from_db()
    return row.start, row.end


def give_text(row, text=TEXT):
    row.source.sha256 = ""
    row.source.accept_text(text, "另一份" if row.source.text else "")
    row.source.save()


def placeless(printed, text=TEXT, **fields):
    """A draft that was entered before its document's text was here."""
    series = make_series(metric=make_metric(unit="家" if "家" in printed else "个"))
    fields = {"maintainer": make_headquarters(), "status": "draft"} | fields
    row = make_observation(printed=printed, series=series, **fields)
    if text:
        give_text(row, text)
    return row


def keeper(row):
    rights = [f"projects.{verb}_observation" for verb in ("change", "approve", "publish")]
    return make_staff(row.maintainer, permissions=rights)


def test_figure_takes_the_only_place_of_its_words_when_it_is_handed_in():
    row = placeless(ONCE)
    assert step(SUBMIT, keeper(row), row) == ([Review.SUBMITTED], [])
    assert place_of(row) == (4, 8)
    assert (row.paragraph, row.history.first().start, row.version) == (1, 4, 2)
    assert row.is_anchored(row.source.sha256)


@pytest.mark.parametrize(("printed", "why"), [(TWICE, SEVERAL), (NEVER, NOWHERE)])
@pytest.mark.parametrize(
    ("one", "state"), [(SUBMIT, "draft"), (APPROVE, "submitted"), (PUBLISH, "approved")]
)
def test_figure_without_a_place_in_its_text_is_not_handed_on(one, state, printed, why):
    row = placeless(printed, status=state)
    assert step(one, keeper(row), row) == ([Review(state)], [why])
    assert place_of(row) == (None, None)


def test_figure_of_a_document_without_its_text_is_handed_on():
    row = placeless(NEVER, text="")
    assert step(SUBMIT, keeper(row), row) == ([Review.SUBMITTED], [])


def test_lost_place_is_for_a_person_to_say():
    row = placeless(ONCE, anchor="lost")
    assert step(SUBMIT, keeper(row), row) == ([Review.DRAFT], [LOST])


def test_words_within_a_longer_number_are_none():
    row = placeless("5家", text="乙企业15家，丙企业招工5家。")
    step(SUBMIT, keeper(row), row)
    assert place_of(row) == (12, 14)


def test_many_figures_of_a_document_are_placed_in_few_queries(django_assert_max_num_queries):
    row = placeless(ONCE)
    more = [
        make_observation(
            source=row.source,
            number=number,
            printed=ONCE,
            series=row.series,
            maintainer=row.maintainer,
            status="draft",
        )
        for number in range(10, 20)
    ]
    user = keeper(row)
    with django_assert_max_num_queries(45):
        states, _ = step(SUBMIT, user, row, *more)
    assert states == [Review.SUBMITTED] * 11
    assert {place_of(one) for one in more} == {(4, 8)}


# At the doors


def typed(client, row, **changes):
    page = reverse("admin:projects_observation_change", args=[row.pk])
    form = client.get(page).context["adminform"].form
    initial = {name: "" if value is None else value for name, value in form.initial.items()}
    return client.post(page, initial | changes | dict(marks([row])), follow=True)


def test_form_gives_the_only_place_and_finds_it_again_when_emptied(admin_client):
    row = placeless(ONCE)
    typed(admin_client, row, note="甲")
    assert place_of(row) == (4, 8)
    give_text(row, TEXT + "另有999个。")
    row.refresh_from_db()
    typed(admin_client, row, printed=NEVER, start="", end="")
    assert place_of(row) == (35, 39)


def test_form_shows_the_places_to_choose_from(admin_client):
    row = placeless(TWICE)
    page = reverse("admin:projects_observation_change", args=[row.pk])
    html = admin_client.get(page).content.decode()
    assert '<li data-start="14" data-end="16">起 14 止 16：甲企业招工<mark>5家</mark>' in html
    assert '<li data-start="30" data-end="32">' in html
    assert html.count("<li data-start") == 2
    typed(admin_client, row, start=30, end=32)
    assert place_of(row) == (30, 32)


def test_approving_many_shows_the_places_to_choose_from(admin_client):
    row = placeless(TWICE, status="submitted")
    chosen = {"action": "take_approve", "_selected_action": [row.pk]} | dict(marks([row]))
    page = admin_client.post(reverse("admin:projects_observation_changelist"), chosen)
    assert '<li data-start="14" data-end="16">' in page.content.decode()


def test_sheet_gives_the_only_place():
    row = placeless(ONCE)
    headings = ("文献", "序号", "原文数字", "序列", "累计方式")
    line = (row.source.code, 8, ONCE, row.series.name, "时点")
    stored(Observation, headings, line)
    assert place_of(Observation.objects.get(source=row.source, number=8)) == (4, 8)


# What is public


def test_published_figure_without_a_place_is_left_until_its_words_change():
    row = placeless(TWICE, status="published")
    row.note, row.correction_reason = "甲", "补充说明"
    row.full_clean()
    row.printed = "6家"
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert refused.value.message_dict["printed"] == [f"{NOWHERE}。"]
    row.printed = "15家"
    row.full_clean()
    assert (row.start, row.end) == (21, 24)


def test_command_names_published_figures_without_a_place():
    row = placeless(TWICE, status="published")
    make_observation(source=row.source, number=99, printed=TWICE, status="draft")
    words = StringIO()
    call_command("check_figures", stdout=words)
    line = f"《{row.source}》第 {row.number} 号“5家”没有位置：全文里在 起 14 止 16、起 30 止 32。"
    assert line in words.getvalue().splitlines()
    assert "1 条已发布、有全文而没有标出位置，见上。" in words.getvalue().splitlines()
