"""Who aids whom as lines: donors on the left, prefectures and divisions on the right."""

from collections import Counter
from dataclasses import dataclass

from aidtracker.pages.charts import FEWEST, Chart
from aidtracker.pages.paging import kept
from aidtracker.pages.shapes import COMPACT, WIDE, Drawing, Label, Mark, Panel, Path, Text
from programs.models import Region
from programs.views.aid_map import AidMap, Donor, Tile, aid_map, short, upwards

ROW = 25
TOP = 16
WIDTHS = (1, 3, 6, 10)  # up to so many places a line is of one width, then of the next
COUNTED = (Region.Level.COUNTY, Region.Level.DIVISION, Region.Level.REGIMENT)


@dataclass(frozen=True)
class Canvas:
    """The size of a drawing; `left` and `right` are where the lines begin and end."""

    name: str
    width: int
    left: int
    right: int


CANVASES = (Canvas(WIDE, 880, 150, 700), Canvas(COMPACT, 358, 64, 282))


def counted(donor: Donor, codes: set[str]) -> Counter[str]:
    """How many places a donor aids in each tile: those of the lowest level that are named."""
    found: Counter[str] = Counter()
    for place in donor.recipients:
        for above in upwards(place):
            if above.code in codes:
                found[above.code] += place.level in COUNTED
    return found


def flows() -> Chart | None:
    """The lines from every donor to every place; None of fewer than two donors, or where none of
    the places has one in the picture."""
    drawn: AidMap = kept("aid map", aid_map)
    if len(drawn.donors) < FEWEST or not drawn.tiles:
        return None
    codes = {tile.place.code for tile in drawn.tiles}
    counts = [counted(donor, codes) for donor in drawn.donors]
    tiles = in_reach(drawn.tiles, counts)
    most = max(range(len(counts)), key=lambda at: counts[at].total())
    many = len([tile for tile in tiles if not tile.is_division])
    top, total = drawn.donors[most].place, counts[most].total()
    return Chart(
        key="flows",
        title=f"{len(counts)} 个省市支援 {many} 个地州市、{len(tiles) - many} 个师市；"
        f"{top}结对最多：{total} 个",
        caption="现在仍有效的结对关系。线的粗细是结对的县市、师市和团场数，不是资金。"
        "据公开资料，各条的出处见下面的表。",
        description="；".join(map(spoken, drawn.donors, counts, [tiles] * len(counts))),
        drawings=tuple(drawing(drawn.donors, counts, tiles, canvas) for canvas in CANVASES),
        keys=("名称可以点开", "线越粗，结对的地方越多"),
    )


def in_reach(tiles: list[Tile], counts: list[Counter[str]]) -> list[Tile]:
    """The places beside the donors that aid them, so that few lines cross."""

    def middle(tile: Tile) -> float:
        at = [number for number, found in enumerate(counts) if tile.place.code in found]
        return sum(at) / len(at) if at else len(counts)

    return sorted(tiles, key=middle)


def spoken(donor: Donor, found: Counter[str], tiles: list[Tile]) -> str:
    """浙江省：阿克苏 9 个、第一师 1 个."""
    named = (
        f"{tile.name}{many(found[tile.place.code])}" for tile in tiles if tile.place.code in found
    )
    return f"{donor.place}：{'、'.join(named)}"


def many(count: int) -> str:
    return f" {count} 个" if count else ""


def drawing(
    donors: list[Donor], counts: list[Counter[str]], tiles: list[Tile], canvas: Canvas
) -> Drawing:
    height = TOP * 2 + ROW * max(len(donors), len(tiles))
    lefts, rights = places(len(donors), height), places(len(tiles), height)
    marks = [
        flow(donor, found, tiles, (canvas, y, rights))
        for donor, found, y in zip(donors, counts, lefts, strict=True)
    ]
    texts = [
        Text(
            canvas.right + 8,
            y + 4.5,
            tile.name,
            "chart-name",
            "start",
            tile.place.get_absolute_url(),
        )
        for tile, y in zip(tiles, rights, strict=True)
    ]
    words = "左边是支援省市，右边是受援的地州市和师市"
    return Drawing(
        canvas.name, canvas.width, height, (Panel(words, (), tuple(texts), tuple(marks)),)
    )


def places(count: int, height: int) -> list[float]:
    """The middles of so many rows over the whole height."""
    step = (height - 2 * TOP) / count
    return [round(TOP + step * (at + 0.5), 1) for at in range(count)]


def flow(
    donor: Donor,
    found: Counter[str],
    tiles: list[Tile],
    at: tuple[Canvas, float, list[float]],
) -> Mark:
    """The lines of one donor, which lead to its page with its name."""
    canvas, y, rights = at
    bend = (canvas.left + canvas.right) / 2
    paths = [
        Path(
            f"M{canvas.left},{y} C{bend},{y} {bend},{end} {canvas.right},{end}",
            f"chart-flow is-w{width(found[tile.place.code])}",
        )
        for tile, end in zip(tiles, rights, strict=True)
        if tile.place.code in found
    ]
    label = Label(canvas.left - 8, y + 4.5, short(donor.place), anchor="end")
    url = donor.place.get_absolute_url()
    return Mark(url, spoken(donor, found, tiles), "chart-mark is-flow", (), tuple(paths), (), label)


def width(count: int) -> int:
    return next((at for at, most in enumerate(WIDTHS, 1) if count <= most), len(WIDTHS) + 1)
