"""What SQLite is told once for each connection."""

from django.db.backends.signals import connection_created


def know_features(sender, connection, **kwargs):
    """Say that the database reads JSON, as every supported SQLite does.

    Django would ask in a transaction, which here waits for whoever writes; one that waited too
    long would be taken for a no, until the process ends.
    """
    if connection.vendor == "sqlite":
        connection.features.supports_json_field = True


def connect():
    """Let every connection be told; called once when the site starts."""
    connection_created.connect(know_features, dispatch_uid="aidtracker.ground.sqlite")
