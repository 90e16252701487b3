"""The public figures as SDMX-CSV 2.0, written by the database while they are sent.

Two documents that state one thing are two observations: what tells them apart is the dimension
STATEMENT, the document and the number of the figure in it. A figure of which no document says when
has no place in a time series and is left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Expression, F, Func, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat, Substr

from aidtracker.ground.addresses import pieces
from aidtracker.ground.features import fields_at
from aidtracker.sheets import Extract, FileColumn, Kind, csv_lines, sql, with_crlf
from projects.models import Observation
from projects.models.metrics import SUBJECTS
from projects.models.scope_entries import SCOPES

AGENCY, FLOW, VERSION = "AIDTRACKER", "FIGURES", "1.0.0"
FLOW_ID = f"{AGENCY}:{FLOW}({VERSION})"
TYPE = "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8"
NOT_APPLICABLE = "_Z"
# Of the code list that statistical offices share.
OBS_STATUS = {
    "A": "正常",
    "P": "初步数",
    "R": "修订数",
    "B": "口径断裂",
    "O": "没有数值，只有文字",
}
STATUSES = {"provisional": "P", "revised": "R", "break": "B"}


class TimePeriod(Func):
    """The time that a figure speaks of, as SDMX writes it: a year, half, quarter, month or day, or
    a first day with a duration."""

    output_field: Any = TextField()
    # How each database writes a day, the day after it, and the days from one to another.
    DAY = ("TO_CHAR({}, 'YYYY-MM-DD')", "{}")
    NEXT = ("TO_CHAR({} + 1, 'YYYY-MM-DD')", "DATE({}, '+1 day')")
    DAYS = ("({end} - {start} + 1)", "CAST(JULIANDAY({end}) - JULIANDAY({start}) + 1 AS INTEGER)")
    WORDS = (
        "CASE WHEN {start} = {end} THEN {first}"
        " WHEN SUBSTR({first}, 6) = '01-01' AND SUBSTR({next}, 6) = '01-01' THEN"
        " CASE WHEN SUBSTR({first}, 1, 4) = SUBSTR({last}, 1, 4) THEN SUBSTR({first}, 1, 4)"
        " ELSE {first} || '/P' || (CAST(SUBSTR({last}, 1, 4) AS INTEGER) + 1"
        " - CAST(SUBSTR({first}, 1, 4) AS INTEGER)) || 'Y' END"
        " WHEN SUBSTR({first}, 1, 7) = SUBSTR({last}, 1, 7) AND SUBSTR({first}, 9) = '01'"
        " AND SUBSTR({next}, 9) = '01' THEN SUBSTR({first}, 1, 7)"
        " WHEN SUBSTR({first}, 1, 4) = SUBSTR({last}, 1, 4) AND"
        " SUBSTR({first}, 6) || SUBSTR({last}, 6) IN ({spans}) THEN SUBSTR({first}, 1, 4) ||"
        " CASE SUBSTR({first}, 6) || SUBSTR({last}, 6) {cases} END"
        " ELSE {first} || '/P' || {days} || 'D' END"
    )
    SPANS = {
        "01-0103-31": "-Q1",
        "04-0106-30": "-Q2",
        "07-0109-30": "-Q3",
        "10-0112-31": "-Q4",
        "01-0106-30": "-S1",
        "07-0112-31": "-S2",
    }

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        at = connection.vendor == "sqlite"
        found = [compiler.compile(source) for source in self.get_source_expressions()]
        from_, to, on = (text for text, _ in found)
        end = f"COALESCE({to}, {on}, {from_})"
        start = f"COALESCE({from_}, {to}, {on})"
        words = self.WORDS.format(
            start=start,
            end=end,
            first=self.DAY[at].format(start),
            last=self.DAY[at].format(end),
            next=self.NEXT[at].format(end),
            days=self.DAYS[at].format(start=start, end=end),
            spans=", ".join(f"'{one}'" for one in self.SPANS),
            cases=" ".join(f"WHEN '{one}' THEN '{said}'" for one, said in self.SPANS.items()),
        )
        return words, []


def text_of(*parts: Any) -> Expression:
    return Concat(*parts, output_field=TextField())


def subject(series: str = "series__") -> Expression:
    """What a figure is about: `region@aksu$site@…`, made of kinds and slugs."""
    pairs = [(f"{series}{name}", Value(f"${name}@"), "slug") for name in SUBJECTS]
    return Substr(joined(pairs), 2)


def scope(series: str = "series__") -> Expression:
    """The entries of the list of scopes that hold: `all-donors$online`."""
    pairs = [(f"{series}{name}", Value("$"), "code") for name in SCOPES]
    return of_scopes(series, joined(pairs))


def subject_words(series: str) -> Expression:
    """The names of what a series is about."""
    return Substr(joined([(f"{series}{name}", Value("，"), "name") for name in SUBJECTS]), 2)


def scope_words(series: str) -> Expression:
    pairs = [(f"{series}{name}", Value("，"), "name") for name in SCOPES]
    return of_scopes(series, joined(pairs), "没有范围条目")


def joined(pairs: Iterable[tuple[str, Value, str]]) -> Expression:
    """For each row that is named, something in front and a column of it."""
    parts = [
        Case(
            When(**{path: None}, then=Value("")),
            default=text_of(before, F(f"{path}__{column}")),
            output_field=TextField(),
        )
        for path, before, column in pairs
    ]
    return text_of(*parts)


def of_scopes(series: str, text: Expression, nothing: str = NOT_APPLICABLE) -> Expression:
    """A text made of the entries that hold; they are filled from the first on."""
    first = {f"{series}first_scope": None}
    return Case(
        When(**first, then=Value(nothing)), default=Substr(text, 2), output_field=TextField()
    )


def statement() -> Expression:
    number = sql.part_of_key("number", Observation._meta.get_field("number"))
    return text_of(F("source__code"), Value("-"), number)


def status() -> Expression:
    cases = [When(obs_status=ours, then=Value(theirs)) for ours, theirs in STATUSES.items()]
    return Case(
        When(value=None, then=Value("O")), *cases, default=Value("A"), output_field=TextField()
    )


def digits(name: str, model: Any = Observation) -> Expression:
    """A number as the text of its digits, in JSON, too."""
    return Cast(sql.Written(F(name), words=sql.number(model._meta.get_field(name))), TextField())


@dataclass(frozen=True)
class Component:
    """A dimension or an attribute: its name, its meaning, its codes if it has any."""

    code: str
    label: str
    write: Any  # (site) → expression
    list_name: str = ""


DIMENSIONS = (
    Component("METRIC", "指标", lambda site: F("series__metric__slug"), "METRIC"),
    Component(
        "SUBJECT", "所说的对象：种类@网址名，多个之间用 $", lambda site: subject(), "SUBJECT"
    ),
    Component("SCOPE", "范围条目，多条之间用 $；没有是 _Z", lambda site: scope(), "SCOPE"),
    Component("NATURE", "性质", lambda site: F("nature"), "NATURE"),
    Component("ACCUMULATION", "累计方式", lambda site: F("accumulation"), "ACCUMULATION"),
    Component("STATEMENT", "哪份文献的第几处：文献编号-序号", lambda site: statement()),
)
TIME = Component(
    "TIME_PERIOD",
    "期间",
    lambda site: TimePeriod(F("period_start"), F("period_end"), F("as_of")),
)
MEASURE = Component("OBS_VALUE", "数值，单位见 UNIT_MEASURE", lambda site: digits("value"))
ATTRIBUTES = (
    Component("OBS_STATUS", "数据状态", lambda site: status(), "OBS_STATUS"),
    Component("UNIT_MEASURE", "单位", lambda site: F("series__metric__unit")),
    Component("HEDGE", "原文的修饰：超过、近、约", lambda site: F("qualifier"), "HEDGE"),
    Component("LOWER", "原文所容许的下界", lambda site: digits("lower")),
    Component("UPPER", "原文所容许的上界", lambda site: digits("upper")),
    Component("VALUE_HIGH", "原文是范围时上端的数值", lambda site: digits("value_high")),
    Component("PRINTED", "原文数字", lambda site: F("printed")),
    Component("SERIES_NAME", "序列", lambda site: F("series__name")),
    Component("SCOPE_NOTE", "范围说明", lambda site: F("series__scope_note")),
    Component("PERIOD_TEXT", "原文期间", lambda site: F("period_text")),
    Component("PRICE_BASIS", "价格", lambda site: F("price_basis"), "PRICE_BASIS"),
    Component("RANK", "采用", lambda site: F("rank"), "RANK"),
    Component("SOURCE", "文献", lambda site: F("source__title")),
    Component("PAGE", "这个数字在本站的网页", lambda site: page(site)),
)
COMPONENTS = (*DIMENSIONS, TIME, MEASURE, *ATTRIBUTES)
BEFORE = {"STRUCTURE": "dataflow", "STRUCTURE_ID": FLOW_ID, "ACTION": "I"}


def page(site: str) -> Expression:
    first, *rest = pieces("observation-detail", len(Observation.PAGE))
    parts = [sql.part_of_key(path, fields_at(Observation, path)[-1]) for path in Observation.PAGE]
    return sql.Composed(*parts, pieces=(f"{site}{first}", *rest))


def lines(rows: QuerySet, site: str) -> Iterator[bytes]:
    """The file of some public figures; addresses begin with `site`."""
    yield from csv_lines([[*BEFORE, *(one.code for one in COMPONENTS)]])
    extract = Extract(timed(rows).order_by("pk"), columns(site), is_whole=True)
    if extract.is_copied:
        yield from with_crlf(extract.copied(sql.AS_IT_IS))
    else:
        yield from csv_lines(extract.selected(sql.AS_IT_IS))


def timed(rows: QuerySet) -> QuerySet:
    return rows.exclude(Q(period_start=None) & Q(period_end=None) & Q(as_of=None))


def columns(site: str) -> Sequence[FileColumn]:
    constants = [(name, lambda site, said=said: Value(said)) for name, said in BEFORE.items()]
    written = [*constants, *((one.code, one.write) for one in COMPONENTS)]
    return [column(code, write, site) for code, write in written]


def column(code: str, write: Any, site: str) -> FileColumn:
    return FileColumn(code, code, Kind.TEXT, lambda words: write(site))
