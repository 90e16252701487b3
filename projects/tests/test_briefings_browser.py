"""A text in a real browser: asked for, frozen, shown, and seen by a reader after a correction."""

import pytest
from django.urls import reverse

from aidtracker.testing import make_staff
from aidtracker.testing.browser import Person
from aidtracker.testing.looking import Looker
from programs.models import Headquarters
from projects.models import Observation
from projects.models.briefings import BriefingEdition

pytestmark = pytest.mark.browser


def test_text_from_the_form_to_a_reader_who_sees_what_was_corrected(new_page, browser, live_server):
    home = Headquarters.objects.get(slug="hangzhou")
    rights = ("projects.view_observation", "projects.publish_observation")
    writer = Person(new_page(make_staff(home, permissions=rights)))
    writer.open(reverse("admin:projects_briefings"))
    writer.find("#id_headquarters").select_option(str(home.pk))
    writer.find("form.record-asking button.record-primary").click()
    for button in ("button[value=freeze]", "button[name=sure]", "button[value=publish]"):
        writer.find(button).click()
    writer.find("button[value=withdraw]").wait_for()
    edition = BriefingEdition.objects.get(state="published")
    with writer.page.expect_download() as word:
        writer.find("a:text-is('Word')").click()
    assert word.value.suggested_filename.endswith(".docx")

    figure = Observation.objects.get(pk=edition.content["figures"][0]["id"])
    figure.is_period_inferred, figure.correction_reason = not figure.is_period_inferred, "期间有误"
    figure.save()
    context = browser.new_context()
    looker = Looker(context, live_server.url)
    assert looker.faults(edition.get_absolute_url()) == []
    assert "期间有误" in looker.page.inner_text(".briefing-since")
    assert looker.page.locator("mark.is-changed").count() >= 1
    context.close()
