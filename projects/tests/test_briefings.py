"""Texts written from the record: what stands in them, frozen, as Word, looked at again later."""

import io
import zipfile
from datetime import date
from itertools import chain

import docx
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from aidtracker.pages.rates import is_file
from aidtracker.testing import (
    make_headquarters,
    make_observation,
    make_project,
    make_series,
    make_source,
    make_staff,
)
from projects.briefings import choosing, editions, printing
from projects.briefings.letterheads import letterhead_of
from projects.briefings.sentences import as_printed, name_before
from projects.briefings.word import notes_in
from projects.briefings.writing import fingerprint, write
from projects.models import Observation, Project
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
    assert "支援省市：天津市、河北省" in words_of(content)
    # No figure is drawn or told that has no footnote, and no footnote is told nowhere.
    numbers = {number for piece in pieces_of(content) for number in piece["notes"]}
    assert numbers == set(range(1, len(content["figures"]) + 1))
    for block in content["blocks"]:
        assert set(block.get("notes", ())) <= numbers


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
        ("培训电商从业者人数", "4520名", "培训电商从业者人数"),
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


def do(client, user, edition, act):
    client.force_login(user)
    address = reverse("admin:projects_briefing", args=[edition.briefing_id])
    page = client.post(address, {"act": act, "edition": edition.number}, follow=True)
    edition.refresh_from_db()
    return [str(one) for one in page.context["messages"]]


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
    assert do(client, clerk, edition, "again") == ["已经定稿，不能重写；请新写一版。"]
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
        ({"outline": "card", "project": "没有", "headquarters": ""}, "没有这个编号的已公开项目"),
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
    ask(client, clerk, home, outline="card", headquarters="", project=project.code)
    content = BriefingEdition.objects.get().content
    (piece,) = pieces_of(content)
    assert piece["printed"] == "9110万元"
    assert "指挥部填报" in content["figures"][0]["source"]
    Project.objects.filter(pk=project.pk).update(total_amount=9120)
    edition = BriefingEdition.objects.get()
    address = reverse("admin:projects_briefing", args=[edition.briefing_id])
    (mark,) = client.get(address).context["since"]
    assert mark.words == "台账已改为 9120万元。"


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


def test_next_edition_waits_for_the_last(home, clerk):
    briefing = Briefing.objects.create(
        outline="overview", title="综述", headquarters=home, maintainer=home, made_by=clerk
    )
    first = editions.begin(briefing, clerk)
    with pytest.raises(ValidationError, match="还没有定稿"):
        editions.begin(briefing, clerk)
    with pytest.raises(ValidationError, match="还没有写成"):
        editions.freeze(first, clerk)


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
