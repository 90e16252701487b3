"""What was read of a file: pages of cells, and a sheet of records under its headings."""

from dataclasses import dataclass, field

from aidtracker.sheets.columns.cells import cell_text, half_width
from aidtracker.sheets.columns.example import EXAMPLE
from aidtracker.sheets.reading.decisions import Decisions
from aidtracker.sheets.reading.mapping import MappedColumn

MAX_ROWS = 100_000
TOO_MANY = f"一次最多导入 {MAX_ROWS} 行，文件里不止这些，请分成几份。"
SHOWN_RANGES = 12
MAX_COLUMNS = 500
FIRST_COLUMNS = f"只读前 {MAX_COLUMNS} 列。"


class SheetError(ValueError):
    """A file that cannot be imported, with the reason in Chinese."""


class ManySheetsError(SheetError):
    """A workbook of which several sheets fit: `names` are theirs."""

    def __init__(self, names):
        super().__init__(f"有几张工作表都像要导入的数据：{'、'.join(names)}。请选择其中一张。")
        self.names = names


class MissingKeyError(SheetError):
    """A file in which no column is known to name its records; the person can say which does."""

    def __init__(self, message, mapped, decisions):
        super().__init__(message)
        self.mapped, self.decisions = mapped, decisions


class Once(dict):
    """Equal texts as one object each, so that a cell which stands in every row takes its room once.

    What each row says otherwise is not kept: the first `MOST` texts are.
    """

    MOST = 10_000

    def __missing__(self, text):
        if len(self) < self.MOST:
            self[text] = text
        return text


@dataclass
class Page:
    """One sheet of a file as it was read: pairs of a row's number as in Excel and its cells."""

    name: str
    rows: list
    is_hidden: bool = False
    # First and last row, first and last column of the merged cells that hold something.
    joint: list = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    is_csv: bool = False
    title: str = ""  # what the file is called


@dataclass
class Sheet:
    """Records under their headings.

    `columns` are (column code, position in a row, unit that the heading states), `faults` rows that
    cannot be read, (number, why, what of them), `doubts` rows that are read and may be wrong,
    (number, what of it, why). `companions` are the places of names beside codes, `mapped` the
    headings that are called otherwise or not known.
    """

    name: str
    columns: list
    rows: list
    notices: list[str] = field(default_factory=list)
    heading_number: int = 1
    version_at: int | None = None
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    doubts: list[tuple[int, str, str]] = field(default_factory=list)
    companions: list[tuple[str, int]] = field(default_factory=list)
    mapped: list[MappedColumn] = field(default_factory=list)
    decisions: Decisions = field(default_factory=Decisions)
    shape: str = ""
    # A public file leaves out what the public must not see: an empty cell says nothing there.
    is_public: bool = False

    @property
    def at(self):
        """Where messages say that something stands, if the file has several sheets."""
        return f"工作表“{self.name}”" if self.name else ""

    def version_of(self, cells):
        """The version a row was exported with, None if it does not say. Raises ValueError."""
        if self.version_at is None:
            return None
        text = half_width(cell_text(cells[self.version_at]))
        if not text or text == EXAMPLE:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise ValueError("“版本”应照导出时的原样，或留空。")
        return int(text)


def ranges(numbers):
    """Row numbers in words: 2–5、9; a long list ends with how many there are."""
    parts: list[list[int]] = []
    for number in dict.fromkeys(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    words = [str(low) if low == high else f"{low}–{high}" for low, high in parts[:SHOWN_RANGES]]
    more = f"……共 {len(numbers)} 行" if len(parts) > SHOWN_RANGES else ""
    return "、".join(words) + more
