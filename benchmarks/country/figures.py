"""The documents of the synthetic country and their figures, each printed as people print them."""

import hashlib
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import count
from math import ceil, floor, gcd
from typing import Any

from benchmarks.country import names
from benchmarks.country.chance import Chance
from benchmarks.country.places import Places
from benchmarks.country.series import DOZEN, OF_DOZEN, PLACES, STARTS, Measured, measure
from benchmarks.country.sizes import Sizes
from projects.models.observations import COMPUTED
from projects.reading import figures
from projects.reading.anchors import anchor

SOURCE_FIELDS = (
    *("code", "title", "kind", "publisher", "published_on", "sha256", "text", "maintainer_id"),
)
FIGURE_FIELDS = (
    *("source_id", "number", "start", "end", "anchor", "paragraph", "printed", "series_id"),
    *COMPUTED,
    *("nature", "accumulation", "period_start", "period_end", "as_of", "period_text"),
    *("attributed_to", "status", "rank", "rank_reason", "correction_reason", "maintainer_id"),
    "version",
)
SKIPPED_FIELDS = ("source_id", "start", "end", "reason", "maintainer_id")
KINDS = ("newspaper", "web", "report", "web", "newspaper", "public", "report", "web")
STEPS = ((1e8, "亿"), (1e4, "万"), (1, ""))
# How a figure is hedged: words before and after it, and which way the number is rounded.
HEDGES = (("超过", "", floor), ("近", "", ceil), ("约", "", round), ("", "余", floor))
SENTENCES = (
    ("据示例单位报送，{}该项指标为", "，比上期有所增长。"),
    ("{}，有关方面共同推进，实现", "，带动各方受益。"),
    ("示例统计显示，{}合计", "，各项工作按计划进行。"),
    ("{}完成", "，后续工作正在推进。"),
)
IN_PARAGRAPH = 5
SINCE = date(2010, 1, 1)
CORRECTED = 101  # every so many published figures was corrected once
# Kinds of chance.
HEDGE, NATURE, STATUS, RANK = 30, 31, 32, 33


class Documents:
    """The documents, each with its text and the figures that stand in it."""

    def __init__(self, sizes: Sizes, places: Places, measured: Measured, chance: Chance) -> None:
        self.sizes, self.places, self.measured, self.chance = sizes, places, measured, chance
        # Which figure of which series comes next: a walk that passes every one once.
        total = sizes.observations
        self.stride = next(step for step in count(int(total * 0.618) | 1) if gcd(step, total) == 1)

    def __iter__(self) -> Iterator[tuple[tuple, list[tuple], list[tuple]]]:
        """Each document with its figures and skipped phrases, as rows."""
        first = 0
        for number, many in enumerate(self.sizes.documents, 1):
            yield self.document(number, first, many)
            first += many

    def document(self, number: int, first: int, many: int) -> tuple[tuple, list, list]:
        title, maintainer = names.document(number), self.places.headquarters(number)
        text, found, skipped = [f"{title}\n"], [], []
        length = len(text[0])
        for at in range(many):
            figure = self.figure(first + at)
            lead, tail = SENTENCES[(number + at) % len(SENTENCES)]
            lead = lead.format(figure["period_text"])
            start = length + len(lead)
            end = start + len(figure["printed"])
            paragraph = 2 + at // IN_PARAGRAPH
            figure |= {"start": start, "end": end, "paragraph": paragraph}
            figure |= {"source_id": number, "number": at + 1, "maintainer_id": maintainer}
            found.append(figure)
            pieces = (lead, figure["printed"], tail, "\n" if at % IN_PARAGRAPH == 4 else "")
            text += pieces
            length = end + len(tail) + len(pieces[-1])
        if number % 10 == 0:
            text += ["\n文件编号", "12345", "。"]
            skipped.append((number, length + 5, length + 10, "rule", maintainer))
        source = self.source(number, title, "".join(text), maintainer)
        return source, [self.placed(figure, source) for figure in found], skipped

    def placed(self, figure: dict[str, Any], source: tuple) -> tuple:
        """A figure as a row, anchored in its document's text."""
        digest, text = source[SOURCE_FIELDS.index("sha256")], source[SOURCE_FIELDS.index("text")]
        figure["anchor"] = anchor(text, figure["start"], figure["end"], digest)
        return tuple([figure[name] for name in FIGURE_FIELDS])

    def source(self, number: int, title: str, text: str, maintainer: int) -> tuple:
        kind = KINDS[number % len(KINDS)]
        day = f"{2015 + number % 11}-{number % 12 + 1:02}"
        digest = hashlib.sha256(text.encode()).hexdigest()
        owner = maintainer if kind == "report" else None
        code, publisher = names.document_code(number), f"示例日报{number % 30 + 1:02}"
        return code, title, kind, publisher, day, digest, text, owner

    def figure(self, walked: int) -> dict[str, Any]:
        """What one figure says; not where it stands."""
        total = self.sizes.observations
        dozen, slot = divmod(walked * self.stride % total, OF_DOZEN)
        place = PLACES[slot]
        series, at = dozen * DOZEN + place + 1, slot - STARTS[place]
        scope = self.measured.scope(series)
        measured = measure(scope.metric)
        window = self.measured.window(series, at)
        start = SINCE if measured.accumulation == "cumulative" else window.start
        printed = self.printed(self.measured.stated(series, at), measured.unit, walked)
        status = self.status(walked)
        read = computed(printed)
        is_corrected = status == "published" and read[-1] == "exact" and walked % CORRECTED == 0
        is_preferred = status == "published" and self.chance.below(50, RANK, walked) == 0
        return {
            "printed": printed,
            "series_id": series,
            **dict(zip(COMPUTED, read, strict=True)),
            "nature": self.nature(place, walked),
            "accumulation": measured.accumulation,
            "period_start": None if measured.is_point else start,
            "period_end": None if measured.is_point else window.end,
            "as_of": window.end if measured.is_point else None,
            "period_text": window.words,
            "attributed_to": "示例统计部门" if walked % 10 == 0 else "",
            "status": status,
            "rank": "preferred" if is_preferred else "normal",
            "rank_reason": "示例：来源更完整" if is_preferred else "",
            "correction_reason": "示例：原记录漏看了修饰词" if is_corrected else "",
            "version": 2 if is_corrected else 1,
        }

    def nature(self, place: int, walked: int) -> str:
        """Some of the shorter series are targets and plans."""
        at = self.chance.below(10, NATURE, walked)
        return ("target", "plan")[at] if place < 5 and at < 2 else "actual"

    def status(self, walked: int) -> str:
        at = self.chance.below(100, STATUS, walked)
        return "published" if at < 93 else ("draft" if at < 97 else "submitted")

    def printed(self, value: float, unit: str, walked: int) -> str:
        """A value in three digits, a quarter of them hedged."""
        if unit == "%":
            return f"{value:.1f}%"
        before, after, rounded = "", "", round
        hedge = self.chance.below(16, HEDGE, walked)
        factor, scale = next(step for step in STEPS if value >= step[0] or step[0] == 1)
        places = 0 if factor == 1 else max(0, 2 - len(str(int(value / factor))) + 1)
        if hedge < len(HEDGES) and (places == 0 or HEDGES[hedge][1] == ""):
            before, after, rounded = HEDGES[hedge]
        shown = rounded(value / factor * 10**places) / 10**places
        return f"{before}{max(shown, 1):.{places}f}{after}{scale}{unit}"


@lru_cache(maxsize=200_000)
def computed(printed: str) -> tuple[Any, ...]:
    """What the program reads in a printed figure."""
    figure = figures.parse(printed)
    return tuple(getattr(figure, name) for name in COMPUTED)
