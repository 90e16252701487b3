"""Sentences made of figures: when, who, what, and the figure as it is printed.

Every word but the printed figure and the names of the record is ours; nothing is copied from the
documents. A sentence is a list of pieces: words, and `Told`, a figure with its footnotes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from aidtracker.templatetags.formatting import UNKNOWN, period, split_figure
from programs.models.programs import Sector
from projects.models import Observation
from projects.sums.claims import statement

THEMES = {value: at for at, value in enumerate(Sector.values)}
TABLED = 3  # statements of one series that are told in a table
CROSSED = 4  # scopes of one metric that are
TARGET = ("target", "plan", "agreement", "estimate")
HEDGE_BEHIND = re.compile(r"(左右|上下|以上|以下|以内|多|余)$")
COUNTER = re.compile(r"[^\d.%％〔〕一二两三四五六七八九十百千万亿几余多来]*$")
OF_TIME = re.compile(r"[\d年月日]")  # words of a document that say which time
SAME_TIME = "同期"
DISPUTED = "说法不一，见文末"
YEARS = ("年", "个月", "天", "日")  # counters of what lasts: nobody has so many of it
NOUNS = ("目标", "协议")  # natures behind which no verb can stand
Piece = Any  # words, or Told


@dataclass(frozen=True)
class Told:
    """Figures of several documents that say the same: printed once, each with its footnote."""

    figures: tuple[Observation, ...]

    @property
    def first(self) -> Observation:
        return self.figures[0]


def as_printed(row: Observation) -> str:
    """The figure with its hedge and unit, without the spaces of its document."""
    parts = split_figure(row.printed)
    return f"{parts.hedge}{parts.number}{parts.unit}"


def statements(rows: Iterable[Observation]) -> list[Told]:
    """What figures say, each once, in their order."""
    found: dict[Any, list[Observation]] = {}
    for row in rows:
        found.setdefault(statement(row), []).append(row)
    return [Told(tuple(several)) for several in found.values()]


def time_words(row: Observation) -> str:
    """2020年1月—2023年4月（推断，原文“3年来”）; empty where no document says."""
    words = period(row)
    if words == UNKNOWN:
        return ""
    if not (row.period_start or row.period_end or row.as_of):
        return f"原文所说“{words}”"
    if not row.is_period_inferred:
        return words
    said = f"，原文“{row.period_text}”" if OF_TIME.search(row.period_text) else ""
    return f"{words}（推断{said}）"


def is_dated(row: Observation) -> bool:
    return bool(row.period_start or row.period_end or row.as_of)


def plain_time(row: Observation) -> str:
    """The time of a figure alone, whatever it was inferred from."""
    words = period(row)
    if words == UNKNOWN or is_dated(row):
        return "" if words == UNKNOWN else words
    return f"时间不详（原文“{words}”）"


def is_inferred(row: Observation) -> bool:
    return row.is_period_inferred and is_dated(row)


def when(rows: Sequence[Observation], before: Any, quoted: set[tuple[str, str]]) -> str:
    """The time that figures have in common; of the words that it was inferred from each is quoted
    once: `quoted` are those that were. `before` is the time of the sentence before it."""
    plain = plain_time(rows[0])
    words = SAME_TIME if plain and before == (plain, is_inferred(rows[0])) else plain
    if not is_inferred(rows[0]):
        return words
    said = dict.fromkeys(row.period_text for row in rows if OF_TIME.search(row.period_text))
    new = [one for one in said if (plain, one) not in quoted and bare(one) != bare(plain)]
    quoted.update((plain, one) for one in new)
    if words == SAME_TIME and not new:
        return words
    quotes = "".join(f"“{one}”" for one in new)
    return f"{words}（推断{f'，原文{quotes}' if quotes else ''}）"


def bare(words: str) -> str:
    return words.lstrip("截至到")


def name_before(name: str, printed: str) -> str:
    """What is counted, before its number: 产业援疆项目数 before 1344个 as 产业援疆项目."""
    counter = COUNTER.search(HEDGE_BEHIND.sub("", printed))[0]
    if not counter:
        return name
    plain = name.removesuffix("数")
    rest = plain.removesuffix("次").removesuffix(counter) if counter == "场" else plain
    rest = rest.removesuffix("人" if counter == "名" else counter)
    if rest not in ("", plain):
        return f"{rest}的有" if len(counter) > 1 and not counter.endswith("次") else rest
    if plain.endswith("年") and counter == "年":
        return plain.removesuffix("年")
    return plain if name.endswith("数") and not plain.endswith("人") else name


def subject_words(row: Observation, known: str) -> str:
    """Whom a figure is about, without the subject that goes without saying."""
    return "·".join(str(one) for one in row.series.subjects if str(one) != known)


def remark(row: Observation, is_said: bool) -> str:
    """What a figure cannot be quoted without: what it is called, who says it, how it stands, and
    that others say otherwise."""
    status, prices = row.get_obs_status_display(), row.get_price_basis_display()
    said_by = f"据{row.attributed_to}" if row.attributed_to and not is_said else ""
    disputed = DISPUTED if row.is_contradicted else ""
    words = "，".join(filter(None, (row.called, said_by, status, prices, disputed)))
    return f"（{words}）" if words else ""


def alike(told: Told, known: str) -> tuple:
    """What statements have in common that stand in one sentence."""
    row = told.first
    return (plain_time(row), is_inferred(row)), row.nature, subject_words(row, known)


def sentence(
    several: Sequence[Told], known: str, before: Any, quoted: set[tuple[str, str]]
) -> list[Piece]:
    """One sentence of statements that have time, nature and subject in common.

    `before` is the time of the sentence before it, which is not said twice; `quoted` are the words
    that were quoted for a time.
    """
    rows = [told.first for told in several]
    _, nature, subject = alike(several[0], known)
    scope = common(row.series.scope_words for row in rows)
    speaker = common(row.attributed_to for row in rows)
    label = Observation.Nature(nature).label if nature in TARGET else ""
    if all(label in str(row.series.metric) for row in rows):
        label = ""
    whom = f"{subject}（{scope}）" if subject and scope else subject or scope
    stops = label in NOUNS or whom.endswith("合计")
    is_cumulative = all(row.accumulation == "cumulative" for row in rows)
    so_far = ("（累计）" if stops else "累计") if is_cumulative else ""
    time = when(rows, before, quoted)
    lead = "".join(f"{words}，" for words in (speaker and f"据{speaker}", time) if words)
    words = f"{whom}{label}{so_far}"
    pieces: list[Piece] = [lead if words or len(several) == 1 else lead.removesuffix("，"), words]
    pieces.append("：" if len(several) > 1 or (stops and words) else gap(words, rows[0]))
    pieces += phrases(several, scope, is_cumulative, bool(speaker))
    return [piece for piece in [*pieces, "。"] if piece]


def phrases(
    several: Sequence[Told], scope: str, is_cumulative: bool, is_said: bool
) -> Iterator[Piece]:
    """What statements say, one after the other; of one thing in several scopes, its name once."""
    last = ""
    for told in several:
        row, printed = told.first, as_printed(told.first)
        so_far = "累计" if row.accumulation == "cumulative" and not is_cumulative else ""
        name = f"{so_far}{name_before(str(row.series.metric), printed)}"
        own = row.series.scope_words
        scoped = f"（{own}）" if own and own != scope else ""
        if last:
            yield "、" if scoped and name == last else "，"
        yield scoped if scoped and name == last else f"{name}{scoped}"
        yield told
        yield remark(row, is_said)
        last = name


def common(words: Iterable[str]) -> str:
    """What is said of all; empty if it differs."""
    found = set(words)
    return found.pop() if len(found) == 1 else ""


def gap(before: str, row: Observation) -> str:
    """What stands between a subject and the name of what is counted: of things it has, that it has
    them; elsewhere what keeps two words from running into one, 金华新村的村人均收入."""
    name, printed = str(row.series.metric), as_printed(row)
    counted = name.endswith("数") and not name.endswith("人数") and not lasts(printed)
    is_had = row.nature == "actual" and row.accumulation == "point" and counted
    if before and is_had and not name_before(name, printed).endswith(("的有", "数")):
        return "有"
    return "的" if before and before[-1] == name[0] else ""


def lasts(printed: str) -> bool:
    return HEDGE_BEHIND.sub("", printed).endswith(YEARS)


def order(told: Told, known: str) -> tuple:
    """Within a theme: whole before narrowed, subject by subject, the latest time first."""
    row = told.first
    moment = row.moment
    return (
        subject_words(row, known),
        row.nature in TARGET,
        -(moment.toordinal() if moment else 0),
        row.source.code,
        row.number,
    )


def by_theme(rows: Iterable[Observation]) -> Iterator[tuple[str, list[Observation]]]:
    """Figures by the field of their metrics: the money first."""
    ordered = sorted(rows, key=lambda row: THEMES.get(row.series.metric.sector, len(THEMES)))
    for sector, group in groupby(ordered, key=lambda row: row.series.metric.sector):
        yield str(Sector(sector).label), list(group)


def sentences(
    several: Iterable[Told], known: str, quoted: set[tuple[str, str]]
) -> Iterator[list[Piece]]:
    """All statements, those that belong together in one sentence."""
    groups: dict[tuple, list[Told]] = {}
    for told in sorted(several, key=lambda told: order(told, known)):
        groups.setdefault(alike(told, known), []).append(told)
    before = None
    for (time, *_), group in groups.items():
        yield sentence(group, known, before, quoted)
        before = time


def tabled(rows: Sequence[Told]) -> tuple[list[list[Told]], list[Told]]:
    """Series of which so much is said that a table tells it better, and all other statements."""
    series: dict[int, list[Told]] = {}
    for told in rows:
        series.setdefault(told.first.series_id, []).append(told)
    tables = [several for several in series.values() if len(several) >= TABLED]
    known = {id(told) for several in tables for told in several}
    return tables, [told for told in rows if id(told) not in known]


@dataclass(frozen=True)
class Cross:
    """Metrics side by side, scope under scope: what has time, nature and subject in common."""

    title: str
    metrics: list[str]
    rows: list[tuple[str, list[Told | None]]]

    @property
    def first(self) -> Told:
        return next(told for _, cells in self.rows for told in cells if told)


def crossed(several: Iterable[Told], known: str) -> tuple[list[Cross], list[Told]]:
    """Tables of what would be a long row of scopes in a sentence, and all other statements."""
    groups: dict[tuple, list[Told]] = {}
    for told in several:
        groups.setdefault((*alike(told, known), told.first.accumulation), []).append(told)
    tables, others = [], []
    for (_, nature, subject, _), group in groups.items():
        scopes: dict[str, set[str]] = {}
        for told in group:
            scopes.setdefault(metric_of(told), set()).add(told.first.series.scope_words)
        wide = {name for name, own in scopes.items() if len(own - {""}) >= CROSSED}
        others += [told for told in group if metric_of(told) not in wide]
        if wide:
            label = Observation.Nature(nature).label
            time = when([told.first for told in group], None, set())
            title = "，".join(filter(None, (subject or known, time, label)))
            tables.append(cross(title, [told for told in group if metric_of(told) in wide]))
    return tables, others


def metric_of(told: Told) -> str:
    return str(told.first.series.metric)


def cross(title: str, several: Sequence[Told]) -> Cross:
    """Scopes as their document tells them, the whole last."""
    ordered = sorted(several, key=lambda told: (told.first.source.code, told.first.number))
    metrics = list(dict.fromkeys(map(metric_of, ordered)))
    scopes = dict.fromkeys(told.first.series.scope_words for told in ordered)
    cells = {(told.first.series.scope_words, metric_of(told)): told for told in ordered}
    rows = [(scope, [cells.get((scope, one)) for one in metrics]) for scope in scopes]
    return Cross(title, metrics, sorted(rows, key=lambda row: row[0] == ""))
