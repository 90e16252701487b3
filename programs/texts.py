"""The text of an uploaded document: .txt, .docx, .pdf with text, .html, or pasted."""

import io
import zipfile
from collections.abc import Callable
from pathlib import PurePath

import docx
import lxml.html
import pypdf
from django.core.exceptions import ValidationError

LARGEST_FILE = 20 * 1024 * 1024
LONGEST_TEXT = 2_000_000  # characters
LARGEST_PART = 100 * 1024 * 1024  # of a .docx, unpacked
MOST_PAGES = 2_000
BLOCKS = "address article blockquote br div dd dl dt footer h1 h2 h3 h4 h5 h6 header hr li p tr"
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
    if "\0" in text:
        raise ValidationError("文字中有空字符，不是纯文本文件。")
    return text


def plain(content: bytes) -> str:
    """UTF-8, else the Chinese standard that contains all older ones."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError("全文文件须为 UTF-8 或 GB18030 编码的纯文本。")


def of_word(content: bytes) -> str:
    """Paragraphs and rows of tables in their order, a cell after a tab."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST_PART:
            raise ValidationError("文件解开后太大。")
    lines = []
    for block in docx.Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(block, docx.table.Table):
            lines += ["\t".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            lines.append(block.text)
    return "\n".join(lines)


def of_pdf(content: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(content))
    if len(reader.pages) > MOST_PAGES:
        raise ValidationError(f"PDF 不能超过 {MOST_PAGES} 页。")
    return "\n".join(page.extract_text() for page in reader.pages)


def of_web_page(content: bytes) -> str:
    """The text of a page, a line for each block, without scripts and styles."""
    page = lxml.html.document_fromstring(plain(content))
    for element in page.xpath("//script | //style | //noscript | //head"):
        element.drop_tree()
    for element in page.iter(*BLOCKS.split()):
        element.tail = f"\n{element.tail or ''}"
    lines = (" ".join(line.split()) for line in page.text_content().splitlines())
    return "\n".join(line for line in lines if line)


READERS: dict[str, Callable[[bytes], str]] = {
    ".txt": plain,
    ".docx": of_word,
    ".pdf": of_pdf,
    ".html": of_web_page,
    ".htm": of_web_page,
}
