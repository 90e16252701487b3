"""The one table of the site itself, where Django looks for it: the acts of the audit trail."""

from aidtracker.trail.models import Act

__all__ = ("Act",)
