"""Rows that are filled in, as HTML: hundreds of cells on a page (see `markup`)."""

from html import escape
from typing import Any
from urllib.parse import quote

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def typed_row(row: Any, grid: Any) -> SafeString:
    """A row of a grid: what it is about and how it stands, then its cells."""
    subject, is_open = row.subject, row.is_open
    name, remark, when = escape(subject.name), escape(subject.remark), escape(grid.last_words)
    is_of_several = not grid.chosen and len(grid.headquarters) > 1
    owner = escape(str(subject.headquarters)) if is_of_several else ""
    said = {"data-row": escape(subject.key), "data-name": name, "data-code": remark}
    said |= {"data-headquarters": owner} if is_of_several else {}
    said |= {"data-state": (row.is_filled and row.state) or ""}
    said |= {"class": "is-wrong" if row.errors else ""}
    attributes = " ".join(f'{key}="{value}"' for key, value in said.items())
    cells = "".join([cell_html(cell, is_open, name, when) for cell in row.cells])
    return mark_safe(
        f"<tr {attributes}{' data-open' if is_open else ''}>"
        f'<th scope="row" class="grid-subject">{head_html(row, grid, name, owner)}</th>{cells}</tr>'
    )


def head_html(row: Any, grid: Any, name: str, owner: str) -> str:
    """What a row is about, how it stands, where it can be looked at, and what is said of it."""
    subject = row.subject
    key, remark, unit = escape(subject.key), escape(subject.remark), escape(subject.counted_as)
    counted = f' <span class="grid-unit">（{unit}）</span>' if unit else ""
    line = f'<span class="grid-state" data-label>{escape(row.state_label)}</span>'
    if grid.has_months and row.is_open:
        query = (
            f"kind={grid.kind.key}&amp;month={grid.month:%Y-%m}&amp;subject={quote(subject.key)}"
        )
        line += f' <a class="text-link" href="?{query}">各月</a>'
    if row.link and not row.is_open:
        line += f' <a class="text-link" href="{escape(row.link)}">表单</a>'
    said = f'<span class="grid-remark">灰色为{row.last_month}</span>' if row.last_month else ""
    if row.comment:
        said += f'<span class="grid-comment">退回意见：{escape(row.comment)}</span>'
    told = "".join([f"<li>{escape(one)}</li>" for one in row.told])
    version = f'<input type="hidden" name="{key}:version" value="{row.version}" data-version>'
    return (
        f'<span class="grid-name">{name}{counted}</span>'
        f'<span class="grid-remark">{remark} {owner}</span>'
        f'<span class="grid-line">{line}'
        f' <span class="grid-saved" role="status" data-saved></span></span>{said}'
        f'<span class="grid-error" data-wrong>{escape(row.general_error)}</span>'
        f'<ul class="{grid.told_look}" data-warnings>{told}</ul>{version if row.is_open else ""}'
    )


def cell_html(cell: Any, is_open: bool, row: str, when: str) -> str:
    column, place, last, base = cell.column, escape(cell.name), escape(cell.last), cell.base
    unit = f"（{column.unit}）" if column.unit else ""
    amount = f' data-base="{escape(base)}" data-sum-of="{column.sum_of}"' if base else ""
    look = "is-text" if column.is_text else "is-number"
    inside = field_html(cell, place, row) if is_open else value_html(cell)
    below = f'<span class="grid-error" data-error>{escape(cell.error)}</span>'
    if last:
        below += f' <span class="grid-last"><span class="grid-hidden">{when}</span>{last}</span>'
    if is_open and cell.beginning and cell.beginning.words:
        missing = "" if base else " is-missing"
        below += f' <span class="grid-last{missing}">{escape(cell.beginning.words)}</span>'
    return (
        f'<td data-column="{column.name}" data-label="{escape(column.label)}{unit}"'
        f' data-last="{last}"{amount} class="{look}">{inside}'
        f'<span class="grid-about" id="{place}:about">{below}</span></td>'
    )


def value_html(cell: Any) -> str:
    return f'<span class="grid-value">{escape(cell.text)}</span>'


def field_html(cell: Any, place: str, row: str) -> str:
    """What a cell is typed in or chosen from."""
    column, text, hint = cell.column, escape(cell.text), escape(cell.hint)
    choices = column.choices
    is_number = not (choices or column.is_text)
    label = escape(f"{column.label}{column.unit if is_number else ''}")
    wrong = ' aria-invalid="true"' if cell.error else ""
    about = (
        f'name="{place}" aria-label="{row}，{label}" aria-describedby="{place}:about"{wrong}'
        f' data-stored="{escape(cell.stored)}"'
    )
    if is_number:
        typed = f'type="text" inputmode="decimal" autocomplete="off" value="{text}"'
        return f'<input {typed} {about} placeholder="{hint}">'
    if column.is_text and not choices:
        return f'<textarea rows="1" {about} placeholder="{hint}">{text}</textarea>'
    listed = choices if not cell.text or cell.text in choices else [*choices, cell.text]
    options = (
        f"<option{' selected' if one == cell.text else ''}>{escape(one)}</option>" for one in listed
    )
    return f'<select {about}><option value="">—</option>{"".join(options)}</select>'
