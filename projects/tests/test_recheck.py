"""What is checked again after a change is what checking everything would find.

Small worlds, made and changed at random; after each change the findings that followed are compared
row by row with those of a whole run.
"""

import threading
from datetime import date

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from aidtracker import testing as make
from aidtracker.ground.changes import after_change
from aidtracker.review.meaning import Meaning
from aidtracker.trail import acts
from projects.checks.recomputing import recompute
from projects.models import (
    Finding,
    Observation,
    Series,
)
from projects.tests.figure_sets import flow, observed, rate_of

pytestmark = pytest.mark.django_db

PRINTED = ("900元", "1000元", "近2000元", "2000元", "超过2600元", "2646元", "3000元", "1万余元")
RATES = ("10%", "50%", "120%")
COUNTS = ("1个", "2个")
NOTES = ("", "", "某渠道的店", "占甲")
STATES = ("published", "published", "published", "draft", "withdrawn")


class World:
    """A few places, firms, metrics and series, with figures; each change is an act of its own."""

    def __init__(self, draw):
        self.draw = draw
        top = make.make_region(name="甲")
        self.regions = [top, *(make.make_region(parent=top) for _ in range(2))]
        self.regions.append(make.make_region(parent=self.regions[1]))
        self.firms = [make.make_enterprise(), make.make_enterprise()]
        self.sites = [make.make_site(region=self.regions[3], opened_on="2019-05")]
        self.sites.append(
            make.make_site(parent=self.sites[0], kind="factory", operator=self.firms[1])
        )
        self.investments = [
            make.make_investment(
                site=self.sites[0],
                local_enterprise=self.firms[0],
                status="started",
                arrived_amount=1,
            )
        ]
        self.project = make.make_project(site=self.sites[0], construction="new")
        self.outlet = make.make_outlet(operator=self.firms[0])
        self.activities = [make.make_activity(site=self.sites[0], step="opened", starts_on="2019")]
        self.entries = [
            make.make_scope_entry(name="含别处", effect="wider", aspect="范围"),
            make.make_scope_entry(name="某渠道", effect="part", aspect="渠道"),
        ]
        self.entries.append(make.make_scope_entry(within=self.entries[1], aspect="渠道"))
        base = flow(ledger_field="arrived_amount")
        self.metrics = [
            base,
            flow(),
            flow("个", counted_rows="awards?name=某县"),
            rate_of("growth", base),
            rate_of("share", base, base),
            rate_of("completion", base),
            rate_of("increase", base, unit="元"),
            flow(not_above=base),
        ]
        self.metrics.append(rate_of("ratio", self.metrics[1], base))
        self.series: list = []
        self.figures: list = []
        self.awards: list = []
        for _ in range(5):
            self.add_series()
        for _ in range(10):
            self.add_figure()

    # Draws

    def one_of(self, values):
        return self.draw(st.sampled_from(list(values)))

    def subject(self):
        kind, things = self.one_of(
            [
                ("region", self.regions),
                ("region", self.regions),
                ("site", self.sites),
                ("investment", self.investments),
                ("enterprise", self.firms),
            ]
        )
        empty = dict.fromkeys(("region", "site", "investment", "enterprise"))
        return empty | {kind: self.one_of(things)}

    def identity(self):
        """Metric, subjects and scope of a series that is not there yet; None if it is."""
        found = {
            "metric": self.one_of(self.metrics),
            "first_scope": self.one_of([None, *self.entries]),
            "scope_note": self.one_of(NOTES),
            **self.subject(),
        }
        return None if Series.objects.like(Series(**found)).exists() else found

    def words(self, series):
        if series.metric.counted_rows:
            return COUNTS
        return RATES if series.metric.unit == "%" else PRINTED

    def figure(self):
        series = self.one_of(self.series)
        words = self.words(series)
        start, end = self.one_of([(2018, 2018), (2019, 2019), (2018, 2019)])
        has_start = self.draw(st.booleans())
        kind = self.one_of(("period", "cumulative", "point")) if words is not RATES else "rate"
        return {
            "series": series,
            "printed": self.one_of(words),
            "accumulation": kind,
            "nature": self.one_of(("actual", "actual", "target")),
            "period_start": date(start, 1, 1) if has_start or kind == "rate" else None,
            "period_end": date(end, 12, 31),
            "status": self.one_of(STATES),
        }

    # Changes

    def add_series(self):
        if values := self.identity():
            self.series.append(make.make_series(**values))

    def change_series(self):
        series = self.one_of(self.series)
        values = self.identity() if self.draw(st.booleans()) else {}
        others = [one for one in self.series if one != series]
        if others:
            values = {"part_of": self.one_of([None, *others]), **(values or {})}
        values["has_complete_parts"] = self.draw(st.booleans())
        store(series, values)

    def add_figure(self):
        self.figures.append(make.make_observation(**self.figure()))

    def change_figure(self):
        figure = self.one_of(self.figures)
        values = self.figure()
        names = self.draw(st.sets(st.sampled_from(sorted(values)), min_size=1))
        if "period_end" in names:
            names.add("period_start")
        elif "period_start" in names:
            names.add("period_end")
        store(figure, {name: values[name] for name in names})

    def put_words(self):
        """As an import or a form: value and bounds follow from the words."""
        figure = self.one_of(self.figures)
        figure.printed = self.one_of(self.words(figure.series))
        figure.correction_reason = "改"
        figure.read_printed()
        figure.save()

    def delete_figure(self):
        if len(self.figures) > 1:
            figure = self.one_of(self.figures)
            self.figures.remove(figure)
            figure.delete()

    def move_region(self):
        region = self.one_of(self.regions[1:])
        store(region, {"parent": self.one_of([None, *self.regions])}, other_than=region)

    def name_region(self):
        store(self.one_of(self.regions), {"name": self.one_of(("甲", "乙", "丙"))})

    def move_site(self):
        site = self.one_of(self.sites)
        values = {
            "parent": self.one_of([None, *self.sites]),
            "region": self.one_of([None, *self.regions]),
            "kind": self.one_of(("park", "factory")),
            "operator": self.one_of([None, *self.firms]),
            "opened_on": self.one_of(("", "2019-05", "2020")),
        }
        store(site, values, other_than=site)

    def change_investment(self):
        values = {
            "site": self.one_of([None, *self.sites]),
            "local_enterprise": self.one_of(self.firms),
            "status": self.one_of(("", "started", "signed")),
            "review": self.one_of(STATES),
            "arrived_amount": self.one_of((None, 0, 1)),
        }
        names = self.draw(st.sets(st.sampled_from(sorted(values)), min_size=1))
        store(self.one_of(self.investments), {name: values[name] for name in names})

    def change_metric(self):
        metric = self.one_of(self.metrics)
        values = {"sector": self.one_of(("digital", "energy")), "name": f"{metric.name}改"}
        if metric.formula in ("growth", "completion"):
            values["numerator"] = self.one_of(self.metrics[:2])
        elif metric.formula == "share":
            values["denominator"] = self.one_of(self.metrics[:2])
        elif not metric.formula:
            values["kind"] = self.one_of(("flow", "stock", "rank"))
            above = [one for one in (None, *self.metrics[:2]) if one != metric]
            values["not_above"] = self.one_of(above)
        names = self.draw(st.sets(st.sampled_from(sorted(values)), min_size=1))
        store(metric, {name: values[name] for name in names})

    def change_scope_entry(self):
        entry = self.one_of(self.entries)
        values = {
            "effect": self.one_of(("wider", "part", "other")),
            "aspect": self.one_of(("", "渠道", "范围")),
            "within": self.one_of([None, *self.entries]),
        }
        store(entry, values, other_than=entry)

    def change_awards(self):
        if self.awards and self.draw(st.booleans()):
            award = self.one_of(self.awards)
            if self.draw(st.booleans()):
                self.awards.remove(award)
                award.delete()
            else:
                holder = {"region": self.one_of(self.regions), "site": None}
                store(award, {**holder, "granted_on": self.one_of(("", "2018", "2020"))})
        else:
            holder = self.one_of(
                [{"region": self.one_of(self.regions)}, {"site": self.one_of(self.sites)}]
            )
            self.awards.append(make.make_award(name="某县", granted_on="2018", **holder))

    def change_activity(self):
        if self.draw(st.booleans()):
            firms = [self.one_of(self.firms)]
            self.activities.append(
                make.make_activity(enterprises=firms, step="founded", starts_on="2015")
            )
            return
        activity = self.one_of(self.activities)
        values = {
            "step": self.one_of(("opened", "founded", "")),
            "site": self.one_of([None, *self.sites]),
            "starts_on": self.one_of(("2018", "2019", "")),
        }
        activity.enterprises.set(self.one_of([(), self.firms]))
        store(activity, values)

    def change_project(self):
        values = {
            "site": self.one_of([None, *self.sites]),
            "actual_start": self.one_of(("", "2019-06", "2021")),
            "construction": self.one_of(("new", "extended")),
            "review": self.one_of(STATES),
        }
        names = self.draw(st.sets(st.sampled_from(sorted(values)), min_size=1))
        store(self.project, {name: values[name] for name in names})

    def change_outlet(self):
        values = {
            "operator": self.one_of([None, *self.firms]),
            "opened_on": self.one_of(("", "2013", "2016")),
        }
        store(self.outlet, values)

    def date_firm(self):
        store(self.one_of(self.firms), {"founded_on": self.one_of(("", "2014", "2015-03"))})

    def explain(self):
        """A person settles a finding; that is no change of the record."""
        if row := Finding.objects.order_by("key").first():
            Finding.objects.settle([row], "explained", "口径不同")


CHANGES = [
    name
    for name in vars(World)
    if name.partition("_")[0] in ("add", "change", "put", "delete", "move", "name", "date")
] + ["explain"]


def store(row, values, other_than=None):
    """Save other values, unless a row would stand in itself."""
    values = {
        name: value for name, value in values.items() if other_than is None or value != other_than
    }
    for name, value in values.items():
        setattr(row, name, value)
    if isinstance(row, Meaning):
        row.correction_reason = f"第 {row.version} 次改动"
    row.save()


def findings():
    """All findings, as far as they do not depend on when they were stored."""
    columns = ("key", "kind", "result", "computation", "records", "is_current")
    rows = Finding.objects.order_by("key").values(*columns, "state", "explanation", "scope", "pk")
    links = Finding.observations.through.objects
    return [
        row
        | {
            "figures": sorted(
                links.filter(finding=row.pop("pk")).values_list("observation_id", flat=True)
            )
        }
        for row in rows
    ]


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_what_follows_a_change_is_what_a_whole_run_finds(data):
    with transaction.atomic():
        Observation.objects.update(status="draft")  # without the real ones it is quicker
        world = World(data.draw)
        recompute()
        for _ in range(5):
            change = data.draw(st.sampled_from(CHANGES))
            with acts.doing(acts.Way.FORM):
                getattr(world, change)()
                after_change()
            followed = findings()
            recompute()
            assert followed == findings(), change
        transaction.set_rollback(True)


# What it costs


def change_and_follow(figure, printed):
    """Save other words of a figure, as a door does."""
    with acts.doing(acts.Way.FORM):
        figure.printed = printed
        figure.read_printed()
        figure.save()
        after_change()


def cost_of_change(figure, printed):
    """How many queries follow a change, and how many figures and series they read."""
    with CaptureQueriesContext(connection) as queries:
        change_and_follow(figure, printed)
    asked = [one["sql"] for one in queries if one["sql"].startswith("SELECT")]
    read = 0
    with connection.cursor() as cursor:
        for sql in asked:
            if 'FROM "projects_observation"' in sql or 'FROM "projects_series"' in sql:
                cursor.execute(sql)
                read += len(cursor.fetchall())
    return len(queries), read


def fill(number):
    """Figures of other series of some metrics, about other places in one prefecture."""
    prefecture = make.make_region()
    metrics = [flow() for _ in range(3)]
    for at in range(number):
        region = make.make_region(parent=prefecture)
        series = make.make_series(metric=metrics[at % 3], region=region)
        observed(series, f"{at + 10}.{at % 10}万元")
    return prefecture, metrics


@pytest.fixture
def lone_figure(db):
    """A figure of a county whose metric is that of many others, with its prefecture and a rate."""
    prefecture, metrics = fill(30)
    county = make.make_region(parent=prefecture)
    observed(make.make_series(metric=metrics[0], region=prefecture), "9亿元")
    rate = make.make_series(metric=rate_of("growth", metrics[0]), region=county)
    observed(rate, "10%", accumulation="rate")
    figure = observed(make.make_series(metric=metrics[0], region=county), "7.7亿元")
    recompute()
    return figure


def test_saving_one_figure_loads_no_more_in_a_record_ten_times_as_large(lone_figure):
    cost_of_change(lone_figure, "7.9亿元")
    small = cost_of_change(lone_figure, "7.8亿元")
    fill(270)
    recompute()
    assert cost_of_change(lone_figure, "7.7亿元") == small
    # One asks for other scopes of the same thing, one which way words point, one for kinds.
    assert small[0] < 53
    assert small[1] < 30


@pytest.mark.parametrize(("year", "result"), [(2017, "candidate"), (2013, "contradiction")])
def test_break_between_two_years_reaches_the_growth_from_one_to_the_other(db, year, result):
    output, region = flow(), make.make_region()
    own = make.make_series(metric=output, region=region)
    between = observed(own, "12.0亿元", year)
    observed(own, "10.0亿元", 2014)
    observed(own, "20.0亿元", 2019)
    span = {"period_start": date(2014, 1, 1), "period_end": date(2019, 12, 31)}
    yearly = make.make_series(metric=rate_of("growth", output, base="yearly"), region=region)
    rate = observed(yearly, "5%", accumulation="rate", **span)
    recompute()
    assert [one.result for one in Finding.objects.filter(observations=rate)] == ["contradiction"]
    with acts.doing(acts.Way.FORM):
        between.obs_status = "break"
        between.correction_reason = "公报说明口径改变"
        between.save()
        after_change()
    assert [one.result for one in Finding.objects.filter(observations=rate)] == [result]


def test_saving_a_figure_leaves_findings_elsewhere_alone(lone_figure):
    series = make.make_series(metric=flow())
    pair = [observed(series, words) for words in ("600元", "700元")]
    change_and_follow(lone_figure, "9.9亿元")
    assert [row.kind for row in lone_figure.findings.exclude(kind="growth")] == ["parts"]
    assert not Finding.objects.filter(observations__in=pair).exists()


# Two at once


def in_own_connection(work):
    """A thread that works in a connection of its own."""

    def run():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
)
def test_two_who_save_figures_of_one_series_wait_for_each_other_and_no_others():
    metric = flow()
    one, other = (observed(make.make_series(metric=metric), "5元") for _ in range(2))
    same = observed(one.series, "5元")
    recompute()
    is_done = threading.Event()

    def change_elsewhere():
        change_and_follow(other, "6元")
        is_done.set()

    with transaction.atomic():
        change_and_follow(one, "7元")
        waiting = in_own_connection(lambda: change_and_follow(same, "90元"))
        in_own_connection(change_elsewhere).join(30)
        assert is_done.is_set()
        waiting.join(0.5)
        assert waiting.is_alive()
        assert not Finding.objects.filter(
            kind="conflict", observations=same, computation__contains="90元"
        ).exists()
    waiting.join(30)
    found = Finding.objects.get(kind="conflict", observations=same)
    assert {*found.observations.all()} == {one, same}
    assert "7元" in found.computation
    assert "90元" in found.computation
