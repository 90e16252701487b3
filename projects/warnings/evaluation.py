"""Applies the rules that are switched on, and says in sentences what they found."""

from dataclasses import dataclass

from django.db.models import Model
from django.utils import timezone

from aidtracker.ground.batches import prefetch_in_batches
from aidtracker.ground.datasets import dataset_name, form_of
from programs.models import Headquarters
from projects.models.reports import MonthlyReport
from projects.models.rules import WarningRule
from projects.models.targets import Target
from projects.warnings.kinds import EVALUATORS, OF_ONE_REPORT, OF_ONE_TARGET, OF_OTHERS
from projects.warnings.ledgers import Ledgers, ReportsAtHand, RowsAtHand, headquarters_of
from projects.warnings.values import sentence


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
    are about, and what was reported before.
    """
    reports = list(reports)
    if not reports:
        return {}
    prefetch_in_batches(reports, reports[0].SUBJECT)
    rules = rules_of(type(reports[0])).filter(kind__in=OF_ONE_REPORT)
    return sentences(rules, ReportsAtHand(reports, today or timezone.localdate()))


def for_rows(rows, today=None):
    """{number of a row: sentences} for rows of one ledger that a rule warns of.

    Of other rows than reports all of their headquarters are read: one alone says less.
    """
    rows = list(rows)
    if not rows or isinstance(rows[0], MonthlyReport):
        return for_reports(rows, today)
    prefetch_in_batches(rows, rows[0].OWNERS[0])
    headquarters = {own.pk for own in map(headquarters_of, rows) if own}
    rules = rules_of(type(rows[0])).exclude(kind__in=OF_OTHERS)
    return sentences(rules, Ledgers(headquarters, today or timezone.localdate()))


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


def sentences(rules, ledgers):
    found: dict = {}
    for one in apply(rules, ledgers):
        found.setdefault(one.row.pk, []).append(one.sentence)
    return found


def warned(model, headquarters_ids, code=""):
    """The numbers of the rows of a model that some rule, or the rule of that code, warns of."""
    rules = WarningRule.objects.filter(is_active=True, **({"code": code} if code else {}))
    found = apply(rules, Ledgers(headquarters_ids, timezone.localdate()))
    return {one.row.pk for one in found if isinstance(one.row, model)}


def apply(rules, ledgers):
    return [
        LedgerWarning(rule, row, sentence(rule, row, found))
        for rule in rules
        for row, found in EVALUATORS[rule.kind](rule, ledgers)
    ]
