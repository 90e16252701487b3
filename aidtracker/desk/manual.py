"""手册: docs/desk.md inside the admin, and its explanations beside the fields they speak of."""

import re
from dataclasses import dataclass
from functools import cache
from html import escape

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

FILE = settings.BASE_DIR / "docs" / "desk.md"
# The section each of whose lines explains a field: - **label**：words.
FIELDS = "栏目说明"
EXPLAINED = re.compile(r"^- \*\*(.+?)\*\*：(.+)$")
BOLD = re.compile(r"\*\*(.+?)\*\*")
CODE = re.compile(r"`(.+?)`")
RULE = re.compile(r"^\|[-| ]+\|$")


@dataclass(frozen=True)
class Chapter:
    """A section of the manual, as it stands on the page."""

    anchor: str
    title: str
    lines: tuple[str, ...]

    @property
    def html(self) -> SafeString:
        # Only of our own file, with everything in it escaped.
        return mark_safe("".join(map(block, blocks(self.lines))))


@cache
def chapters() -> tuple[Chapter, ...]:
    """The sections of the file, but what stands before the first."""
    parts = FILE.read_text(encoding="utf-8").split("\n## ")[1:]
    heads = (part.partition("\n") for part in parts)
    return tuple(
        Chapter(f"chapter-{number}", title.strip(), tuple(text.strip().split("\n")))
        for number, (title, _, text) in enumerate(heads, 1)
    )


@cache
def explained() -> dict[str, str]:
    """The words that explain a field, by its label."""
    own = next((one.lines for one in chapters() if one.title == FIELDS), ())
    found = (EXPLAINED.match(line) for line in joined(own))
    return {one[1]: one[2] for one in found if one}


def joined(lines: tuple[str, ...]) -> list[str]:
    """Lines of a list with what goes on in the next ones."""
    found: list[str] = []
    for line in lines:
        if line.startswith("  ") and found:
            found[-1] += line.strip()
        else:
            found.append(line)
    return found


# The few signs of Markdown that the file uses


def blocks(lines: tuple[str, ...]) -> list[list[str]]:
    """Lines that belong together: paragraphs, lists, tables."""
    found: list[list[str]] = [[]]
    for line in joined(lines):
        if not line:
            found.append([])
        elif found[-1] and kind(found[-1][-1]) != kind(line):
            found.append([line])
        else:
            found[-1].append(line)
    return [one for one in found if one]


def kind(line: str) -> str:
    return line[:1] if line[:2] in ("- ", "| ", "|-") else "text"


def block(lines: list[str]) -> str:
    first = kind(lines[0])
    if first == "-":
        return f"<ul>{''.join(f'<li>{inline(one[2:])}</li>' for one in lines)}</ul>"
    if first == "|":
        return table([one for one in lines if not RULE.match(one)])
    return f"<p>{inline(''.join(lines))}</p>"


def table(lines: list[str]) -> str:
    rows = [[inline(cell.strip()) for cell in line.strip("| ").split("|")] for line in lines]
    head = "".join(f'<th scope="col">{cell}</th>' for cell in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def inline(text: str) -> str:
    bold = BOLD.sub(r"<strong>\1</strong>", escape(text, quote=False))
    return CODE.sub(r"<code>\1</code>", bold)


@require_safe
def manual(request: HttpRequest) -> HttpResponse:
    """The whole manual on a page."""
    context = {**admin.site.each_context(request), "title": "手册", "chapters": chapters()}
    return TemplateResponse(request, "admin/manual.html", context)
