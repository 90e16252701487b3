"""Which row of a sheet holds the headings, and which column each of them means."""

import re
import unicodedata
from dataclasses import dataclass, field

from aidtracker.spreadsheets.cells import cell_text
from aidtracker.spreadsheets.quantities import YUAN

SEARCHED_ROWS = 30
BRACKETS = re.compile(r"[（(\[【][^（()）\[\]【】]*[)）\]】]")
MARKS = re.compile(r"[\s*＊★☆·:：_]+")
# Other words of ledgers for a column's label.
SYNONYMS = {
    "所属指挥部": "援疆指挥部",
    "指挥部": "援疆指挥部",
    "总投资额": "总投资",
    "备注说明": "备注",
    "说明": "备注",
    "月度": "月份",
    "报告月份": "月份",
    "年份": "年度",
    "累计完成": "累计完成投资",
    "本月完成": "本月完成投资",
    "是否民生项目": "民生项目",
    "编号": "项目编号",
    "项目代码": "项目编号",
    "项目编码": "项目编号",
    "建设状态": "状态",
}
IGNORED = {"序号", "no", "行号"}


def plain(text):
    """A heading without blanks, marks and invisible signs, its letters small and half-width."""
    text = unicodedata.normalize("NFKC", cell_text(text)).lower()
    return MARKS.sub("", text)


def bare(text):
    """A plain heading without notes in brackets."""
    return BRACKETS.sub("", unicodedata.normalize("NFKC", plain(text)))


@dataclass
class Names:
    """The texts by which headings name the columns of a resource."""

    exact: dict[str, str] = field(default_factory=dict)
    loose: dict[str, str] = field(default_factory=dict)

    def code(self, text):
        """(column code, whether it is named exactly) of a heading; ("", False) if it is none."""
        for form in (plain(text), bare(text)):
            if form in self.exact:
                return self.exact[form], True
            if form in self.loose:
                return self.loose[form], False
        return "", False


def names_of(resource):
    """The Names of a resource's columns."""
    names = Names()
    for column in resource.columns:
        for text in (column.column_name, column.label):
            names.exact.setdefault(plain(text), column.column_name)
    for column in resource.columns:
        names.exact.setdefault(bare(column.label), column.column_name)
        for text in other_labels(resource, column):
            if plain(text) not in names.exact:
                names.loose.setdefault(plain(text), column.column_name)
    for other, label in SYNONYMS.items():
        if plain(label) in names.exact and other not in names.exact:
            names.loose.setdefault(plain(other), names.exact[plain(label)])
    return names


def other_labels(resource, column):
    """What people call a column after its model: 项目名称; a related row by its key's label."""
    if column.attribute == "name":
        label = str(resource._meta.model._meta.verbose_name)
        yield from (f"{label}名称", f"{label[2:]}名称", f"{label[-2:]}名称", label)
    elif column.source.many_to_one and "__" not in column.attribute:
        model = column.source.related_model
        yield str(model._meta.get_field(model.KEY[0].partition("__")[0]).verbose_name)
        label = column.label
        yield from (f"{label}名称", f"{label[2:]}名称", f"{label}编号", f"{label}代码")


@dataclass
class Heading:
    """The row of the headings: `columns` are (column code, position, unit stated there)."""

    last: int  # the place of the row, among the rows read
    number: int  # as Excel counts
    columns: list[tuple[str, int, str]] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def codes(self):
        return {code for code, _, _ in self.columns}


def find_heading(resource, grid):
    """The Heading of a grid: the row, or pair of rows, that names most columns; None if none."""
    names = names_of(resource)
    best = None
    for place, (number, cells) in enumerate(grid[:SEARCHED_ROWS]):
        for above in (None, grid[place - 1][1] if place else None):
            found = heading_of(names, place, number, combined(names, above, cells))
            if best is None or len(found.columns) > len(best.columns):
                best = found
    return best if best and best.columns else None


def combined(names, above, cells):
    """The texts of a heading of two rows: the lower one, alone or after its group, or the upper."""
    if above is None:
        return [cell_text(cell) for cell in cells]
    texts, group = [], ""
    width = max(len(cells), len(above))
    for place in range(width):
        upper = cell_text(above[place]) if place < len(above) else ""
        lower = cell_text(cells[place]) if place < len(cells) else ""
        group = upper or group
        if lower and names.code(group + lower)[0]:
            texts.append(group + lower)
        else:
            texts.append(lower or upper)
    return texts


def heading_of(names, place, number, texts):
    heading = Heading(place, number, texts=texts)
    taken: dict[str, bool] = {}
    loose = []
    for position, text in enumerate(texts):
        code, is_exact = names.code(text)
        if not code:
            heading.unknown += [text] * bool(text and plain(text) not in IGNORED)
        elif not is_exact:
            loose.append((code, position, text))
        elif code in taken:
            heading.doubled.append(code)
        else:
            taken[code] = True
            heading.columns.append((code, position, unit_in(text)))
    for code, position, text in loose:
        if code in taken:
            heading.unknown.append(text)
        else:
            taken[code] = True
            heading.columns.append((code, position, unit_in(text)))
    heading.columns.sort(key=lambda column: column[1])
    return heading


def unit_in(text):
    """The unit of money that a heading states in brackets; empty if it states none."""
    notes = BRACKETS.findall(unicodedata.normalize("NFKC", cell_text(text)))
    words = (MARKS.sub("", note[1:-1]).removeprefix("单位") for note in notes)
    return next((word for word in words if word in YUAN), "")
