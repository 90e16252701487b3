"""A headquarters' Word file made into a letterhead: styles, page, header and footer, nothing else.

The file comes from anywhere. It is never opened as a document: its few parts are read as plain
XML, and what is kept is a new document made of what was understood of them. Macros, fields, links,
objects and templates elsewhere are not among it.
"""

import io
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import PurePosixPath
from typing import Any

import docx
from django.core.exceptions import ValidationError
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Emu
from lxml import etree
from PIL import Image

from aidtracker.ground.attached_files import DOCUMENTS, MOST_PIXELS, scan

MB = 1024 * 1024
LARGEST_FILE = 5 * MB
LARGEST_UNPACKED = 30 * MB
LARGEST_PART = 4 * MB
LARGEST_KEPT = MB
MOST_PARTS = 400
MOST_PARAGRAPHS = 20  # of a header or footer
LONGEST_SIDE = 1200  # pixels of a picture
LONGEST_WORDS = 200  # of a run
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
EXTENT = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent"
HARMLESS_LINKS = ("/hyperlink",)  # are not taken, and do nothing until somebody clicks
# What of a run and of a paragraph is kept: how it looks.
LOOKS_OF_RUN = {"b", "i", "sz", "szCs", "color", "rFonts", "u", "bCs", "spacing"}
LOOKS_OF_PARAGRAPH = {"jc", "spacing", "ind", "pBdr"}
NUMBERS = ("PAGE", "NUMPAGES")  # the fields that are kept
BROKEN = "这个文件打不开，可能已损坏、加了密码，或不是 Word 文件（.docx）。"
PARSER = {"resolve_entities": False, "no_network": True, "huge_tree": False, "load_dtd": False}


def letterhead_of(name: str, content: bytes) -> bytes:
    """A new document with the looks of a file. Raises ValidationError with a sentence to show."""
    if len(content) > LARGEST_FILE:
        raise ValidationError(f"版式文件最大 {LARGEST_FILE // MB} MB。")
    if not name.lower().endswith(".docx") or not DOCUMENTS[".docx"][1](content):
        raise ValidationError("版式只收不带宏的 Word 文件（.docx）。")
    scan(name, content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            kept = made_of(Parts(archive))
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, OSError, ValueError) as error:
        raise ValidationError(BROKEN) from error
    if len(kept) > LARGEST_KEPT:
        raise ValidationError("页眉页脚的图片太大，请换小一些的。")
    return kept


class Parts:
    """The parts of a file, read one by one within bounds."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        members = archive.infolist()
        if len(members) > MOST_PARTS or sum(one.file_size for one in members) > LARGEST_UNPACKED:
            raise ValidationError("文件解开后太大，没有收下。")
        self.names = {one.filename: one for one in members}
        for name in self.names:
            if name.endswith(".rels"):
                self.refuse_outside(name)

    def read(self, name: str) -> bytes:
        """A part; no more of it is unpacked than it says, and it says no more than is allowed."""
        if self.names[name].file_size > LARGEST_PART:
            raise ValidationError("文件解开后太大，没有收下。")
        return self.archive.read(name)

    def xml(self, name: str) -> Any:
        content = self.read(name)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise ValidationError(BROKEN)
        return etree.fromstring(content, etree.XMLParser(**PARSER))

    def refuse_outside(self, name: str) -> None:
        """What is fetched from elsewhere when a file is opened has no place in a letterhead."""
        for one in self.xml(name).iter(RELATION):
            is_outside = one.get("TargetMode", "").lower() == "external"
            if is_outside and not one.get("Type", "").endswith(HARMLESS_LINKS):
                raise ValidationError("文件引用了外面的模板、图片或对象，没有收下；请去掉再上传。")

    def relations(self, name: str) -> dict[str, str]:
        """What a part names inside the file, by the names that it uses."""
        path = PurePosixPath(name)
        rels = str(path.parent / "_rels" / f"{path.name}.rels")
        if rels not in self.names:
            return {}
        return {
            one.get("Id"): str(path.parent / one.get("Target", "")).lstrip("/")
            for one in self.xml(rels).iter(RELATION)
            if one.get("TargetMode", "").lower() != "external"
        }


# Made anew


def made_of(parts: Parts) -> bytes:
    made = docx.Document()
    take_styles(parts, made)
    body, relations = parts.xml("word/document.xml"), parts.relations("word/document.xml")
    sections = list(body.iter(f"{W}sectPr"))
    section = sections[-1] if sections else None
    if section is not None:
        take_page(section, made)
        for kind in ("header", "footer"):
            take_edge(parts, section, relations, made, kind)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def is_plain(element: Any) -> bool:
    """Whether it is of Word's own language, and names nothing elsewhere."""
    own = isinstance(element.tag, str) and element.tag.startswith(W)
    return own and not any(name.startswith(R) for name in element.attrib)


def cleaned(element: Any) -> Any:
    """A copy with plain elements and attributes of Word's own language alone."""
    copy = deepcopy(element)
    for one in list(copy.iter()):
        if one is not copy and (not is_plain(one) or one.tag == f"{W}numPr"):
            parent = one.getparent()
            if parent is not None:
                parent.remove(one)
            continue
        for name in list(one.attrib):
            if not name.startswith(W):
                del one.attrib[name]
    return copy


def take_styles(parts: Parts, made: Document) -> None:
    """The styles of the file in the place of ours of the same name."""
    if "word/styles.xml" not in parts.names:
        return
    own = made.styles.element
    for one in parts.xml("word/styles.xml"):
        if not is_plain(one):
            continue
        if one.tag == f"{W}docDefaults":
            replace(own, own.find(qn("w:docDefaults")), cleaned(one))
        elif one.tag == f"{W}style":
            replace(own, same_style(own, one), cleaned(one))


def same_style(own: Any, style: Any) -> Any:
    name = style.find(f"{W}name")
    said = name.get(f"{W}val", "").lower() if name is not None else ""
    for one in own.findall(qn("w:style")):
        if one.get(qn("w:styleId")) == style.get(f"{W}styleId"):
            return one
        if said and one.find(qn("w:name")).get(qn("w:val"), "").lower() == said:
            return one
    return None


def replace(own: Any, old: Any, new: Any) -> None:
    element = parsed(new)
    if old is None:
        own.append(element)
    else:
        own.replace(old, element)


def take_page(section: Any, made: Document) -> None:
    """Size and margins."""
    target = made.sections[0]._sectPr
    for tag in ("pgSz", "pgMar"):
        found, own = section.find(f"{W}{tag}"), target.find(qn(f"w:{tag}"))
        if found is None or own is None:
            continue
        for name, value in found.attrib.items():
            if name.startswith(W) and len(value) <= 9:
                own.set(name, value)


def take_edge(parts: Parts, section: Any, relations: dict, made: Document, kind: str) -> None:
    """A header or footer: its words, how they look, page numbers, pictures."""
    for one in section.findall(f"{W}{kind}Reference"):
        name = relations.get(one.get(f"{R}id", ""), "")
        if one.get(f"{W}type") != "default" or name not in parts.names:
            continue
        edge = getattr(made.sections[0], kind)
        edge.is_linked_to_previous = False
        pictures = parts.relations(name)
        paragraphs = list(parts.xml(name).iter(f"{W}p"))[:MOST_PARAGRAPHS]
        for at, paragraph in enumerate(paragraphs):
            own = edge.paragraphs[0] if at == 0 else edge.add_paragraph()
            take_paragraph(parts, paragraph, pictures, own)


def take_paragraph(parts: Parts, paragraph: Any, pictures: dict, own: Any) -> None:
    properties = paragraph.find(f"{W}pPr")
    if properties is not None:
        for one in properties:
            if one.tag.removeprefix(W) in LOOKS_OF_PARAGRAPH:
                own._p.get_or_add_pPr().append(parsed(cleaned(one)))
    field = ""
    for run in paragraph.iter(f"{W}r"):
        field = take_run(parts, run, pictures, own, field)


def take_run(parts: Parts, run: Any, pictures: dict, own: Any, field: str) -> str:
    """A run; what a field shows is left out, and the number of the page put in its place.

    Returns the field that the run leaves open: "" or something.
    """
    for one in run:
        tag = one.tag.removeprefix(W) if isinstance(one.tag, str) else ""
        if tag == "fldChar":
            kind = one.get(f"{W}fldCharType")
            field = {"begin": "open", "end": ""}.get(kind or "", field)
        elif field:
            take_number(one, tag, run, own)
        elif tag == "drawing":
            for content, width in pictures_in(parts, one, pictures):
                own.add_run().add_picture(io.BytesIO(content), width=width)
        elif tag in ("t", "tab"):
            words = (one.text or "")[:LONGEST_WORDS] if tag == "t" else "\t"
            looks(own.add_run(words), run)
    return field


def take_number(one: Any, tag: str, run: Any, own: Any) -> None:
    """The field of a page's number; no other is kept."""
    words = (one.text or "").split() if tag == "instrText" else []
    if words and words[0] in NUMBERS:
        add_field(own, words[0], run)


def looks(own: Any, run: Any) -> None:
    properties = run.find(f"{W}rPr")
    for one in properties if properties is not None else ():
        if isinstance(one.tag, str) and one.tag.removeprefix(W) in LOOKS_OF_RUN:
            own._r.get_or_add_rPr().append(parsed(cleaned(one)))


def add_field(own: Any, name: str, run: Any) -> None:
    for kind, words in (("begin", ""), ("", name), ("end", "")):
        made = own.add_run()
        looks(made, run)
        element = made._r.makeelement(qn("w:fldChar" if kind else "w:instrText"), {})
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = words
        made._r.append(element)


def parsed(element: Any) -> Any:
    """An element of the library's own kind."""
    return parse_xml(etree.tostring(element))


def pictures_in(parts: Parts, drawing: Any, relations: dict) -> Iterator[tuple[bytes, Emu]]:
    """Pictures made anew from their pixels, as wide as they were."""
    extent = next(drawing.iter(EXTENT), None)
    width = int(extent.get("cx", "0")) if extent is not None else 0
    for blip in drawing.iter(BLIP):
        name = relations.get(blip.get(f"{R}embed", ""), "")
        if name not in parts.names or not 0 < width < 10_000_000:
            continue
        with Image.open(io.BytesIO(parts.read(name)), formats=("PNG", "JPEG")) as sent:
            if sent.width * sent.height > MOST_PIXELS:
                raise ValidationError("页眉页脚的图片太大，请换小一些的。")
            sent.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            file = io.BytesIO()
            sent.convert("RGBA").save(file, "PNG", optimize=True)
        yield file.getvalue(), Emu(width)
