"""What is computed from the record follows its changes: one call, made by every door.

The doors are the admin's forms and actions, confirmed imports, undoing, the fixtures and the pages
where many rows are entered.
"""

from collections.abc import Callable, Collection

from django.db.models import Model

Follower = Callable[[Collection[type[Model]]], None]
_followers: list[Follower] = []


def follow_changes(follower: Follower) -> None:
    """Let `follower` run after rows of models changed, with the models; for an app's `ready`."""
    _followers.append(follower)


def after_change(*models: type[Model]) -> None:
    """Let everything follow that is computed from rows of `models`.

    Call it once, after the last change, in the transaction of the changes: what the next page
    shows is then consistent.
    """
    for follower in _followers:
        follower(models)
