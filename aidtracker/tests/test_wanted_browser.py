"""Forms in a browser of any language: what it says is Chinese, and keys reach every field."""

import pytest
from django.urls import reverse

from aidtracker.testing.browser import Person

pytestmark = pytest.mark.browser

MESSAGE = "document.activeElement.validationMessage"


def test_required_field_says_so_in_chinese_until_it_is_filled(new_page):
    visitor = Person(new_page())
    visitor.open("/admin/login/")
    visitor.find("#login-form [type=submit]").click()
    assert visitor.see(MESSAGE) == "请填写这一栏。"
    visitor.type("clerk", "Enter")
    assert visitor.see("document.activeElement.name") == "password"
    assert visitor.see(MESSAGE) == "请填写这一栏。"
    visitor.type("x")
    assert visitor.see(MESSAGE) == ""


def test_form_is_saved_by_keys_in_every_field_and_its_calendar_speaks_chinese(
    new_page, admin_user, transactional_db
):
    person = Person(new_page(admin_user))
    person.open(reverse("admin:projects_reportingperiod_add"))
    person.find(".select2-selection").first.click()
    person.find(".select2-search__field").press("Control+s")
    person.find(".errornote").wait_for()
    person.find("[id^=calendarlink]").click()
    days = person.find(".calendarbox:visible th").all_inner_texts()
    assert sorted(days) == sorted("一二三四五六日")
    assert person.find(".calendarbox:visible caption").inner_text().endswith("月")
