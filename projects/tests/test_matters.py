"""报错: what a reader says is kept for whom it concerns, answered, and found by its receipt."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aidtracker.ground import edition
from aidtracker.sheets import resource_for
from aidtracker.testing import (
    make_finding,
    make_headquarters,
    make_matter,
    make_observation,
    make_region,
    make_staff,
)
from aidtracker.trail.models import Act
from projects.models import Matter, Observation
from projects.models.matters import new_number
from projects.views.matters import LOOK_UPS, REPORTS, plain_text

pytestmark = pytest.mark.django_db

FORM = reverse("report-error")


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet():
    """And no window of a limit ends while a test counts in it."""
    cache.clear()
    with time_machine.travel(timezone.now().replace(minute=1, second=0)):
        yield
    cache.clear()


def report(client, about="", **typed):
    return client.post(FORM, {"about": about, "message": "多写了一个零", **typed})


def told(client, about="", **typed):
    """The row that a report became."""
    assert report(client, about, **typed).status_code == 302
    return Matter.objects.get()


def choice(name="answer"):
    return reverse("report-answer", args=[name])


# The form


def test_every_page_of_a_row_leads_to_the_form(client):
    figure = Observation.objects.published()[:1].get()
    page = client.get(figure.get_absolute_url()).content.decode()
    link = re.search(r'href="(/report/\?about=[^"]+)"', page)[1]
    form = client.get(link).content.decode()
    assert f'value="{figure.get_absolute_url()}"' in form
    assert str(figure.series) in form


def test_public_page_holds_no_form_of_it(client):
    page = client.get(make_region().get_absolute_url())
    assert "csrf" not in page.content.decode()
    assert not page.cookies


@pytest.mark.parametrize("address", [FORM, f"{FORM}?about=/regions/"])
def test_form_is_not_kept(client, address):
    page = client.get(address)
    assert "no-store" in page["Cache-Control"]
    assert not page.has_header("ETag")


@pytest.mark.parametrize(
    "about", ["", "/regions/", "/nowhere/", "https://example.org/", "/admin/", "/regions/none/"]
)
def test_what_is_no_row_is_said_of_the_whole_site(client, about):
    matter = told(client, about)
    assert (matter.page, matter.dataset, matter.row_id, matter.about) == ("", "", None, None)


def test_draft_can_not_be_found_by_the_form(client):
    figure = make_observation(status="draft")
    assert "关于本站" in client.get(FORM, {"about": figure.get_absolute_url()}).content.decode()


def test_what_is_typed_stays_where_something_is_wrong(client):
    page = report(client, message="", basis="第三版", contact="a@example.org")
    assert page.status_code == 422
    assert Matter.objects.count() == 0
    assert "第三版" in page.content.decode()
    assert "a@example.org" in page.content.decode()
    assert "id_message_error" in page.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"message": "字" * 2001},
        {"basis": "字" * 501},
        {"contact": "字" * 101},
        {"website": "https://example.org"},
        {"message": "http://a http://b http://c http://d"},
        {"message": "\u202e\u200f"},
    ],
)
def test_form_refuses(client, typed):
    assert report(client, **typed).status_code == 422
    assert not Matter.objects.exists()


def test_words_are_kept_as_plain_text(client):
    matter = told(client, message="<b>应为</b>\r\n 9.1\u202e1 亿\x07 ")
    assert matter.message == "<b>应为</b>\n 9.11 亿"
    page = client.get(choice(matter.number)).content.decode()
    assert "&lt;b&gt;应为" in page
    assert "<b>应为" not in page


def test_plain_text_keeps_what_is_written():
    assert plain_text("a\tb\rc\u2028") == "ab\nc"


def test_form_asks_for_the_token(client):
    strict = Client(enforce_csrf_checks=True)
    assert report(strict).status_code == 403
    strict.get(FORM)
    token = strict.cookies["csrftoken"].value
    assert report(strict, csrfmiddlewaretoken=token).status_code == 302


# How often


def test_nobody_reports_without_end(client):
    for _ in range(REPORTS.of_one):
        assert report(client).status_code == 302
    page = report(client, message="第六次")
    assert page.status_code == 429
    assert 0 < int(page["Retry-After"]) <= REPORTS.seconds
    assert "第六次" in page.content.decode()
    assert Matter.objects.count() == REPORTS.of_one
    assert report(client, message="", basis="").status_code == 422
    other = Client(REMOTE_ADDR="192.0.2.7")
    assert report(other).status_code == 302


def test_addresses_of_one_network_are_one_visitor():
    for number in range(REPORTS.of_one):
        assert report(Client(REMOTE_ADDR=f"2001:db8:0:1::{number}")).status_code == 302
    assert report(Client(REMOTE_ADDR="2001:db8:0:1:ffff::1")).status_code == 429
    assert report(Client(REMOTE_ADDR="2001:db8:0:2::1")).status_code == 302


# Whom it goes to


def test_it_goes_to_whoever_keeps_the_row(client):
    city = make_headquarters()
    region = make_region(maintainer=city)
    matter = told(client, region.get_absolute_url())
    assert matter.headquarters == city
    assert (matter.dataset, matter.row_id, matter.row_key) == ("regions", region.pk, region.code)
    assert matter.about == region


def test_finding_goes_to_whoever_keeps_one_of_its_figures(client):
    city = make_headquarters()
    finding = make_finding(observations=[make_observation(maintainer=city), make_observation()])
    assert told(client, finding.get_absolute_url()).headquarters == city


def test_of_the_reader_nothing_is_kept(client, admin_client):
    matter = told(admin_client)
    act = Act.objects.get(way=Act.Way.READER)
    assert (act.address, act.user, act.user_name) == (None, None, "")
    assert matter.history.get().act == act


def test_report_makes_no_public_page_anew(client):
    before = edition.current()
    told(client, make_region().get_absolute_url())
    # The region is new, the report is not.
    after = edition.current()
    make_matter()
    assert (before == after, edition.current() == after) == (False, True)


# The queue


def staff(headquarters):
    return make_staff(headquarters, permissions=["projects.view_matter", "projects.change_matter"])


def test_only_whoever_it_goes_to_sees_it_and_answers(client):
    city, other = make_headquarters(), make_headquarters()
    matter = make_matter(headquarters=city, contact="13800000000")
    form = reverse("admin:projects_matter_change", args=[matter.pk])
    client.force_login(staff(other))
    assert client.get(form).status_code == 404
    client.force_login(staff(city))
    assert "13800000000" in client.get(form).content.decode()
    home = client.get(reverse("admin:index")).content.decode()
    assert "待答复" in home


def test_what_belongs_to_nobody_is_read_by_staff_without_the_contact(client):
    matter = make_matter(contact="13800000000")
    client.force_login(staff(make_headquarters()))
    page = client.get(reverse("admin:projects_matter_change", args=[matter.pk]))
    assert page.status_code == 200
    assert "13800000000" not in page.content.decode()


def test_answer_is_kept_and_shown_and_the_contact_forgotten(client, admin_client):
    matter = make_matter(contact="13800000000", headquarters=make_headquarters())
    sent = {
        "state": "declined",
        "answer": "文献原文就是 3 万人。",
        "headquarters": matter.headquarters_id,
        "version": matter.version,
    }
    form = reverse("admin:projects_matter_change", args=[matter.pk])
    page = admin_client.get(form)
    mark = re.search(r'name="([^"]*version[^"]*)" value="([^"]*)"', page.content.decode())
    sent[mark[1]] = mark[2]
    assert admin_client.post(form, sent).status_code == 302
    matter.refresh_from_db()
    assert (matter.state, matter.contact) == ("declined", "")
    assert matter.answered_on == timezone.localdate()
    shown = client.get(choice(matter.number)).content.decode()
    assert "文献原文就是 3 万人。" in shown
    assert "不改" in shown


def test_whoever_settles_it_has_to_say_why(admin_client):
    matter = make_matter()
    form = reverse("admin:projects_matter_change", args=[matter.pk])
    page = admin_client.get(form).content.decode()
    mark = re.search(r'name="([^"]*version[^"]*)" value="([^"]*)"', page)
    said = admin_client.post(form, {"state": "corrected", "answer": "", mark[1]: mark[2]})
    assert "请写下答复" in said.content.decode()


def test_contact_stands_in_no_file_and_no_history():
    matter = make_matter(contact="13800000000")
    assert "联系方式" not in resource_for(Matter).headings()
    assert not hasattr(matter.history.get(), "contact")


def test_contacts_are_forgotten_in_time():
    new, old = make_matter(contact="甲"), make_matter(contact="乙")
    days = timedelta(days=91)
    Matter.objects.filter(pk=old.pk).update(raised_on=timezone.localdate() - days)
    call_command("forget_contacts", verbosity=0)
    assert [*Matter.objects.order_by("pk").values_list("contact", flat=True)] == ["甲", ""]
    assert new.pk < old.pk


# The answer


def test_receipt_leads_to_the_answer_only(client):
    unknown = new_number()
    page = client.get(choice(unknown))
    assert page.status_code == 404
    assert f"没有回执号是“{unknown}”的报错" in page.content.decode()
    matter = make_matter(message="只给报错的人看")
    found = client.get(
        reverse("report-lookup"), {"number": matter.number.lower().replace("-", " ")}
    )
    assert found["Location"] == choice(matter.number)
    shown = client.get(found["Location"])
    assert "只给报错的人看" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert shown["X-Robots-Tag"] == "noindex"


def test_receipts_are_not_tried_one_after_the_other(client):
    codes = {client.get(choice(new_number())).status_code for _ in range(LOOK_UPS.of_one)}
    assert codes == {404}
    assert client.get(choice(make_matter().number)).status_code == 429


def test_row_that_is_public_no_more_is_not_named(client):
    figure = make_observation(status="published")
    matter = told(client, figure.get_absolute_url())
    name = str(figure.series)
    assert name in client.get(choice(matter.number)).content.decode()
    Observation.objects.filter(pk=figure.pk).update(status="withdrawn")
    page = client.get(choice(matter.number)).content.decode()
    assert name not in page
    assert figure.get_absolute_url() not in page
    assert "现在不公开" in page


def test_few_queries(client):
    region = make_region(maintainer=make_headquarters())
    with CaptureQueriesContext(connection) as queries:
        client.get(FORM, {"about": region.get_absolute_url()})
    assert len(queries) <= 4
    with CaptureQueriesContext(connection) as queries:
        told(client, region.get_absolute_url())
    assert len(queries) <= 12
    with CaptureQueriesContext(connection) as queries:
        client.get(choice(Matter.objects.get().number))
    assert len(queries) <= 5  # the edition, and whether something was published meanwhile
