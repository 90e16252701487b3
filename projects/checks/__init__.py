"""Checks of the figures against each other and against the ledgers, as pure functions.

A rule checks one series: it is given the series and an `Evidence`, and yields `Verdict`s about
figures of the series. Beside it stands by which links it looks at other series, so that it is known
what must be read for it, and which series must be checked again when another one changed.
"""

from collections.abc import Iterator

from projects.checks.evidence import Evidence, SeriesFacts
from projects.checks.ledger import check_amounts, check_counts, check_ledger
from projects.checks.links import (
    CEILINGS,
    LEVELS,
    OPERANDS,
    OTHER_SCOPES,
    OTHER_SHARES,
    PART_OF,
    PARTS,
    UNITS,
    WHOLES,
)
from projects.checks.parts import (
    check_ceiling,
    check_levels,
    check_part,
    check_scopes,
    check_sums,
)
from projects.checks.printed import check_printed
from projects.checks.rates import check_rates
from projects.checks.same_series import check_conflicts, check_cumulative
from projects.checks.together import check_shares, check_units
from projects.checks.verdicts import Verdict
from projects.checks.windows import check_windows

RULES = {
    check_conflicts: (),
    check_cumulative: (),
    check_windows: (),
    check_rates: (OPERANDS, WHOLES),
    check_part: (PART_OF,),
    check_levels: (LEVELS,),
    check_sums: (PARTS,),
    check_ceiling: (CEILINGS,),
    check_scopes: (OTHER_SCOPES,),
    check_units: (UNITS,),
    check_shares: (OTHER_SHARES,),
    check_ledger: (),
    check_counts: (),
    check_amounts: (),
    check_printed: (),
}
LINKS = tuple(dict.fromkeys(link for links in RULES.values() for link in links))


def check(series: SeriesFacts, evidence: Evidence) -> Iterator[Verdict]:
    """The verdicts of all rules on the figures of a series."""
    for rule in RULES:
        yield from rule(series, evidence)
