import io

import docx
import pypdf
import pytest
from django.core.exceptions import ValidationError

from programs.texts import LONGEST_TEXT, READERS, text_of

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


def pdf_file():
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_plain_text_is_taken_as_it_is(encoding):
    assert text_of("a.txt", "共5家。\r\n".encode(encoding)) == "共5家。\r\n"


def test_word_file_gives_paragraphs_and_tables():
    assert text_of("a.docx", word_file()) == f"{WORDS}\n岗位\t271个"


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
        ("a.txt", b"a" * (LONGEST_TEXT + 1), "不能超过 200 万字"),
        ("a.docx", b"PK broken", "打不开"),
        ("a.pdf", b"%PDF-1.7 broken", "打不开"),
        ("a.pdf", pdf_file(), "扫描件"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(name, content, words):
    with pytest.raises(ValidationError, match=words):
        text_of(name, content)


def test_all_kinds_are_named():
    assert [*READERS] == [".txt", ".docx", ".pdf", ".html", ".htm"]
