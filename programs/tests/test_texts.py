import io

import docx
import pypdf
import pytest
from django.core.exceptions import ValidationError
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pypdf.generic import DecodedStreamObject, NameObject

from programs.texts import LARGEST_DRAWING, LARGEST_PAGE, LONGEST_TEXT, READERS, text_of

WORDS = "三年来投入9.11 亿元。\n建成项目176个。"


def word_file():
    document = docx.Document()
    for line in WORDS.split("\n"):
        document.add_paragraph(line)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "岗位", "271个"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pdf_file(password=None, drawing=b""):
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(100, 100)
    if drawing:
        stream = DecodedStreamObject()
        stream.set_data(drawing)
        page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    if password is not None:
        writer.encrypt(password)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_plain_text_is_taken_as_it_is_without_a_byte_order_mark(encoding, mark):
    assert text_of("a.txt", f"{mark}共5家。\r\n".encode(encoding)) == "共5家。\r\n"


def test_word_file_gives_paragraphs_and_tables():
    assert text_of("a.docx", word_file()) == f"{WORDS}\n岗位\t271个"


def word_file_of(*bodies):
    document = docx.Document()
    for body in bodies:
        document.element.body.insert(-1, parse_xml(body.replace(">", f" {nsdecls('w')}>", 1)))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


RUN = "<w:r><w:t>{}</w:t></w:r>"
DELETED = "<w:del><w:r><w:delText>4家</w:delText></w:r></w:del>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (f"<w:p>{RUN.format('共')}<w:ins>{RUN.format('5家')}</w:ins>{DELETED}</w:p>", "共5家"),
        (f"<w:p><w:moveFrom>{RUN.format('9家')}</w:moveFrom>{RUN.format('5家')}</w:p>", "5家"),
        (f"<w:p><w:hyperlink>{RUN.format('5家')}</w:hyperlink></w:p>", "5家"),
        (f"<w:sdt><w:sdtContent><w:p>{RUN.format('5家')}</w:p></w:sdtContent></w:sdt>", "5家"),
        (
            "<w:p><w:r><w:t>甲</w:t><w:tab/><w:t>5家</w:t><w:br/><w:t>乙</w:t></w:r></w:p>",
            "甲\t5家\n乙",
        ),
    ],
)
def test_word_file_gives_what_its_reader_sees(body, words):
    assert text_of("a.docx", word_file_of(body)) == words


def test_word_file_gives_merged_cells_once_and_tables_within_tables():
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"{number}家"
    table.cell(0, 0).merge(table.cell(0, 1)).text = "共9家"
    table.cell(1, 2).add_table(1, 2).cell(0, 1).text = "7家"
    file = io.BytesIO()
    document.save(file)
    assert text_of("a.docx", file.getvalue()) == "共9家\t2家\n3家\t4家\t5家\n\t7家\n"


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<table><tr><td>甲</td><td>12</td><td>34</td></tr></table>", "甲\t12\t34"),
        ("<p>&#20849;5&nbsp;家&amp;&lt;b&gt;</p>", "共5 家&<b>"),
        ("<p>5家</p><template>6家</template><p hidden>7家</p><!-- 8家 -->", "5家"),
        ('<?xml version="1.0" encoding="utf-8"?><html><body>5家</body></html>', "5家"),
    ],
)
def test_web_page_gives_what_its_reader_sees(page, words):
    assert text_of("a.html", page.encode()) == words


def test_web_page_of_an_older_encoding_is_read():
    page = "<html><head><meta charset='gb2312'></head><body><p>共5家</p></body></html>"
    assert text_of("a.html", page.encode("gb2312")) == "共5家"


def test_web_page_gives_its_blocks_without_scripts():
    head = "<head><title>x</title></head>"
    page = f"<html>{head}<body><script>1</script><p>共 <b>5</b>家。</p><p>另有</p>"
    assert text_of("a.HTML", page.encode()) == "共 5家。\n另有"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.doc", b"x", "不能读取 .doc"),
        ("a", b"x", "没有扩展名的文件"),
        ("a.txt", b"\xff\xff\xff", "UTF-8 或 GB18030"),
        ("a.txt", b" \n", "没有读出文字"),
        ("a.txt", b"a\0b", "空字符"),
        ("a.txt", b"a\x1bb", "控制字符"),
        ("a.txt", b"", "空文件"),
        ("a.txt", "共5家".encode("utf-16"), "另存为 UTF-8"),
        ("a.txt", b"a" * (LONGEST_TEXT + 1), "不能超过 200 万字"),
        ("a.docx", b"PK broken", "打不开"),
        ("a.pdf", b"%PDF-1.7 broken", "打不开"),
        ("a.pdf", b"", "空文件"),
        ("a.pdf", pdf_file(), "扫描件"),
        ("a.pdf", pdf_file(password=""), "扫描件"),
        ("a.pdf", pdf_file(password="x"), "加了密码"),
        ("a.pdf", pdf_file(drawing=b"0 0 m " * (LARGEST_DRAWING // 6 + 1)), "第 1 页起图形太多"),
        ("a.html", b"<!-- -->", "没有读出文字"),
        ("a.html", b"5" * (LARGEST_PAGE + 1), "不能超过 5 MB"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(name, content, words):
    with pytest.raises(ValidationError, match=words):
        text_of(name, content)


def test_all_kinds_are_named():
    assert [*READERS] == [".txt", ".docx", ".pdf", ".html", ".htm"]
