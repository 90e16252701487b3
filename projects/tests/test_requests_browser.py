"""A clerk misses a metric while a figure is entered: asks for it there, and goes on with it."""

import pytest
from django.urls import reverse

from aidtracker.testing import make_enterprise, make_headquarters, make_metric, make_staff
from aidtracker.testing.browser import Person
from projects.models.requests import NameRequest
from projects.tests.entry_pages import make_bulletin

pytestmark = pytest.mark.browser

RIGHTS = [f"projects.{name}" for name in ("add_observation", "add_series", "view_metric")]


def test_figure_goes_on_where_it_was_left(new_page, transactional_db):
    home = make_headquarters()
    source = make_bulletin()
    make_enterprise(name="甲公司", maintainer=home)
    clerk = Person(new_page(make_staff(home, permissions=RIGHTS)))
    clerk.open(reverse("admin:projects_observation_enter", args=[source.code]))
    clerk.find("#entry-text a.open >> nth=0").click()
    clerk.find(".entry-new-series summary").press("Enter")
    clerk.find("#id_metric").fill("本届招工人数")
    clerk.press("Escape")
    clerk.find("#id_note").evaluate("field => {field.value = '半条'}")
    clerk.find("a[data-asks=metric]").click()
    assert clerk.find("#id_name").input_value() == "本届招工人数"
    clerk.find(".record-asking button").click()
    clerk.find(".record-request").wait_for()

    metric = make_metric(name="本届招工人数", unit="人")
    NameRequest.objects.get().settle("granted", None, row=metric)
    clerk.open("/admin/")
    clerk.find("a[href='/admin/projects/requests/'] strong").click()
    clerk.find(".record-request button").click()
    assert clerk.find("#id_metric").input_value() == "本届招工人数"
    assert clerk.find("#id_note").input_value() == "半条"
    printed = clerk.find("#id_printed").input_value()
    clerk.find("#id_subject").fill("企业：甲公司")
    clerk.press("Escape")
    clerk.find("button[value=series]").click()
    clerk.wait("document.activeElement.id === 'id_accumulation'")
    clerk.find("#id_accumulation").select_option("period")
    clerk.press("Control+Enter")
    clerk.wait_for(lambda: source.observations.exists())
    row = source.observations.get()
    assert (row.printed, row.series.metric, row.note) == (printed, metric, "半条")
