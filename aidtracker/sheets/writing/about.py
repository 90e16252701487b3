"""What goes along with rows that somebody takes away: where from, which, when, on what terms."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from aidtracker.sheets.columns.described import PublicColumn

COLUMN_TITLES = ("列", "含义", "单位", "选项", "代码")


def no_documents() -> list[str]:
    return []


@dataclass(frozen=True)
class About:
    """What a file is of; `documents` asks, once, which documents its rows name."""

    title: str
    address: str
    day: str
    publisher: str
    licence: str
    licence_address: str
    reserved: str
    citation: str
    conditions: tuple[tuple[str, str], ...] = ()
    documents: Callable[[], list[str]] = no_documents
    note: str = ""

    @property
    def date(self) -> date:
        return date.fromisoformat(self.day)

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """All of it as pairs of a label and words."""
        chosen = "；".join(f"{label}：{value}" for label, value in self.conditions)
        note = [("说明", self.note)] if self.note else []
        return [
            ("内容", self.title),
            *note,
            ("筛选", chosen or "无（全部公开记录）"),
            ("取得日期", self.day),
            ("发布者", self.publisher),
            ("网址", self.address),
            ("许可", f"{self.licence} {self.licence_address}"),
            ("", self.reserved),
            ("怎么引用", self.citation),
        ]

    def sheet(self, columns: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """The rows of the sheet beside the data: facts, columns, documents."""
        documents = [("出处", one) for one in self.documents()]
        return [*self.facts, ("",), COLUMN_TITLES, *columns, ("",), *documents]

    def readme(self, columns: Iterable[tuple[str, ...]]) -> str:
        lines = [f"# {self.title}", ""]
        lines += [f"- {label}：{words}" if label else f"  {words}" for label, words in self.facts]
        lines += ["", "空着的是不知道，不是 0。", "", "## 列", ""]
        lines += [column_line(one) for one in columns]
        if documents := self.documents():
            lines += ["", "## 出处", "", *(f"- {one}" for one in documents)]
        return "\n".join(lines) + "\n"

    def metadata(self, columns: Sequence[dict[str, Any]]) -> dict[str, Any]:
        return {
            "title": self.title,
            **({"description": self.note} if self.note else {}),
            "url": self.address,
            "filters": dict(self.conditions),
            "date": self.day,
            "publisher": self.publisher,
            "license": {"title": self.licence, "path": self.licence_address},
            "citation": self.citation,
            "sources": self.documents(),
            "columns": list(columns),
        }


def column_line(one: tuple[str, ...]) -> str:
    heading, definition, unit, choices, *_ = (*one, "", "", "", "")
    more = f"单位：{unit}。" if unit else ""
    more += f"选项：{choices}。" if choices else ""
    return f"- {heading}：{definition}{more}" if definition or more else f"- {heading}"


def column_row(one: PublicColumn) -> tuple[str, ...]:
    return (one.label, one.definition, one.unit, "；".join(one.choices.values()), one.code)


def column_facts(one: PublicColumn) -> dict[str, Any]:
    said = {
        "name": one.code,
        "title": one.label,
        "type": one.type.value,
        "unit": one.unit,
        "description": one.definition,
        "choices": one.choices,
    }
    return {name: value for name, value in said.items() if value}
