"""The text of an uploaded document: .txt, .docx, .pdf with text, .html, or pasted."""

import codecs
import io
import re
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

import docx
import lxml.etree
import lxml.html
import pypdf
from django.core.exceptions import ValidationError

LARGEST_FILE = 20 * 1024 * 1024
LONGEST_TEXT = 2_000_000  # characters
LARGEST_PART = 100 * 1024 * 1024  # of a .docx, unpacked
LARGEST_PAGE = 5 * 1024 * 1024  # of a web page
MOST_PAGES = 2_000
LARGEST_DRAWING = 1024 * 1024  # of a page of a PDF, unpacked
PATIENCE = 20  # seconds for all pages
BLOCKS = "address article blockquote br div dd dl dt footer h1 h2 h3 h4 h5 h6 header hr li p tr"
UNSEEN = "//script | //style | //noscript | //head | //template | //textarea | //*[@hidden]"
XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# What no text holds and no spreadsheet takes; vertical tabs and page breaks are let through.
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
BYTE_ORDER_MARK = "\ufeff"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# The parts of a paragraph that are words, and what stands for them where they hold none.
CELLS = "./w:tc | ./w:sdt/w:sdtContent/w:tc"
WORDS = {WORD + "t": "", WORD + "tab": "\t", WORD + "br": "\n", WORD + "cr": "\n"}
UNREADABLE = "这个文件打不开，可能已损坏、加了密码，或扩展名与内容不符。"


def text_of(name: str, content: bytes) -> str:
    """The text of a file, by its name's ending; characters as they are, line ends too.

    ValidationError, in Chinese, for a kind that is not read, a file too large, one that cannot be
    read, and one without text (a scanned PDF).
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in READERS:
        kinds = "、".join(READERS)
        raise ValidationError(
            f"不能读取 {suffix or '没有扩展名的文件'}；可以上传 {kinds}，或粘贴文字。"
        )
    if len(content) > LARGEST_FILE:
        raise ValidationError(f"文件不能超过 {LARGEST_FILE // 1024 // 1024} MB。")
    if not content:
        raise ValidationError("这是一个空文件。")
    try:
        text = READERS[suffix](content)
    except ValidationError:
        raise
    except (
        Exception
    ) as error:  # whatever a library says of a broken file, the person can do one thing
        raise ValidationError(UNREADABLE) from error
    return checked(text)


def checked(text: str) -> str:
    """A text that can be kept; ValidationError if there is none, or too much of it."""
    if not text.strip():
        raise ValidationError("没有读出文字；扫描件要先识别成文字，或直接粘贴全文。")
    if len(text) > LONGEST_TEXT:
        raise ValidationError(f"全文不能超过 {LONGEST_TEXT // 10_000} 万字。")
    if CONTROL.search(text):
        raise ValidationError("文字中有空字符或控制字符，不是纯文本文件。")
    return text


def plain(content: bytes) -> str:
    """UTF-8, else the Chinese standard that contains all older ones, without a byte order mark."""
    if is_utf16(content):
        raise ValidationError("这是 UTF-16（Unicode）编码的文件，请另存为 UTF-8 再上传。")
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding).removeprefix(BYTE_ORDER_MARK)
        except UnicodeDecodeError:
            continue
    raise ValidationError("全文文件须为 UTF-8 或 GB18030 编码的纯文本。")


def is_utf16(content: bytes) -> bool:
    """Whether it is what Windows calls Unicode text: marked, and whole."""
    if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    try:
        return bool(content.decode("utf-16"))
    except UnicodeDecodeError:
        return False


def of_word(content: bytes) -> str:
    """Paragraphs and rows of tables in their order, a cell after a tab.

    As the reader sees them: with what was inserted, without what was deleted, merged cells once.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST_PART:
            raise ValidationError("文件解开后太大。")
    return "\n".join(word_lines(docx.Document(io.BytesIO(content)).element.body))


def word_lines(element: lxml.etree.ElementBase) -> Iterator[str]:
    """The lines of a part of a Word document: its paragraphs, and the rows of its tables."""
    for child in element.iterchildren(lxml.etree.Element):
        if child.tag == WORD + "p":
            yield paragraph_words(child)
            for box in child.iterdescendants(WORD + "txbxContent"):
                if not is_double(box):
                    yield from word_lines(box)
        elif child.tag == WORD + "tr":
            yield "\t".join("\n".join(word_lines(cell)) for cell in child.xpath(CELLS))
        elif not is_double(child):  # a table, a control, a change that is tracked
            yield from word_lines(child)


def paragraph_words(paragraph: lxml.etree.ElementBase) -> str:
    """The words of a paragraph itself, without the boxes that hang on it."""
    words = []
    for part in paragraph.iterdescendants(*WORDS):
        if next(part.iterancestors(WORD + "p")) is paragraph and not is_double(part):
            words.append(WORDS[part.tag] or part.text or "")
    return "".join(words)


def is_double(element: lxml.etree.ElementBase) -> bool:
    """Whether it stands a second time elsewhere: words moved away, boxes for old programs."""
    return any(
        one.tag == WORD + "moveFrom" or one.tag.endswith("}Fallback")
        for one in (element, *element.iterancestors())
    )


def of_pdf(content: bytes) -> str:
    """The words of its pages, without the characters that a broken font leaves."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValidationError("这个 PDF 加了密码，请去掉密码再上传，或粘贴全文。")
    if len(reader.pages) > MOST_PAGES:
        raise ValidationError(f"PDF 不能超过 {MOST_PAGES} 页。")
    return CONTROL.sub("", "\n".join(pages_words(reader.pages)))


def pages_words(pages: Iterable[pypdf.PageObject]) -> Iterator[str]:
    """The words of each page; ValidationError where drawings would be searched for minutes."""
    begun = time.monotonic()
    for number, page in enumerate(pages, 1):
        drawn = page.get_contents()
        is_too_much = drawn is not None and len(drawn.get_data()) > LARGEST_DRAWING
        if is_too_much or time.monotonic() - begun > PATIENCE:
            raise ValidationError(f"PDF 第 {number} 页起图形太多，读不完；请粘贴全文。")
        yield page.extract_text()


def of_web_page(content: bytes) -> str:
    """The text of a page, a line for each block, a cell after a tab, without what is not shown."""
    if len(content) > LARGEST_PAGE:
        raise ValidationError(f"网页不能超过 {LARGEST_PAGE // 1024 // 1024} MB，请粘贴全文。")
    markup = XML_DECLARATION.sub("", plain(content), count=1)
    page = lxml.html.document_fromstring(f"<html>{markup}</html>")
    for element in page.xpath(UNSEEN):
        element.drop_tree()
    for element in page.iter("td", "th"):
        element.tail = f"\t{element.tail or ''}"
    for element in page.iter(*BLOCKS.split()):
        element.tail = f"\n{element.tail or ''}"
    lines = (shown_line(line) for line in page.text_content().splitlines())
    return CONTROL.sub("", "\n".join(line for line in lines if line))


def shown_line(line: str) -> str:
    """A line as a browser shows it: blanks are one, but cells of a table stay apart."""
    return "\t".join(" ".join(cell.split()) for cell in line.split("\t")).strip()


READERS: dict[str, Callable[[bytes], str]] = {
    ".txt": plain,
    ".docx": of_word,
    ".pdf": of_pdf,
    ".html": of_web_page,
    ".htm": of_web_page,
}
