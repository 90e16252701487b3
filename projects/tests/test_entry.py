"""Entering from a document, as requests: what is stored, what is refused, what is proposed."""

import hashlib
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.testing import (
    make_metric,
    make_observation,
    make_region,
    make_series,
    make_skipped_phrase,
    make_source,
)
from projects.entry.forms import FigureForm
from projects.models import Observation, Series
from projects.tests.entry_pages import (
    CLERK,
    MONEY,
    OTHERS,
    PEOPLE,
    TEXT,
    address,
    errors,
    log_in,
    make_bulletin,
    make_jobs,
    message,
    typed,
)

pytestmark = pytest.mark.django_db


def make_figure_at(start, end, source, **kwargs):
    """A figure of which only the place matters; the text says something else there."""
    row = make_observation(source=source, **kwargs)
    Observation.objects.filter(pk=row.pk).update(start=start, end=end)


@pytest.fixture
def source():
    return make_bulletin()


@pytest.fixture
def jobs():
    return make_jobs()


@pytest.fixture
def clerk(client):
    return log_in(client, *CLERK)


# Who may enter


def test_page_asks_visitors_to_log_in(client, source):
    response = client.get(address(source))
    assert response.url == f"{reverse('admin:login')}?next={address(source)}"


def test_page_is_for_reading_only_for_those_who_may_not_add_figures(client, source, jobs):
    start = TEXT.index(PEOPLE)
    make_observation(source=source, series=jobs, start=start, end=start + 4, printed=PEOPLE)
    log_in(client, "view_observation")
    html = client.get(address(source)).content.decode()
    assert '<form id="entry-form"' not in html
    assert "您的账号不录入数字" in html
    assert client.post(address(source), typed(PEOPLE, jobs)).status_code == 403


def test_page_is_not_for_those_who_may_neither_see_nor_add_figures(client, source):
    log_in(client, "add_skippedphrase")
    assert client.get(address(source)).status_code == 403


def test_figure_of_a_list_takes_the_unit_of_the_last(clerk):
    source = make_source(code="qing-dan", text="投资3.1、3.5、4.2亿元。")
    page = clerk.get(address(source)).content.decode()
    assert 'value="3.1〔亿元〕"' in page
    assert page.count('data-shared="亿元"') == 2


@pytest.mark.parametrize("page", ["enter_find", "enter_nearby"])
def test_what_the_form_asks_is_for_those_who_may_add_figures(client, source, page):
    log_in(client, "view_observation", "change_observation")
    assert client.get(address(source, page)).status_code == 403


@pytest.mark.parametrize("action", ["skip", "series"])
def test_button_is_for_those_who_may_add_what_it_adds(client, source, action):
    log_in(client, "add_observation")
    page = client.get(address(source)).content.decode()
    assert f'value="{action}"' not in page
    assert client.post(address(source), {"action": action}).status_code == 403


def test_page_of_an_unknown_document_is_not_found(clerk):
    address = reverse("admin:projects_observation_enter", args=["no-such"])
    assert clerk.get(address).status_code == 404


def test_document_without_text_leads_to_its_upload(clerk):
    source = make_source()
    page = clerk.get(address(source)).content.decode()
    assert "还没有全文" in page
    assert reverse("admin:programs_source_change", args=[source.pk]) in page


@pytest.mark.parametrize(("text", "links"), [(TEXT, 1), ("", 0)], ids=["with text", "without"])
def test_document_in_the_admin_leads_to_the_page(admin_client, text, links):
    source = make_source(code="jian-bao", text=text)
    way = f'href="{address(source)}" class="text-link">边读边录'
    for page in ("changelist", "change"):
        args = [source.pk] if page == "change" else []
        shown = admin_client.get(reverse(f"admin:programs_source_{page}", args=args))
        assert shown.content.decode().count(way) == links


# The text


def test_text_stands_on_the_page_character_by_character(clerk, source, jobs):
    start = TEXT.index(PEOPLE)
    make_observation(
        source=source, series=jobs, number=1, start=start, end=start + 4, printed=PEOPLE
    )
    make_skipped_phrase(source=source, start=TEXT.index(OTHERS), end=TEXT.index(OTHERS) + 3)
    page = clerk.get(address(source)).content.decode()
    html = re.search(r'<div id="entry-text"[^>]*>(.*?)</div>', page, re.DOTALL)[1]
    assert "\r" not in html  # a browser would drop it
    assert unescape(re.sub("<[^>]+>", "", html)) == TEXT
    assert re.findall(r'<(a|mark|span)[^>]*class="([^"]+)"', html) == [
        ("mark", "nature-actual status-published"),
        ("a", "open"),
        ("span", "skipped"),
    ]


def test_form_begins_with_the_first_open_phrase(clerk, source):
    form = clerk.get(address(source)).context["figure_form"]
    start = TEXT.index(PEOPLE)
    assert [form[name].value() for name in ("start", "end", "printed")] == [
        start,
        start + 4,
        "120人",
    ]


def test_form_takes_the_place_that_the_address_asks_for(clerk, source):
    response = clerk.get(address(source), {"start": 0, "end": 2})
    assert response.context["figure_form"]["printed"].value() == "𠮷县"


def test_form_keeps_what_the_last_figure_had_until_the_words_say_otherwise(clerk, source):
    kept = {"nature": "plan", "accumulation": "cumulative", "period_text": "三年来"}
    make_observation(source=source, **kept, as_of="2019-12-31")
    page = clerk.get(address(source))
    form = page.context["figure_form"]
    said = {"accumulation": "period", "period_text": "2019年上半年"}
    assert {name: form[name].value() for name in kept} == kept | said
    assert (str(form["period_end"].value()), form["as_of"].value()) == ("2019-06-30", None)
    assert form["series"].value() is None
    assert page.context["marks"] == {
        "nature": "沿用上一条，原文没有说，请核对",
        "accumulation": "据原文“上半年”",
        "period": "据原文“2019年上半年”，请核对",
    }


def test_series_made_by_mistake_goes_with_the_last_entry(clerk, source, jobs):
    place = make_region(name="新县")
    sent = {"metric": jobs.metric.name, "subject": "地区：新县", "start": "0", "end": "2"}
    clerk.post(address(source), sent | {"action": "series"})
    made = place.series_set.get()
    assert clerk.get(address(source)).context["last_entry"] == f"新建的序列“{made}”"
    clerk.post(address(source), typed(PEOPLE, made))
    clerk.post(address(source), {"action": "undo"})
    assert (source.observations.count(), place.series_set.count()) == (0, 1)
    clerk.post(address(source), {"action": "undo"})
    assert place.series_set.count() == 0


def test_series_made_elsewhere_or_in_use_is_not_taken_back(clerk, source, jobs):
    sent = {"metric": jobs.metric.name, "subject": "地区：新县", "action": "series"}
    make_region(name="新县")
    other = make_source(text=TEXT)
    clerk.post(address(other), sent)
    clerk.post(address(source), {"action": "undo"})
    made = Series.objects.get(region__name="新县")
    make_observation(series=made, printed="5人")
    clerk.post(address(other), {"action": "undo"})
    assert Series.objects.filter(pk=made.pk).exists()


def test_page_asks_the_same_queries_for_more_figures(clerk, source, jobs):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            clerk.get(address(source))
        return len(captured)

    make_figure_at(0, 1, source, series=jobs)
    few = queries()
    for start in range(1, 9):
        make_figure_at(start, start + 1, source)
    assert queries() == few


# Saving


def test_figure_is_stored_as_a_draft_and_the_page_moves_on(clerk, source, jobs):
    response = clerk.post(address(source), typed(MONEY, make_series(metric=make_metric(unit="元"))))
    row = source.observations.get()
    assert (row.start, row.end, row.printed) == (
        TEXT.index(MONEY),
        TEXT.index(MONEY) + len(MONEY),
        MONEY,
    )
    assert (row.lower, row.upper, row.qualifier) == (3_000_000_000, None, "over")
    assert (row.status, row.number) == (Observation.Status.DRAFT, 1)
    assert response.url == f"{address(source)}?at={row.end}#entry-form"
    page = clerk.get(response.url)
    assert message(page).startswith("已存为草稿：第 1 号，超过30 亿元 → 数值 3000000000 元")
    assert page.context["figure_form"]["printed"].value() == OTHERS


def test_figure_goes_into_the_history(clerk, source, jobs):
    clerk.post(address(source), typed(PEOPLE, jobs))
    entry = LogEntry.objects.get()
    assert (entry.user, entry.action_flag) == (clerk.user, ADDITION)
    assert entry.object_id == str(source.observations.get().pk)


def test_days_may_be_typed_as_year_or_month(clerk, source, jobs):
    days = {"period_start": "2019", "period_end": "2019年6月", "as_of": "2019.6.30"}
    clerk.post(address(source), typed(PEOPLE, jobs, **days))
    row = source.observations.get()
    found = [str(day) for day in (row.period_start, row.period_end, row.as_of)]
    assert found == ["2019-01-01", "2019-06-30", "2019-06-30"]


def test_space_in_the_figure_may_be_typed_otherwise(clerk, source):
    series = make_series(metric=make_metric(unit="元"))
    clerk.post(address(source), typed(MONEY, series, printed="超过 30亿元"))
    assert source.observations.get().printed == MONEY


def test_space_around_the_figure_is_left_out(clerk, source, jobs):
    end = TEXT.index(OTHERS) + 6  # a full stop and a line's end follow
    text = TEXT.replace("45人。", "45人 ")
    source.replace_text(text, "另一份")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    clerk.post(address(source), typed(OTHERS, jobs, end=end, text_sha256=sha256))
    assert source.observations.get().end == TEXT.index(OTHERS) + 3


@pytest.mark.parametrize(
    ("in_text", "as_typed"),
    [("120人", "１２０人"), ("１２０人", "120人"), ("１２０ 人", "120人"), ("12\n0人", "120人")],
)
def test_width_and_breaks_of_the_figure_may_be_typed_otherwise(clerk, jobs, in_text, as_typed):
    source = make_source(code="kuan", text=f"招工{in_text}。")
    sha256 = hashlib.sha256(source.text.encode()).hexdigest()
    place = {"start": 2, "end": 2 + len(in_text), "text_sha256": sha256}
    clerk.post(address(source), typed(PEOPLE, jobs, printed=as_typed, **place))
    row = source.observations.get()
    assert (row.value, "".join(row.printed.split())) == (120, "".join(in_text.split()))


def test_what_is_supplied_behind_the_figure_is_kept(clerk):
    source = make_source(code="lie", text="分别为3.1、4.2亿元。")
    sha256 = hashlib.sha256(source.text.encode()).hexdigest()
    place = {"start": 3, "end": 6, "text_sha256": sha256}
    series = make_series(metric=make_metric(unit="元"))
    clerk.post(address(source), typed(PEOPLE, series, printed="3.1〔亿元〕", **place))
    assert source.observations.get().printed == "3.1〔亿元〕"


def test_place_that_ends_before_it_begins_is_told_once(clerk, source, jobs):
    response = clerk.post(address(source), typed(PEOPLE, jobs, start=22, end=15))
    assert errors(response) == ["起须小于止，止不能超过全文的 50 字，其间要有文字。"]


DOWN = "产值下降3.2%，增幅回升2.1%；负增长1.5%，下降到8%，出口增长9%。"


@pytest.mark.parametrize(
    ("words", "formula", "is_stored"),
    [
        ("3.2%", "growth", False),
        ("3.2%", "decline", True),
        ("2.1%", "growth", True),
        ("负增长1.5%", "growth", True),
        ("8%", "growth", True),
        ("9%", "decline", False),
        ("9%", "growth", True),
    ],
)
def test_nothing_is_stored_as_risen_that_the_text_says_fell(clerk, words, formula, is_stored):
    source = make_source(code="jiang", text=DOWN)
    metric = make_metric(
        name="某率", unit="%", kind="ratio", formula=formula, numerator=make_metric(unit="元")
    )
    start, sha256 = DOWN.index(words), hashlib.sha256(DOWN.encode()).hexdigest()
    place = {"start": start, "end": start + len(words), "text_sha256": sha256}
    series = make_series(metric=metric)
    sent = typed(PEOPLE, series, printed=words, accumulation="rate", **place)
    response = clerk.post(address(source), sent)
    assert source.observations.exists() == is_stored
    if not is_stored:
        assert "意思就反了；请改用记" in errors(response)[0]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"start": 30, "end": 33}, "不一致。"),
        ({"end": 5}, "起须小于止，止不能超过全文的 50 字，其间要有文字。"),
        ({"end": 999}, "起须小于止，止不能超过全文的 50 字，其间要有文字。"),
        ({"start": ""}, "请填写位置，或在文中选取数字。"),
        ({"printed": ""}, "请填写原文数字，或在文中选取。"),
        ({"series": "没有"}, "没有叫“没有”的序列。请从列表中选择。"),
        ({"series": ""}, "请选择序列；没有合适的，可在下面新建。"),
        ({"accumulation": ""}, "请选择。"),
        ({"as_of": "去年"}, "看不懂日期“去年”，请写成 2019、2019-06 或 2019-06-30。"),
        ({"as_of": "2019-02-30"}, "看不懂日期“2019-02-30”，请写成 2019、2019-06 或 2019-06-30。"),
        ({"period_start": "2020", "period_end": "2019"}, "期间止不能早于期间起。"),
        ({"text_sha256": "0" * 64}, "全文在页面打开之后换过"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_figure_with_an_error_is_not_stored_and_nothing_is_lost(
    clerk, source, jobs, wrong, sentence
):
    sent = typed(PEOPLE, jobs, note="记一笔") | wrong
    response = clerk.post(address(source), sent)
    assert source.observations.count() == 0
    assert sentence in errors(response)[0]
    form = response.context["figure_form"]
    assert {name: str(form[name].value()) for name in form.fields if name in sent} == {
        name: str(value) for name, value in sent.items() if name in form.fields
    }


def test_figure_of_another_unit_is_refused(clerk, source, jobs):
    response = clerk.post(address(source), typed(MONEY, jobs))
    assert errors(response) == ["“超过30 亿元”的单位与指标单位“人”不符，请核对指标或原文。"]


def test_phrase_recorded_meanwhile_is_shown_and_not_doubled(clerk, source, jobs):
    other = {"start": TEXT.index(PEOPLE), "end": TEXT.index(PEOPLE) + 4, "printed": PEOPLE}
    make_observation(source=source, number=7, series=jobs, **other)
    response = clerk.post(address(source), typed(PEOPLE, jobs))
    assert errors(response) == ["这处文字已有记录：第 7 号“120人”（甲公司 招工人数）。没有再记。"]
    assert source.observations.count() == 1
    clerk.post(address(source), typed(PEOPLE, jobs, is_second="on"))
    assert source.observations.count() == 2


# Numbers


def test_number_follows_that_of_the_figure_before(clerk, source, jobs):
    make_figure_at(0, 2, source, number=4)
    make_figure_at(len(TEXT) - 4, len(TEXT) - 2, source, number=9)
    clerk.post(address(source), typed(PEOPLE, jobs))
    assert list(source.observations.order_by("start").values_list("number", flat=True)) == [4, 5, 9]


def test_number_of_a_figure_between_two_neighbours_is_the_next_free_one(clerk, source, jobs):
    make_figure_at(0, 2, source, number=1)
    make_figure_at(len(TEXT) - 4, len(TEXT) - 2, source, number=2)
    clerk.post(address(source), typed(PEOPLE, jobs))
    assert list(source.observations.order_by("start").values_list("number", flat=True)) == [1, 3, 2]


class LateForm(FigureForm):
    """A form that learns of the numbers of others too late."""

    late: Any = (1, 1, 2)

    def next_number(self):
        number, *self.late = self.late
        return number


def test_number_taken_meanwhile_is_not_taken_twice(source, jobs, admin_user):
    make_observation(source=source, number=1)
    form = LateForm(source, admin_user, typed(PEOPLE, jobs))
    assert form.is_valid()
    assert form.save().number == 2


# Skipping


def test_phrase_is_skipped_with_a_reason(clerk, source):
    sent = typed(OTHERS, action="skip", reason="rule", skip_note="不计")
    response = clerk.post(address(source), sent)
    row = source.skipped_phrases.get()
    assert (row.start, row.end) == (TEXT.index(OTHERS), TEXT.index(OTHERS) + 3)
    assert (row.reason, row.note) == ("rule", "不计")
    assert message(clerk.get(response.url)) == "已略过“45人”：规则或名称中的数字。"


def test_phrase_is_not_skipped_without_a_reason(clerk, source):
    response = clerk.post(address(source), typed(OTHERS, action="skip", note="记一笔"))
    assert errors(response) == ["请选择。"]
    assert response.context["figure_form"]["note"].value() == "记一笔"


def test_phrase_that_is_recorded_is_not_skipped(clerk, source, jobs):
    clerk.post(address(source), typed(OTHERS, jobs))
    response = clerk.post(address(source), typed(OTHERS, action="skip", reason="rule"))
    assert errors(response) == ["这处文字已有记录：第 1 号“45人”（甲公司 招工人数）。不能略过。"]


def test_phrase_is_skipped_once(clerk, source):
    make_skipped_phrase(source=source, start=TEXT.index(OTHERS), end=TEXT.index(OTHERS) + 3)
    response = clerk.post(address(source), typed(OTHERS, action="skip", reason="rule"))
    assert errors(response) == ["这一位置已登记为略过。"]


# Undoing


def test_last_entry_is_undone(clerk, source, jobs):
    clerk.post(address(source), typed(PEOPLE, jobs))
    clerk.post(address(source), typed(OTHERS, action="skip", reason="rule"))
    assert clerk.get(address(source)).context["last_entry"] == "略过的第 45—47 字"
    clerk.post(address(source), {"action": "undo"})
    assert (source.observations.count(), source.skipped_phrases.count()) == (1, 0)
    clerk.post(address(source), {"action": "undo"})
    assert source.observations.count() == 0
    assert clerk.get(address(source)).context["last_entry"] == ""


def test_entry_that_is_no_draft_is_not_undone(clerk, source, jobs):
    clerk.post(address(source), typed(PEOPLE, jobs))
    source.observations.update(status="published")
    response = clerk.post(address(source), {"action": "undo"})
    assert message(response) == "没有可以撤销的：你在这里的上一条已不是草稿，或有人改过。"
    assert source.observations.count() == 1


def test_entry_that_was_changed_is_not_undone(clerk, source, jobs):
    clerk.post(address(source), typed(PEOPLE, jobs))
    source.observations.get().save()
    clerk.post(address(source), {"action": "undo"})
    assert source.observations.count() == 1


def test_entry_of_someone_else_is_not_undone(clerk, source, jobs):
    clerk.post(address(source), typed(PEOPLE, jobs))
    log_in(clerk, "add_observation")
    clerk.post(address(source), {"action": "undo"})
    assert source.observations.count() == 1
