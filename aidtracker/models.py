"""The tables of the site itself, where Django looks for them: the trail's acts, and uploads."""

from aidtracker.sheets.storing.models import Upload
from aidtracker.trail.models import Act

__all__ = ("Act", "Upload")
