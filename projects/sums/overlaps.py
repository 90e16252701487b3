"""Whether two series may count the same things twice, and which of them follow one another."""

from dataclasses import dataclass
from enum import StrEnum

from programs.models import Region
from projects.models.metrics import SUBJECTS, Series

# How a thing leads to what it stands in, and how it is tied to its other versions.
CONTAINER = "parent"
VERSIONS = {"region": "replaced_by", "program": "predecessor", "site": "predecessor"}
XINJIANG_CODES = ("65", "XPCC")


class Tie(StrEnum):
    """How two things of one kind stand to each other."""

    SAME = "same"
    VERSION = "version"  # 十城百店 and its 升级版
    NESTED = "nested"  # 阿克苏市 in 阿克苏地区
    OPEN = "open"  # 南疆 and 阿克苏地区, a donor city and the place it aids
    SEPARATE = "separate"


class Kinship:
    """Climbs from a thing to what contains it and to its earlier versions, each thing once."""

    def __init__(self):
        self._climbed = {}

    def tie(self, kind, one, other):
        """The `Tie` of two things of the same kind of subject."""
        if one.pk == other.pk:
            return Tie.SAME
        pairs = ((one, other), (other, one))
        if any(high.pk in self._versions(kind, low) for low, high in pairs):
            return Tie.VERSION
        if any(high.pk in self._above(kind, low) for low, high in pairs):
            return Tie.NESTED
        if kind == "region" and not are_comparable(one, other):
            return Tie.OPEN
        return Tie.SEPARATE

    def _versions(self, kind, row):
        links = (VERSIONS[kind],) if kind in VERSIONS else ()
        return self._climb(row, links)

    def _above(self, kind, row):
        links = (CONTAINER, VERSIONS.get(kind, CONTAINER))
        return self._climb(row, [name for name in links if hasattr(row, f"{name}_id")])

    def _climb(self, row, links):
        """The numbers of all that the links lead to from a row; a circle ends where it closes."""
        key = (type(row), row.pk, tuple(links))
        if key not in self._climbed:
            found, waiting = set(), [row]
            while waiting:
                low = waiting.pop()
                ups = [up for name in links if (up := getattr(low, name)) and up.pk not in found]
                found |= {up.pk for up in ups}
                waiting += ups
            self._climbed[key] = found
        return self._climbed[key]


def are_comparable(one, other):
    """Two places of the same side whose borders are drawn: such places do not overlap.

    A donor city and the place it aids may both count the same sale; 南疆 has no fixed border.
    """
    if Region.Level.AREA in (one.level, other.level):
        return False
    return is_in_xinjiang(one) == is_in_xinjiang(other)


def is_in_xinjiang(region):
    return region.code.startswith(XINJIANG_CODES)


@dataclass(frozen=True)
class Comparison:
    """Two series beside each other: one line in time, or separate, or not to be added and why."""

    is_one_line: bool = False
    obstacles: tuple[str, ...] = ()


def compare(one: Series, other: Series, kinship: Kinship) -> Comparison:
    """Whether figures of two series may be added, as far as subject and scope go.

    `is_one_line`: the same subject and scope, perhaps in successive versions, so that only figures
    of different times add up. `obstacles` are Chinese sentences, empty if there is none.
    """
    if one.pk == other.pk:
        return Comparison(is_one_line=True)
    if part := part_words(one, other):
        return Comparison(obstacles=(part,))
    if one.part_of_id and one.part_of_id == other.part_of_id:
        return compare_parts(one.part_of)
    obstacles = subject_obstacles(one, other, kinship)
    if one.scope_note != other.scope_note:
        notes = [f"“{row.scope_note}”" if row.scope_note else "没有说明" for row in (one, other)]
        obstacles.append(f"范围说明不同：{notes[0]}和{notes[1]}")
    is_one_line = not obstacles and not is_separate(one, other, kinship)
    return Comparison(is_one_line, tuple(obstacles))


def part_words(one, other):
    """Says so if one series is a part of the other, at any depth; otherwise empty."""
    for part, whole in ((one, other), (other, one)):
        above, seen = part.part_of, set()
        while above is not None and above.pk not in seen:
            if above.pk == whole.pk:
                return f"“{part}”是“{whole}”的其中一部分"
            seen.add(above.pk)
            above = above.part_of
    return ""


def compare_parts(whole):
    """Parts of one whole are known to be separate only where they are known to be complete."""
    if whole.has_complete_parts:
        return Comparison()
    return Comparison(obstacles=(f"“{whole}”的“其中”不齐全，各部分之和不是整体，彼此也可能重叠",))


def is_separate(one, other, kinship):
    """Whether one kind of subject alone shows that nothing is counted twice."""
    return Tie.SEPARATE in ties(one, other, kinship).values()


def ties(one, other, kinship):
    """The tie of each kind of subject that both series name."""
    rows = {kind: (getattr(one, kind), getattr(other, kind)) for kind in SUBJECTS}
    return {kind: kinship.tie(kind, *pair) for kind, pair in rows.items() if all(pair)}


def subject_obstacles(one, other, kinship):
    """Why two series about these subjects may count the same things; empty if they do not."""
    found = ties(one, other, kinship)
    if Tie.SEPARATE in found.values():
        return []
    if not found:
        return [f"“{one}”和“{other}”的主体不是同一类，不能确定有没有重叠"]
    obstacles = [
        words
        for kind, tie in found.items()
        if (words := tie_words(tie, getattr(one, kind), getattr(other, kind)))
    ]
    return obstacles + lone_subject_obstacles(one, other)


def tie_words(tie, one, other):
    if tie == Tie.NESTED:
        return f"“{one}”和“{other}”是上下级或整体与部分，范围重叠"
    if tie == Tie.OPEN:
        return f"“{one}”和“{other}”的范围没有明确的界线，不能确定有没有重叠"
    return ""


def lone_subject_obstacles(one, other):
    """A series that names one more subject is a narrower cut of the same thing."""
    return [
        f"“{narrow}”多限定了“{getattr(narrow, kind)}”，可能已包含在“{wide}”之内"
        for narrow, wide in ((one, other), (other, one))
        for kind in SUBJECTS
        if getattr(narrow, kind) and not getattr(wide, kind)
    ]
