"""How outlets of the synthetic country were rated: a scheme a headquarters, a round a year."""

from collections.abc import Iterator
from typing import Any

from benchmarks.country import names
from benchmarks.country.chance import Chance
from benchmarks.country.filling import Filling
from benchmarks.country.places import Places
from benchmarks.country.sizes import Sizes
from projects.models import Assessment, AssessmentRound, AssessmentScheme, Award, Criterion, Score

CRITERIA = (("陈列", "1"), ("服务", "2"), ("货源", "1"), ("价格", "0.5"), ("账目", "0.5"))
YEARS = (2024, 2025)
EACH = 3  # of so many outlets one is rated
POINTS = 11  # a kind of chance


class Ratings:
    """Every third outlet in both years; of the second a twentieth lacks its last criterion."""

    def __init__(self, sizes: Sizes, places: Places, chance: Chance) -> None:
        self.sizes, self.places, self.chance = sizes, places, chance

    def fillings(self) -> Iterator[Filling]:
        given = ("name", "code", "assessed", "headquarters_id", "award_name", "level", "review")
        yield Filling(AssessmentScheme, given, self.scheme_rows())
        given = ("scheme_id", "number", "name", "weight")
        yield Filling(Criterion, given, self.criterion_rows())
        given = ("scheme_id", "year", "due_on", "granted_on", "basis")
        yield Filling(AssessmentRound, given, self.round_rows())
        given = ("round_id", "number", "outlet_id", "outcome", "review")
        yield Filling(Assessment, given, self.assessment_rows())
        yield Filling(Score, ("assessment_id", "criterion_id", "points"), self.score_rows())
        given = ("name", "level", "site_id", "outlet_id", "assessment_id", "granted_on")
        yield Filling(Award, given, self.award_rows())

    @property
    def bodies(self) -> range:
        return range(1, self.sizes.headquarters + 1)

    def scheme_rows(self) -> Iterator[tuple[Any, ...]]:
        for body in self.bodies:
            name = f"示例门店评定办法{body:03}"
            yield name, f"SL-P{body:03}", "outlet", body, names.RATED, "other", "published"

    def criterion_rows(self) -> Iterator[tuple[Any, ...]]:
        for body in self.bodies:
            for number, (name, weight) in enumerate(CRITERIA, start=1):
                yield body, number, name, weight

    def round_rows(self) -> Iterator[tuple[Any, ...]]:
        for year in YEARS:
            for body in self.bodies:
                yield body, year, f"{year}-10-31", f"{year}-12", "示例通报"

    def rated(self) -> Iterator[tuple[int, int, int]]:
        """(number of the year, number of the outlet, its headquarters), as assessments stand."""
        for at in range(len(YEARS)):
            for outlet in range(EACH, self.sizes.outlets + 1, EACH):
                yield at, outlet, self.places.headquarters(outlet)

    def assessment_rows(self) -> Iterator[tuple[Any, ...]]:
        for at, outlet, body in self.rated():
            outcome = "none" if outlet % 7 else "award"
            review = "published" if outlet % 11 else "draft"
            yield at * len(self.bodies) + body, outlet // EACH, outlet, outcome, review

    def score_rows(self) -> Iterator[tuple[Any, ...]]:
        for assessment, (at, outlet, body) in enumerate(self.rated(), start=1):
            count = len(CRITERIA) - (at == 1 and outlet % 20 == 0)
            for number in range(1, count + 1):
                points = 40 + self.chance.below(60, POINTS + number, outlet + at)
                yield assessment, (body - 1) * len(CRITERIA) + number, points

    def award_rows(self) -> Iterator[tuple[Any, ...]]:
        for site in range(1, 6):
            yield f"示例荣誉{site:03}", "regional", site, None, None, "2024"
        for assessment, (at, outlet, _) in enumerate(self.rated(), start=1):
            if at == 0 and outlet % 7 == 0 and outlet % 11:
                yield names.RATED, "other", None, outlet, assessment, "2024-12"
