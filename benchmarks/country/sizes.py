"""How many rows of each kind a country of so many figures has."""

from dataclasses import dataclass
from functools import cached_property

WHOLE = 1_000_000
MONTHS = 24
# Of 20,000 figures: one document with 2,000, eight with 500, eighty with 100, the rest with 25.
DOCUMENTS = (2_000, *(500,) * 8, *(100,) * 80, *(25,) * 240)
SMALLEST_WHOLE = 10_000  # from here on one document has 2,000 figures


@dataclass(frozen=True)
class Sizes:
    """At a million figures what the country has; with fewer everything shrinks alike.

    Donors and headquarters shrink later: 10,000 figures still are of 19 donors. With more figures
    only figures, series and documents grow.
    """

    observations: int

    def share(self, of_a_million: int, at_least: int = 1) -> int:
        part = of_a_million * min(self.observations, WHOLE) // WHOLE
        return max(part, at_least)

    @property
    def donors(self) -> int:
        return max(2, min(19, self.observations // 500))

    @property
    def headquarters(self) -> int:
        return max(4, min(100, self.observations // 250))

    @property
    def prefectures(self) -> int:
        return min(14, self.headquarters)

    @property
    def counties(self) -> int:
        return self.headquarters

    @property
    def programs(self) -> int:
        return min(40, self.headquarters)

    @property
    def metrics(self) -> int:
        """In tens: of each ten the last is the growth of the one before."""
        return self.share(2_000, 20) // 10 * 10

    @property
    def enterprises(self) -> int:
        return self.share(30_000, 10)

    @property
    def sites(self) -> int:
        return self.share(5_000, 5)

    @property
    def projects(self) -> int:
        return self.share(20_000, 10)

    @property
    def investments(self) -> int:
        return self.share(5_000, 5)

    @property
    def subsidies(self) -> int:
        return self.share(10_000, 5)

    @property
    def cases(self) -> int:
        return self.share(10_000, 5)

    @property
    def targets(self) -> int:
        return self.share(5_000, 10)

    @property
    def outlets(self) -> int:
        return self.share(50_000, 10)

    @property
    def activities(self) -> int:
        return self.share(2_000, 5)

    @cached_property
    def documents(self) -> list[int]:
        """How many figures each document has; large and small ones take turns."""
        shrunk = min(1.0, self.observations / SMALLEST_WHOLE)
        sizes: list[int] = []
        left = self.observations
        while left:
            # Two hundred places on, of 329: that many share no divisor.
            size = DOCUMENTS[len(sizes) * 200 % len(DOCUMENTS)]
            sizes.append(min(left, max(1, int(size * shrunk))))
            left -= sizes[-1]
        return sizes
