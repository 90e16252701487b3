"""What a browser of any language says of a field that is not filled in is Chinese."""

from selenium.webdriver.common.keys import Keys

from aidtracker.tests.test_session_browser import driver, pytestmark

__all__ = ["driver", "pytestmark"]

MESSAGE = "return document.activeElement.validationMessage"


def test_required_field_says_so_in_chinese_until_it_is_filled(driver, live_server, db):
    driver.get(f"{live_server.url}/admin/login/")
    driver.find_element("css selector", "#login-form [type=submit]").click()
    assert driver.execute_script(MESSAGE) == "请填写这一栏。"
    driver.switch_to.active_element.send_keys("clerk", Keys.ENTER)
    assert driver.execute_script("return document.activeElement.name") == "password"
    assert driver.execute_script(MESSAGE) == "请填写这一栏。"
    driver.switch_to.active_element.send_keys("x")
    assert driver.execute_script(MESSAGE) == ""
