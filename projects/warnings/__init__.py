"""What is worth a warning in the ledgers: the rules of WarningRule, applied to rows.

Unknown amounts are never taken as 0: where one is missing, nothing is said.
"""

from projects.warnings.evaluation import (
    LedgerWarning,
    TooManyError,
    for_reports,
    for_rows,
    rules_of_targets,
    warned,
    warnings_for,
    worst_of,
)

__all__ = [
    "LedgerWarning",
    "TooManyError",
    "for_reports",
    "for_rows",
    "rules_of_targets",
    "warned",
    "warnings_for",
    "worst_of",
]
