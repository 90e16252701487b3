"""Excel in, Excel out: every dataset as CSV and XLSX, and edited files back in, with a preview."""

from aidtracker.sheets.columns.resources import resource_for
from aidtracker.sheets.writing.downloads import download

__all__ = ["download", "resource_for"]
