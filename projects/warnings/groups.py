"""Warnings as a leader reads them: by rule, what is serious and recent first."""

from dataclasses import dataclass

from projects.models.rules import LEDGERS, WarningRule
from projects.warnings.values import value_at

LEVELS = list(WarningRule.Level)
FIRST, MOST = 5, 50


@dataclass(frozen=True)
class WarningGroup:
    """What one rule warns of; what was due last comes first."""

    rule: WarningRule
    found: list

    @property
    def count(self):
        return len(self.found)

    @property
    def first(self):
        return self.found[:FIRST]

    @property
    def rest(self):
        return self.found[FIRST:MOST]

    @property
    def unlisted(self):
        """How many are left out of a page."""
        return max(self.count - MOST, 0)


def grouped(warnings):
    """The WarningGroups of some warnings: errors first, projects before what stands beside them."""
    groups: dict = {}
    for one in warnings:
        groups.setdefault(one.rule, []).append(one)
    return [
        WarningGroup(rule, latest_first(groups[rule]) if rule.kind == "overdue" else groups[rule])
        for rule in sorted(groups, key=order)
    ]


def order(rule):
    return LEVELS.index(rule.level), [*LEDGERS].index(rule.ledger), rule.code


def latest_first(warnings):
    return sorted(
        warnings, key=lambda one: str(value_at(one.row, one.rule.left) or ""), reverse=True
    )
