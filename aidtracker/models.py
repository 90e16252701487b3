"""The site's own tables, where Django looks for them: editions, the trail's acts, and uploads."""

from aidtracker.ground.edition import EditionStep
from aidtracker.sheets.storing.models import Upload
from aidtracker.trail.models import Act

__all__ = ("Act", "EditionStep", "Upload")
