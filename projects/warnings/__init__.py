"""What is worth a warning in the ledgers: the rules of WarningRule, applied to rows.

Unknown amounts are never taken as 0: where one is missing, nothing is said.
"""

from projects.warnings.evaluation import LedgerWarning, for_reports, for_rows, warned, warnings_for

__all__ = ["LedgerWarning", "for_reports", "for_rows", "warned", "warnings_for"]
