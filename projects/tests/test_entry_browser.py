"""A clerk enters a new article in a real browser: by keyboard alone, by mouse, with two hands."""

import re

import pytest
from django.urls import reverse

from aidtracker.testing import make_metric, make_series, make_site, make_source
from aidtracker.testing.pauses import Paced
from projects.models import Observation, SkippedPhrase

pytestmark = pytest.mark.browser

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
AT_A_GLANCE = 6  # so many proposals are seen without reading a list
A_FIGURE = 15  # seconds of a person, from reading its words to saving it


class Clerk(Paced):
    """Somebody who enters the figures of an article."""

    def open(self, address):
        super().open(address)
        self.wait("document.activeElement.matches('a.open')")

    def value(self, name):
        return self.see(f"document.getElementById('id_{name}').value")

    def first_choice(self, kind, name):
        """Wait until the list below a field of this kind begins with a name."""
        self.wait(
            f"(document.querySelector('#id_{kind}_choices:not([hidden]) li')"
            f" || {{textContent: ''}}).textContent.startsWith('{name}')"
        )

    def choose(self, kind, name):
        """Take a row that is proposed, or type what it is called."""
        self.wait(f"document.querySelector('#id_{kind}_choices:not([hidden]) li') !== null")
        self.look()
        proposed = self.find(f"#id_{kind}_choices li").all_inner_texts()[:AT_A_GLANCE]
        place = next((at for at, one in enumerate(proposed) if one.startswith(name)), None)
        if place is not None:
            self.press(*["ArrowDown"] * place, "Enter")
            return
        self.type(name)
        self.first_choice(kind, name)
        self.press("Enter")

    def save(self):
        """Ctrl+Enter; wait until the text is another one; return what the form objects to."""
        self.see("() => {window.shown = document.getElementById('entry-text')}")
        self.press("Control+Enter")
        self.wait("window.shown !== document.getElementById('entry-text')")
        return self.see(
            "Array.from(document.querySelectorAll('.entry-error, [aria-invalid=true]'),"
            " one => one.id || one.textContent)"
        )

    def message(self):
        return self.see("document.getElementById('entry-status').textContent.trim()")


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
def clerk(new_page, article, admin_user):
    """A clerk who is logged in and has the article open."""
    clerk = Clerk(new_page(admin_user))
    clerk.open(reverse("admin:projects_observation_enter", args=[article.code]))
    return clerk


def test_ten_figures_are_entered_by_keyboard(transactional_db, clerk, article):
    """Among the real series, each in less than the 15 seconds that a person may take."""
    took = [enter(clerk, name, printed) for name, _, printed in FIGURES[:7]]
    skip_two(clerk)
    took += [enter(clerk, name, printed) for name, _, printed in FIGURES[7:9]]
    took.append(enter_last(clerk))
    assert max(took) <= A_FIGURE

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


def begin(clerk, printed):
    """Read the words up to a figure, and take it."""
    clerk.begin()
    end = TEXT.index(printed) + len(printed)
    clerk.read(re.split(r"[，。；：]", TEXT[:end])[-1])
    clerk.press("Enter")


def enter(clerk, name, printed):
    """The phrase that has the focus: Enter, a few letters, Enter, save; return the seconds."""
    begin(clerk, printed)
    assert clerk.value("printed") == printed
    clerk.choose("series", f"甲县{name}")
    if printed == "12家":  # what follows keeps these
        clerk.wait("document.querySelector('[data-period_text=\"2023年上半年\"]') !== null")
        clerk.press("Alt+1")
        clerk.press(*["Tab"] * 3)
        assert clerk.see("document.activeElement.id") == "id_accumulation"
        clerk.press("ArrowDown")
        clerk.wait("document.activeElement.value !== ''")
    clerk.look(2)  # at what is proposed: what kind of figure, of when
    assert clerk.save() == []
    return clerk.took(printed)


def skip_two(clerk):
    """Each with the number of its reason."""
    for _ in SKIPPED:
        clerk.press("s", "2", "Enter")
        clerk.wait("document.activeElement.matches('a.open')")


def enter_last(clerk):
    """A figure whose series does not exist yet: made without leaving the page."""
    begin(clerk, "92.5%")
    clerk.press("Tab", "Enter", "Tab")
    clerk.choose("metric", "甲县良种覆盖率")
    clerk.press("Tab")
    clerk.choose("subject", "场所：甲县产业园")
    clerk.save()
    clerk.wait("document.activeElement.id === 'id_accumulation'")
    clerk.look(2)
    clerk.save()
    return clerk.took("92.5%, with a new series")


def test_enter_takes_what_answers_the_words_not_what_was_shown_before_them(clerk):
    """Also when Ctrl+Enter follows at once, before there is an answer."""
    clerk.press("Enter")
    clerk.wait("document.querySelector('#id_series_choices:not([hidden]) li') !== null")
    clerk.type("甲县厂房建筑面积序列", "Enter", "Tab")
    clerk.save()
    assert clerk.value("series") == "甲县厂房建筑面积序列"


def test_figure_is_saved_from_the_heading_of_new_series(clerk, article):
    clerk.press("Enter")
    clerk.choose("series", "甲县新增企业数序列")
    clerk.find("#id_accumulation").select_option("period")
    clerk.find("#id_series").focus()
    clerk.press("Tab")
    assert clerk.see("document.activeElement.tagName") == "SUMMARY"
    clerk.save()
    assert article.observations.get().printed == "12家"


def test_place_is_changed_by_a_character_with_shift_and_arrows(clerk):
    clerk.press("Shift+ArrowRight")
    assert clerk.value("printed") == "12家，"
    clerk.press("Shift+ArrowLeft")
    clerk.press("Shift+Alt+ArrowLeft")
    assert clerk.value("printed") == "业12家"
    clerk.press("Enter")
    assert clerk.value("printed") == "业12家"
    assert (clerk.value("start"), clerk.value("end")) == ("25", "29")


def test_phrases_are_passed_with_letters_and_tab(clerk):
    clerk.press("n", "Tab", "p")
    assert clerk.see("document.activeElement.textContent") == "超过1500人"


def test_selection_by_mouse_takes_the_selected_characters(clerk):
    """From the middle of one line, over an astral character, into it again; a link in between."""
    start, end = TEXT.index("𠮷"), TEXT.index("简报")
    clerk.see(
        "([start, end]) => {const text = document.getElementById('entry-text').firstChild;"
        "getSelection().setBaseAndExtent(text, start, text, end)}",
        [start, end + 1],
    )
    clerk.wait("document.getElementById('id_printed').value === '𠮷祥园'")
    assert (clerk.value("start"), clerk.value("end")) == (str(start), str(end))


def test_selection_by_mouse_may_begin_inside_a_phrase(clerk):
    phrase = clerk.find("#entry-text a.open:nth-of-type(2)")
    assert phrase.inner_text() == "超过1500人"
    before = phrase.evaluate(
        "phrase => {const range = document.createRange();"
        "range.setStart(phrase.firstChild, 2); range.setEnd(phrase.firstChild, 2);"
        "return range.getBoundingClientRect().x}"
    )
    box, mouse = phrase.bounding_box(), clerk.page.mouse
    height = box["y"] + box["height"] / 2
    mouse.move(before + 1, height)
    mouse.down()
    mouse.move(before + 1 + box["width"], height)
    mouse.up()
    clerk.wait("document.getElementById('id_start').value !== '26'")
    assert clerk.value("printed")[:5] == "1500人"
    assert clerk.value("start") == str(TEXT.index("1500人"))


def test_last_entry_is_taken_back(clerk, article):
    enter(clerk, "新增企业数", "12家")
    clerk.find("button[value=undo]").click()
    clerk.wait("document.activeElement.textContent === '12家'")
    assert clerk.message() == "已撤销第 1 号“12家”。"
    assert article.observations.count() == 0


def test_what_is_typed_while_a_save_is_under_way_stays(clerk, article):
    clerk.press("Enter")
    clerk.choose("series", "甲县新增企业数序列")
    clerk.see(
        "() => {const fetched = window.fetch; window.fetch = async (...asked) => {"
        " if (asked[1]?.method === 'POST') await new Promise((go) => setTimeout(go, 400));"
        " return fetched(...asked);};"
        " window.shown = document.getElementById('entry-text')}"
    )
    clerk.press("Control+Enter")
    clerk.find("#id_printed").focus()
    clerk.press("End")
    clerk.type("以上")
    clerk.wait("window.shown !== document.getElementById('entry-text')")
    assert clerk.value("printed") == "12家以上"
    assert clerk.see("document.activeElement.id") == "id_printed"
    assert [one.printed for one in article.observations.all()] == ["12家"]


def test_nothing_typed_is_lost_when_saving_fails(clerk, article):
    clerk.press("Enter")
    clerk.type("没有这个序列")
    clerk.save()
    assert clerk.value("series") == "没有这个序列"
    assert clerk.value("printed") == "12家"
    assert clerk.see("document.activeElement.id") == "id_series"
    assert article.observations.count() == 0
