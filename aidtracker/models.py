"""The tables of the site itself, where Django looks for them: editions, and the audit trail."""

from aidtracker.ground.edition import EditionStep
from aidtracker.trail.models import Act

__all__ = ("Act", "EditionStep")
