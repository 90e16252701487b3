"""What the files hold, for programs: Frictionless Data Package, and words for people."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings

from aidtracker.opendata.registry import OpenDataset, open_dataset_of
from aidtracker.pages.terms import RESERVED, licence, publisher
from aidtracker.sheets import PublicColumn, Type

NAME = "aidtracker"
DESCRIPTION = (
    "对口援疆的指挥部、工程、项目、企业、网点，和文献中的每一个数字：照印的写法、期间、范围、出处。"
)
KEYWORDS = ["对口援疆", "新疆", "援助", "Xinjiang", "counterpart aid"]
# What is known of a date: a year, a month or a day.
PARTIAL = r"\d{4}(-\d{2}(-\d{2})?)?"
TABLE_TYPES: dict[Type, dict[str, str]] = {
    Type.TEXT: {"type": "string"},
    Type.ADDRESS: {"type": "string", "format": "uri"},
    Type.INTEGER: {"type": "integer"},
    Type.DECIMAL: {"type": "number"},
    Type.BOOLEAN: {"type": "boolean"},
    Type.DAY: {"type": "date"},
    Type.MONTH: {"type": "yearmonth"},
    Type.PARTIAL_DATE: {"type": "string"},
    Type.LIST: {"type": "string"},
}


def field(column: PublicColumn) -> dict[str, Any]:
    """A column as Table Schema describes it."""
    rules: dict[str, Any] = {}
    if column.is_key:
        rules |= {"required": True, "unique": True}
    if column.type is Type.PARTIAL_DATE:
        rules["pattern"] = PARTIAL
    if column.choices:
        rules["enum"] = list(column.choices)
    said = {
        "name": column.code,
        "title": column.label,
        "description": described(column),
        **TABLE_TYPES[column.type],
        "unit": column.unit,
        "constraints": rules,
    }
    return {name: value for name, value in said.items() if value}


def described(column: PublicColumn) -> str:
    """The definition, with what the codes stand for."""
    if not column.choices:
        return column.definition
    meant = "；".join(f"{code}：{label}" for code, label in column.choices.items())
    return f"{column.definition}{meant}。"


def schema(found: OpenDataset, columns: Sequence[PublicColumn]) -> dict[str, Any]:
    """A dataset as Table Schema describes it, with what its columns name."""
    keys = [
        {
            "fields": one.code,
            "reference": {"resource": "" if named == found else named.name, "fields": named.key},
        }
        for one in columns
        if one.type is not Type.LIST and (named := open_dataset_of(one.names))
    ]
    said = {
        "fields": [field(one) for one in columns],
        "missingValues": [""],
        "primaryKey": found.key,
        "foreignKeys": keys,
    }
    return {name: value for name, value in said.items() if value}


def resource(found: OpenDataset, path: str, **known: Any) -> dict[str, Any]:
    """The CSV of a dataset as part of a package; `known` are its bytes and its hash."""
    return {
        "name": found.name,
        "path": path,
        "profile": "tabular-data-resource",
        "title": found.title,
        "description": found.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        **known,
        "schema": schema(found, found.columns()),
    }


def package(resources: Iterable[dict[str, Any]], site: str, **known: Any) -> dict[str, Any]:
    """All datasets as one Data Package; `known` are its version and when it was made."""
    terms = licence()
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "title": settings.SITE["name"],
        "description": DESCRIPTION,
        "homepage": f"{site}/data/",
        **known,
        "licenses": [{"name": terms.name, "title": terms.title, "path": terms.address}],
        "contributors": [{"title": publisher(), "role": "publisher"}],
        "keywords": KEYWORDS,
        "resources": list(resources),
    }


README = """# {title}

{about}

- 数据日期：{date}
- 版本：{version}
- 发布者：{publisher}
- 网址：{site}/data/
- 许可：{licence}（{licence_address}）。{reserved}

## 怎么引用

{citation}

## 文件

每个数据集一个 CSV（UTF-8，带 BOM；第一行是列的代码）。选项用代码，含义见 choices.csv；列的含义见
columns.csv 和 datapackage.json（Frictionless Data Package）。空着的是不知道，不是 0。
以 = + - @ 开头的文字前面有一个 '，以免表格软件当成公式。多项之间用“；”隔开。
一行由 datapackage.json 中的 primaryKey 认出；别的数据集用它指这一行。
数字照文献所印（printed），value 是换算后的值，lower、upper 是原文的话所容许的范围；
不同文献不一致的数字并列，不取舍（数据集 findings）。

{datasets}
"""


def readme(date: str, version: str, site: str, cited: str, found: Iterable[OpenDataset]) -> str:
    terms = licence()
    return README.format(
        title=settings.SITE["name"],
        about=DESCRIPTION,
        date=date,
        version=version,
        publisher=publisher(),
        site=site,
        licence=terms.title,
        licence_address=terms.address,
        reserved=RESERVED,
        citation=cited,
        datasets="\n".join(f"- {one.name}.csv：{one.title}。{one.about}" for one in found),
    )
