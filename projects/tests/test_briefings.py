"""Texts written from the record: what stands in them, frozen, as Word, looked at again later."""

import io
import re
import zipfile
from base64 import b64decode
from datetime import date
from itertools import chain
from pathlib import Path

import docx
import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from aidtracker.pages.rates import is_file
from aidtracker.testing import (
    make_enterprise,
    make_headquarters,
    make_matter,
    make_milestone,
    make_observation,
    make_progress_report,
    make_project,
    make_project_party,
    make_project_plan,
    make_series,
    make_site,
    make_source,
    make_staff,
    make_subsidy,
    make_target,
)
from aidtracker.trail.models import Act
from projects.briefings import choosing, editions, printing
from projects.briefings.comparing import since
from projects.briefings.letterheads import letterhead_of
from projects.briefings.sentences import as_printed, name_before
from projects.briefings.setting import set_blocks
from projects.briefings.word import notes_in
from projects.briefings.writing import fingerprint, write
from projects.models import (
    Matter,
    Milestone,
    Observation,
    ProgressReport,
    Project,
    Subsidy,
    Target,
)
from projects.models.briefings import Briefing, BriefingEdition, Letterhead

pytestmark = pytest.mark.django_db

SITE = "https://example.org"
BRIEFINGS = reverse("admin:projects_briefings")
ARTICLE = "004_6a84046f1e9a8042"
State = BriefingEdition.State


def written(**asked):
    """The content of a text that nobody keeps."""
    briefing = Briefing(**{"outline": "overview", "title": "综述", **asked})
    return write(briefing, SITE)


def pieces_of(content):
    """All pieces of paragraphs and tables in which a figure is told."""
    blocks = content["blocks"]
    rows = chain.from_iterable(one["rows"] for one in blocks if one["kind"] == "table")
    cells = [*(one["pieces"] for one in blocks if one["kind"] == "paragraph"), *chain(*rows)]
    return [piece for cell in cells for piece in cell if not isinstance(piece, str)]


def words_of(content):
    """All that is said in words, figures with it."""
    found = []
    for block in content["blocks"]:
        for piece in block.get("pieces", [block.get("text", "")]):
            found.append(piece if isinstance(piece, str) else piece["printed"])
    return "".join(found)


def test_overview_tells_the_figures_of_its_article_each_with_hedge_and_footnote():
    content = written(starts_in=date(2020, 1, 1), ends_in=date(2023, 4, 1))
    own = Observation.objects.filter(source__code=ARTICLE).select_related("series__metric")
    told = {}
    for piece in pieces_of(content):
        assert piece["notes"]
        for number in piece["notes"]:
            figure = content["figures"][number - 1]
            assert figure["source"]
            assert figure["place"]
            told[figure["id"]] = piece["printed"]
    known = [row for row in own if told.get(row.pk) == as_printed(row)]
    assert len(known) >= 0.9 * len(own)
    assert "".join(known[0].printed.split()) in words_of(content)
    said = words_of(content)
    assert "支援省市：天津市、河北省" in said
    # A time is said once of what has it in common, its words quoted once in a part, and what is
    # had, counted of several kinds, hoped for, or contradicted reads as a person writes it.
    assert "（推断，原文“3年来”），19省市合计（累计）：产业援疆资金投入190多亿元" in said
    assert "2020年1月—2023年4月（推断），19省市合计（累计）：招商引资项目1598个" in said
    assert "累计品种引育试验（中草药）40个、（道地野生中药材）15个，套种" in said
    assert "江苏省对口支援伊犁州前方指挥部有产业引领区9家" in said
    assert "伊宁县纺织产业园建设运营5年多" in said
    assert "15115计划目标（累计）：在线培训1000人，线下培训500人" in said
    assert "引进企业16家（原文称“产业援疆企业”），到位资金21.17亿元" in said
    assert "投产项目15个。同期，浙江产业园(西工业园)累计协议资金60亿元" in said
    assert "累计就业475余人（说法不一，见文末）" in said
    # No figure is drawn or told that has no footnote, and no footnote is told nowhere.
    numbers = {number for piece in pieces_of(content) for number in piece["notes"]}
    assert numbers == set(range(1, len(content["figures"]) + 1))
    for block in content["blocks"]:
        assert set(block.get("notes", ())) <= numbers


def test_charts_are_drawn_for_each_width_and_dark_where_the_screen_is():
    content = written()
    (kept,) = [one for one in content["blocks"] if one["kind"] == "chart"]
    (shown,) = [one for one in set_blocks(content) if one["kind"] == "chart"]
    themes = Path(finders.find("colours.css")).read_text("utf-8")
    for name, drawing, width in (("wide", "svg", 880), ("compact", "compact", 358)):
        assert f'width="{width}"' in kept[drawing]
        assert "<style" not in kept[drawing]
        seen = b64decode(shown[name].partition(",")[2]).decode()
        for light in set(re.findall(r'(?:fill|stroke)="(#\w+)"', kept[drawing])):
            (dark,) = re.findall(rf"\[fill='{light}'\]{{fill:(#\w+)}}", seen)
            assert f", {dark})" in themes
    # What is printed is narrow, and has no other drawing to take.
    for base, sources in (("", 1), (SITE, 0)):
        page = {"blocks": [shown], "notes": [], "are_notes_open": True, "base": base}
        assert render_to_string("includes/briefing.html", page).count("<source") == sources
    earlier = {**content, "blocks": [{k: v for k, v in kept.items() if k != "compact"}]}
    (old,) = set_blocks(earlier)
    assert old["compact"] == old["wide"] == shown["wide"]


@pytest.mark.parametrize(
    ("name", "printed", "before"),
    [
        ("产业援疆项目数", "1344个", "产业援疆项目"),
        ("培训人次", "2000人次", "培训"),
        ("就业人数", "3万余人", "就业"),
        ("套种示范形式数", "三种", "套种示范形式"),
        ("建设运营年数", "5年多", "建设运营"),
        ("援疆省市数", "19省市", "援疆的有"),
        ("专科联盟培训场次", "168余场", "专科联盟培训"),
        ("网络零售额", "超过30亿元", "网络零售额"),
        ("网络零售额增长率", "76.8%", "网络零售额增长率"),
        ("户数", "几十户", "户"),
        ("培训电商从业者人数", "4520名", "培训电商从业者"),
        ("接待考察洽谈批次", "1181批次", "接待考察洽谈"),
    ],
)
def test_name_reads_with_its_number(name, printed, before):
    assert name_before(name, printed) == before


def test_many_figures_of_one_donor_leave_room(monkeypatch):
    monkeypatch.setattr(choosing, "OF_A_DONOR", 3)
    home = make_headquarters()
    make_project(headquarters=home)
    source = make_source()
    for number in range(1, 6):
        series = make_series(headquarters=home)
        make_observation(source=source, number=number, series=series, status="published")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        content = written()
    own = [one for one in content["figures"] if one["document"] == source.code]
    assert len(own) == 3
    assert "另有 2 个数字没有写入" in words_of(content)
    limits = [
        one["sql"] for one in asked if "observation" in one["sql"] and "printed" in one["sql"]
    ]
    assert limits
    assert all("LIMIT" in sql or "IN (" in sql for sql in limits)


def test_contradicted_figure_is_told_with_all_statements():
    zhejiang = Observation.objects.get(source__code="000_f5721398328a87b1", number=15)
    content = written(starts_in=date(2020, 1, 1), ends_in=date(2023, 4, 1))
    at = next(i for i, one in enumerate(content["blocks"]) if one.get("text") == "互相不符的说法")
    numbers = [
        number
        for block in content["blocks"][at + 1 :]
        for piece in block["pieces"]
        if not isinstance(piece, str)
        for number in piece["notes"]
    ]
    sides = {content["figures"][number - 1]["id"] for number in numbers}
    finding = zhejiang.findings.filter(result="contradiction", is_current=True).first()
    assert {one.pk for one in finding.observations.all()} <= sides


# The way of a text


@pytest.fixture
def home():
    return make_headquarters()


@pytest.fixture
def clerk(home):
    return make_staff(home, permissions=["projects.view_observation"])


@pytest.fixture
def publisher(home):
    rights = ("projects.view_observation", "projects.publish_observation")
    return make_staff(home, permissions=rights)


@pytest.fixture
def figure(home):
    return make_observation(
        series=make_series(headquarters=home), printed="超过30 家", status="published"
    )


def ask(client, user, home, **sent):
    client.force_login(user)
    sent = {"outline": "overview", "headquarters": home.pk, "maintainer": home.pk, **sent}
    return client.post(BRIEFINGS, sent)


def press(client, user, of, **sent):
    """The page after a button; what it asks before it does it is in `carried`."""
    client.force_login(user)
    address = reverse("admin:projects_briefing", args=[of.briefing_id])
    return client.post(address, {"edition": of.number, **sent}, follow=True)


def told(page):
    return [str(one) for one in page.context["messages"]]


def sure(client, user, edition, page):
    """The page after what was asked first is confirmed."""
    return press(client, user, edition, **{**dict(page.context["carried"]), "sure": "1"})


def do(client, user, edition, act):
    page = press(client, user, edition, act=act)
    if "carried" in page.context:
        page = sure(client, user, edition, page)
    edition.refresh_from_db()
    return told(page)


def test_text_is_written_frozen_shown_and_marks_what_was_corrected(
    client, home, clerk, publisher, figure, rf, django_assert_max_num_queries
):
    assert ask(client, clerk, home).status_code == 302
    edition = BriefingEdition.objects.get()
    assert edition.state == State.DRAFT
    assert edition.briefing.title == f"{home}对口援疆综述"
    assert do(client, clerk, edition, "freeze") == [editions.NO_RIGHT]
    do(client, clerk, edition, "again")
    assert edition.state == State.DRAFT
    assert client.get(edition.get_absolute_url()).status_code == 404

    do(client, publisher, edition, "freeze")
    assert edition.sha256 == fingerprint(edition.content)
    for act in ("again", "discard", "freeze"):
        (words,) = do(client, clerk if act != "freeze" else publisher, edition, act)
        assert words.startswith("这一版的状态是“已定稿”，不能")
    do(client, publisher, edition, "publish")
    client.logout()
    with django_assert_max_num_queries(12):
        page = client.get(edition.get_absolute_url())
    assert page.context["since"] == []
    assert "超过30家" in page.content.decode()
    address = f"{edition.get_absolute_url()}docx"
    assert is_file(rf.get(address))
    word = b"".join(client.get(address).streaming_content)
    text = "\n".join(one.text for one in docx.Document(io.BytesIO(word)).paragraphs)
    assert "超过30家" in text
    assert edition.sha256 in text
    (note,) = notes_in(word)
    assert note.startswith(figure.source.cited)

    figure.printed, figure.correction_reason = "超过31 家", "原文如此"
    figure.save()
    (mark,) = client.get(edition.get_absolute_url()).context["since"]
    assert "“超过30 家”改为“超过31 家”（原文如此）" in mark.words
    edition.refresh_from_db()
    assert editions.is_whole(edition)

    do(client, clerk, edition, "new")
    discarded = BriefingEdition.objects.get(number=2)
    page = press(client, clerk, discarded, act="discard")
    assert told(sure(client, clerk, discarded, page)) == ["草稿已删除。"]
    assert list(BriefingEdition.objects.values_list("number", flat=True)) == [1]
    do(client, clerk, edition, "new")
    second = BriefingEdition.objects.get(number=2)
    do(client, publisher, second, "freeze")
    do(client, publisher, second, "publish")
    client.logout()
    changes = dict(client.get(second.get_absolute_url()).context["changes"])
    assert [one.words for one in changes["改了的数字"]] == ["原文数字“超过30 家”改为“超过31 家”。"]
    assert client.get(f"/briefings/{second.briefing_id}/").url == second.get_absolute_url()
    figure.status = "withdrawn"
    figure.save()
    (gone,) = client.get(second.get_absolute_url()).context["since"]
    assert gone.words == "已撤回，不再公开。"
    for address in (second.get_absolute_url(), f"{second.get_absolute_url()}json"):
        answer = client.get(address)
        said = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert "超过31" not in said.decode()
        assert "〔已撤回〕" in said.decode()
    do(client, publisher, second, "withdraw")
    client.logout()
    assert client.get(second.get_absolute_url()).status_code == 404


def test_draft_is_deleted_after_a_question_and_the_trail_says_what_it_was(
    client, home, clerk, figure
):
    ask(client, clerk, home, starts_in="2019-01")
    edition = BriefingEdition.objects.select_related("briefing").get()
    stranger = make_staff(make_headquarters(), permissions=["projects.view_observation"])
    assert told(press(client, stranger, edition, act="discard", sure="1")) == [editions.GONE]
    page = press(client, clerk, edition, act="discard")
    assert "不能恢复" in page.content.decode()
    assert BriefingEdition.objects.exists()
    assert told(sure(client, clerk, edition, page)) == ["草稿已删除。"]
    assert not Briefing.objects.exists()
    act = Act.objects.get(subject=f"文稿：{edition}", details__0__2="删除草稿")
    assert act.user == clerk
    assert act.details[1:] == [
        ["写的是", f"综述，{home}，2019年1月以来", ""],
        ["标题", edition.briefing.title, ""],
    ]
    # Whoever still sees it is told.
    assert told(sure(client, clerk, edition, page)) == [editions.GONE]


def test_what_is_frozen_was_looked_at(client, home, clerk, publisher, figure):
    ask(client, clerk, home)
    edition = BriefingEdition.objects.get()
    content = edition.content
    page = press(client, publisher, edition, act="freeze")
    said = page.content.decode()
    assert fingerprint(content) in said
    assert "1 个数字是约数" in said
    assert "（第 " in said
    assert told(press(client, publisher, edition, act="freeze", sure="1")) == [
        editions.SEEN_OTHERWISE
    ]
    # Somebody corrects a figure after it was looked at, or has the text written anew.
    figure.printed, figure.correction_reason = "超过31 家", "原文如此"
    figure.save()
    again = sure(client, publisher, edition, page)
    assert told(again) == [editions.SEEN_OTHERWISE]
    assert "“超过30 家”改为“超过31 家”" in again.content.decode()
    do(client, clerk, edition, "again")
    assert told(sure(client, publisher, edition, again)) == [editions.SEEN_OTHERWISE]
    assert edition.content != content
    page = press(client, publisher, edition, act="freeze")
    figure.status = "withdrawn"
    figure.save()
    assert "不再公开，不能定稿" in told(sure(client, publisher, edition, page))[0]
    edition.refresh_from_db()
    assert edition.state == State.DRAFT
    assert 'name="sure"' not in press(client, publisher, edition, act="freeze").content.decode()


def test_text_of_another_headquarters_is_not_there(client, home, clerk, figure):
    ask(client, clerk, home)
    edition = BriefingEdition.objects.get()
    stranger = make_staff(make_headquarters(), permissions=["projects.view_observation"])
    client.force_login(stranger)
    number = edition.briefing_id
    assert client.get(reverse("admin:projects_briefing", args=[number])).status_code == 404
    for extension in ("docx", "pdf", "json"):
        address = reverse("admin:projects_briefing_file", args=[number, 1, extension])
        assert client.get(address).status_code == 404
    assert edition.briefing.title not in client.get(BRIEFINGS).content.decode()
    reader = make_staff(home, permissions=["projects.view_project"])
    client.force_login(reader)
    assert client.get(BRIEFINGS).status_code == 403


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"outline": "card"}, "项目卡片写一个项目"),
        ({"outline": "month"}, "月报、年报要写明"),
        ({"starts_in": "2023-05", "ends_in": "2023-01"}, "结束的月份不能早于"),
        ({"starts_in": "去年"}, "月份请写成"),
        (
            {"outline": "card", "project": "没有", "headquarters": ""},
            "没有这个编号或名称的已公开项目",
        ),
    ],
)
def test_what_cannot_be_written_is_refused_in_words(client, home, clerk, sent, words):
    page = ask(client, clerk, home, **sent)
    assert words in page.content.decode()
    assert not Briefing.objects.exists()


def test_months_of_outlines(client, home, clerk):
    ask(client, clerk, home, outline="year", starts_in="2023-05")
    ask(client, clerk, home, outline="month", starts_in="2023-05", ends_in="2024-01")
    found = Briefing.objects.order_by("pk").values_list("title", "starts_in", "ends_in")
    assert list(found) == [
        (f"{home}对口援疆年报（2023年）", date(2023, 1, 1), date(2023, 12, 1)),
        (f"{home}对口援疆月报（2023年5月）", date(2023, 5, 1), date(2023, 5, 1)),
    ]


def test_card_of_a_project_cites_its_ledger(client, home, clerk):
    project = make_project(headquarters=home, total_amount=9110, review="published")
    ask(client, clerk, home, outline="card", headquarters="", project=project.name)
    content = BriefingEdition.objects.get().content
    (number,) = {one["printed"]: one["notes"] for one in pieces_of(content)}["9110万元"]
    assert "指挥部填报" in content["figures"][number - 1]["source"]
    Project.objects.filter(pk=project.pk).update(total_amount=9120)
    edition = BriefingEdition.objects.get()
    address = reverse("admin:projects_briefing", args=[edition.briefing_id])
    (mark,) = client.get(address).context["since"]
    assert mark.words == "台账已改为 9120万元。"


SETTLED = {
    **{"kind": "freight", "state": "settled", "is_released": True},
    **{"message": "运价太高", "answer": "谈妥了"},
}


def test_card_tells_years_steps_targets_and_the_last_report_each_count_with_a_footnote():
    site = make_site()
    home, own = make_headquarters(), {"review": "published"}
    project = make_project(headquarters=home, site=site, planned_amount=200, paid_amount=50, **own)
    make_project_plan(project=project, year=2025, amount=200, **own)
    make_project_plan(project=project, year=2026, amount=77, review="draft")
    progress = {"work_done_to_date": 120, "problems": "冬季停工"}
    make_progress_report(project=project, month=date(2025, 11, 1), **progress, **own)
    make_milestone(project=project, name="封顶", planned_on="2025-06", **own)
    target = make_target(project=project, planned=9, done=4, unit="场", ends_on="2025", **own)
    make_observation(series=make_series(site=site), printed="超过30 家", status="published")
    moved = {"moved": "insured", "moved_amount": 5000}
    helped = {"kind": "premium", "beneficiaries": "果农", "amount": 400, "enterprise": None}
    subsidy = make_subsidy(project=project, **helped, **moved, **own)
    make_matter(site=site, raised_on=date(2026, 5, 3), **SETTLED)
    content = written(outline="card", project=project)
    tables = [one for one in content["blocks"] if one["kind"] == "table"]
    rows = [[said(cell) for cell in row] for one in tables for row in one["rows"]]
    assert ["2025年", "200万元", "120万元", "2025年11月"] in rows
    assert ["封顶", "2025年6月", "—", "过期没有完成"] in rows
    assert [target.name, "9 场", "4 场", "2025年", "到期未达到"] in rows
    leverage = "12.5 倍（保额 5000万元 ÷ 补贴 400万元）"
    premium = [subsidy.name, "保费补贴", "果农", "400万元", "5000万元", leverage]
    freight = ["2026-05-03", "物流", str(site), "运价太高", "已解决", "谈妥了"]
    assert {*map(tuple, rows)} >= {tuple(premium), tuple(freight)}
    told = {piece["printed"]: piece["notes"] for piece in pieces_of(content)}
    assert {"冬季停工", "超过30家", "25%"} <= {*told}
    assert "77万元" not in told
    assert len(told["25%"]) == 2
    assert all(told.values())
    Target.objects.filter(pk=target.pk).update(done=5)
    ProgressReport.objects.update(problems="")
    assert [one.words for one in since(content["figures"])] == [
        "台账已改为 5 场。",
        "台账上已没有这一项。",
    ]


def test_card_shows_nothing_of_what_was_withdrawn(client, home, clerk, publisher):
    project = make_project(headquarters=home, actual_start="2019-07")
    step = make_milestone(project=project, name="封顶", planned_on="2025-06", review="published")
    kept = make_milestone(project=project, number=2, name="验收", review="published")
    subsidy = make_subsidy(project=project, name="某补贴", amount=43, review="published")
    firm = make_enterprise()
    make_project_party(project=project, enterprise=firm, headquarters=None)
    matter = make_matter(enterprise=firm, raised_by="某座谈会", **SETTLED)
    ask(client, clerk, home, outline="card", headquarters="", project=project.code)
    edition = BriefingEdition.objects.get()
    do(client, publisher, edition, "freeze")
    do(client, publisher, edition, "publish")
    addresses = [edition.get_absolute_url(), f"{edition.get_absolute_url()}json"]

    def public():
        client.logout()
        answers = [client.get(one) for one in addresses]
        return [b"".join(one).decode() for one in answers if one.status_code == 200]

    said = ("封顶", "2025年6月", "某补贴", "43万元", "运价太高", "谈妥了")
    assert [[word in one for word in said] for one in public()] == [[True] * len(said)] * 2
    assert "某座谈会" not in str(edition.content)
    # What is released may be taken back without another edition of the record.
    assert ["no-store" in client.get(one)["Cache-Control"] for one in addresses] == [True] * 2
    Subsidy.objects.filter(pk=subsidy.pk).update(review="withdrawn")
    Matter.objects.filter(pk=matter.pk).update(is_released=False)
    Milestone.objects.filter(pk=step.pk).update(review="withdrawn")
    Project.objects.filter(pk=project.pk).update(actual_start="2020-01")
    for one in public():
        assert [word for word in said if word in one] == []
        assert kept.name in one
    words = [one.words for one in since(edition.content["figures"])]
    assert words.count("台账上的话改过了。") == 1
    Project.objects.filter(pk=project.pk).update(review="withdrawn")
    assert public() == []
    assert edition.briefing.title not in client.get(reverse("briefings")).content.decode()
    # Nor is it written anew, nor frozen.
    do(client, clerk, edition, "new")
    second = BriefingEdition.objects.get(number=2)
    assert "2020年1月" not in str(second.content)
    assert second.content["figures"] == []
    assert do(client, publisher, second, "freeze") == [editions.HIDDEN.format("定稿")]


def said(pieces):
    return "".join(one if isinstance(one, str) else one["printed"] for one in pieces)


def test_worker_writes_once_and_says_what_broke(client, home, clerk, figure, settings, monkeypatch):
    settings.WORKERS = True
    ask(client, clerk, home)
    edition = BriefingEdition.objects.get()
    assert edition.state == State.WAITING
    address = reverse("admin:projects_briefing", args=[edition.briefing_id])
    assert "正在写" in client.get(address).content.decode()

    def broken(*_):
        raise RuntimeError("no")

    with monkeypatch.context() as patched:
        patched.setattr(editions, "write", broken)
        editions.write_now(edition.pk, SITE)
    edition.refresh_from_db()
    assert (edition.state, edition.fault) == (State.WAITING, editions.BROKEN)
    editions.write_now(edition.pk, SITE)
    edition.refresh_from_db()
    first = edition.content
    assert (edition.state, edition.fault) == (State.DRAFT, "")
    make_observation(series=figure.series, status="published")
    editions.write_now(edition.pk, SITE)
    edition.refresh_from_db()
    assert edition.content == first


def test_next_edition_waits_for_the_last(home, clerk, publisher):
    briefing = Briefing.objects.create(
        outline="overview", title="综述", headquarters=home, maintainer=home, made_by=clerk
    )
    first = editions.begin(briefing, clerk)
    with pytest.raises(ValidationError, match="还没有定稿"):
        editions.begin(briefing, clerk)
    with pytest.raises(ValidationError, match="“等待写成”，不能定稿"):
        editions.take(editions.FREEZE, first, publisher)


def test_server_without_a_browser_says_so(client, home, clerk, figure, monkeypatch):
    monkeypatch.setattr(printing, "browser", lambda: "")
    ask(client, clerk, home)
    edition = BriefingEdition.objects.get()
    address = reverse("admin:projects_briefing", args=[edition.briefing_id])
    assert "不能生成 PDF" in client.get(address).content.decode()
    answer = client.get(f"{address}1/pdf", follow=True)
    assert "不能生成 PDF" in str(next(iter(answer.context["messages"])))


# Letterheads


def word_with(change=None, header="浙江省援疆指挥部"):
    """A Word file with a header, a picture and a page number; `change` may spoil its parts."""
    made = docx.Document()
    made.styles["Normal"].font.name = "FangSong"
    edge = made.sections[0].header
    edge.paragraphs[0].add_run(header).bold = True
    picture = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(picture, "PNG")
    picture.seek(0)
    edge.add_paragraph().add_run().add_picture(picture)
    file = io.BytesIO()
    made.save(file)
    if change is None:
        return file.getvalue()
    spoiled = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(spoiled, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {name: old.read(name) for name in old.namelist()}
        for name, content in (parts | change(parts)).items():
            new.writestr(name, content)
    return spoiled.getvalue()


def test_letterhead_gives_looks_and_nothing_else(client, home, clerk, figure):
    sent = SimpleUploadedFile("版式.docx", word_with())
    client.force_login(clerk)
    client.post(BRIEFINGS, {"letterhead": "take", "maintainer": home.pk, "file": sent})
    ask(client, clerk, home)
    edition = BriefingEdition.objects.get()
    address = reverse("admin:projects_briefing_file", args=[edition.briefing_id, 1, "docx"])
    word = b"".join(client.get(address).streaming_content)
    made = docx.Document(io.BytesIO(word))
    assert made.sections[0].header.paragraphs[0].text == "浙江省援疆指挥部"
    assert made.styles["Normal"].font.name == "FangSong"
    assert len(made.sections[0].header.part.rels) == 1
    client.post(BRIEFINGS, {"letterhead": "forget", "maintainer": home.pk})
    assert not Letterhead.objects.exists()
    other = make_headquarters()
    sent.seek(0)
    client.post(BRIEFINGS, {"letterhead": "take", "maintainer": other.pk, "file": sent})
    assert not Letterhead.objects.exists()


TEMPLATE = (
    b'<Relationship Id="rIdX" TargetMode="External" Target="http://example.org/x.dotm" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/>'
    b"</Relationships>"
)
RELS = "word/_rels/document.xml.rels"
STYLES = "word/styles.xml"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: {"word/vbaProject.bin": b"x"}, id="macros"),
        pytest.param(
            lambda parts: {RELS: parts[RELS].replace(b"</Relationships>", TEMPLATE)},
            id="a template elsewhere",
        ),
        pytest.param(lambda _: {"word/media/x.bin": b"0" * 31 * 1024**2}, id="a bomb"),
        pytest.param(
            lambda parts: {
                STYLES: b'<!DOCTYPE a [<!ENTITY b "cc">]>' + parts[STYLES].split(b"?>", 1)[1]
            },
            id="entities",
        ),
        pytest.param(lambda _: {STYLES: b"<w:styles"}, id="broken"),
        pytest.param(lambda _: {f"x{at}": b"" for at in range(500)}, id="too many parts"),
    ],
)
def test_hostile_letterhead_is_refused(change):
    with pytest.raises(ValidationError):
        letterhead_of("版式.docx", word_with(change))


def test_fields_and_foreign_elements_do_not_come_along():
    def spoil(parts):
        name = next(one for one in parts if one.startswith("word/header"))
        field = (
            b'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>'
            b'DDEAUTO cmd "/c calc"</w:instrText></w:r><w:r><w:t>bad</w:t></w:r><w:r>'
            b'<w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>good</w:t></w:r></w:p></w:hdr>'
        )
        return {name: parts[name].replace(b"</w:hdr>", field)}

    kept = letterhead_of("版式.docx", word_with(spoil))
    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        everything = b"".join(archive.read(one) for one in archive.namelist())
    assert b"DDEAUTO" not in everything
    assert b"bad" not in everything
    assert b"good" in everything
