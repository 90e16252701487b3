"""Figures that cannot all be true, and pairs that only look so: each kind with several of both.

A near miss may be worth a look, but is never called a contradiction.
"""

from datetime import date
from functools import cached_property

import pytest

from aidtracker import testing as make
from projects.models import Observation
from projects.tests.figure_sets import counted, counted_at, flow, observed, rate_of, since, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.once]


class Here:
    """A prefecture with two counties, and what may be said of them."""

    @cached_property
    def prefecture(self):
        return make.make_region(name="某地区", level="prefecture")

    @cached_property
    def city(self):
        return make.make_region(name="某市", parent=self.prefecture)

    @cached_property
    def county(self):
        return make.make_region(name="某县", parent=self.prefecture)

    @cached_property
    def output(self):
        return flow(name="某产值")

    @cached_property
    def sales(self):
        return flow(name="某销售额")

    @cached_property
    def visits(self):
        return flow("人次", name="某游客")

    @cached_property
    def people(self):
        return counted("人", kind="stock", name="某就业")

    @cached_property
    def land(self):
        return counted("亩", kind="stock", name="某面积")

    @cached_property
    def growth(self):
        return rate_of("growth", self.output, name="某增长率")

    @cached_property
    def share(self):
        return rate_of("share", self.output, self.output, name="某占比")

    def of(self, metric, region=None, **kwargs):
        kwargs.setdefault("name", f"{region or self.city} {metric}{kwargs.get('scope_note', '')}")
        return make.make_series(metric=metric, region=region or self.city, **kwargs)

    def out(self, **kwargs):
        return self.of(self.output, **kwargs)


def days(start, end):
    return {"period_start": date.fromisoformat(start), "period_end": date.fromisoformat(end)}


def on(day):
    return {"accumulation": "point", "as_of": date.fromisoformat(day)}


def rate(metric, printed, here, year=2019, **kwargs):
    own = here.of(metric, **kwargs.pop("series", {}))
    return observed(own, printed, year, accumulation="rate", **kwargs)


OLD = {"rank": "deprecated", "rank_reason": "初步数"}
HALF, YEAR = ("2019-01-01", "2019-06-30"), ("2019-01-01", "2019-12-31")


def grown(here, before, now, printed, **kwargs):
    """Two years' figures and a growth."""
    own = here.out()
    rows = [observed(own, before, 2018, **kwargs.pop("base", {})), observed(own, now, 2019)]
    return [*rows, rate(kwargs.pop("metric", here.growth), printed, here, **kwargs)]


def two(here, one, other, metric=None, more=None, **kwargs):
    own = here.of(metric or here.output)
    return [observed(own, one, **kwargs), observed(own, other, **kwargs, **(more or {}))]


def parts(here, metric, whole, *said, scopes=("甲", "乙", "丙"), **kwargs):
    own = here.of(metric, **kwargs)
    rows = [observed(own, whole)]
    for words, scope in zip(said, scopes, strict=False):
        rows.append(observed(here.of(metric, scope_note=scope, part_of=own), words))
    return rows


def towns(here, upper, *said, metric=None, **kwargs):
    metric = metric or here.output
    rows = [observed(here.of(metric, here.prefecture), upper)]
    for region, words in zip((here.city, here.county), said, strict=True):
        rows.append(observed(here.of(metric, region), words, **kwargs))
    return rows


def halves(here, part, whole, **kwargs):
    own = here.out()
    return [observed(own, part, **days(*HALF), **kwargs), observed(own, whole)]


def totals(here, one, one_years, other, other_years, **kwargs):
    own = here.out()
    return [since(own, one, *one_years, **kwargs), since(own, other, *other_years)]


def years(here, total, *said, metric=None):
    own = here.of(metric or here.output)
    rows = [observed(own, words, 2017 + at) for at, words in enumerate(said)]
    return [*rows, since(own, total, 2017, 2016 + len(said))]


def levels(here, point, period, metric=None):
    own = here.of(metric or here.people)
    return [counted_at(own, point, 2019), observed(own, period)]


def above(here, low, high, low_kwargs=None, high_kwargs=None, nature="agreement"):
    """Money that arrived and was agreed, by two documents."""
    agreed = flow(name="某协议资金")
    arrived = flow(name="某到位资金", not_above=agreed)
    kwargs = {**days("2017-01-01", "2019-12-31"), "accumulation": "cumulative"}
    return [
        observed(here.of(arrived), low, **(low_kwargs or kwargs)),
        observed(here.of(agreed), high, nature=nature, **(high_kwargs or kwargs)),
    ]


def built(here, done, planned, unit="个", year=2019):
    every = counted(unit, kind="stock", name="某项目数")
    completed = counted(unit, kind="stock", name="某完工项目数", not_above=every)
    return [counted_at(here.of(completed), done, year), counted_at(here.of(every), planned, 2019)]


def shares(here, one, other, **kwargs):
    first = rate(here.share, one, here)
    return [first, rate(here.share, other, here, series={"region": here.county}, **kwargs)]


def kinds_of_share(here, unit, one, other, scopes=("粮食", "棉花")):
    metric = rate_of("share", flow(unit), flow(unit))
    return [
        rate(metric, words, here, series={"scope_note": scope})
        for words, scope in zip((one, other), scopes, strict=True)
    ]


def increased(here, before, now, printed, formula="increase"):
    return grown(here, before, now, printed, metric=rate_of(formula, here.output, unit="元"))


def yearly(here, first, last, printed, base="yearly", **kwargs):
    own = here.out()
    rows = [observed(own, first, 2014), observed(own, last, 2019)]
    metric = rate_of("growth", here.output, base=base)
    span = days("2014-01-01", "2019-12-31")
    return [*rows, rate(metric, printed, here, **span, **kwargs)]


def per_head(here, money, visitors, printed):
    metric = rate_of("ratio", here.output, here.visits, "元")
    rows = [observed(here.out(), money), observed(here.of(here.visits), visitors)]
    return [*rows, rate(metric, printed, here)]


def unclear(here, one, other, **kwargs):
    own = here.out()
    first = observed(own, one, accumulation="unclear", **days(*YEAR))
    return [first, observed(own, other, **kwargs)]


def unknown_start(here, one, other, end=2019):
    own = here.out()
    return [since(own, one, None, 2019), since(own, other, None, end)]


def quarters(here, *said, whole):
    """Each quarter by itself and the year."""
    own = here.out()
    begins = ("01-01", "04-01", "07-01", "10-01")
    ends = ("03-31", "06-30", "09-30", "12-31")
    spans = zip(said, begins, ends, strict=False)
    rows = [observed(own, one, **days(f"2019-{a}", f"2019-{b}")) for one, a, b in spans]
    return [*rows, observed(own, whole)]


def so_far(here, first, second, **kwargs):
    """What a year brought to the end of May and to the end of September."""
    own = here.out()
    to_may = days("2019-01-01", "2019-05-31")
    to_september = days("2019-01-01", "2019-09-30")
    kind = {"accumulation": "cumulative"}
    return [observed(own, first, **to_may, **kind), observed(own, second, **to_september, **kind)]


def completed(here, done, planned, printed, nature="plan"):
    """Money that came, money that was to come, and how much of it came."""
    own = here.out()
    metric = rate_of("completion", here.output)
    planned = observed(own, planned, nature=nature)
    return [observed(own, done), planned, rate(metric, printed, here)]


def part_of_all(here, part, whole, printed):
    """A share of another metric: of output, what was sold."""
    metric = rate_of("share", here.sales, here.output)
    rows = [observed(here.of(here.sales), part), observed(here.out(), whole)]
    return [*rows, rate(metric, printed, here)]


def fallen(here, before, now, printed):
    return grown(here, before, now, printed, metric=rate_of("decline", here.output))


def many_times(here, first, last, printed):
    own = here.out()
    metric = rate_of("multiple", here.output, unit="倍", base="first_year")
    rows = [observed(own, first, 2014), observed(own, last, 2019)]
    return [*rows, rate(metric, printed, here, **days("2014-01-01", "2019-12-31"))]


REVISED, BROKEN = {"obs_status": "revised"}, {"obs_status": "break"}


def falling(here, first, last, between="", **kwargs):
    """Totals since 2015, up to 2018, 2019 and 2020; `kwargs` are those of the middle one."""
    own = here.out()
    rows = [since(own, first, 2015, 2018), since(own, last, 2015, 2020)]
    return [*rows, since(own, between, 2015, 2019, **kwargs)] if between else rows


def before_break(rows):
    """The same figures, and a later one from which on something else is counted."""
    return [*rows, since(rows[0].series, "8亿元", 2015, 2021, **BROKEN)]


def with_break(rows, **kwargs):
    """The same figures, and one more of the first one's series, from which on it counts else."""
    return [*rows, observed(rows[0].series, "0.1亿元", **kwargs, **BROKEN)]


def first_year_above(here):
    own = here.out()
    return [observed(own, "5.4亿元", 2017), since(own, "5.0亿元", 2017, 2019)]


SECOND_HALF = days("2018-07-01", "2018-12-31")


def marked(rows, at, **values):
    """The same figures, one of which its document says something of."""
    Observation.objects.filter(pk=rows[at].pk).update(**values)
    return rows


def village(here):
    return make.make_region(name="某乡", parent=here.county, level="township")


CONTRADICTIONS = {
    # As government prose has it
    "quarters above the year": lambda it: quarters(
        it, "2.0亿元", "2.5亿元", "3.0亿元", "2.8亿元", whole="9.0亿元"
    ),
    "one quarter above the year": lambda it: quarters(it, "2.0亿元", whole="1.5亿元"),
    "year so far falls": lambda it: so_far(it, "8.6亿元", "6.8亿元"),
    "completion": lambda it: completed(it, "8.0亿元", "10.0亿元", "108.4%"),
    "completion of a target": lambda it: completed(it, "12.0亿元", "10.0亿元", "90%", "target"),
    "share of another metric": lambda it: part_of_all(it, "2.0亿元", "8.0亿元", "52%"),
    "share in a fraction": lambda it: part_of_all(it, "2.0亿元", "8.0亿元", "三分之二"),
    "more than half": lambda it: part_of_all(it, "2.0亿元", "8.0亿元", "超过一半"),
    "decline too steep": lambda it: fallen(it, "10.0亿元", "9.0亿元", "30%"),
    "decline for a rise": lambda it: fallen(it, "10.0亿元", "12.0亿元", "20%"),
    "negative growth for a rise": lambda it: grown(it, "10.0亿元", "10.5亿元", "负增长5%"),
    "times off by one": lambda it: many_times(it, "1.00亿元", "3.00亿元", "3倍"),
    "ten times too much": lambda it: two(it, "1.2亿元", "12亿元"),
    "thousands for tens of thousands": lambda it: two(it, "3.5万人次", "3500人次", it.visits),
    "over and exact": lambda it: two(it, "超过30亿元", "28.6亿元"),
    "at least and exact": lambda it: two(it, "不低于500人次", "431人次", it.visits),
    "at most and exact": lambda it: two(it, "不超过20%", "23%", it.growth, accumulation="rate"),
    "hectares and mu": lambda it: two(it, "80公顷", "2400亩", it.land, **on("2019-12-31")),
    "two agreements": lambda it: two(it, "15.6亿元", "16.5亿元", nature="agreement"),
    "village above its county": lambda it: [
        observed(it.of(it.output, it.county), "3.0亿元"),
        observed(it.of(it.output, village(it)), "4.0亿元"),
    ],
    "two villages' people": lambda it: [
        counted_at(it.of(it.people, it.county), "900人", 2019),
        counted_at(it.of(it.people, village(it)), "1200人", 2019),
    ],
    "three years above five": lambda it: totals(
        it, "18.0亿元", (2016, 2018), "15.0亿元", (2015, 2019)
    ),
    "part of people": lambda it: parts(it, it.people, "800人", "950人"),
    "increase too large": lambda it: increased(it, "10.0亿元", "13.0亿元", "8.0亿元"),
    "average per visitor": lambda it: per_head(it, "6.00亿元", "60.0万人次", "850元"),
    # Two figures for one time
    "two scales": lambda it: two(it, "3.24亿元", "35000万元"),
    "nearly and above": lambda it: two(it, "近3亿元", "超过3.2亿元"),
    "under and over": lambda it: two(it, "不足500人次", "逾600人次", it.visits),
    "range and number": lambda it: two(it, "1—2万人次", "2.6万人次", it.visits),
    "transposed digits": lambda it: two(it, "12746亩", "12476亩", it.land, **on("2019-12-31")),
    "two targets": lambda it: two(it, "3.0亿元", "4.0亿元", nature="target"),
    "two provisional ones": lambda it: two(it, "3.0亿元", "4.0亿元", obs_status="provisional"),
    "in full": lambda it: two(it, "共12000人次", "12300人次", it.visits),
    "rounded too far": lambda it: two(it, "43000亩", "4.5万亩", it.land, **on("2019-12-31")),
    # A stock at a moment and for the time that ends with it
    "stock said for a year": lambda it: levels(it, "300人", "500人"),
    "land said for a year": lambda it: levels(it, "4.32万亩", "5.1万亩", it.land),
    # Growth, averages, increases
    "growth": lambda it: grown(it, "10亿元", "13亿元", "15%"),
    "growth in tenths": lambda it: grown(it, "10.0亿元", "13.0亿元", "五成"),
    "growth for a fall": lambda it: grown(it, "10.0亿元", "8.0亿元", "20%"),
    "nominal growth": lambda it: grown(it, "10.0亿元", "13.0亿元", "50%", price_basis="current"),
    "yearly growth": lambda it: yearly(it, "10.0亿元", "20.0亿元", "20%"),
    "growth over all years as yearly": lambda it: yearly(it, "10.0亿元", "20.0亿元", "100%"),
    "yearly by its words": lambda it: yearly(
        it, "10.0亿元", "20.0亿元", "20%", "last_year", period_text="2014年至2019年年均"
    ),
    "increase": lambda it: increased(it, "10.0亿元", "13.0亿元", "5.0亿元"),
    "increase for a fall": lambda it: increased(it, "13.0亿元", "10.0亿元", "3.0亿元"),
    "decrease": lambda it: increased(it, "13.0亿元", "10.0亿元", "2.0亿元", "decrease"),
    "per head": lambda it: per_head(it, "1.00亿元", "10.0万人次", "1500元"),
    # Parts and wholes
    "part above whole": lambda it: parts(it, it.output, "5.0亿元", "7.0亿元"),
    "parts of money above whole": lambda it: parts(it, it.output, "10.0亿元", "6.0亿元", "7.0亿元"),
    "parts with a ground": lambda it: parts(
        it, it.visits, "600人次", "400人次", "300人次", parts_ground="名单没有重复"
    ),
    "three parts": lambda it: parts(it, it.output, "9.0亿元", "3.5亿元", "3.5亿元", "3.5亿元"),
    "complete parts": lambda it: parts(
        it, it.output, "10.0亿元", "3.0亿元", "3.0亿元", has_complete_parts=True
    ),
    # Towns and their county
    "two towns above": lambda it: towns(it, "9.0亿元", "6.0亿元", "5.0亿元"),
    "people of two towns": lambda it: towns(it, "900人", "500人", "600人", metric=it.people),
    "two rounded towns": lambda it: towns(it, "9.0亿元", "约6亿元", "约6亿元"),
    "town in a total": lambda it: [
        observed(it.out(), "8.0亿元", 2018),
        since(it.out(region=it.prefecture), "5.0亿元", 2017, 2019),
    ],
    # Stretches of time
    "half above year": lambda it: halves(it, "8.0亿元", "5.0亿元"),
    "half above year, over": lambda it: halves(it, "超过8亿元", "5.0亿元"),
    "year above total": lambda it: years(it, "6.0亿元", "2.0亿元", "7.0亿元", "1.0亿元"),
    "years short of total": lambda it: years(it, "9.0亿元", "2.0亿元", "2.0亿元", "2.0亿元"),
    "years above total": lambda it: years(it, "5.0亿元", "2.0亿元", "2.0亿元", "2.0亿元"),
    "period and total": lambda it: [
        observed(one := it.out(), "3.0亿元", 2019),
        since(one, "5.0亿元", 2019, 2019),
    ],
    "total falls": lambda it: totals(it, "9.0亿元", (2017, 2018), "7.0亿元", (2017, 2019)),
    "longer below shorter": lambda it: totals(
        it, "9.0亿元", (2010, 2019), "12.0亿元", (2014, 2019)
    ),
    "inner above": lambda it: totals(it, "9.0亿元", (2010, 2019), "12.0亿元", (2014, 2018)),
    # What cannot be exceeded
    "arrived above agreed": lambda it: above(it, "13.0亿元", "10.0亿元"),
    "arrived earlier above agreed": lambda it: above(
        it,
        "13.0亿元",
        "10.0亿元",
        {**days("2017-01-01", "2018-12-31"), "accumulation": "cumulative"},
    ),
    "built above all": lambda it: built(it, "120个", "100个"),
    "share above all": lambda it: [rate(it.share, "120%", it)],
    "two shares": lambda it: shares(it, "60%", "55%"),
    "two shares, over": lambda it: shares(it, "超过六成", "五成"),
    "two kinds": lambda it: kinds_of_share(it, "亩", "60%", "70%"),
    # What documents say of both figures is no excuse, and declines are falls
    "two revised ones": lambda it: two(it, "3.2亿元", "3.5亿元", **REVISED),
    "two after a break": lambda it: two(it, "3.2亿元", "3.5亿元", **BROKEN),
    "falls after a break": lambda it: marked(falling(it, "9亿元", "7亿元"), 0, **BROKEN),
    "falls before a break": lambda it: before_break(falling(it, "9亿元", "7亿元")),
    "yearly growth from a break on": lambda it: marked(
        yearly(it, "10.0亿元", "20.0亿元", "5%"), 0, **BROKEN
    ),
    "yearly growth after a break": lambda it: with_break(
        yearly(it, "10.0亿元", "20.0亿元", "5%"), year=2012
    ),
    "yearly growth before a break": lambda it: with_break(
        yearly(it, "10.0亿元", "20.0亿元", "5%"), year=2020
    ),
    "years from a break on": lambda it: marked(
        years(it, "9.0亿元", "3.0亿元", "3.0亿元", "3.6亿元"), 0, **BROKEN
    ),
    "a year above all before a break": lambda it: with_break(first_year_above(it), year=2020),
    "decrease for a rise": lambda it: increased(it, "10亿元", "13亿元", "3亿元", "decrease"),
    "decrease too large": lambda it: increased(it, "10.0亿元", "8.0亿元", "5.0亿元", "decrease"),
    "decline in tenths": lambda it: fallen(it, "10.0亿元", "9.0亿元", "三成"),
    "decline of a quarter": lambda it: fallen(it, "10.0亿元", "6.0亿元", "25%"),
    "negative growth of another size": lambda it: grown(it, "10.0亿元", "8.0亿元", "-5%"),
    "growth of all of them revised": lambda it: marked(
        marked(grown(it, "10亿元", "11亿元", "35.5%", base=REVISED), 1, **REVISED), 2, **REVISED
    ),
    "wide digits": lambda it: two(it, "１２０人次", "130人次", it.visits),
    "half in ten thousands": lambda it: halves(it, "80000万元", "5亿元"),
    "total below its years": lambda it: years(it, "9.0亿元", "4.0亿元", "4.0亿元", "4.0亿元"),
    "nearly, and far above": lambda it: two(it, "近10亿元", "12.3亿元"),
    "about, and far above": lambda it: two(it, "约50亿元", "80.5亿元"),
    "parts barely above": lambda it: parts(it, it.output, "5.0亿元", "3.0亿元", "2.2亿元"),
    "parts of a revised whole, revised": lambda it: marked(
        marked(parts(it, it.output, "5.0亿元", "7.0亿元"), 0, **REVISED), 1, **REVISED
    ),
    "towns in ten thousands": lambda it: towns(it, "9.0亿元", "60000万元", "50000万元"),
    "people at the end and for the year": lambda it: levels(it, "1200人", "1.5万人"),
    "arrived nearly twice": lambda it: above(it, "5.6亿元", "3.2亿元"),
    "completed a few more": lambda it: built(it, "15个", "12个"),
    "shares above a hundred": lambda it: shares(it, "70%", "45%"),
    "kinds above a hundred": lambda it: kinds_of_share(it, "吨", "70%", "45%"),
    "per head of fewer": lambda it: per_head(it, "2.00亿元", "10.0万人次", "1500元"),
    "completed more than is said": lambda it: completed(it, "12.0亿元", "10.0亿元", "80%"),
}


NEAR_MISSES = {
    # As government prose has it
    "quarters of the year": lambda it: quarters(
        it, "2.0亿元", "2.5亿元", "3.0亿元", "2.8亿元", whole="10.3亿元"
    ),
    "three quarters": lambda it: quarters(it, "2.0亿元", "2.5亿元", "3.0亿元", whole="9.0亿元"),
    "year so far": lambda it: so_far(it, "6.8亿元", "8.6亿元"),
    "year so far, nearly the same": lambda it: so_far(it, "近7亿元", "6.95亿元"),
    "completion": lambda it: completed(it, "8.0亿元", "10.0亿元", "80%"),
    "completion above all": lambda it: completed(it, "10.84亿元", "10.0亿元", "108.4%"),
    "completion, rounded": lambda it: completed(it, "8亿元", "12亿元", "66.7%"),
    "share of another metric": lambda it: part_of_all(it, "4.2亿元", "8.0亿元", "52.5%"),
    "more than half": lambda it: part_of_all(it, "4.6亿元", "8.1亿元", "过半"),
    "nearly a third": lambda it: part_of_all(it, "2.5亿元", "8.0亿元", "近三分之一"),
    "decline": lambda it: fallen(it, "10.0亿元", "8.0亿元", "20%"),
    "negative growth": lambda it: grown(it, "10.0亿元", "9.5亿元", "负增长5%"),
    "minus as growth": lambda it: grown(it, "10.0亿元", "9.5亿元", "-5%"),
    "times": lambda it: many_times(it, "1.00亿元", "3.00亿元", "2倍"),
    "ten thousands and units": lambda it: two(it, "3.5万人次", "35012人次", it.visits),
    "over and exact": lambda it: two(it, "超过30亿元", "30.6亿元"),
    "at most and exact": lambda it: two(it, "不超过20%", "18.5%", it.growth, accumulation="rate"),
    "hectares and mu": lambda it: two(it, "80公顷", "1200亩", it.land, **on("2019-12-31")),
    "agreed and done": lambda it: two(it, "15.6亿元", "9.2亿元", more={"nature": "agreement"}),
    "village within its county": lambda it: [
        observed(it.of(it.output, it.county), "3.0亿元"),
        observed(it.of(it.output, village(it)), "0.4亿元"),
    ],
    "another year's village": lambda it: [
        observed(it.of(it.output, it.county), "3.0亿元", 2018),
        observed(it.of(it.output, village(it)), "4.0亿元", 2019),
    ],
    "three years within five": lambda it: totals(
        it, "12.0亿元", (2016, 2018), "15.0亿元", (2015, 2019)
    ),
    "overlapping windows": lambda it: totals(
        it, "18.0亿元", (2014, 2017), "15.0亿元", (2016, 2019)
    ),
    "part with hedges": lambda it: parts(it, it.people, "近1000人", "960余人"),
    "average per visitor": lambda it: per_head(it, "6.00亿元", "60.0万人次", "约1000元"),
    "another scope": lambda it: [
        observed(it.of(it.output, scope_note="线上"), "5.0亿元"),
        observed(it.of(it.output, scope_note="线下"), "3.0亿元"),
    ],
    # Two figures for one time
    "rounded": lambda it: two(it, "3.2亿元", "3.24亿元"),
    "rounded by zeros": lambda it: two(it, "43000亩", "4.32万亩", it.land, **on("2019-12-31")),
    "measured in full": lambda it: two(it, "共43000亩", "4.32万亩", it.land, **on("2019-12-31")),
    "thousands": lambda it: two(it, "3000人次", "3012人次", it.visits),
    "nearly, loosely": lambda it: two(it, "近200亿元", "176.8亿元"),
    "nearly at its end": lambda it: two(it, "近3000人次", "2420人次", it.visits),
    "about, loosely": lambda it: two(it, "约50人次", "59人次", it.visits),
    "about, below": lambda it: two(it, "50人次左右", "41人次", it.visits),
    "more, loosely": lambda it: two(it, "475余人次", "479人次", it.visits),
    "more and more": lambda it: two(it, "1000余人次", "1260多人次", it.visits),
    "tens": lambda it: two(it, "几十人次", "85人次", it.visits),
    "out of use": lambda it: two(it, "3.2亿元", "3.5亿元", more=OLD),
    "provisional": lambda it: two(it, "3.2亿元", "3.5亿元", more={"obs_status": "provisional"}),
    "provisional by note": lambda it: two(it, "3.2亿元", "3.5亿元", more={"note": "初步核算数"}),
    "other prices": lambda it: two(it, "3.2亿元", "3.5亿元", more={"price_basis": "comparable"}),
    "plan and outcome": lambda it: two(it, "3.2亿元", "3.5亿元", more={"nature": "plan"}),
    "estimate and outcome": lambda it: two(it, "3.2亿元", "9亿元", more={"nature": "estimate"}),
    "unclear": lambda it: unclear(it, "3.2亿元", "5.5亿元", accumulation="period"),
    "unclear and total": lambda it: unclear(
        it, "3.2亿元", "5.5亿元", accumulation="cumulative", **days(*YEAR)
    ),
    "unknown starts": lambda it: unknown_start(it, "3.2亿元", "5.5亿元"),
    "unknown starts that fall": lambda it: unknown_start(it, "9.0亿元", "7.0亿元", 2020),
    # A stock
    "stock some days later": lambda it: two(it, "300人", "300人", it.people, **on("2019-12-31")),
    "stock and total": lambda it: [
        since(one := it.of(it.people), "500人", 2017, 2019),
        counted_at(one, "300人", 2019),
    ],
    "stock falls": lambda it: [
        counted_at(one := it.of(it.people), "5000人", 2018),
        counted_at(one, "4000人", 2019),
    ],
    # Growth, averages, increases
    "real growth": lambda it: grown(
        it, "617.3亿元", "688.0亿元", "10.1%", price_basis="comparable"
    ),
    "real growth by note": lambda it: grown(
        it, "617.3亿元", "688.0亿元", "10.1%", note="按可比价格计算"
    ),
    "growth without prices": lambda it: grown(
        it, "617.3亿元", "688.0亿元", "10.1%", note="扣除价格因素"
    ),
    "growth nearly": lambda it: grown(it, "10.0亿元", "14.7亿元", "近五成"),
    "growth about, loosely": lambda it: grown(it, "10.0亿元", "12.3亿元", "20%左右"),
    "growth on a revised base": lambda it: [
        observed(one := it.out(), "10.0亿元", 2018, rank="deprecated", rank_reason="初步数"),
        observed(one, "9.0亿元", 2018, rank="preferred", rank_reason="修订"),
        observed(one, "11.7亿元", 2019),
        rate(it.growth, "17%", it),
    ],
    "yearly growth": lambda it: yearly(it, "10.0亿元", "20.0亿元", "14.9%"),
    "yearly by its words": lambda it: yearly(
        it, "10.0亿元", "20.0亿元", "14.9%", "last_year", note="年均"
    ),
    "growth over all years": lambda it: yearly(it, "10.0亿元", "20.0亿元", "100%", "first_year"),
    "increase": lambda it: increased(it, "10.0亿元", "13.0亿元", "3.0亿元"),
    "decrease": lambda it: increased(it, "13.0亿元", "10.0亿元", "近3亿元", "decrease"),
    "per head": lambda it: per_head(it, "1.00亿元", "10.0万人次", "近1000元"),
    # Parts and wholes
    "some parts": lambda it: parts(it, it.output, "10亿元", "3亿元", "4亿元"),
    "people in two parts": lambda it: parts(
        it, it.people, "1000人", "600人", "700人", scopes=("女性", "党员")
    ),
    "online and apples": lambda it: parts(
        it, it.output, "10.0亿元", "6.0亿元", "7.0亿元", scopes=("线上", "苹果")
    ),
    "rounded parts": lambda it: parts(
        it, it.output, "10.0亿元", "3.3亿元", "3.4亿元", "3.2亿元", has_complete_parts=True
    ),
    # Towns and their county
    "two towns within": lambda it: towns(it, "12亿元", "6.0亿元", "5.0亿元"),
    "two towns of other years": lambda it: towns(it, "9.0亿元", "6.0亿元", "5.0亿元", year=2018),
    "two towns, rounded": lambda it: towns(it, "近11亿元", "6.0亿元", "4.9亿元"),
    "towns, loosely": lambda it: towns(it, "9.0亿元", "约5亿元", "约5亿元"),
    # Stretches of time
    "half within year": lambda it: halves(it, "5.0亿元", "8.0亿元"),
    "half of plan": lambda it: halves(it, "8.0亿元", "5.0亿元", nature="plan"),
    "years": lambda it: years(it, "约6.5亿元", "2.0亿元", "2.0亿元", "2.0亿元"),
    "longer above shorter": lambda it: totals(
        it, "12.0亿元", (2010, 2019), "9.0亿元", (2014, 2019)
    ),
    "later start": lambda it: totals(it, "9.0亿元", (2014, 2019), "8.0亿元", (2015, 2020)),
    # What cannot be exceeded
    "arrived in a year": lambda it: above(it, "13亿元", "10亿元", days(*YEAR), days(*YEAR)),
    "arrived below": lambda it: above(it, "9.0亿元", "近10亿元"),
    "arrived later": lambda it: above(
        it,
        "13.0亿元",
        "10.0亿元",
        {**days("2017-01-01", "2020-12-31"), "accumulation": "cumulative"},
    ),
    "built within": lambda it: built(it, "100个", "100个"),
    "two shares": lambda it: shares(it, "60%", "39.6%"),
    "two shares of other years": lambda it: shares(it, "60%", "55%", year=2018),
    "kinds of people": lambda it: kinds_of_share(it, "人", "60%", "70%", ("女性", "党员")),
    # What one of the figures says of itself
    "revised and unmarked": lambda it: two(it, "3.2亿元", "3.5亿元", more=REVISED),
    "revised after a census": lambda it: two(
        it, "3.2亿元", "3.5亿元", more={"note": "经济普查后修订"}
    ),
    "finally verified": lambda it: two(it, "3.2亿元", "3.5亿元", more={"note": "最终核实数"}),
    "after a break and unmarked": lambda it: two(it, "3.2亿元", "3.5亿元", more=BROKEN),
    "falls at a break": lambda it: marked(falling(it, "9亿元", "7亿元"), 1, **BROKEN),
    "falls over a break": lambda it: falling(it, "9亿元", "7亿元", "6亿元", **BROKEN),
    "falls to what was revised": lambda it: marked(falling(it, "9亿元", "7亿元"), 1, **REVISED),
    "half above a revised year": lambda it: marked(halves(it, "5.4亿元", "5.0亿元"), 1, **REVISED),
    "yearly growth over a break": lambda it: with_break(
        yearly(it, "10.0亿元", "20.0亿元", "5%"), year=2017
    ),
    "growth from two years back over a break": lambda it: with_break(
        many_times(it, "1.00亿元", "3.00亿元", "5倍"), year=2016
    ),
    "growth over a break in the course of the year": lambda it: with_break(
        grown(it, "10.0亿元", "11.7亿元", "30%"), **days("2019-01-01", "2019-03-31")
    ),
    "increase over a break": lambda it: with_break(
        increased(it, "10亿元", "13亿元", "5亿元"), **days("2019-01-01", "2019-03-31")
    ),
    "years over a break in the course of one": lambda it: with_break(
        years(it, "9.0亿元", "3.0亿元", "3.0亿元", "3.6亿元"), **SECOND_HALF
    ),
    "a year above all over a break": lambda it: with_break(first_year_above(it), year=2019),
    "half before a break": lambda it: marked(halves(it, "5.4亿元", "5.0亿元"), 1, **BROKEN),
    "part of a revised whole": lambda it: marked(
        parts(it, it.output, "5.0亿元", "5.4亿元"), 0, **REVISED
    ),
    "parts of a revised whole": lambda it: marked(
        parts(it, it.output, "5.0亿元", "3.0亿元", "2.4亿元"), 0, **REVISED
    ),
    "towns of a revised prefecture": lambda it: marked(
        towns(it, "9.0亿元", "6.0亿元", "5.0亿元"), 0, **REVISED
    ),
    "years of which one was revised": lambda it: marked(
        years(it, "9.0亿元", "3.0亿元", "3.0亿元", "3.6亿元"), 1, **REVISED
    ),
    "growth from a base revised since": lambda it: grown(
        it, "10.0亿元", "11.7亿元", "30%", base=REVISED
    ),
    "growth to what was revised": lambda it: marked(
        grown(it, "10.0亿元", "11.7亿元", "30%"), 1, **REVISED
    ),
    "a revised stock": lambda it: marked(levels(it, "300人", "500人"), 1, **REVISED),
    # Declines, and other spellings of the same
    "decline called one": lambda it: fallen(it, "10.0亿元", "8.0亿元", "20%"),
    "decline in words": lambda it: fallen(it, "10.0亿元", "7.0亿元", "三成"),
    "decrease called one": lambda it: increased(it, "10.0亿元", "8.0亿元", "2.0亿元", "decrease"),
    "negative growth in words": lambda it: grown(it, "10.0亿元", "8.0亿元", "负增长20%"),
    "minus": lambda it: grown(it, "10.0亿元", "8.0亿元", "-20.0%"),
    "wide digits": lambda it: two(it, "１２０人次", "120人次", it.visits),
    "so far the same": lambda it: so_far(it, "6.8亿元", "6.80亿元"),
    "people rounded": lambda it: levels(it, "1.2万人", "12034人"),
    "years add up": lambda it: years(it, "3.0亿元", "1.0亿元", "1.0亿元", "1.0亿元"),
    "twice": lambda it: many_times(it, "1.00亿元", "3.00亿元", "2倍"),
    "all of it arrived": lambda it: above(it, "3.2亿元", "3.20亿元"),
}


def results_of(rows):
    keys = {row.pk for row in rows}
    found = [one for one in verdicts() if keys & {figure.pk for figure in one.observations}]
    return {one.result.value for one in found}, found


@pytest.fixture(autouse=True)
def _alone(db):
    """Without the real figures it is quicker."""
    Observation.objects.all().update(status="draft")


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_what_cannot_be_true_is_a_contradiction(case):
    found, rows = results_of(CONTRADICTIONS[case](Here()))
    assert "contradiction" in found
    for one in rows:
        assert one.result != "contradiction" or ("要" in one.computation and one.title)


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_what_only_looks_wrong_is_none(case):
    assert "contradiction" not in results_of(NEAR_MISSES[case](Here()))[0]


@pytest.mark.parametrize(
    ("began", "opened", "construction", "is_found"),
    [
        ("2019", "2018", "new", True),
        ("2019-03", "2019-02", "new", True),
        ("2019-03", "2019", "new", False),
        ("2018", "2019", "new", False),
        ("2019", "2018", "extended", False),
        ("2019", "", "new", False),
    ],
)
def test_nothing_opens_before_its_building_began(began, opened, construction, is_found):
    site = make.make_site(opened_on=opened)
    make.make_project(site=site, actual_start=began, construction=construction)
    assert [one.result for one in dates_of(f"sites:{site.slug}")] == ["contradiction"] * is_found


@pytest.mark.parametrize(
    ("founded", "opened", "is_found"),
    [("2019", "2018", True), ("2018", "2018-05", False), ("2018", "2019", False)],
)
def test_no_firm_opens_an_outlet_before_it_was_founded(founded, opened, is_found):
    firm = make.make_enterprise(founded_on=founded)
    make.make_outlet(operator=firm, opened_on=opened)
    found = dates_of(f"enterprises:{firm.slug}")
    assert [one.result for one in found] == ["contradiction"] * is_found


@pytest.mark.parametrize(
    ("kind", "producing", "is_found"),
    [("new", "2018", True), ("new", "2019-01", False), ("acquisition", "2018", False)],
)
def test_no_new_firm_produces_before_it_was_founded(kind, producing, is_found):
    firm = make.make_enterprise(founded_on="2019")
    make.make_investment(local_enterprise=firm, kind=kind, producing_on=producing)
    found = dates_of(f"enterprises:{firm.slug}")
    assert [one.result for one in found] == ["contradiction"] * is_found


def dates_of(record):
    found = [one for one in verdicts() if record in one.records]
    return [one for one in found if one.kind.value == "dates"]


def test_a_reversed_order_says_what_would_be_right():
    site = make.make_site(name="某园", opened_on="2018")
    make.make_project(name="某工程", site=site, actual_start="2019-03", construction="new")
    [found] = dates_of(f"sites:{site.slug}")
    assert found.computation == (
        "先后颠倒：某园启用2018年（场所记录），早于某园建设项目开工2019年3月（援疆项目“某工程”）；"
        "要相符，前者须不早于2019年3月，或后者须不晚于2018年。"
    )


# Sentences


def words_of(rows):
    return [one.computation for one in results_of(rows)[1] if one.result == "contradiction"]


def test_bounds_are_printed_with_all_their_digits():
    [words] = words_of(two(Here(), "805.29亿元", "805.31亿元"))
    assert "805.285亿元至805.295亿元" in words


def test_a_decline_is_called_a_decline():
    [words] = words_of(grown(Here(), "10.0亿元", "8.0亿元", "20%"))
    assert "→ 下降20%" in words


def test_a_decline_between_bounds_is_called_a_decline():
    [words] = words_of(grown(Here(), "10.0亿元", "近8亿元", "20%"))
    assert "→ 下降19.6%至28.4%" in words


def test_a_printed_decline_is_called_a_decline():
    [found] = results_of(fallen(Here(), "10.0亿元", "12.0亿元", "20%"))[1]
    assert "→ 增长20%，原文下降20%；要下降20%，" in found.computation
    assert found.title.endswith("：原文下降20%，推算增长20%")


def test_a_printed_decrease_is_called_a_decrease():
    rows = increased(Here(), "10.0亿元", "13.0亿元", "3.0亿元", "decrease")
    [found] = results_of(rows)[1]
    assert "→ 增加3亿元，原文减少3.0亿元；要减少3.0亿元，" in found.computation


def test_what_would_make_a_negative_growth_true_is_a_decline():
    [words] = words_of(grown(Here(), "10.0亿元", "12.0亿元", "-3.2%"))
    assert "原文-3.2%；要下降3.2%，" in words


def test_a_rate_says_what_its_sides_would_have_to_be():
    [words] = words_of(grown(Here(), "10.0亿元", "13.0亿元", "15%"))
    assert words == (
        "某市 某增长率（2019年）：13亿÷10亿 → 增长30%，原文15%；"
        "要增长15%，2018年须约11.3亿元（11.21亿元至11.4亿元），"
        "或2019年须约11.5亿元（11.39亿元至11.61亿元）。"
    )


def test_an_increase_says_what_it_was_computed_from():
    [words] = words_of(increased(Here(), "10.0亿元", "13.0亿元", "5.0亿元"))
    assert "13亿－10亿 → 增加3亿元" in words


def test_the_title_names_place_metric_period_and_both_numbers():
    rows = two(Here(), "3.2亿元", "3.5亿元")
    [found] = results_of(rows)[1]
    assert found.title.endswith("（2019年）：3.2亿元与3.5亿元")
    assert found.title.startswith(rows[0].series.name)
