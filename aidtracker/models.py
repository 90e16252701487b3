"""The tables of the site itself, where Django looks for them."""

from aidtracker.accounts.own_sessions import StaffSession
from aidtracker.desk.list_views import ListView
from aidtracker.desk.mails import MailChoice
from aidtracker.desk.unsaved import UnsavedForm
from aidtracker.ground.edition import EditionStep
from aidtracker.ground.tallies import Tally
from aidtracker.opendata.models import KeptFile, Release
from aidtracker.review.comments import Comment
from aidtracker.sheets.storing.models import RememberedColumns, Upload
from aidtracker.trail.models import Act
from aidtracker.trail.notices import Notice

__all__ = (
    "Act",
    "Comment",
    "EditionStep",
    "KeptFile",
    "ListView",
    "MailChoice",
    "Notice",
    "Release",
    "RememberedColumns",
    "StaffSession",
    "Tally",
    "UnsavedForm",
    "Upload",
)
