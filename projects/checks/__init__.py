"""Checks of the figures against each other and against the ledgers, as pure functions.

`check` runs every rule over an `Evidence` and gives `Verdict`s; nothing here writes anything.
"""

from projects.checks.dates import check_dates
from projects.checks.ledger import check_counts, check_ledger
from projects.checks.lookalikes import check_lookalikes
from projects.checks.parts import check_parts
from projects.checks.printed import check_printed
from projects.checks.rates import check_rates
from projects.checks.same_series import check_conflicts, check_cumulative

RULES = (
    check_conflicts,
    check_rates,
    check_parts,
    check_cumulative,
    check_lookalikes,
    check_ledger,
    check_counts,
    check_printed,
    check_dates,
)


def check(evidence):
    """The verdicts of all rules by their keys, each key once."""
    return {verdict.key: verdict for rule in RULES for verdict in rule(evidence)}
