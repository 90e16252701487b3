"""Whether two series may count the same things twice, and which of them follow one another.

Series are added only on a stated ground: what the record itself says (places with borders, sites,
rows of a register, bodies of different donors), or what a person wrote on their whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aidtracker.ground import partial_dates
from programs.models import Region
from projects.models import Enterprise, Investment, Metric, Outlet
from projects.models.metrics import SUBJECTS, Series

# How a thing leads to what it stands in, and how it is tied to its other versions.
CONTAINER = "parent"
VERSIONS = {"region": "replaced_by", "program": "predecessor", "site": "predecessor"}
XINJIANG_CODES = ("65", "XPCC")
XPCC_CODE = "XPCC"

# Why two different things of a kind, of which neither is known to be in the other, share nothing.
GROUNDS = {
    "region": "辖区不相交",
    "headquarters": "支援方不同",
    "project": "各是一个立项的项目",
    "investment": "各是一个招商项目",
    "enterprise": "各是独立的法人",
    "site": "各是一处场所",
    "outlet": "各是一处网点",
    "activity": "举办的时间不同",
}
# Why they may all the same; of a programme that is always so.
DOUBTS = {
    "region": "的范围没有明确的界线，或一方的数可能已含另一方",
    "headquarters": "同属一个支援方",
    "program": "可能算到同一些事和人",
    "enterprise": "可能有参股、成员或往来关系",
    "outlet": "中有平台，平台的数可能已含其上的店",
    "activity": "举办的时间可能相同，一个可能是另一个的一部分",
}
NO_GROUND = "没有写明互不重叠的依据"
# Who may come to two of a kind within one period, and is then counted at both.
PEOPLE = frozenset({"人", "名", "位", "户"})
FIRMS = frozenset({"家"})
CROWDS = {
    "project": PEOPLE | FIRMS,
    "activity": PEOPLE | FIRMS,
    "site": PEOPLE,
    "outlet": PEOPLE,
}
INDEPENDENT = (
    Enterprise.Kind.COMPANY,
    Enterprise.Kind.COOPERATIVE,
    Enterprise.Kind.BANK,
    Enterprise.Kind.INSTITUTION,
)


class Tie(StrEnum):
    """How two things of one kind stand to each other."""

    SAME = "same"
    VERSION = "version"  # 十城百店 and its 升级版
    NESTED = "nested"  # 阿克苏市 in 阿克苏地区, an investor and its local firm
    OPEN = "open"  # 南疆 and 阿克苏地区, a donor city and the place it aids, two programmes
    SEPARATE = "separate"


class Kinship:
    """Climbs from a thing to what contains it and to its earlier versions, each thing once."""

    def __init__(self) -> None:
        self._climbed: dict[tuple, set[int]] = {}
        self._investors: dict[int, list[Enterprise]] = {}

    def tie(self, kind: str, one: Any, other: Any) -> Tie:
        """The `Tie` of two things of the same kind of subject."""
        if one.pk == other.pk:
            return Tie.SAME
        pairs = ((one, other), (other, one))
        if any(high.pk in self._versions(kind, low) for low, high in pairs):
            return Tie.VERSION
        if any(high.pk in self._above(kind, low) for low, high in pairs):
            return Tie.NESTED
        if kind == "headquarters":
            # A province's headquarters speaks for those of its cities.
            return self.tie_of_donors(one.donor, other.donor)
        return Tie.SEPARATE if kind in GROUNDS and are_apart(kind, one, other) else Tie.OPEN

    def tie_of_donors(self, one: Region, other: Region) -> Tie:
        """How the headquarters of two donors stand to each other."""
        found = self.tie("region", one, other)
        return Tie.OPEN if found in (Tie.SAME, Tie.VERSION) else found

    def _versions(self, kind: str, row: Any) -> set[int]:
        links = (VERSIONS[kind],) if kind in VERSIONS else ()
        return self._climb(row, links)

    def _above(self, kind: str, row: Any) -> set[int]:
        links = (CONTAINER, VERSIONS.get(kind, CONTAINER))
        return self._climb(row, [name for name in links if hasattr(row, f"{name}_id")])

    def _climb(self, row: Any, links: Iterable[str]) -> set[int]:
        """The numbers of all that the links lead to from a row; a circle ends where it closes."""
        key = (type(row), row.pk, tuple(links))
        if key not in self._climbed:
            found: set[int] = set()
            waiting = [row]
            while waiting:
                low = waiting.pop()
                above = [getattr(low, name) for name in links]
                if CONTAINER in links and isinstance(low, Enterprise):
                    above += self._investors_of(low)
                ups = [up for up in above if up and up.pk not in found]
                found |= {up.pk for up in ups}
                waiting += ups
            self._climbed[key] = found
        return self._climbed[key]

    def _investors_of(self, row: Enterprise) -> list[Enterprise]:
        """Who has publicly invested in a firm: what the firm does is counted by them too."""
        if row.pk not in self._investors:
            deals = Investment.objects.published().filter(local_enterprise=row)
            self._investors[row.pk] = list(Enterprise.objects.filter(investments_made__in=deals))
        return self._investors[row.pk]


def are_apart(kind: str, one: Any, other: Any) -> bool:
    """Whether the record shows that two things, neither of them in the other, share nothing."""
    match kind:
        case "region":
            return are_comparable(one, other)
        case "enterprise":
            return all(row.kind in INDEPENDENT and row.credit_code for row in (one, other))
        case "outlet":
            return Outlet.Kind.PLATFORM not in (one.kind, other.kind)
        case "activity":
            return are_at_different_times(one, other)
    return True


def are_comparable(one: Region, other: Region) -> bool:
    """Two places of the same side whose borders are drawn: such places do not overlap.

    A donor city and the place it aids may both count the same sale; 南疆 has no fixed border; a
    prefecture's figures may hold those of the XPCC division within it.
    """
    if Region.Level.AREA in (one.level, other.level):
        return False
    return is_in_xinjiang(one) == is_in_xinjiang(other) and is_of_xpcc(one) == is_of_xpcc(other)


def is_in_xinjiang(region: Region) -> bool:
    return region.code.startswith(XINJIANG_CODES)


def is_of_xpcc(region: Region) -> bool:
    return region.code.startswith(XPCC_CODE)


def are_at_different_times(one: Any, other: Any) -> bool:
    """Whether two activities certainly had no day in common."""
    ends = [(row.starts_on, row.ends_on or row.starts_on) for row in (one, other)]
    if not all(start for start, _ in ends):
        return False
    (first, first_end), (second, second_end) = (
        (partial_dates.first_day(start), partial_dates.last_day(end)) for start, end in ends
    )
    return first_end < second or second_end < first


@dataclass(frozen=True)
class Comparison:
    """Two series beside each other: one line in time, or separate, or not to be added and why.

    `ground` says, for those that are separate, what shows it.
    """

    is_one_line: bool = False
    obstacles: tuple[str, ...] = ()
    ground: str = ""


def compare(one: Series, other: Series, kinship: Kinship) -> Comparison:
    """Whether figures of two series may be added, as far as subject and scope go.

    `is_one_line`: the same subject and scope, perhaps in successive versions, so that only figures
    of different times add up. `obstacles` are Chinese sentences, empty if there is none.
    """
    if one.pk == other.pk:
        return Comparison(is_one_line=True)
    if part := part_words(one, other):
        return Comparison(obstacles=(part,))
    found = ties(one, other, kinship)
    if one.part_of_id and one.part_of_id == other.part_of_id:
        return compare_parts(one, other, found)
    kinds = separating(one, other, found)
    obstacles = [] if kinds else subject_obstacles(one, other, found)
    if one.scope_words != other.scope_words:
        words = [f"“{row.scope_words}”" if row.scope_words else "没有说明" for row in (one, other)]
        obstacles.append(f"范围说明不同：{words[0]}和{words[1]}")
    if obstacles:
        return Comparison(obstacles=tuple(obstacles))
    return Comparison(is_one_line=not kinds, ground=GROUNDS[kinds[0]] if kinds else "")


def part_words(one: Series, other: Series) -> str:
    """Says so if one series is a part of the other, at any depth; otherwise empty."""
    for part, whole in ((one, other), (other, one)):
        above, seen = part.part_of, set()
        while above is not None and above.pk not in seen:
            if above.pk == whole.pk:
                return f"“{part}”是“{whole}”的其中一部分"
            seen.add(above.pk)
            above = above.part_of
    return ""


def compare_parts(one: Series, other: Series, found: dict[str, Tie]) -> Comparison:
    """Parts of one whole are separate where somebody has stated it of the whole; no statement
    makes separate what is known to stand one in the other."""
    whole = one.part_of
    if Tie.NESTED in found.values() and Tie.SEPARATE not in found.values():
        return Comparison(obstacles=tuple(subject_obstacles(one, other, found)))
    if whole.has_complete_parts:
        return Comparison(ground="同一整体的各部分")
    if whole.parts_ground:
        return Comparison(ground=f"依据：{whole.parts_ground}")
    return Comparison(obstacles=(f"“{whole}”的“其中”不齐全，各部分之和不是整体，彼此也可能重叠",))


def ties(one: Series, other: Series, kinship: Kinship) -> dict[str, Tie]:
    """The tie of each kind of subject that both series name."""
    rows = {kind: (getattr(one, kind), getattr(other, kind)) for kind in SUBJECTS}
    return {kind: kinship.tie(kind, *pair) for kind, pair in rows.items() if all(pair)}


def separating(one: Series, other: Series, found: dict[str, Tie]) -> list[str]:
    """The kinds of subject each of which alone shows that nothing is counted twice."""
    return [
        kind
        for kind, tie in found.items()
        if tie == Tie.SEPARATE and not may_come_twice(kind, one.metric)
    ]


def may_come_twice(kind: str, metric: Metric) -> bool:
    """Whether those who are counted may have been at both of two different things of a kind."""
    return metric.kind == Metric.Kind.FLOW and metric.unit in CROWDS.get(kind, ())


def subject_obstacles(one: Series, other: Series, found: dict[str, Tie]) -> list[str]:
    """Why two series about these subjects may count the same things; empty if they do not."""
    if not found:
        return [f"“{one}”和“{other}”的主体不是同一类，不能确定有没有重叠"]
    obstacles = [
        words
        for kind, tie in found.items()
        if (words := tie_words(kind, tie, getattr(one, kind), getattr(other, kind)))
    ]
    return obstacles + lone_subject_obstacles(one, other)


def tie_words(kind: str, tie: Tie, one: Any, other: Any) -> str:
    """Why two things of a kind may hold the same; empty for one thing and its versions."""
    match tie:
        case Tie.NESTED:
            both = "上下级、投资关系" if kind == "enterprise" else "上下级"
            return f"“{one}”和“{other}”是{both}或整体与部分，范围重叠"
        case Tie.OPEN:
            return f"“{one}”和“{other}”{DOUBTS[kind]}，{NO_GROUND}"
        case Tie.SEPARATE:
            return f"同一人、户或企业可能在“{one}”和“{other}”各计一次，{NO_GROUND}"
    return ""


def lone_subject_obstacles(one: Series, other: Series) -> list[str]:
    """A series that names one more subject is a narrower cut of the same thing."""
    return [
        f"“{narrow}”多限定了“{getattr(narrow, kind)}”，可能已包含在“{wide}”之内"
        for narrow, wide in ((one, other), (other, one))
        for kind in SUBJECTS
        if getattr(narrow, kind) and not getattr(wide, kind)
    ]
