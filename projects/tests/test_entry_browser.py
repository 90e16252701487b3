"""A clerk enters a new article in a real browser: by keyboard alone, by mouse, with two hands."""

import time
from pathlib import Path

import pytest
from django.urls import reverse
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from aidtracker.testing import make_metric, make_series, make_site, make_source
from projects.models import Observation, SkippedPhrase

BROWSER, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(DRIVER).exists(), reason="no Chromium here"),
]

TEXT = (
    "甲县𠮷祥园简报\r\n\r\n"
    "2023年上半年，园区新增企业12家，带动就业超过1500人，完成销售额3.2 亿元。\r\n"
    "截至2023年6月底，园区累计入驻企业86家，其中电商企业20多家；建成厂房4.5万平方米，"
    "仓库1—2万平方米。人们常说，三分种七分管，两三年的工夫就变了样。\r\n"
    "去年，镇上办培训班7期，培训近600人次，发放补贴约15万元，红枣良种覆盖率达到92.5%。\r\n"
)
# Metric, unit, figure; two phrases between them are skipped.
FIGURES = (
    ("新增企业数", "家", "12家"),
    ("带动就业人数", "人", "超过1500人"),
    ("销售额", "元", "3.2 亿元"),
    ("累计入驻企业数", "家", "86家"),
    ("入驻电商企业数", "家", "20多家"),
    ("厂房建筑面积", "平方米", "4.5万平方米"),
    ("仓库建筑面积", "平方米", "1—2万平方米"),
    ("培训人次", "人次", "近600人次"),
    ("发放补贴", "元", "约15万元"),
    ("良种覆盖率", "%", "92.5%"),
)
SKIPPED = ("两三年", "7期")


class Clerk:
    """Hands on a keyboard and eyes that wait for what the page answers."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, address):
        self.driver.get(address)
        self.wait("document.activeElement.matches('a.open')")

    def press(self, *keys):
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def chord(self, *keys):
        chain = ActionChains(self.driver)
        for key in keys[:-1]:
            chain.key_down(key)
        chain.send_keys(keys[-1])
        for key in keys[:-1]:
            chain.key_up(key)
        chain.perform()

    def see(self, script):
        return self.driver.execute_script(f"return {script}")

    def wait(self, script):
        WebDriverWait(self.driver, 30, 0.05).until(lambda driver: self.see(script), script)

    def value(self, name):
        return self.see(f"document.getElementById('id_{name}').value")

    def first_choice(self, kind, name):
        """Wait until the list below a field of this kind begins with a name."""
        self.wait(
            f"(document.querySelector('#id_{kind}_choices:not([hidden]) li')"
            f" || {{textContent: ''}}).textContent.startsWith('{name}')"
        )

    def choose(self, kind, name):
        self.press(name)
        self.first_choice(kind, name)
        self.press(Keys.ENTER)

    def save(self):
        """Ctrl+Enter; wait until the text is another one, and its focus on the next phrase."""
        self.driver.execute_script("window.shown = document.getElementById('entry-text')")
        self.chord(Keys.CONTROL, Keys.ENTER)
        self.wait("window.shown !== document.getElementById('entry-text')")

    def message(self):
        return self.see("document.getElementById('entry-status').textContent.trim()")


@pytest.fixture(scope="module")
def driver():
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_argument("--window-size=1280,900")
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def article(transactional_db):
    """A new article, with series for all figures but the last one."""
    site = make_site(name="甲县产业园")
    for name, unit, _ in FIGURES:
        metric = make_metric(name=f"甲县{name}", unit=unit)
        if name != "良种覆盖率":
            make_series(name=f"甲县{name}序列", metric=metric, site=site)
    return make_source(title="甲县简报", text=TEXT, published_on="2024-01-05")


@pytest.fixture
def clerk(driver, live_server, article, admin_client):
    """A clerk who is logged in and has the article open."""
    driver.get(f"{live_server.url}/robots.txt")
    session = admin_client.cookies["sessionid"].value
    driver.add_cookie({"name": "sessionid", "value": session})
    clerk = Clerk(driver)
    page = reverse("admin:projects_observation_enter", args=[article.code])
    clerk.open(f"{live_server.url}{page}")
    return clerk


def test_ten_figures_are_entered_by_keyboard(transactional_db, clerk, article):
    """Among the real series, in less than the five minutes that a person may take."""
    begun = time.monotonic()
    for name, _, printed in FIGURES[:7]:
        enter(clerk, name, printed)
    skip_two(clerk)
    for name, _, printed in FIGURES[7:9]:
        enter(clerk, name, printed)
    enter_last(clerk)
    assert time.monotonic() - begun < 300

    rows = list(article.observations.order_by("start").select_related("series"))
    assert [row.printed for row in rows] == [printed for _, _, printed in FIGURES]
    assert [TEXT[row.start : row.end] for row in rows] == [row.printed for row in rows]
    names = [f"甲县{name}序列" for name, _, _ in FIGURES[:9]]
    assert [row.series.name for row in rows] == [*names, "甲县产业园 甲县良种覆盖率"]
    assert [row.number for row in rows] == list(range(1, 11))
    assert {row.status for row in rows} == {Observation.Status.DRAFT}
    assert [int(row.value) for row in rows[:3]] == [12, 1500, 320_000_000]
    assert [(row.period_text, str(row.period_end)) for row in rows[:3]] == [
        ("2023年上半年", "2023-06-30")
    ] * 3
    skipped = article.skipped_phrases.order_by("start")
    assert [TEXT[row.start : row.end] for row in skipped] == list(SKIPPED)
    assert [row.reason for row in skipped] == [SkippedPhrase.Reason.RHETORIC] * 2
    counts = "Array.from(document.querySelectorAll('#entry-counts strong'), one => one.textContent)"
    assert clerk.see(counts) == ["0", "10", "2"]


def enter(clerk, name, printed):
    """The phrase that has the focus: Enter, a few letters, Enter, save."""
    clerk.press(Keys.ENTER)
    assert clerk.value("printed") == printed
    clerk.choose("series", f"甲县{name}")
    if printed == "12家":  # what follows keeps these
        clerk.wait("document.querySelector('[data-period_text=\"2023年上半年\"]') !== null")
        clerk.chord(Keys.ALT, "1")
        clerk.press(*[Keys.TAB] * 3, Keys.ARROW_DOWN)
    clerk.save()


def skip_two(clerk):
    """Each with the number of its reason."""
    for _ in SKIPPED:
        clerk.press("s", "2", Keys.ENTER)
        clerk.wait("document.activeElement.matches('a.open')")


def enter_last(clerk):
    """A figure whose series does not exist yet: made without leaving the page."""
    clerk.press(Keys.ENTER, Keys.TAB, Keys.ENTER, Keys.TAB)
    clerk.choose("metric", "甲县良种覆盖率")
    clerk.press(Keys.TAB)
    clerk.choose("subject", "场所：甲县产业园")
    clerk.save()
    clerk.wait("document.activeElement.id === 'id_accumulation'")
    clerk.save()


def test_place_is_changed_by_a_character_with_shift_and_arrows(clerk):
    clerk.chord(Keys.SHIFT, Keys.ARROW_RIGHT)
    assert clerk.value("printed") == "12家，"
    clerk.chord(Keys.SHIFT, Keys.ARROW_LEFT)
    clerk.chord(Keys.SHIFT, Keys.ALT, Keys.ARROW_LEFT)
    assert clerk.value("printed") == "业12家"
    clerk.press(Keys.ENTER)
    assert clerk.value("printed") == "业12家"
    assert (clerk.value("start"), clerk.value("end")) == ("25", "29")


def test_phrases_are_passed_with_letters_and_tab(clerk):
    clerk.press("n", Keys.TAB, "p")
    assert clerk.see("document.activeElement.textContent") == "超过1500人"


def test_selection_by_mouse_takes_the_selected_characters(clerk):
    """From the middle of one line, over an astral character, into it again; a link in between."""
    start, end = TEXT.index("𠮷"), TEXT.index("简报")
    clerk.driver.execute_script(
        "const text = document.getElementById('entry-text').firstChild;"
        "getSelection().setBaseAndExtent(text, arguments[0], text, arguments[1] + 1);",
        start,
        end,
    )
    clerk.wait("document.getElementById('id_printed').value === '𠮷祥园'")
    assert (clerk.value("start"), clerk.value("end")) == (str(start), str(end))


def test_selection_by_mouse_may_begin_inside_a_phrase(clerk):
    phrase = clerk.driver.find_element("css selector", "#entry-text a.open:nth-of-type(2)")
    assert phrase.text == "超过1500人"
    before, middle = clerk.driver.execute_script(
        "const range = document.createRange(), box = arguments[0].getBoundingClientRect();"
        "range.setStart(arguments[0].firstChild, 2); range.setEnd(arguments[0].firstChild, 2);"
        "return [range.getBoundingClientRect().x - box.x, box.width / 2];",
        phrase,
    )
    actions = ActionChains(clerk.driver)
    actions.move_to_element_with_offset(phrase, round(before - middle) + 1, 0).click_and_hold()
    actions.move_by_offset(round(middle * 2), 0).release().perform()
    clerk.wait("document.getElementById('id_start').value !== '26'")
    assert clerk.value("printed")[:5] == "1500人"
    assert clerk.value("start") == str(TEXT.index("1500人"))


def test_last_entry_is_taken_back(clerk, article):
    enter(clerk, "新增企业数", "12家")
    clerk.driver.find_element("css selector", "button[value=undo]").click()
    clerk.wait("document.activeElement.textContent === '12家'")
    assert clerk.message() == "已撤销第 1 号“12家”。"
    assert article.observations.count() == 0


def test_nothing_typed_is_lost_when_saving_fails(clerk, article):
    clerk.press(Keys.ENTER)
    clerk.press("没有这个序列")
    clerk.save()
    assert clerk.value("series") == "没有这个序列"
    assert clerk.value("printed") == "12家"
    assert clerk.see("document.activeElement.id") == "id_series"
    assert article.observations.count() == 0
