"""The stretch of time a figure speaks of, and whether several of them overlap or leave gaps."""

from dataclasses import dataclass
from datetime import date, timedelta

from aidtracker.templatetags.formatting import day
from projects.models import Observation

DAY = timedelta(days=1)
Accumulation = Observation.Accumulation


@dataclass(frozen=True, order=True)
class Window:
    """From one day to another, both included."""

    start: date
    end: date

    def __str__(self):
        return day(self.start) if self.start == self.end else f"{day(self.start)}—{day(self.end)}"

    def overlaps(self, other):
        return self.start <= other.end and other.start <= self.end


def window(observation):
    """The `Window` of a figure, a single day for a point in time; None if an end is not known."""
    if observation.accumulation == Accumulation.CUMULATIVE:
        end = observation.as_of or observation.period_end
    else:
        end = observation.period_end or observation.as_of
    is_point = observation.accumulation == Accumulation.POINT
    start = end if is_point else observation.period_start
    if start is None or end is None or end < start:
        return None
    return Window(start, end)


def gaps(windows):
    """The stretches between the first and the last day that no window covers."""
    found = []
    reached = None
    for one in sorted(windows):
        if reached is not None and one.start > reached + DAY:
            found.append(Window(reached + DAY, one.start - DAY))
        reached = max(reached or one.end, one.end)
    return found
