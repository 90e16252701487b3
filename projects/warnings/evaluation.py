"""Applies the rules that are switched on, and says in sentences what they found."""

from dataclasses import dataclass

from django.db.models import Model
from django.utils import timezone

from aidtracker.ground.batches import prefetch_in_batches
from aidtracker.ground.datasets import dataset_name, form_of
from programs.models import Headquarters
from projects.models import Review
from projects.models.reports import MonthlyReport
from projects.models.rules import WarningRule
from projects.models.targets import Target
from projects.warnings.kinds import (
    EVALUATORS,
    OF_ONE_REPORT,
    OF_ONE_TARGET,
    OF_OTHERS,
    looked_at,
    months_before,
    warns_of,
)
from projects.warnings.ledgers import Ledgers, ReportsAtHand, RowsAtHand, headquarters_of
from projects.warnings.values import sentence

MOST_READ = 20_000  # rows that rules look at for a filter; ten times what a headquarters has


@dataclass(frozen=True)
class LedgerWarning:
    """One warning: its rule, the row it is about, and the sentence that says so."""

    rule: WarningRule
    row: Model
    sentence: str

    @property
    def level(self):
        return self.rule.level

    @property
    def headquarters(self):
        """The headquarters whose row it is; None if nobody's."""
        return self.row if isinstance(self.row, Headquarters) else headquarters_of(self.row)

    @property
    def url(self):
        """The form in which staff can put it right."""
        return form_of(self.row)


def warnings_for(headquarters_ids, today=None):
    """The warnings about the ledgers of some headquarters (None: of all), errors first.

    At most two queries more than there are ledgers, however many rows they have.
    """
    ledgers = Ledgers(headquarters_ids, today or timezone.localdate())
    found = apply(WarningRule.objects.filter(is_active=True), ledgers)
    order = list(WarningRule.Level)
    return sorted(found, key=lambda one: (order.index(one.level), one.rule.code))


def for_reports(reports, today=None):
    """{number of a report: sentences} for reports of one ledger that a rule warns of.

    Three queries, and two more for each further portion of reports: the rules, what the reports
    are about, and what was reported before, as many months as a rule looks back.
    """
    reports = list(reports)
    if not reports:
        return {}
    prefetch_in_batches(reports, reports[0].SUBJECT)
    rules = list(rules_of(type(reports[0])).filter(kind__in=OF_ONE_REPORT))
    months = max(map(months_before, rules), default=0)
    return sentences(apply(rules, ReportsAtHand(reports, today or timezone.localdate(), months)))


def for_rows(rows, today=None):
    """{number of a row: sentences} for rows of one ledger that a rule warns of.

    Where a rule holds other rows than reports to each other, a few columns are read of all of
    their headquarters.
    """
    rows, today = list(rows), today or timezone.localdate()
    if not rows or isinstance(rows[0], MonthlyReport):
        return for_reports(rows, today)
    prefetch_in_batches(rows, rows[0].OWNERS[0])
    headquarters = {own.pk for own in map(headquarters_of, rows) if own}
    at_hand = RowsAtHand([row for row in rows if not is_withdrawn(row)], today, headquarters)
    rules = rules_of(type(rows[0])).exclude(kind__in=OF_OTHERS)
    return sentences(apply(rules, at_hand))


def is_withdrawn(row):
    return bool(row.REVIEW) and row.review_state == Review.WITHDRAWN


def rules_of(model):
    return WarningRule.objects.filter(is_active=True, ledger=dataset_name(model))


def rules_of_targets():
    """Those that say of what is set out to do, each from itself alone, that it is late."""
    return rules_of(Target).filter(kind__in=OF_ONE_TARGET).order_by("code")


def worst_of(rows, rules, today=None):
    """{number of a row: its LedgerWarning}, of several the most serious; no query."""
    found = apply(rules, RowsAtHand(rows, today or timezone.localdate()))
    order = list(WarningRule.Level)
    worst: dict = {}
    for one in sorted(found, key=lambda one: order.index(one.level)):
        worst.setdefault(one.row.pk, one)
    return worst


def sentences(warnings):
    found: dict = {}
    for one in warnings:
        found.setdefault(one.row.pk, []).append(one.sentence)
    return found


def warned(model, headquarters_ids, code=""):
    """The numbers of the rows of a model that some rule, or the rule of that code, warns of.

    Raises TooManyError where too many rows would have to be looked at.
    """
    active = WarningRule.objects.filter(is_active=True, **({"code": code} if code else {}))
    rules = [rule for rule in active if warns_of(rule) is model]
    ledgers = Ledgers(headquarters_ids, timezone.localdate())
    names = {name for rule in rules for name in looked_at(rule)}
    if ledgers.count(names, MOST_READ + 1) > MOST_READ:
        raise TooManyError
    return {one.row.pk for one in apply(rules, ledgers)}


class TooManyError(Exception):
    """A rule would have to look at more rows than anybody waits for."""


def apply(rules, ledgers):
    return [
        LedgerWarning(rule, row, sentence(rule, row, found))
        for rule in rules
        for row, found in EVALUATORS[rule.kind](rule, ledgers)
    ]
