import re
from html import unescape
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from aidtracker.testing import make_observation, make_program, make_skipped_phrase, make_source
from programs.models.sources import checksum
from projects.models.known_names import coverage
from projects.reading.marked_text import Span, marked_text


def span(start, end, name=""):
    return Span(start, end, "mark", "c", "t", name)


def short(html):
    """The marked text with attributes left out, but for anchors."""
    return re.sub(r' class="c" title="t"', "", html)


def test_words_are_marked_where_they_stand():
    assert short(marked_text("有5家。", [span(1, 3, "o1")])) == '有<mark id="o1">5家</mark>。'


def test_nested_spans_nest():
    html = short(marked_text("abcdef", [span(2, 4, "in"), span(1, 5, "out")]))
    assert html == 'a<mark id="out">b<mark id="in">cd</mark>e</mark>f'


def test_two_figures_of_the_same_words_nest_with_both_anchors():
    html = short(marked_text("ab", [span(0, 2, "o1"), span(0, 2, "o2")]))
    assert html == '<mark id="o1"><mark id="o2">ab</mark></mark>'


def test_crossing_spans_are_cut_at_the_crossing():
    html = short(marked_text("abcdef", [span(0, 4, "o1"), span(2, 6, "o2")]))
    assert html == '<mark id="o1">ab<mark id="o2">cd</mark></mark><mark>ef</mark>'


def test_spans_outside_the_text_are_left_out():
    assert marked_text("ab", [span(1, 9), span(5, 6), span(1, 1)]) == "ab"


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=12)


@given(st.text(max_size=30), SPANS)
def test_marked_text_keeps_every_character_and_closes_what_it_opens(text, places):
    html = marked_text(text, [span(start, end) for start, end in places])
    assert unescape(re.sub(r"</?mark[^>]*>", "", html)) == unescape(text) or "&" in text
    assert html.count("<mark") == html.count("</mark>")


TEXT = "累计设立网点600 个，销售额超过30 亿元，另有三种说法。"


@pytest.fixture
def source(db):
    """A document with its text, two figures and a phrase left out on purpose."""
    row = make_source(title="某文", text=TEXT, url="https://example.org/a")
    make_observation(source=row, number=1, printed="600 个", start=6, end=11, value=600)
    make_observation(source=row, number=2, printed="超过30 亿元", start=15, end=22, value=3)
    make_skipped_phrase(source=row, start=25, end=27, note="不是计量")
    return row


def html_of(client, source):
    return client.get(source.get_absolute_url()).content.decode()


def test_source_page_marks_the_figures_in_its_text(source, client):
    html = html_of(client, source)
    marks = re.findall(r'<mark id="(o\d)"[^>]*><a href="([^"]*)">([^<]*)</a></mark>', html)
    page = f"/observations/{source.code}"
    assert marks == [("o1", f"{page}/1/", "600 个"), ("o2", f"{page}/2/", "超过30 亿元")]


def test_words_inside_words_that_lead_somewhere_have_no_link_of_their_own():
    outer = Span(0, 4, "mark", "c", "t", link="/1/")
    html = short(marked_text("abcd", [outer, Span(1, 2, "mark", "c", "t", link="/2/")]))
    assert html == '<mark><a href="/1/">a<mark>b</mark>cd</a></mark>'


def test_source_page_shows_skipped_words_with_the_reason(source, client):
    assert re.findall(r'class="skipped" title="([^"]+)">([^<]*)<', html_of(client, source)) == [
        ("未记录：修辞，不是计量（不是计量）", "三种")
    ]


def test_source_page_links_to_the_words_on_the_web(source, client):
    assert "https://example.org/a#:~:text=600%20%E4%B8%AA" in html_of(client, source)


def test_source_page_without_text_keeps_the_anchors_on_its_table(client, db):
    figure = make_observation(number=12)
    html = html_of(client, figure.source)
    assert re.findall(r'<tr id="(o\d+)"', html) == ["o12"]


SENTENCE = "累计设立网点600 个，销售额超过30 亿元，另有三种说法。"
SECOND = "本文不谈别的。"


def shown(client, source, **values):
    type(source).objects.filter(pk=source.pk).update(text=SENTENCE + SECOND, **values)
    page = html_of(client, source)
    figure = client.get(source.observations.first().get_absolute_url()).content.decode()
    return [unescape(re.sub("<[^>]+>", "", html)) for html in (page, figure)]


def plain(words):
    return words.replace("600 个", "600 个1").replace("30 亿元", "30 亿元2")


def test_public_document_shows_the_sentences_of_its_figures(source, client):
    page, figure = shown(client, source)
    assert plain(SENTENCE) in page
    assert SECOND not in page
    assert SENTENCE in figure
    assert SECOND not in figure


def test_document_shows_its_whole_text_where_that_was_chosen(source, client):
    page, figure = shown(client, source, shown_text="whole")
    assert plain(SENTENCE) + SECOND in page
    assert SECOND not in figure


@pytest.mark.parametrize("values", [{"shown_text": "nothing"}, {"kind": "report"}])
def test_document_shows_nothing_where_that_was_chosen_or_it_is_internal(source, client, values):
    for html in shown(client, source, **values):
        assert "另有三种说法" not in html
        assert re.search(r"600\s*个", html)


def test_reviewer_sees_the_sentence_and_the_reading_in_list_and_form(source, admin_client):
    row = source.observations.get(number=2)
    for address in (
        reverse("admin:projects_observation_changelist", query={"source__id__exact": source.pk}),
        reverse("admin:projects_observation_change", args=[row.pk]),
    ):
        html = admin_client.get(address).content.decode()
        assert "销售额<mark>超过30 亿元</mark>，另有三种说法。" in html
        assert re.search("读作 3|数值 3 ", html)


def test_source_page_leaves_out_what_is_not_approved(source, client):
    make_observation(
        source=source, number=3, printed="600个", start=6, end=11, status="draft", value=1
    )
    assert 'id="o3"' not in html_of(client, source)


def test_source_page_queries_do_not_grow_with_figures(
    source, client, django_assert_max_num_queries
):
    def count():
        with django_assert_max_num_queries(12) as captured:
            client.get(source.get_absolute_url())
        return len(captured)

    few = count()
    for number in range(10, 40):
        make_observation(source=source, number=number, printed="600 个", start=6, end=11, value=1)
    assert count() == few


def test_text_is_loaded_for_the_document_it_belongs_to(tmp_path, db, capsys):
    known = make_source()
    known.accept_text("某文。".encode())
    known.text = ""
    known.save()
    other = make_source()
    (tmp_path / "a.txt").write_text("某文。", encoding="utf-8")
    (tmp_path / "b.txt").write_text("另一文。", encoding="utf-8")
    call_command("load_texts", tmp_path)
    known.refresh_from_db()
    other.refresh_from_db()
    assert (known.text, other.text) == ("某文。", "")
    assert capsys.readouterr().out.splitlines()[-1] == (
        "全文：新载入 1 篇，原已载入 0 篇，未登记的文件 1 个。"
    )


@pytest.mark.parametrize("kind", ["newspaper", "report"])
@pytest.mark.parametrize("show", ["nothing", "sentence", "whole"])
def test_command_says_what_the_public_sees_of_the_texts(tmp_path, db, kind, show):
    source = make_source(kind=kind, sha256=checksum(TEXT))
    make_observation(source=source, status="published")
    (tmp_path / "a.txt").write_bytes(TEXT.encode())
    usual = source.shows
    for _ in range(2):
        call_command("load_texts", tmp_path, show=show, stdout=StringIO())
    source.refresh_from_db()
    assert (source.text, source.shows) == (TEXT, show)
    told = [one for one in source.history.all() if "设定公开显示的原文" in one.correction_reason]
    assert len(told) == (show != usual)


def test_missing_folder_of_texts_is_an_error(tmp_path, db):
    with pytest.raises(CommandError, match="没有这个文件夹"):
        call_command("load_texts", tmp_path / "none")


def test_a_number_of_a_name_does_not_wait(db):
    make_program(name="十万亩工程", aliases=["100万亩工程"])
    found = coverage("实施100万亩工程，另有300万亩果园。", [], [])
    assert [one.text for one in found.open] == ["300万亩"]


def parts_of_one_figure(monkeypatch):
    for module in ("projects.models.observations", "projects.views.sources"):
        monkeypatch.setattr(f"{module}.FIGURES_ON_PAGE", 1)


def test_a_long_document_is_shown_in_parts_and_figures_lead_to_theirs(client, monkeypatch, source):
    parts_of_one_figure(monkeypatch)
    rows = source.observations.order_by("number")
    pages = [client.get(row.place).content.decode() for row in rows]

    assert [row.place for row in rows] == [
        f"/sources/{source.code}/#o1",
        f"/sources/{source.code}/?part=2#o2",
    ]
    assert [re.findall(r'id="((?:row-)?o\d)"', page) for page in pages] == [
        ["o1", "row-o1"],
        ["o2", "row-o2"],
    ]
    for number, page in enumerate(pages, 1):
        assert f"按原文先后：第 {number}—{number} 号，共 2 个" in page
        assert f"第 {number} 页，共 2 页" in page
        assert f'href="/observations/?source={source.code}"' in page
        assert "2 处已记录，1 处有意略过" in page


def test_a_short_document_has_one_part_whatever_the_numbers_of_its_figures(client, source):
    row = make_observation(source=source, number=205, printed="600 个", start=6, end=11)

    page = client.get(row.place).content.decode()

    assert row.place == f"/sources/{source.code}/?part=3#o205"
    assert re.findall(r'<mark id="(o\d+)"', page) == ["o1", "o205", "o2"]
    assert "共 2 页" not in page


def test_the_whole_text_of_a_long_document_has_all_marks_in_each_part(client, monkeypatch, source):
    parts_of_one_figure(monkeypatch)
    source.shown_text, source.correction_reason = "whole", "可以全文公开"
    source.save()

    page = client.get(source.get_absolute_url(), {"part": 2}).content.decode()

    assert re.findall(r'id="((?:row-)?o\d)"', page) == ["o1", "o2", "row-o2"]


@pytest.mark.parametrize(
    ("part", "shown"), [("0", 1), ("3", 2), ("99999999", 1), ("二", 1), ("-1", 1), ("", 1)]
)
def test_part_that_is_none_shows_another(client, monkeypatch, source, part, shown):
    parts_of_one_figure(monkeypatch)
    page = client.get(source.get_absolute_url(), {"part": part}).content.decode()
    assert f"第 {shown} 页，共 2 页" in page


def test_a_document_of_many_figures_is_read_by_as_many_queries(
    client, source, django_assert_max_num_queries
):
    for number in range(3, 13):
        make_observation(source=source, number=number, printed="600 个", start=6, end=11)
    with django_assert_max_num_queries(8):
        html = html_of(client, source)
    assert html.count("<mark id=") == 12


def test_figure_without_a_document_is_marked_and_leads_nothing(db, client):
    nowhere = make_source(kind="public", maintainer=None)
    row = make_observation(source=nowhere, rank="preferred", rank_reason="唯一")
    html = client.get(row.get_absolute_url()).content.decode()
    assert "无文献" in html
    assert row not in row.series.observations.headline()
    assert list(type(row.series).objects.filter(pk=row.series_id).leading_figures()) == [row]
    assert client.get(reverse("series-list")).status_code == 200
    other = make_observation(series=row.series)
    assert list(type(row.series).objects.filter(pk=row.series_id).leading_figures()) == [other]


def test_internal_report_becomes_no_public_document_without_saying_how_much_it_shows(db):
    """Called a newspaper's, it would show the sentences of its figures, which nobody decided."""
    report = make_source(kind="report", text="绝密的 3 亿元。", sha256=checksum("绝密的 3 亿元。"))
    report.kind = "newspaper"
    with pytest.raises(ValidationError, match="一直是内部报表"), transaction.atomic():
        report.save()
    report.shown_text = "nothing"
    report.save()
    report.refresh_from_db()
    assert (report.kind, report.shows) == ("newspaper", "nothing")
