"""A text as a Word file: headings, paragraphs with true footnotes, tables, charts."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from lxml import etree

from aidtracker.pages.pictures import DrawingError, can_draw, png
from aidtracker.pages.svg import enlarged
from projects.briefings.printing import footnotes, heading_words

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What stands before the notes of a document, by Word's rule.
SEPARATORS = (("separator", -1), ("continuationSeparator", 0))
TEXT_FONT, HEAD_FONT = "宋体", "黑体"
NOTE_SIZE = "18"  # half points
CHART_WIDTH = Cm(10.5)  # its words as large as those of a table
SHARP = 3  # pixels of a picture for each of the drawing


def word_file(edition: Any, content: dict[str, Any], letterhead: bytes | None = None) -> bytes:
    """The Word file of an edition, of what it shows now, in a letterhead or in plain looks."""
    document = docx.Document(io.BytesIO(letterhead) if letterhead else None)
    if not letterhead:
        plain_looks(document)
    in_chinese(document)
    made = Made(document, content)
    made.title()
    for block in content["blocks"]:
        made.block(block)
    made.foot(edition)
    made.write_notes()
    document.core_properties.title = content["title"]
    document.core_properties.author = ""
    document.core_properties.comments = edition.name
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def plain_looks(document: Any) -> None:
    """A4 with Chinese fonts, for who has no letterhead."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    section.top_margin = section.bottom_margin = Cm(2.5)
    for name, font, size in (
        ("Normal", TEXT_FONT, 11.5),
        ("Title", HEAD_FONT, 20),
        ("Heading 1", HEAD_FONT, 15),
        ("Heading 2", HEAD_FONT, 12.5),
    ):
        style = document.styles[name]
        style.font.size = Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        style.font.name = "Times New Roman" if font == TEXT_FONT else font
        fonts.set(qn("w:eastAsia"), font)
        if name != "Normal":
            style.font.color.rgb = RGBColor(0, 0, 0)
        for border in style.element.iter(qn("w:pBdr")):
            border.getparent().remove(border)
    document.styles["Normal"].paragraph_format.line_spacing = 1.5
    number_pages(section)


def number_pages(section: Any) -> None:
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    foot._p.append(field)


def in_chinese(document: Any) -> None:
    """Let programs set punctuation as Chinese, and check no English spelling."""
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:eastAsia"), "zh-CN")


class Made:
    """A document that is being written, with the notes that were called so far."""

    def __init__(self, document: Any, content: dict[str, Any]) -> None:
        self.document, self.content = document, content
        self.headings = heading_words(content["blocks"])
        self.called: list[int] = []

    def styled(self, name: str) -> str | None:
        """A style, if the letterhead has it."""
        return name if name in {one.name for one in self.document.styles} else None

    def paragraph(self, words: str = "", style: str = "Normal") -> Any:
        return self.document.add_paragraph(words, style=self.styled(style))

    def title(self) -> None:
        made = self.paragraph(self.content["title"], "Title")
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def block(self, block: dict[str, Any]) -> None:
        kind = block["kind"]
        if kind == "heading":
            self.paragraph(next(self.headings), f"Heading {block['level']}")
        elif kind == "note":
            self.small(self.paragraph(block["text"]))
        elif kind == "paragraph":
            self.text(block)
        elif kind == "table":
            self.table(block)
        elif kind == "chart":
            self.chart(block)

    def small(self, paragraph: Any) -> None:
        for run in paragraph.runs:
            run.font.size = Pt(9.5)

    def text(self, block: dict[str, Any]) -> None:
        made = self.paragraph()
        made.paragraph_format.first_line_indent = Pt(23)
        if block["lead"]:
            made.add_run(f"{block['lead']}　").bold = True
        self.pieces(made, block["pieces"])

    def pieces(self, paragraph: Any, pieces: Iterable[Any]) -> None:
        for piece in pieces:
            if isinstance(piece, str):
                paragraph.add_run(piece)
                continue
            paragraph.add_run(piece["printed"])
            self.notes(paragraph, piece["notes"])

    def notes(self, paragraph: Any, numbers: Iterable[int]) -> None:
        """Marks of footnotes; a note that was called before is named by its number alone."""
        for at, number in enumerate(numbers):
            run = paragraph.add_run("，" if at else "")
            run.font.superscript = True
            if number in self.called:
                run.add_text(f"〔{self.called.index(number) + 1}〕")
                continue
            self.called.append(number)
            mark = run._r.makeelement(qn("w:footnoteReference"), {})
            mark.set(qn("w:id"), str(len(self.called)))
            run._r.append(mark)

    def table(self, block: dict[str, Any]) -> None:
        caption = self.paragraph()
        caption.add_run(block["title"]).bold = True
        caption.paragraph_format.keep_with_next = True
        made = self.document.add_table(1, len(block["heads"]), style=self.styled("Table Grid"))
        made.alignment = WD_TABLE_ALIGNMENT.CENTER
        for cell, words in zip(made.rows[0].cells, block["heads"], strict=True):
            cell.paragraphs[0].add_run(words).bold = True
        for row in block["rows"]:
            for cell, pieces in zip(made.add_row().cells, row, strict=True):
                self.pieces(cell.paragraphs[0], pieces)
        for row in made.rows:
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.line_spacing = 1.0
        self.paragraph()

    def chart(self, block: dict[str, Any]) -> None:
        """The picture; where none can be drawn, its finding in words. It names its footnotes."""
        if picture := picture_of(block.get("compact", block["svg"])):
            width = min(CHART_WIDTH, self.text_width())
            self.document.add_picture(io.BytesIO(picture), width=width)
            self.document.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER
        said = self.paragraph("图中的数见注 " if picture else f"{block['title']}。数见注 ")
        numbers = [self.called.index(one) + 1 for one in block["notes"] if one in self.called]
        said.add_run("、".join(f"{number}" for number in sorted(numbers)) + "。")
        self.small(said)

    def text_width(self) -> int:
        section = self.document.sections[0]
        return section.page_width - section.left_margin - section.right_margin

    def foot(self, edition: Any) -> None:
        words = f"{edition.name}。"
        if edition.sha256:
            words += f"内容的 SHA-256：{edition.sha256}。"
        else:
            words += "草稿，没有定稿。"
        address = f"{self.content['site']}{edition.get_absolute_url()}" if edition.is_public else ""
        self.small(self.paragraph(words + (f"网上的这一版：{address}" if address else "")))

    # Footnotes

    def write_notes(self) -> None:
        root = etree.Element(f"{{{W}}}footnotes", nsmap={"w": W})
        for kind, number in SEPARATORS:
            note = etree.SubElement(root, f"{{{W}}}footnote")
            note.set(f"{{{W}}}type", kind)
            note.set(f"{{{W}}}id", str(number))
            run = etree.SubElement(etree.SubElement(note, f"{{{W}}}p"), f"{{{W}}}r")
            etree.SubElement(run, f"{{{W}}}{kind}")
        told = footnotes(self.content, self.called)
        for number, said in enumerate(told, 1):
            root.append(note_of(number, *said))
        package = self.document.part.package
        content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        part = Part(PackURI("/word/footnotes.xml"), FOOTNOTES, content, package)
        self.document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def picture_of(svg: str) -> bytes:
    """A drawing as PNG; nothing where it cannot be drawn."""
    try:
        return png(enlarged(svg, SHARP)) if can_draw() else b""
    except DrawingError:
        return b""


def note_of(number: int, words: str, place: str, address: str) -> Any:
    """A footnote: its mark, its document, and the place, which leads to the figure's own page."""
    note = etree.Element(f"{{{W}}}footnote")
    note.set(f"{{{W}}}id", str(number))
    paragraph = etree.SubElement(note, f"{{{W}}}p")
    spacing = etree.SubElement(etree.SubElement(paragraph, f"{{{W}}}pPr"), f"{{{W}}}spacing")
    for name, value in (("line", "240"), ("lineRule", "auto"), ("after", "0")):
        spacing.set(f"{{{W}}}{name}", value)
    mark = small_run(paragraph)
    raised = etree.SubElement(mark.find(f"{{{W}}}rPr"), f"{{{W}}}vertAlign")
    raised.set(f"{{{W}}}val", "superscript")
    etree.SubElement(mark, f"{{{W}}}footnoteRef")
    add_words(small_run(paragraph), f" {words}")
    link = etree.SubElement(paragraph, f"{{{W}}}fldSimple")
    link.set(f"{{{W}}}instr", f' HYPERLINK "{address}" ')
    add_words(small_run(link), place)
    add_words(small_run(paragraph), "。")
    return note


def small_run(parent: Any) -> Any:
    run = etree.SubElement(parent, f"{{{W}}}r")
    size = etree.SubElement(etree.SubElement(run, f"{{{W}}}rPr"), f"{{{W}}}sz")
    size.set(f"{{{W}}}val", NOTE_SIZE)
    return run


def add_words(run: Any, words: str) -> None:
    text = etree.SubElement(run, f"{{{W}}}t")
    text.text = words
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def notes_in(content: bytes) -> Iterator[str]:
    """The footnotes of a Word file that was written here, in their order."""
    document = docx.Document(io.BytesIO(content))
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FOOTNOTES)
    for note in etree.fromstring(part.blob).iter(f"{{{W}}}footnote"):
        if note.get(f"{{{W}}}type") is None:
            yield "".join(one.text or "" for one in note.iter(f"{{{W}}}t")).strip()
