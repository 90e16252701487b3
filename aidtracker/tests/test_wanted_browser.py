"""What a browser of any language says of a field that is not filled in is Chinese."""

import pytest

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
