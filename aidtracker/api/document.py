"""What the document of the API says of a dataset: its parameters, and what its rows look like."""

from http import HTTPStatus
from typing import Any, Literal

from django.conf import settings
from ninja import NinjaAPI, Schema
from pydantic import ConfigDict, Field, create_model

from aidtracker.api.asked import MOST, USUAL, has_choices
from aidtracker.api.cursors import LONGEST
from aidtracker.api.sets import ApiSet
from aidtracker.pages.listing import LONGEST_VALUE
from aidtracker.pages.naming import ways
from aidtracker.pages.problems import TYPE

# No control character has a meaning anywhere.
PRINTABLE = r"^[^\u0000-\u001f\u007f]*$"
NAMES = "x-names"  # what a text with commas is made of
DAY = r"^\d{4}-\d{2}-\d{2}$"
OF_ROWS = {
    "fields": "只要这几项，用半角逗号隔开；不写就是全部。",
    "as_of": "回到某一天（如 2024-06-30）当时公开的样子；其后撤回的不再显示。",
}
OF_LISTS = {
    "limit": f"一页几行，1 到 {MOST}；不写是 {USUAL}。",
    "cursor": "从哪里接着读：照上一页的 next 使用；limit、fields 可以改，条件和 as_of 不能改。",
}
MEANINGS = OF_ROWS | OF_LISTS


class ProblemDetails(Schema):
    """问题说明（RFC 9457）。"""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="哪一类问题：说明页的地址")
    title: str = Field(description="这一类问题的名称")
    status: int
    detail: str = Field(description="这一次错在哪里，怎么改")
    parameter: str = Field("", description="错在哪个参数")


def own(**changes: Any) -> Any:
    return Field(None, **changes)


def parameters_of(found: ApiSet, *, is_list: bool) -> type[Schema]:
    """The query parameters of a dataset's list or row, as ninja declares them."""
    fields = [one.name for one in (*found.fields(), *found.further)]
    members: dict[str, Any] = {}
    if is_list:
        for name, one in found.conditions.items():
            members[name] = condition(one)
        members["limit"] = (int, own(description=OF_LISTS["limit"], ge=1, le=MOST))
        said = {"description": OF_LISTS["cursor"], "max_length": LONGEST}
        members["cursor"] = (str, own(**said, pattern=PRINTABLE))
    one_of = {NAMES: fields}
    members["fields"] = (str, own(description=OF_ROWS["fields"], json_schema_extra=one_of))
    if found.has_past:
        form = {"format": "date", "pattern": DAY}
        members["as_of"] = (str, own(description=OF_ROWS["as_of"], json_schema_extra=form))
    return create_model(
        f"{found.name}_{'list' if is_list else 'row'}_query", __base__=Schema, **members
    )


def condition(one: Any) -> tuple[Any, Any]:
    """A filter of the list as a parameter."""
    label, choices = str(one.label), one.extra.get("choices")
    if has_choices(one):
        pairs = [(code, words) for code, words in choices if code]
        words = "、".join(f"{code} {said}" for code, said in pairs)
        return Literal[tuple(code for code, _ in pairs)], own(description=f"{label}：{words}")
    model = getattr(one, "names", None)
    words = f"{label}：{ways(model)}" if model else label
    return str, own(description=words, max_length=LONGEST_VALUE, pattern=PRINTABLE)


def row_of(found: ApiSet) -> type[Schema]:
    """What a row looks like; every member may be left out by `fields`."""
    members: dict[str, Any] = {
        one.name: (one.type, own(title=one.label, description=one.meaning))
        for one in found.fields()
    }
    for one in found.further:
        members[one.name] = (one.type | None, own(title=one.label))
    return create_model(f"{found.name}_row", __base__=Schema, **members)


def page_of(found: ApiSet, row: type[Schema]) -> type[Schema]:
    members: dict[str, Any] = {
        "dataset": (str, Field(description="数据集")),
        "as_of": (str | None, Field(description="哪一天的样子；空是现在")),
        "rows": (list[row], Field(description="这一页的记录")),  # type: ignore[valid-type]
        "next": (str | None, Field(description="下一页的地址；空是没有了")),
    }
    return create_model(f"{found.name}_page", __base__=Schema, **members)


def problems(*statuses: HTTPStatus) -> dict[str, Any]:
    """How the document says which problems an address answers with."""
    content = {TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    return {
        "responses": {
            int(status): {"description": status.phrase, "content": content} for status in statuses
        }
    }


class FieldInfo(Schema):
    name: str
    label: str
    meaning: str


class DatasetInfo(Schema):
    name: str
    label: str
    about: str
    address: str
    conditions: dict[str, str]
    fields: list[FieldInfo]


class Index(Schema):
    """全部数据集。"""

    licence: str | None
    document: str
    datasets: list[DatasetInfo]


class Api(NinjaAPI):
    """An API whose document knows what problems look like."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        found = super().get_openapi_schema(**kwargs)
        found["components"]["schemas"]["ProblemDetails"] = ProblemDetails.model_json_schema()
        found["servers"] = [{"url": settings.SITE["address"] or "/"}]
        for operations in found["paths"].values():
            for operation in operations.values():
                for parameter in operation["parameters"]:
                    list_names(parameter)
        return found


def list_names(parameter: dict[str, Any]) -> None:
    """Let a parameter that takes names with commas between them say so as OpenAPI does."""
    if names := parameter["schema"].pop(NAMES, None):
        items = {"type": "string", "enum": names}
        parameter |= {
            "style": "form",
            "explode": False,
            "schema": {"type": "array", "items": items, "minItems": 1},
        }
