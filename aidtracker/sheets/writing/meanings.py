"""What a workbook says beside its rows: what each column means, and what may stand in it."""

from collections.abc import Sequence

from aidtracker.sheets.columns.column import REASON, SheetColumn
from aidtracker.sheets.columns.lookups import key_labels
from aidtracker.sheets.columns.resources import VERSION, SheetResource
from aidtracker.sheets.columns.sets import FileColumn
from aidtracker.sheets.rehearsing.guards import REVIEW_COLUMNS
from aidtracker.sheets.rehearsing.settling import is_required

LISTED = 5_000  # rows in a list to choose from
NAMED = 12  # of them in words
CODE = "按此列认出已有的记录；没有编号的留空，按名称认出，新记录自动编号。"
PAGE = "这条记录在本站的网页，导入时不看。"


def meanings(resource: SheetResource, columns: Sequence[FileColumn]) -> list[tuple[str, ...]]:
    """The rows of the sheet that explains the columns of a file."""
    return [meaning(resource, one) for one in columns]


def meaning(resource: SheetResource, one: FileColumn) -> tuple[str, ...]:
    column = one.column
    if column is None:
        return (one.heading, PAGE, "", "", "")
    if one.is_beside:
        demand = f"“{column.label}”的名称，给人看；只改名称，等于改“{column.label}”。"
        return (one.heading, demand, "", "", "")
    words = allowed_in(column)
    return (one.heading, demand_of(resource, column), column.unit, words, help_of(column))


def allowed_in(column: SheetColumn) -> str:
    """What may stand in a column's cells, in words; nothing where that is free."""
    if column.source.is_relation:
        label = column.source.related_model._meta.verbose_name
        listed = "，可从下拉列表里选" if choices_of(column) else ""
        return f"{label}的名称或{key_labels(column.source.related_model)}{listed}"
    return "、".join(column.widget.choices[:NAMED])


def demand_of(resource: SheetResource, column: SheetColumn) -> str:
    """Whether a column must be filled, and what it is for."""
    if column.attribute == VERSION:
        return "照导出的原样，用来发现其间的改动；新记录留空。"
    if column.attribute in (resource.model.REVIEW, *REVIEW_COLUMNS):
        return "不用填：由审核的各步得出。"
    if column.readonly:
        return "不用填：由其他列得出。"
    if column.column_name == resource.code_column:
        return CODE if column.source.blank else f"必填。{CODE}"
    words = "必填。" if must_be_filled(resource, column) else "可留空。"
    if column in resource.key_columns:
        words += "按此列认出已有的记录。"
    if column.attribute == REASON:
        words = "已发布的内容有改动时填写。"
    return words + ("多项用“；”隔开。" if column.is_many else "")


def must_be_filled(resource: SheetResource, column: SheetColumn) -> bool:
    """Whether a new record needs a column; how far its review has come it gets by itself."""
    is_review = column.attribute == resource.model.REVIEW
    is_given = column.readonly or column.is_many or is_review
    return not is_given and is_required(column.source)


def help_of(column: SheetColumn) -> str:
    """The help of a field, without the unit, which has a column of its own."""
    text = str(column.source.help_text)
    return text.removeprefix(f"单位：{column.unit}").lstrip("；，。")


def choices_of(column: SheetColumn) -> list[str]:
    """What may be chosen in a column's cells; nothing if that is too much.

    Rows of other models only if all staff may know them: a file is handed on.
    """
    related = column.source.related_model if column.source.is_relation else None
    if related is not None and (not related.IS_SHARED or related.REVIEW):
        return []
    choices = column.widget.lookup.all_names() if related else list(column.widget.choices)
    return choices if len(choices) <= LISTED else []
