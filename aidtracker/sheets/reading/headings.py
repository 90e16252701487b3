"""Which row of a sheet holds the headings, and which column each of them means."""

import re
import unicodedata
from dataclasses import dataclass, field

from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.columns.quantities import YUAN

SEARCHED_ROWS = 30
HEADING_ROWS = 3
LONGEST = 200
BRACKETS = re.compile(r"[（(\[【][^（()）\[\]【】]*[)）\]】]")
MARKS = re.compile(r"[\s*＊★☆·:：_]+")
DEMANDS = re.compile(r"(必填|选填)项?$")
UNITS = "|".join(YUAN)
# A unit behind a heading, without brackets: 总投资万元, 总投资/亿元.
UNIT_BEHIND = re.compile(rf"[,/、]?(?:单位)?((?:{UNITS})(?<!亿)(?<!万))$")
BRACKETS_OF = re.compile(r"[\s（）()\[\]【】]|单位[:：]?")
PARTS = re.compile(r"[,，;；、 ]")
OTHER_UNITS = {*"吨人个家亩㎡%％-—/", "人次", "公里", "平方米"}
UNIT_NOTE = re.compile(rf"(?:单位|金额|人民币)*({UNITS})")
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
        for form in (plain(text), bare(text), UNIT_BEHIND.sub("", bare(text))):
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
    take_units(best, grid)
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


def take_units(heading, grid):
    """Let columns have the units that stand in the row below the heading, or in groups above it."""
    below = grid[heading.last + 1][1] if heading.last + 1 < len(grid) else []
    if is_row_of_units(below, heading.texts):
        heading.last += 1
        add_units(heading, [f"（{BRACKETS_OF.sub('', cell_text(cell))}）" for cell in below])
    for _, cells in grid[max(0, heading.last - HEADING_ROWS) : heading.last]:
        texts = carried(map(cell_text, cells))
        if len(set(texts) - {""}) > 1:
            add_units(heading, [text if BRACKETS.search(text) else "" for text in texts])


def is_row_of_units(cells, titles):
    """Whether cells say nothing but units, apart from headings that are merged downwards."""
    texts = [cell_text(cell) for cell in cells]
    own = {text for text, title in zip(texts, titles, strict=False) if text != title}
    words = {BRACKETS_OF.sub("", text) for text in own} - {""}
    return bool(words & set(YUAN)) and words <= {*YUAN, *OTHER_UNITS}


def add_units(heading, texts):
    heading.columns = [
        (code, at, unit or (unit_in(texts[at]) if at < len(texts) else ""))
        for code, at, unit in heading.columns
    ]


def heading_of(names, place, number, texts):
    """What the texts of a row name: of two for one column the exact one, of two exact ones both."""
    heading = Heading(place, number, texts=texts)
    named = [(*names.code(text), position, text) for position, text in enumerate(texts)]
    taken: set[str] = set()
    for code, is_exact, position, text in sorted(named, key=lambda one: (not one[1], one[0] > "")):
        if code and code not in taken:
            taken.add(code)
            heading.columns.append((code, position, unit_in(text)))
        elif is_exact:
            heading.doubled.append(code)
        elif code or (text and plain(text) not in IGNORED):
            heading.unknown.append(text)
    heading.columns.sort(key=lambda column: column[1])
    return heading


def unit_in(text):
    """The unit of money that a heading states, in brackets or behind it; empty if it states none.

    元/吨 is none.
    """
    text = unicodedata.normalize("NFKC", cell_text(text)[:LONGEST])
    notes = (part for note in BRACKETS.findall(text) for part in PARTS.split(note[1:-1]))
    found = (UNIT_NOTE.fullmatch(MARKS.sub("", note)) for note in notes)
    behind = UNIT_BEHIND.search(plain(text))
    return next((unit[1] for unit in (*found, behind) if unit), "")
