"""The board of a pipeline: cards moved by plain forms, two people at once, foreign rows."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from aidtracker.testing import (
    make_follow_up,
    make_headquarters,
    make_pipeline,
    make_pipeline_case,
    make_pipeline_stage,
    make_staff,
    make_stage_entry,
)
from projects.admin import board
from projects.models import FollowUp, PipelineCase, StageEntry

pytestmark = pytest.mark.django_db

RIGHTS = [
    *(f"projects.{verb}_pipelinecase" for verb in ("view", "add", "change")),
    *(f"projects.{verb}_stageentry" for verb in ("view", "add", "change")),
    *(f"projects.{verb}_followup" for verb in ("view", "add", "change")),
]
TODAY = timezone.localdate()


@pytest.fixture
def home():
    return make_headquarters()


@pytest.fixture
def stages():
    pipeline = make_pipeline()
    return [
        make_pipeline_stage(pipeline=pipeline, number=at, name=name, stalled_after=limit)
        for at, (name, limit) in enumerate({"拜访": 90, "签约": 90, "投产": None}.items(), 1)
    ]


@pytest.fixture
def clerk(client, home):
    client.force_login(make_staff(home, permissions=RIGHTS))
    return client


def case_at(stages, home, entered="2026-01-05", **fields):
    case = make_pipeline_case(pipeline=stages[0].pipeline, headquarters=home, **fields)
    make_stage_entry(case=case, stage=stages[0], entered_on=entered)
    return case


def address(stages, **conditions):
    query = {"pipeline": stages[0].pipeline.slug, **conditions}
    return reverse("admin:projects_board", query=query)


def sent(clerk, stages, case, **typed):
    """What a form of a card says, and the messages that answer it."""
    given = {"act": "move", "seen": stages[0].pk, "on": "2026-03-01"}
    given["case"] = getattr(case, "pk", case)
    page = clerk.post(address(stages), given | typed, follow=True)
    return [str(one) for one in page.context["messages"]]


def test_card_is_moved_and_the_entry_waits_for_review(clerk, stages, home):
    case = case_at(stages, home)
    (said,) = sent(clerk, stages, case, stage=stages[1].pk)
    assert "已进入“签约”，是草稿" in said
    entry = case.entries.get(stage=stages[1])
    assert (entry.entered_on, entry.review) == ("2026-03-01", "draft")
    lanes = clerk.get(address(stages)).context["lanes"]
    assert [[card.pk for card in lane.cards] for lane in lanes] == [[], [case.pk], []]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"stage": 0}, "后面的阶段"),
        ({"stage": "x"}, "后面的阶段"),
        ({"stage": "9" * 5000}, "后面的阶段"),
        ({"on": "2026-03\0"}, "日期请写成"),
        ({"on": "2026-01-04"}, "早于进入“拜访”的 2026年1月5日"),
        ({"on": "2026-13-40"}, "日期请写成"),
        ({"on": (TODAY + timedelta(days=1)).isoformat()}, "还没有到"),
        ({"seen": ""}, "已由别人改到“拜访”"),
        ({"act": "fly"}, "没有这样的操作"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(clerk, stages, home, typed, words):
    case = case_at(stages, home)
    said = sent(clerk, stages, case, **{"stage": stages[1].pk, **typed})
    assert words in "".join(said)
    assert case.entries.count() == 1


def test_stage_behind_or_of_another_pipeline_is_no_way_on(clerk, stages, home):
    case = case_at(stages, home)
    assert "不在了" in sent(clerk, stages, "1e9", stage=stages[1].pk)[0]
    for stage in (stages[0], make_pipeline_stage(number=9)):
        assert "后面的阶段" in sent(clerk, stages, case, stage=stage.pk)[0]


def test_second_of_two_people_is_told_what_the_first_did(clerk, stages, home):
    case = case_at(stages, home)
    sent(clerk, stages, case, stage=stages[1].pk)
    (said,) = sent(clerk, stages, case, stage=stages[2].pk)
    assert "已由别人改到“签约”" in said
    assert case.entries.count() == 2


def test_cards_of_others_are_neither_seen_nor_moved(clerk, stages, home):
    theirs = case_at(stages, make_headquarters(), name="别人的事项")
    page = clerk.get(address(stages))
    assert "别人的事项" not in page.content.decode()
    assert "不归您" in sent(clerk, stages, theirs, stage=stages[1].pk)[0]
    follow = {"act": "follow", "version": "0", "next_step": "约谈"}
    assert "不归您" in sent(clerk, stages, theirs, **follow)[0]
    assert clerk.get(address(stages, headquarters=theirs.headquarters.pk)).status_code == 404
    assert (StageEntry.objects.filter(case=theirs).count(), theirs.follow_ups.count()) == (1, 0)


def test_who_only_reads_has_no_forms(client, stages, home):
    case = case_at(stages, home, name="甲事项")
    client.force_login(make_staff(home, permissions=["projects.view_pipelinecase"]))
    text = client.get(address(stages)).content.decode()
    assert "甲事项" in text
    assert 'name="act"' not in text
    assert "没有填阶段记录的权限" in sent(client, stages, case, stage=stages[1].pk)[0]
    assert "没有填跟进的权限" in sent(client, stages, case, act="follow", version="0")[0]
    client.force_login(make_staff(home, permissions=["projects.view_project"]))
    assert client.get(address(stages)).status_code == 403


def test_next_step_is_kept_beside_what_others_wrote(clerk, stages, home):
    case = case_at(stages, home)
    typed = {"act": "follow", "handler": "产业\0处", "next_step": "约谈", "next_on": "2026-07-01"}
    assert "已记下" in sent(clerk, stages, case, **typed, version="0")[0]
    found = FollowUp.objects.get(case=case)
    assert (found.handler, found.next_on) == ("产业处", date(2026, 7, 1))
    assert (
        "日期" in sent(clerk, stages, case, **typed | {"next_on": "明天"}, version=found.version)[0]
    )
    assert "刚由别人改过" in sent(clerk, stages, case, **typed, version="0")[0]
    again = typed | {"next_step": "", "version": found.version}
    assert "请写下一步做什么" in sent(clerk, stages, case, **again)[0]
    again = typed | {"next_step": "签协议", "version": found.version}
    assert "已记下" in sent(clerk, stages, case, **again)[0]
    found.refresh_from_db()
    assert found.next_step == "签协议"


def test_board_asks_no_more_for_many_cards(clerk, stages, home, django_assert_max_num_queries):
    case_at(stages, home)
    clerk.get(address(stages))
    with django_assert_max_num_queries(12) as few:
        clerk.get(address(stages))
    for _ in range(5):
        make_follow_up(case=case_at(stages, home, name="多"), handler="产业处")
    with django_assert_max_num_queries(len(few)):
        page = clerk.get(address(stages))
    assert page.content.decode().count("产业处") >= 5


def test_of_each_stage_those_longest_in_it_are_cards(clerk, stages, home, monkeypatch):
    monkeypatch.setattr(board, "MOST_CARDS", 2)
    old = case_at(stages, home, "2020-01-01")
    new = case_at(stages, home, TODAY.isoformat(), name="新来的")
    middle = case_at(stages, home, "2021-01-01")
    further = case_at(stages, home, "2022-01-01")
    make_stage_entry(case=further, stage=stages[1], entered_on=TODAY.isoformat())
    page = clerk.get(address(stages))
    lanes = page.context["lanes"]
    assert [[card.pk for card in lane.cards] for lane in lanes] == [
        [old.pk, middle.pk],
        [further.pk],
        [],
    ]
    assert [lane.total for lane in lanes] == [3, 1, 0]
    assert lanes[0].stalled_words == "停滞至少 2"
    assert "只列出在这里最久的 2 项" in page.content.decode()
    assert str(new) not in page.content.decode()


def test_what_stalled_stands_on_the_first_page_the_list_and_the_leaders(clerk, stages, home):
    stalled = case_at(stages, home, "2020-01-01", name="停着的")
    case_at(stages, home, TODAY.isoformat())
    case_at(stages, make_headquarters(), "2020-01-01")
    make_follow_up(case=stalled, handler="招商组", next_step="约谈", next_on=TODAY)
    work = clerk.get("/admin/").context["work"]
    assert [one["count"] for one in work if one["key"] == "stalled"] == [1]
    listed = clerk.get(reverse("admin:projects_pipelinecase_changelist"), {"todo": "stalled"})
    assert [*listed.context["cl"].queryset] == [stalled]
    assert "拜访（停滞）" in listed.content.decode()
    agenda = clerk.get(reverse("admin:projects_agenda")).content.decode()
    assert "停着的：约谈" in agenda
    clerk.force_login(make_staff(home, permissions=["projects.view_project"]))
    page = clerk.get(reverse("admin:projects_desk", args=[home.slug]))
    count, (found,) = page.context["desk"].cases
    assert (count, found) == (2, stalled)
    assert "（超过 90 天算停滞），下一步：约谈" in page.content.decode()
    sheet = clerk.get(reverse("admin:projects_desk", args=[home.slug]), {"download": "csv"})
    assert "停着的" in b"".join(sheet).decode()


def test_dropped_case_leaves_the_board_and_stays_in_the_funnel(clerk, stages, home):
    case_at(stages, home, dropped_reason="改投别处")
    page = clerk.get(address(stages))
    assert [lane.cards for lane in page.context["lanes"]] == [[], [], []]
    funnel = page.context["funnel"]
    assert (funnel.lines[0].reached, funnel.lines[0].dropped) == (1, 1)
    assert not PipelineCase.objects.filter(pipeline=stages[0].pipeline).stalled(TODAY)
