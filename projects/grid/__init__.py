"""填报表: a month of a ledger on one page, a row for each subject."""
