"""What SQLite is told once for each connection, and now and then of its tables."""

from contextlib import suppress

from django.db import OperationalError, connection
from django.db.backends.signals import connection_created

ENTRIES = 1_000  # of each index


def know_features(sender, connection, **kwargs):
    """Say that the database reads JSON, as every supported SQLite does.

    Django would ask in a transaction, which here waits for whoever writes; one that waited too
    long would be taken for a no, until the process ends.
    """
    if connection.vendor == "sqlite":
        connection.features.supports_json_field = True


def look_at_tables():
    """Let SQLite find out how many rows an index leads to, from a few entries of each.

    Else it takes what is published for as rare as what a place has, and reads all of it. PostgreSQL
    looks by itself. Where somebody writes for long, it is left for the next time.
    """
    if connection.vendor == "sqlite":
        with suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {ENTRIES}")
            cursor.execute("ANALYZE")


def connect():
    """Let every connection be told; called once when the site starts."""
    connection_created.connect(know_features, dispatch_uid="aidtracker.ground.sqlite")
