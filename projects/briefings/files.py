"""The files of an edition: Word, PDF, and its content as data."""

import json
from io import BytesIO

from django.http import Http404
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from aidtracker.pages.handed_out import handed_out
from projects.briefings.printing import pdf
from projects.briefings.setting import page_of, shown_of
from projects.briefings.word import WORD, word_file
from projects.models.briefings import BriefingEdition, Letterhead

EXTENSIONS = ("docx", "json")


def file_of(found: BriefingEdition, extension: str) -> HttpResponseBase:
    name = f"{found.briefing.title}-{found.name}.{extension}"
    if extension not in EXTENSIONS or found.content is None:
        raise Http404
    content, _ = shown_of(found)
    if extension == "docx":
        word = word_file(found, content, letterhead_for(found))
        return handed_out(BytesIO(word), name, WORD)
    said = {"name": found.name, "sha256": found.sha256, "content": content}
    text = json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True).encode()
    return handed_out(BytesIO(text), name, "application/json")


def letterhead_for(found: BriefingEdition) -> bytes | None:
    """The letterhead of the headquarters that writes a text, if it gave one."""
    row = Letterhead.objects.filter(maintainer=found.briefing.maintainer_id).first()
    return bytes(row.content) if row else None


def pdf_of(found: BriefingEdition) -> HttpResponseBase:
    """The text printed by a browser. Raises OSError where that does not work."""
    context = {**page_of(found, []), "base": found.content["site"]}
    printed = pdf(render_to_string("projects/briefing_print.html", context))
    name = f"{found.briefing.title}-{found.name}.pdf"
    return handed_out(BytesIO(printed), name, "application/pdf")
