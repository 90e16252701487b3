"""Where the printed figures stand in a chart, so that none covers another."""

from dataclasses import dataclass, replace

from aidtracker.pages.shapes import text_width

LINE = 1.35  # line height in ems
# How many lines a label may move, up first, before it is left out.
STEPS = (0, 1, 2, 3, 4, 5, -1.3, -2.3, -3.3)
FAR = 1.5  # beyond so many lines a thin line leads to the mark


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other):
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def place_labels(wanted, layout):
    """Labels moved until each stands free, in the order wanted; None where there is no room."""
    corner = layout.text_size * 5
    taken = [Box(0, 0, corner, layout.text_size * LINE)]  # the unit of the value axis
    return [place_one(label, layout, taken) for label in wanted]


def place_one(label, layout, taken):
    size = layout.text_size
    half = text_width(label.text, size) / 2
    x = min(max(label.x, half + 2), layout.width - half - 2)
    for step in STEPS:
        y = label.y - step * size * LINE
        box = Box(x - half - 3, y - size, x + half + 3, y + size * 0.3)
        if box.top >= 0 and y < layout.base and not any(box.meets(other) for other in taken):
            taken.append(box)
            is_far = step * LINE > FAR
            return replace(label, x=round(x, 1), y=round(y, 1), lead=label.y if is_far else None)
    return None
