"""Which row of a sheet holds the headings, and which column each of them means."""

import re
from dataclasses import dataclass, field

from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.reading.stated_units import (
    BRACKETS,
    LONGEST,
    fitting,
    is_other_money,
    is_row_of_units,
    plain,
    stated_unit,
    without_unit,
)

SEARCHED_ROWS = 30
HEADING_ROWS = 3
DEMANDS = re.compile(r"(必填|选填)项?$")
FRAMES = re.compile(r"[\s（）()\[\]【】]|单位[:：]?")
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


def bare(text):
    """A plain heading without notes in brackets."""
    return DEMANDS.sub("", BRACKETS.sub("", plain(text)))


@dataclass
class Names:
    """The texts by which headings name the columns of a resource."""

    exact: dict[str, str] = field(default_factory=dict)
    loose: dict[str, str] = field(default_factory=dict)
    found: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def code(self, text):
        """(column code, whether it is named exactly) of a heading; ("", False) if it is none."""
        if text not in self.found:
            self.found[text] = self.meant(text) if len(text) <= LONGEST else ("", False)
        return self.found[text]

    def meant(self, text):
        for form in (plain(text), bare(text), without_unit(bare(text))):
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
        label = str(resource.model._meta.verbose_name)
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
    """The Heading of a grid: the row that names most columns, with the groups in the rows above.

    None if no row names any.
    """
    names = names_of(resource)
    best = None
    for place, (number, _) in enumerate(grid[:SEARCHED_ROWS]):
        for depth in range(1, min(HEADING_ROWS, place + 1) + 1):
            rows = [cells for _, cells in grid[place - depth + 1 : place + 1]]
            found = heading_of(names, place, number, combined(names, rows))
            if best is None or len(found.columns) > len(best.columns):
                best = found
    if best is None or not best.columns:
        return None
    take_units(resource, best, grid)
    return best


def combined(names, rows):
    """The texts of a heading of some rows: the lowest, alone or after its groups, or an upper."""
    width = max(map(len, rows))
    levels = [[cell_text(cell) for cell in cells] + [""] * (width - len(cells)) for cells in rows]
    groups = [carried(level) for level in levels[:-1]]
    texts = []
    for place, lower in enumerate(levels[-1]):
        above = [group[place] for group in groups]
        grouped = ["".join([*above, lower]), *(text + lower for text in above)]
        upper = [level[place] for level in reversed(levels[:-1])]
        fitting = (text for text in grouped if lower and names.code(text)[0])
        texts.append(next(fitting, "") or next(filter(None, [lower, *upper]), ""))
    return texts


def carried(texts):
    """Texts of which each stands for the empty cells on its right, too."""
    found, last = [], ""
    for text in texts:
        last = text or last
        found.append(last)
    return found


def take_units(resource, heading, grid):
    """Let columns have the units that stand in the row below the heading, or in groups above it."""
    below = grid[heading.last + 1][1] if heading.last + 1 < len(grid) else []
    if is_row_of_units(below, heading.texts):
        heading.last += 1
        add_units(resource, heading, [FRAMES.sub("", cell_text(cell)) for cell in below])
    for _, cells in grid[max(0, heading.last - HEADING_ROWS) : heading.last]:
        texts = carried(map(cell_text, cells))
        if len(set(texts) - {""}) > 1:
            units = [stated_unit(text) if BRACKETS.search(text) else "" for text in texts]
            add_units(resource, heading, units, are_groups=True)


def add_units(resource, heading, units, are_groups=False):
    """Let columns without a unit have those that stand at their places; a group's if it fits."""
    columns = resource.columns_by_code
    for place, (code, at, unit) in enumerate(heading.columns):
        found = units[at] if at < len(units) and not unit and code in columns else ""
        is_taken = not are_groups or fitting(columns[code], found)
        if found and (is_taken or is_other_money(columns[code], found)):
            heading.columns[place] = (code, at, found)


def heading_of(names, place, number, texts):
    """What the texts of a row name: of two for one column the exact one, of two exact ones both."""
    heading = Heading(place, number, texts=texts)
    named = [(*names.code(text), position, text) for position, text in enumerate(texts)]
    taken: set[str] = set()
    for code, is_exact, position, text in sorted(named, key=lambda one: (not one[1], one[0] > "")):
        if code and code not in taken:
            taken.add(code)
            heading.columns.append((code, position, stated_unit(text)))
        elif is_exact:
            heading.doubled.append(code)
        elif code or (text and plain(text) not in IGNORED):
            heading.unknown.append(text)
    heading.columns.sort(key=lambda column: column[1])
    return heading
