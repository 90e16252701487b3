"""What a request asks of a dataset: conditions, fields, how many, from where, and of which day.

A list for people leaves out what it cannot understand and says so; a program is told instead, since
it would take all rows for those it asked for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from aidtracker.api.sets import ApiSet
from aidtracker.pages.asking import refuse, understood, unknown
from aidtracker.pages.listing import LONGEST_VALUE, UNPRINTABLE, ListPage

OF_ROWS = ("fields", "as_of")
OF_LISTS = ("limit", "cursor", *OF_ROWS)
USUAL, MOST = 100, 500
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_DAY = date(1949, 10, 1)  # nothing is recorded of an earlier day


@dataclass(frozen=True)
class Asked:
    """A request that was understood."""

    conditions: Mapping[str, str]
    fields: tuple[str, ...]
    limit: int
    cursor: str
    as_of: date | None


def asked(found: ApiSet, raw: QueryDict, *, is_list: bool) -> Asked:
    """What the parameters say. Raises Problem for what cannot be understood."""
    of_rows = OF_LISTS if is_list else OF_ROWS
    of_rows = of_rows if found.has_past else tuple(name for name in of_rows if name != "as_of")
    known = {*of_rows, *(found.conditions if is_list else ())}
    values = {name: checked(name, raw.getlist(name), known) for name in raw}
    return Asked(
        conditions={name: value for name, value in values.items() if value and name not in of_rows},
        fields=fields_asked(found, values["fields"]) if "fields" in values else (),
        limit=limit_asked(values["limit"]) if "limit" in values else USUAL,
        cursor=values.get("cursor", ""),
        as_of=day_asked(values["as_of"]) if "as_of" in values else None,
    )


def checked(name: str, values: list[str], known: set[str]) -> str:
    if name not in known:
        raise unknown(name, known)
    if len(values) > 1:
        raise refuse(name, "只能写一次。")
    value = values[0]
    if UNPRINTABLE.search(value):
        raise refuse(name, "有不能识别的字符。")
    if len(value) > (10 * LONGEST_VALUE if name in OF_LISTS else LONGEST_VALUE):
        raise refuse(name, f"太长，最多 {LONGEST_VALUE} 字。")
    return value if name in OF_LISTS else value.strip()


def fields_asked(found: ApiSet, text: str) -> tuple[str, ...]:
    known = [one.name for one in (*found.fields(), *found.further)]
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in known:
            raise refuse("fields", f"没有“{name[:40]}”这一项；可选的有 {'、'.join(known)}。")
    return tuple(name for name in known if name in names)


def limit_asked(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= MOST):
        raise refuse("limit", f"请写 1 到 {MOST} 的整数。")
    return int(text)


def day_asked(text: str) -> date | None:
    """The day of `as_of`; one to come is today, since nothing of it is recorded yet."""
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise refuse("as_of", "日期请写成 2020-06-30 这样。")
    return min(max(day, FIRST_DAY), timezone.localdate())


def conditioned(found: ApiSet, request: HttpRequest, conditions: Mapping[str, str]) -> QuerySet:
    """The public rows that meet the conditions. Raises Problem for one that cannot be met."""
    if found.list_page is None:
        return found.model.objects.published()
    page = list_of(found.list_page, request, conditions)
    if not conditions:
        return page.rows()
    form_of(page.filterset, conditions)
    return page.filterset.filter_queryset(page.filterset.queryset)


def form_of(filterset: Any, conditions: Mapping[str, str]) -> Any:
    """The conditions as they were understood, each of one row. Raises Problem for one that was
    not."""
    for field in filterset.form.fields.values():
        field.is_strict = True
    return understood(filterset, conditions)


def has_choices(one: Any) -> bool:
    """Whether a condition has the same choices on every day, which the document names."""
    choices = one.extra.get("choices")
    return bool(choices) and not callable(choices)


def list_of(kind: type[ListPage], request: HttpRequest, conditions: Mapping[str, str]) -> Any:
    """The list with these conditions."""
    page: Any = kind()
    page.setup(request)
    page.parameters, page.notices = QueryDict(mutable=True), []
    page.parameters.update(conditions)
    return page


def filterset_of(kind: type[ListPage], request: HttpRequest, conditions: Mapping[str, str]) -> Any:
    return list_of(kind, request, conditions).filterset
