"""Which row of a sheet holds the headings, and which column each of them means."""

import re
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple

from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.columns.sets import companion_of
from aidtracker.sheets.columns.synonyms import ALSO_CALLED
from aidtracker.sheets.reading.decisions import NOT_IMPORTED, shape_of
from aidtracker.sheets.reading.stated_units import (
    BRACKETS,
    LONGEST,
    fitting,
    is_other_money,
    is_row_of_units,
    plain,
    stated_unit,
    unit_of_title,
    without_unit,
)

SEARCHED_ROWS = 30
LONGEST_UNKNOWN = 20
NUMBERED = re.compile(r"^(?:[0-9]{1,2}[.、．)]|[一二三四五六七八九十]{1,3}、)")
NUMERAL = re.compile(r"[-+]?[0-9.,]+$")
HEADING_ROWS = 3
DEMANDS = re.compile(r"(必填|选填)项?$")
FRAMES = re.compile(r"[\s（）()\[\]【】]|单位[:：]?")
IGNORED = {"序号", "no", "行号"}
# Columns that public files have, and that say nothing new.
PUBLIC_ONLY = {"本站网页", "page", "引自", "citation"}


# Notes of a heading by which it is another column, or a part of one: 开工时间（计划）.
OTHER = re.compile(
    "其中|占|比重|比例|[增降]|同比|环比|率|[今明去上前]年|同期|[本当][年月季期周]|年度|累计|计划|目标"
    "|预计|拟|实际|剩余|结余|[尚]?未|缺口|调整|自筹|配套"
)
OF_PARTS = {"其中", "占", "比重", "比例", "同比", "环比", "率", "增", "降"}


def notes_of(text):
    """What stands in brackets in a heading, but for units."""
    notes = (note[1:-1] for note in BRACKETS.findall(plain(text)))
    return [note for note in notes if not stated_unit(f"({note})")]


def bare(text):
    """A plain heading without notes in brackets."""
    return DEMANDS.sub("", BRACKETS.sub("", plain(text)))


@dataclass
class Names:
    """The texts by which headings name the columns of a resource.

    `companions` name what stands beside a code, `decided` is what a person said of a heading.
    """

    exact: dict[str, str] = field(default_factory=dict)
    loose: dict[str, str] = field(default_factory=dict)
    companions: dict[str, str] = field(default_factory=dict)
    decided: dict[str, str] = field(default_factory=dict)
    found: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def code(self, text):
        """(column code, whether it is named exactly) of a heading; ("", False) if it is none."""
        if text not in self.found:
            self.found[text] = self.meant(text) if len(text) <= LONGEST else ("", False)
        return self.found[text]

    def meant(self, text):
        if (known := plain(text)) in self.decided:
            return self.decided[known], True
        for form in self.forms(text):
            if form in self.exact:
                return self.exact[form], True
            if form in self.loose:
                return self.loose[form], False
        return "", False

    def forms(self, text):
        """What a heading may be called without its notes, unless these say of what else it is."""
        yield plain(text)
        text = NUMBERED.sub("", plain(text))
        name = without_unit(bare(text))
        others = [one for note in notes_of(text) for one in OTHER.findall(note) if one not in name]
        if not others:
            yield from (text, bare(text), name)
        elif not OF_PARTS & {*others}:
            yield from (word for note in notes_of(text) for word in (note + name, name + note))


def names_of(resource, decided=None):
    """The Names of a resource's columns, and of what a person decided of headings."""
    codes = {column.column_name for column in resource.columns}
    known = {word: code for word, code in (decided or {}).items() if code in codes or not code}
    names = Names(decided=known)
    for column in resource.columns:
        for text in (column.column_name, column.label):
            names.exact.setdefault(plain(text), column.column_name)
    for column in resource.columns:
        names.exact.setdefault(bare(column.label), column.column_name)
        names.companions |= {plain(text): column.column_name for text in companion_of(column)}
        take_loose(names, column, other_labels(resource, column))
    by_label = {column.label: column for column in resource.columns}
    for label in ALSO_CALLED:
        if column := by_label.get(label):
            take_loose(names, column, ALSO_CALLED[label])
    return names


def take_loose(names, column, texts):
    """Let a column have other names, unless another column has them."""
    for text in map(plain, texts):
        if text not in names.exact:
            names.loose.setdefault(text, column.column_name)


def other_labels(resource, column):
    """What people call a column after its model: 项目名称; a related row by its key's label."""
    if column.attribute == "name":
        label = str(resource.model._meta.verbose_name)
        yield from (f"{label}名称", f"{label[2:]}名称", f"{label[-2:]}名称", label)
    elif not column.source.is_relation:
        label = str(resource.model._meta.verbose_name)
        yield from (f"{label}{column.label}", f"{label[-2:]}{column.label}")  # 网点类型
    elif column.source.many_to_one and "__" not in column.attribute:
        model = column.source.related_model
        yield str(model._meta.get_field(model.KEY[0].partition("__")[0]).verbose_name)
        label = column.label
        yield from (f"{label}名称", f"{label[2:]}名称", f"{label}编号", f"{label}代码")


class Known(Enum):
    """How a heading is known to mean a column."""

    EXACT = "列名"
    LOOSE = "别的叫法"
    DECIDED = "已选定"
    BESIDE = "代码旁的名称"
    NOT = ""


class Use(NamedTuple):
    """What a heading is read as: a column's code, empty if it is not imported."""

    text: str
    position: int
    code: str
    known: Known


@dataclass
class Heading:
    """The row of the headings: `columns` are (column code, position, unit stated there).

    `uses` are all its headings but row numbers; `shape` is that of the file.
    """

    last: int  # the place of the row, among the rows read
    number: int  # as Excel counts
    columns: list[tuple[str, int, str]] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    shape: str = ""

    @property
    def companions(self):
        """Where names stand beside codes: (column code, position)."""
        return [(one.code, one.position) for one in self.uses if one.known is Known.BESIDE]

    @property
    def codes(self):
        return {code for code, _, _ in self.columns}


def find_heading(resource, grid, decisions=None):
    """The Heading of a grid: the row that names most columns, with the groups in the rows above.

    Of a person's `decisions`, those for files with the same headings are taken in. None if no row
    names any column, and none looks like headings.
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
        best = likely_heading(names, grid)
    if best is None:
        return None
    best.shape = shape_of(map(plain, best.texts))
    if decisions and (decisions.recall(best.shape) or decisions.columns):
        names = names_of(resource, decisions.columns)
        best = replace(heading_of(names, best.last, best.number, best.texts), shape=best.shape)
    take_units(resource, best, grid)
    return best


def likely_heading(names, grid):
    """The first row that looks like headings, none of them known: some texts, all different."""
    for place, (number, cells) in enumerate(grid[:SEARCHED_ROWS]):
        texts = [cell_text(cell) for cell in cells]
        filled = [text for text in texts if text]
        are_words = all(len(text) <= LONGEST_UNKNOWN and not NUMERAL.match(text) for text in filled)
        if len(filled) > 1 and len(set(filled)) == len(filled) and are_words:
            return heading_of(names, place, number, texts)
    return None


def combined(names, rows):
    """The texts of a heading of some rows: the lowest, alone or after its groups, or an upper."""
    width = max(map(len, rows))
    levels = [[cell_text(cell) for cell in cells] + [""] * (width - len(cells)) for cells in rows]
    groups = [carried(level) for level in levels[:-1]]
    texts = []
    for place, lower in enumerate(levels[-1]):
        above = [group[place] for group in groups]
        grouped = ["".join([*above, lower])]
        grouped += [words for text in above for words in (text + lower, lower + text)]
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
            units = [unit_of_title(text) for text in texts]
            add_units(resource, heading, units, are_groups=True)


def add_units(resource, heading, units, are_groups=False):
    """Let columns without a unit have those that stand at their places; a group's if it fits."""
    columns = resource.columns_by_code
    for place, (code, at, unit) in enumerate(heading.columns):
        found = units[at] if at < len(units) and not unit and code in columns else ""
        is_taken = not are_groups or fitting(columns[code], found)
        if found and (is_taken or is_other_money(columns[code], found)):
            heading.columns[place] = (code, at, found)


def unit_of(names, text):
    """The unit that a heading states; the end of a column's own name is none: 本月完成."""
    is_name = plain(text) in names.exact or plain(text) in names.loose
    return "" if is_name and not BRACKETS.search(text) else stated_unit(text)


def heading_of(names, place, number, texts):
    """What the texts of a row name: of two for one column the exact one, of two exact ones both."""
    heading = Heading(place, number, texts=texts)
    named = [(*names.code(text), position, text) for position, text in enumerate(texts)]
    taken: set[str] = set()
    for code, is_exact, position, text in sorted(named, key=lambda one: (not one[1], one[0] > "")):
        word = plain(text)
        beside = names.companions.get(word, "")
        if code and code not in taken:
            taken.add(code)
            heading.columns.append((code, position, unit_of(names, text)))
            known = Known.EXACT if is_exact else Known.LOOSE
        elif code and is_exact:
            heading.doubled.append(code)
            continue
        elif beside in taken and word not in names.decided:
            code, known = beside, Known.BESIDE
        else:
            code, known = NOT_IMPORTED, Known.NOT
        if word in names.decided:
            known = Known.DECIDED
        if text and word not in IGNORED | PUBLIC_ONLY:
            heading.uses.append(Use(text, position, code, known))
    heading.columns.sort(key=lambda column: column[1])
    heading.uses.sort(key=lambda use: use.position)
    return heading
