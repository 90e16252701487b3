"""The tables of the site itself, where Django looks for them."""

from aidtracker.accounts.own_sessions import StaffSession
from aidtracker.desk.list_views import ListView
from aidtracker.desk.unsaved import UnsavedForm
from aidtracker.ground.edition import EditionStep
from aidtracker.ground.tallies import Tally
from aidtracker.sheets.storing.models import RememberedColumns, Upload
from aidtracker.trail.models import Act

__all__ = (
    "Act",
    "EditionStep",
    "ListView",
    "RememberedColumns",
    "StaffSession",
    "Tally",
    "UnsavedForm",
    "Upload",
)
