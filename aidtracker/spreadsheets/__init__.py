"""Excel in, Excel out: every dataset as CSV and XLSX, and edited files back in, with a preview."""

from aidtracker.spreadsheets.downloads import download
from aidtracker.spreadsheets.resources import resource_for

__all__ = ["download", "resource_for"]
