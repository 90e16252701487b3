"""Who aids whom as a schematic picture: a tile for each prefecture and each division."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from programs.models import Pairing, Region

# Code, short name, column and row: about where a place lies. A tile is a place of the picture,
# not of the record: what the record does not know has none.
PLACES = (
    ("654300", "阿勒泰", 7, 1),
    ("XPCC-10", "第十师", 6, 1),
    ("650200", "克拉玛依", 5, 1),
    ("654200", "塔城", 4, 1),
    ("XPCC-09", "第九师", 3, 1),
    ("652700", "博州", 2, 2),
    ("XPCC-05", "第五师", 3, 2),
    ("XPCC-07", "第七师", 4, 2),
    ("XPCC-08", "第八师", 5, 2),
    ("XPCC-06", "第六师", 6, 2),
    ("652300", "昌吉", 7, 2),
    ("XPCC-04", "第四师", 1, 3),
    ("654000", "伊犁", 2, 3),
    ("XPCC-11", "第十一师", 5, 3),
    ("XPCC-12", "第十二师", 6, 3),
    ("650400", "吐鲁番", 7, 3),
    ("XPCC-13", "第十三师", 8, 3),
    ("650500", "哈密", 9, 3),
    ("653000", "克州", 1, 4),
    ("652900", "阿克苏", 3, 4),
    ("XPCC-01", "第一师", 4, 4),
    ("XPCC-02", "第二师", 5, 4),
    ("652800", "巴州", 6, 4),
    ("653100", "喀什", 1, 5),
    ("XPCC-03", "第三师", 2, 5),
    ("653200", "和田", 3, 6),
    ("XPCC-14", "第十四师", 4, 6),
)
ABOVE = ("parent", "parent", "parent")  # a village's prefecture


@dataclass(frozen=True)
class Tile:
    """A place of the picture, and who aids it or places in it."""

    place: Region
    name: str
    column: int
    row: int
    donors: dict[int, Region] = field(default_factory=dict)

    @property
    def donor_names(self) -> list[str]:
        return [short(donor) for donor in self.donors.values()]

    @property
    def is_division(self) -> bool:
        return self.place.level == Region.Level.DIVISION


@dataclass(frozen=True)
class Donor:
    """A donor and all the places that it aids, as the table beside the picture has them."""

    place: Region
    recipients: list[Region] = field(default_factory=list)


@dataclass(frozen=True)
class AidMap:
    """The picture: its tiles from north to south; and its table."""

    tiles: list[Tile]
    donors: list[Donor]


def aid_map() -> AidMap:
    """The picture and its table, from the pairings that hold today: one query."""
    held = Pairing.objects.published().filter(valid_to="")
    pairings = list(held.select_related("donor__parent", "__".join(("recipient", *ABOVE))))
    pairs = {(one.donor_id, one.recipient_id) for one in pairings}
    layout = {code: rest for code, *rest in PLACES}
    tiles: dict[str, Tile] = {}
    donors: dict[int, Donor] = {}
    for pairing in pairings:
        donor, recipient = pairing.donor, pairing.recipient
        if any((donor.parent_id, place.pk) in pairs for place in upwards(recipient)):
            continue  # a city of a province, which aids the place as a whole
        donors.setdefault(donor.pk, Donor(donor)).recipients.append(recipient)
        for place in upwards(recipient):
            if place.code in layout:
                tile = tiles.setdefault(place.code, Tile(place, *layout[place.code]))
                tile.donors[donor.pk] = donor
    shown = [tiles[code] for code, *_ in PLACES if code in tiles]
    return AidMap(shown, list(donors.values()))


def upwards(place: Region) -> Iterator[Region]:
    """A place and those above it, as far as they are read with a pairing."""
    yield place
    for step in ABOVE:
        place = getattr(place, step)
        if place is None:
            return
        yield place


def short(place: Region) -> str:
    """The name of a donor without its level: 浙江, 上海, 深圳."""
    return place.name.removesuffix("省").removesuffix("市")
