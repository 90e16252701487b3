"""What was done in the synthetic country: the ledgers and two years of monthly reports."""

from collections.abc import Iterator
from datetime import date
from itertools import accumulate, repeat
from typing import Any

from aidtracker.ground.months import following
from benchmarks.country import names
from benchmarks.country.chance import Chance
from benchmarks.country.filling import Filling
from benchmarks.country.places import BATCHES, CATEGORIES, Places
from benchmarks.country.ratings import Ratings
from benchmarks.country.sizes import MONTHS, Sizes
from projects.models import (
    Activity,
    Agreement,
    Enterprise,
    FollowUp,
    Investment,
    InvestmentReport,
    JobsReport,
    Milestone,
    Outlet,
    OutletReport,
    Pipeline,
    PipelineCase,
    PipelineStage,
    ProgressReport,
    Project,
    ProjectParty,
    ProjectPlan,
    ReportingPeriod,
    Site,
    StageEntry,
    Subsidy,
    Target,
    TargetReport,
    TrainingReport,
)

FIRST_MONTH = date(2024, 6, 1)
REPORTED = [*accumulate(repeat(FIRST_MONTH, MONTHS), lambda month, _: following(month))]
LOCKED = MONTHS - 2  # the last two months are still open
STATUSES = ("building", "building", "completed", "accepted", "started", "paused", "planned")
# Kinds of chance.
REVIEW, AMOUNT, PACE, STAGE = 1, 2, 3, 4
PIPELINES = {
    "deals": ("拜访", "签约", "注册", "到位", "开工", "投产", "就业"),
    "reserve": ("储备", "评审", "列入年度计划", "开工"),
    "occupancy": ("洽谈", "签约", "入驻"),
}


def first_of_five(number: int) -> int:
    return number - (number - 1) % 5


class Ledgers:
    """The rows of the ledgers, which belong to the headquarters in turn."""

    def __init__(self, sizes: Sizes, places: Places, chance: Chance) -> None:
        self.sizes, self.places, self.chance = sizes, places, chance

    def review(self, kind: int, number: int) -> str:
        """Nine of ten are published."""
        at = self.chance.below(20, REVIEW + kind, number)
        return ("draft", "submitted")[at] if at < 2 else "published"

    def amount(self, number: int) -> int:
        """What a project is to cost, in 万元: 50 to 20,000, most of them little."""
        share = self.chance.share(AMOUNT, number)
        return 50 + int(19_950 * share**4)

    def is_public_project(self, number: int) -> bool:
        return self.review(10, number) == "published"

    def fillings(self) -> Iterator[Filling]:
        """The tables, each after those it names."""
        yield from self.partners()
        yield from self.projects()
        yield from self.others()
        yield from self.monthly()

    def partners(self) -> Iterator[Filling]:
        given = ("name", "kind", "industry", "origin_id", "region_id", "founded_on")
        yield Filling(Enterprise, given, self.enterprise_rows(), {"sources": self.source_of})
        given = ("name", "kind", "region_id", "operator_id", "opened_on", "area")
        links = {"headquarters": self.headquarters_of}
        yield Filling(Site, given, self.site_rows(), links)

    def projects(self) -> Iterator[Filling]:
        given = (
            *("name", "code", "category_id", "status", "headquarters_id", "batch_id", "site_id"),
            *("planned_start", "planned_completion", "actual_start", "total_amount"),
            *("planned_amount", "received_amount", "disbursed_amount", "paid_amount"),
            *("work_done_amount", "review"),
        )
        links = {
            "regions": self.places.county_of,
            "programs": self.program_of,
            "sources": self.source_of,
        }
        yield Filling(Project, given, self.project_rows(), links)
        given = ("project_id", "number", "role", "enterprise_id")
        yield Filling(ProjectParty, given, self.party_rows())
        given = ("project_id", "year", "amount", "review")
        yield Filling(ProjectPlan, given, self.plan_rows())
        given = ("project_id", "number", "name", "planned_on", "review")
        yield Filling(Milestone, given, self.milestone_rows())

    def others(self) -> Iterator[Filling]:
        given = (
            *("name", "code", "kind", "status", "investor_id", "local_enterprise_id", "origin_id"),
            *("region_id", "site_id", "headquarters_id", "signed_on", "agreed_amount"),
            *("arrived_amount", "jobs", "review"),
        )
        yield Filling(Investment, given, self.investment_rows())
        given = (
            *("name", "code", "kind", "beneficiaries", "region_id", "headquarters_id"),
            *("starts_on", "amount", "moved", "moved_amount", "review"),
        )
        yield Filling(Subsidy, given, self.subsidy_rows())
        given = (
            *("name", "code", "kind", "status", "parent_id", "program_id", "region_id"),
            *("headquarters_id", "starts_on", "ends_on", "unit", "planned", "done", "review"),
        )
        yield Filling(Target, given, self.target_rows())
        given = (
            *("name", "kind", "status", "city_id", "operator_id", "program_id"),
            *("headquarters_id", "opened_on", "review"),
        )
        yield Filling(Outlet, given, self.outlet_rows())
        given = ("name", "kind", "starts_on", "ends_on", "region_id", "organisers")
        links = {"headquarters": self.headquarters_of}
        yield Filling(Activity, given, self.activity_rows(), links)
        yield from self.pipelines()
        rows = ((f"示例协议{number:03}", "framework", "2023-05") for number in range(1, 21))
        yield Filling(Agreement, ("name", "kind", "signed_on"), rows)
        yield from Ratings(self.sizes, self.places, self.chance).fillings()

    def pipelines(self) -> Iterator[Filling]:
        """A pipeline of each kind, and what is on its way through them."""
        rows = ((f"示例流程{kind}", kind) for kind in PIPELINES)
        yield Filling(Pipeline, ("name", "kind"), rows)
        rows = (
            (pipeline, number, name, *(("", 180) if number < len(stages) else ("done", None)))
            for pipeline, stages in enumerate(PIPELINES.values(), 1)
            for number, name in enumerate(stages, 1)
        )
        given = ("pipeline_id", "number", "name", "outcome", "stalled_after")
        yield Filling(PipelineStage, given, rows)
        given = (
            *("name", "code", "pipeline_id", "enterprise_id", "site_id", "region_id"),
            *("headquarters_id", "activity_id", "dropped_reason", "review"),
        )
        yield Filling(PipelineCase, given, self.case_rows())
        given = ("case_id", "stage_id", "entered_on", "review")
        yield Filling(StageEntry, given, self.entry_rows())
        rows = ((at, "产业处", "示例下一步", None) for at in range(1, self.sizes.cases + 1, 3))
        yield Filling(FollowUp, ("case_id", "handler", "next_step", "next_on"), rows)

    def monthly(self) -> Iterator[Filling]:
        bodies = range(1, self.sizes.headquarters + 1)
        rows = (
            (body, month, date(2026, 6, 30) if at < LOCKED else None)
            for body in bodies
            for at, month in enumerate(REPORTED)
        )
        yield Filling(ReportingPeriod, ("headquarters_id", "month", "locked_on"), rows)
        given = (
            *("project_id", "month", "physical_progress", "work_done_month", "work_done_to_date"),
            *("received_to_date", "disbursed_to_date", "paid_to_date", "review"),
        )
        yield Filling(ProgressReport, given, self.progress_rows())
        given = ("investment_id", "month", "arrived_month", "arrived_to_date", "jobs", "review")
        yield Filling(InvestmentReport, given, self.arrival_rows())
        given = ("outlet_id", "month", "tonnes", "sales", "review")
        yield Filling(OutletReport, given, self.sales_rows())
        given = ("target_id", "month", "done", "done_to_date", "problems", "review")
        yield Filling(TargetReport, given, self.count_rows())
        given = ("headquarters_id", "site_id", "month", "jobs", "review")
        yield Filling(JobsReport, given, self.jobs_rows())
        rows = (
            (body, kind, month, 2 + body % 5, 60 + body, self.reviewed(at))
            for body in bodies
            for kind in ("officials", "vocational")
            for at, month in enumerate(REPORTED)
        )
        given = ("headquarters_id", "kind", "month", "classes", "trainees", "review")
        yield Filling(TrainingReport, given, rows)

    def reviewed(self, at: int) -> str:
        """The last month is being filled in, the one before is with the reviewers."""
        return {MONTHS - 1: "draft", MONTHS - 2: "submitted"}.get(at, "published")

    # What rows are linked to

    def headquarters_of(self, number: int) -> list[tuple[int, str]]:
        body = self.places.headquarters(number)
        return [(body, self.places.headquarters_name(body))]

    def program_of(self, number: int) -> list[tuple[int, str]]:
        program = number % self.sizes.programs + 1
        return [(program, names.program(program))] if number % 3 == 0 else []

    def source_of(self, number: int) -> list[tuple[int, str]]:
        document = number % len(self.sizes.documents) + 1
        return [(document, names.document_code(document))] if number % 5 == 0 else []

    # Rows

    def enterprise_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.enterprises + 1):
            origin, county = self.places.donor(number), self.places.county(number)
            year = f"{2000 + number % 24}"
            yield names.enterprise(number), "company", names.product(number), origin, county, year

    def site_rows(self) -> Iterator[tuple[Any, ...]]:
        kinds = ("park", "incubator", "factory", "base", "centre")
        for number in range(1, self.sizes.sites + 1):
            operator = number % self.sizes.enterprises + 1
            opened, area = f"{2010 + number % 14}-0{number % 9 + 1}", 1_000 + number * 7 % 90_000
            county = self.places.county(number)
            kind = kinds[number % len(kinds)]
            yield names.site(number), kind, county, operator, opened, area

    def project_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.projects + 1):
            total = self.amount(number)
            # The last report's sums, which a published report brings into the ledger.
            done, received, paid = self.spent(number, LOCKED)
            year = 2017 + number % 8
            yield (
                names.project(number),
                names.project_code(number),
                number % len(CATEGORIES) + 1,
                STATUSES[number % len(STATUSES)],
                self.places.headquarters(number),
                number % len(BATCHES) + 1,
                number % self.sizes.sites + 1,
                *(f"{year}-03", f"{year + 2}-11", f"{year}-04"),
                *(total, total, received, received, paid, done),
                self.review(10, number),
            )

    def spent(self, number: int, months: int) -> tuple[int, int, int]:
        """Works done, money received and paid after so many months, in 万元."""
        total = self.amount(number)
        pace = 40 + self.chance.below(60, PACE, number)  # of a hundred in all months
        done = total * pace * months // (100 * MONTHS)
        return done, min(total, done + total // 10), done * 9 // 10

    def party_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.projects + 1):
            yield number, 1, "builder", number % self.sizes.enterprises + 1

    def plan_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.projects + 1):
            amount, review = self.amount(number) // 2, self.review(10, number)
            yield number, 2025, amount, review
            yield number, 2026, amount, review

    def milestone_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.projects + 1):
            yield number, 1, "主体封顶", "2025-09", self.review(10, number)
            yield number, 2, "竣工验收", "2026-10", self.review(10, number)

    def investment_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.investments + 1):
            agreed = self.amount(number) * 3
            firms = self.sizes.enterprises
            yield (
                names.investment(number),
                f"SL-Z{number:05}",
                "new",
                "signed" if number % 3 else "producing",
                number % firms + 1,
                (number + firms // 2) % firms + 1,
                self.places.donor(number),
                self.places.county(number),
                number % self.sizes.sites + 1,
                self.places.headquarters(number),
                f"{2018 + number % 7}",
                agreed,
                agreed * LOCKED // (2 * MONTHS),
                20 + number % 300,
                self.review(11, number),
            )

    def subsidy_rows(self) -> Iterator[tuple[Any, ...]]:
        kinds = (("premium", "insured"), ("interest", "loan"), ("freight", ""), ("power", ""))
        for number in range(1, self.sizes.subsidies + 1):
            paid = self.amount(number) // 10
            kind, moved = kinds[number % len(kinds)]
            yield (
                names.subsidy(number),
                f"SL-B{number:05}",
                kind,
                f"{names.product(number)}种植户",
                self.places.county(number),
                self.places.headquarters(number),
                f"{2018 + number % 7}",
                paid,
                moved,
                paid * (5 + number % 20) if moved else None,
                self.review(12, number),
            )

    def case_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.cases + 1):
            yield (
                names.case(number),
                f"SL-T{number:05}",
                number % len(PIPELINES) + 1,
                number % self.sizes.enterprises + 1,
                number % self.sizes.sites + 1,
                self.places.county(number),
                self.places.headquarters(number),
                number % self.sizes.activities + 1,
                "示例原因" if number % 11 == 0 else "",
                self.review(13, number),
            )

    def entry_rows(self) -> Iterator[tuple[Any, ...]]:
        """Each case came to a stage by chance, half a year in each."""
        kinds = list(PIPELINES.values())
        for number in range(1, self.sizes.cases + 1):
            at = number % len(kinds)
            before = sum(map(len, kinds[:at]))
            for stage in range(self.chance.below(len(kinds[at]), STAGE, number) + 1):
                month = 2 + 6 * stage
                day = f"{2022 + month // 12}-{month % 12 + 1:02}-05"
                yield number, before + stage + 1, day, self.review(13, number)

    def target_rows(self) -> Iterator[tuple[Any, ...]]:
        """Of five the first stands for the others, which are its parts."""
        kinds = (("technique", "亩"), ("training", "人次"), ("medical", "场"), ("teaching", "对"))
        for number in range(1, self.sizes.targets + 1):
            kind, unit = kinds[number % len(kinds)]
            whole, is_whole = first_of_five(number), number == first_of_five(number)
            yield (
                names.target(number),
                f"SL-T{number:05}",
                kind,
                "" if is_whole else "running",
                None if is_whole else whole,
                whole % self.sizes.programs + 1,
                self.places.county(whole),
                self.places.headquarters(whole),
                *("2024-06", "2026-12"),
                *(("", None, None) if is_whole else (unit, *self.counts(number, LOCKED))),
                self.review(13, number),
            )

    def counts(self, number: int, months: int) -> tuple[int, int]:
        """What is planned, and what is done of it after so many months."""
        planned = 100 + self.chance.below(900, AMOUNT, number)
        pace = 30 + self.chance.below(80, PACE, number)  # of a hundred in all months
        return planned, planned * pace * months // (100 * MONTHS)

    def count_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.targets + 1):
            if number == first_of_five(number):
                continue
            before = 0
            for at, month in enumerate(REPORTED):
                _, done = self.counts(number, at + 1)
                why = "示例原因：天气" if number % 7 == 0 else ""
                yield number, month, done - before, done, why, self.reviewed(at)
                before = done

    def outlet_rows(self) -> Iterator[tuple[Any, ...]]:
        kinds = ("flagship", "direct", "franchise", "counter", "online")
        for number in range(1, self.sizes.outlets + 1):
            yield (
                names.outlet(number),
                kinds[number % len(kinds)],
                "open",
                self.places.donor(number),
                number % self.sizes.enterprises + 1,
                number % self.sizes.programs + 1,
                self.places.headquarters(number),
                f"{2018 + number % 7}-06",
                self.review(12, number),
            )

    def activity_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.activities + 1):
            day = f"{2018 + number % 8}-0{number % 9 + 1}"
            county = self.places.county(number)
            yield names.activity(number), "fair", day, day, county, "示例主办单位"

    def progress_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.projects + 1):
            is_public, before = self.is_public_project(number), 0
            for at, month in enumerate(REPORTED):
                done, received, paid = self.spent(number, at + 1)
                review = self.reviewed(at) if is_public else "draft"
                words = f"示例进度：完成至第{at + 1}步"
                yield number, month, words, done - before, done, received, received, paid, review
                before = done

    def arrival_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.investments + 1):
            agreed, before = self.amount(number) * 3, 0
            for at, month in enumerate(REPORTED):
                arrived = agreed * (at + 1) // (2 * MONTHS)
                jobs = 20 + number % 300
                yield number, month, arrived - before, arrived, jobs, self.reviewed(at)
                before = arrived

    def sales_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.outlets + 1):
            usual = 1 + self.chance.below(400, AMOUNT, number)
            for at, month in enumerate(REPORTED):
                tonnes = usual + (number + at * 7) % 12
                yield number, month, tonnes, tonnes * 9_800, self.reviewed(at)

    def jobs_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.sizes.sites + 1, 10):
            body = self.places.headquarters(number)
            for at, month in enumerate(REPORTED):
                yield body, number, month, 30 + number % 200 + at, self.reviewed(at)
