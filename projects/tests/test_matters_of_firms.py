"""What firms and parks run into: raised, dealt with, settled, and shown as counts."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from aidtracker.testing import make_enterprise, make_headquarters, make_matter, make_staff
from projects.models import Matter

pytestmark = pytest.mark.django_db

RIGHTS = [f"projects.{verb}_matter" for verb in ("view", "add", "change")]


@pytest.fixture
def home():
    return make_headquarters()


@pytest.fixture
def clerk(client, home):
    client.force_login(make_staff(home, permissions=RIGHTS))
    return client


def settled(**fields):
    given = {"kind": "freight", "state": "settled", "answer": "谈妥了", "is_released": True}
    return make_matter(**(given | fields))


def test_kind_of_a_reader_is_no_choice_of_the_form(clerk):
    page = clerk.get(reverse("admin:projects_matter_add"))
    choices = dict(page.context["adminform"].form.fields["kind"].choices)
    assert "error" not in choices
    assert choices["freight"] == "物流"


def test_what_a_reader_said_cannot_be_changed(clerk, home):
    said = make_matter(headquarters=home, message="应为 9.1 亿")
    form = clerk.get(reverse("admin:projects_matter_change", args=[said.pk]))
    assert not {"kind", "message", "raised_on"} & {*form.context["adminform"].form.fields}
    other = make_matter(headquarters=home, kind="finance")
    form = clerk.get(reverse("admin:projects_matter_change", args=[other.pk]))
    assert {"kind", "message"} <= {*form.context["adminform"].form.fields}


def test_what_is_past_its_day_waits_on_the_first_page(clerk, home):
    make_matter(headquarters=home, kind="labour", raised_on=date(2020, 1, 1), due_on="2020-01-02")
    make_matter(headquarters=home, kind="labour", due_on=timezone.localdate())
    work = clerk.get("/admin/").context["work"]
    assert [one["count"] for one in work if one["key"] == "late"] == [1]
    address = reverse("admin:projects_matter_changelist")
    page = clerk.get(address, {"todo": "late"})
    assert page.context["cl"].result_count == 1
    late = Matter.objects.get(due_on="2020-01-02")
    assert late.overdue_words.startswith("已过期 ")
    form = clerk.get(reverse("admin:projects_matter_change", args=[late.pk]))
    assert [late.overdue_words in one.content.decode() for one in (page, form)] == [True, True]


def test_only_released_words_are_shown_and_all_are_counted(client, django_assert_max_num_queries):
    firm = make_enterprise(name="甲果业")
    settled(message="运价", enterprise=firm)
    settled(message="不公开的事", is_released=False)
    make_matter(kind="freight", raised_on=date(2020, 1, 1), due_on="2020-01-02", message="还在办")
    make_matter(message="读者说的")
    with django_assert_max_num_queries(4):
        page = client.get(reverse("matters"))
    (counts,) = [
        [cell.items[0].text for cell in row.cells]
        for row in page.context["counts"].rows
        if row.cells[0].items[0].text == "物流"
    ]
    assert counts == ["物流", "3", "1", "1", "2", "0"]
    text = page.content.decode()
    assert "甲果业" in text
    assert "运价" in text
    assert not [words for words in ("不公开的事", "还在办", "读者说的") if words in text]
    assert "no-store" in page["Cache-Control"]


def test_receipt_shows_what_a_reader_said_alone(client):
    matter = settled(message="运价")
    assert client.get(reverse("report-answer", args=[matter.number])).status_code == 404


def test_matter_that_is_under_way_keeps_the_contact_until_it_is_answered():
    matter = make_matter(contact="13800000000", state="under_way")
    assert (matter.contact, matter.answered_on) == ("13800000000", None)
    matter.state, matter.answer = Matter.State.CORRECTED, "已改"
    matter.save()
    assert (matter.contact, matter.answered_on) == ("", timezone.localdate())


def test_matter_is_not_raised_on_a_day_to_come():
    row = make_matter(kind="freight", raised_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(ValidationError, match="还没有到"):
        row.full_clean()
