"""Who aids whom in the synthetic country: places, headquarters, programmes."""

from collections.abc import Iterator
from typing import Any

from benchmarks.country import names
from benchmarks.country.filling import Filling
from benchmarks.country.sizes import Sizes
from programs.models import (
    Batch,
    Category,
    Headquarters,
    Official,
    Pairing,
    Policy,
    Program,
    Region,
)
from programs.models.programs import Sector

COUNTRY = 1
BATCHES = ((1, "2017-02", "2019-12"), (2, "2020-01", "2022-12"), (3, "2023-01", "2025-12"))
CATEGORIES = ("智力支援", "产业支援", "民生保障", "交往交流", "文化教育")


class Places:
    """The numbers of places and headquarters, and their rows."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes

    def donor(self, number: int) -> int:
        """The row of a donor, which are numbered from 1 and go round."""
        return COUNTRY + 1 + (number - 1) % self.sizes.donors

    def prefecture(self, number: int) -> int:
        return COUNTRY + 1 + self.sizes.donors + (number - 1) % self.sizes.prefectures

    def county(self, number: int) -> int:
        first = COUNTRY + 1 + self.sizes.donors + self.sizes.prefectures
        return first + (number - 1) % self.sizes.counties

    def county_code(self, number: int) -> str:
        return f"SL-{(number - 1) % self.sizes.counties + 1:03}"

    @property
    def regions(self) -> int:
        return COUNTRY + self.sizes.donors + self.sizes.prefectures + self.sizes.counties

    def region_name(self, row: int) -> str:
        """The name of the region in a row of the table."""
        number = row - COUNTRY
        if number < 1:
            return "示例国"
        if number <= self.sizes.donors:
            return names.donor(number)
        number -= self.sizes.donors
        if number <= self.sizes.prefectures:
            return names.prefecture(number)
        return names.county(number - self.sizes.prefectures)

    def headquarters(self, number: int) -> int:
        return (number - 1) % self.sizes.headquarters + 1

    def headquarters_name(self, number: int) -> str:
        """Those of the donors stand first; the others are their branches."""
        donor, branch = (number - 1) % self.sizes.donors + 1, (number - 1) // self.sizes.donors
        name = f"{names.donor(donor)}援疆指挥部"
        return f"{name}第{branch}分部" if branch else name

    def fillings(self) -> Iterator[Filling]:
        """The tables, each after those it names."""
        given = ("name", "code", "level", "parent_id")
        yield Filling(Region, given, self.region_rows())
        given = ("name", "full_name", "level", "donor_id", "parent_id")
        yield Filling(Headquarters, given, self.headquarters_rows())
        given = ("owner_id", "number", "starts_on", "ends_on")
        yield Filling(Batch, given, ((COUNTRY, *batch) for batch in BATCHES))
        given = ("person", "organisation", "post", "headquarters_id", "as_of")
        yield Filling(Official, given, self.official_rows())
        given = ("donor_id", "recipient_id", "headquarters_id", "valid_from")
        yield Filling(Pairing, given, self.pairing_rows())
        given = ("name", "kind", "sector", "headquarters_id", "starts_on")
        yield Filling(Program, given, self.program_rows(), {"regions": self.county_of})
        given = ("scheme", "code", "name", "plan_start", "plan_end")
        yield Filling(Category, given, self.category_rows())
        rows = ((f"示例政策{number:02}", "示例发文单位", "industry") for number in range(1, 21))
        yield Filling(Policy, ("name", "issuer", "sector"), rows)

    def county_of(self, number: int) -> list[tuple[int, str]]:
        return [(self.county(number), self.county_code(number))]

    def region_rows(self) -> Iterator[tuple[Any, ...]]:
        sizes = self.sizes
        yield "示例国", "SL", "country", None
        for number in range(1, sizes.donors + 1):
            yield names.donor(number), f"SL-D{number:02}", "province", COUNTRY
        for number in range(1, sizes.prefectures + 1):
            yield names.prefecture(number), f"SL-P{number:02}", "prefecture", COUNTRY
        for number in range(1, sizes.counties + 1):
            code = self.county_code(number)
            yield names.county(number), code, "county", self.prefecture(number)

    def headquarters_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.headquarters + 1):
            is_branch = number > self.sizes.donors
            parent = (number - 1) % self.sizes.donors + 1 if is_branch else None
            name, level = self.headquarters_name(number), "branch" if is_branch else "province"
            yield name, f"{name}（示例全称）", level, self.donor(number), parent

    def official_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.headquarters + 1):
            body = self.headquarters_name(number)
            yield f"示例负责人{number:03}", body, "指挥长", number, "2025"

    def pairing_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.headquarters + 1):
            yield self.donor(number), self.county(number), number, "2017"

    def program_rows(self) -> Iterator[tuple[Any, ...]]:
        sectors = list(Sector)
        for number in range(1, self.sizes.programs + 1):
            sector = sectors[number % len(sectors)]
            yield names.program(number), "program", sector, self.headquarters(number), "2018"

    def category_rows(self) -> Iterator[tuple[Any, ...]]:
        for number, name in enumerate(CATEGORIES, 1):
            yield "“示例”援疆规划", f"SL{number}", f"示例{name}", 2021, 2025
