"""What is computed from the record follows its changes: one call, made by every door.

The doors are the admin's forms and actions, confirmed imports, undoing, the fixtures and the pages
where many rows are entered. Which rows changed nobody has to say: every state that is kept of a
row notes it here.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import Model

Rows = dict[type[Model], set[int]]
# It is given the numbers of the changed rows by model; None if they are too many to be named.
Follower = Callable[[Rows | None], None]
MOST = 50_000  # of more rows it is quicker to compute everything again

_followers: list[Follower] = []
_noted: ContextVar[Rows | None] = ContextVar("noted", default=None)


def follow_changes(follower: Follower) -> None:
    """Let `follower` run after rows changed; for an app's `ready`."""
    _followers.append(follower)


@contextmanager
def noting() -> Iterator[None]:
    """Note the rows that change in the block apart from those that changed outside."""
    token = _noted.set({})
    try:
        yield
    finally:
        _noted.reset(token)


def note(model: type[Model], numbers: Iterable[int]) -> None:
    """Remember that rows of a model changed, came or went, until `after_change` is called.

    A change that is rolled back stays noted: following it, too, does no harm.
    """
    rows = _noted.get()
    if rows is None:
        _noted.set(rows := {})
    found = rows.setdefault(model, set())
    if len(found) <= MOST:
        found.update(numbers)


def after_change() -> None:
    """Let everything follow that is computed from the rows that changed since the last call.

    Call it once, after the last change, in the transaction of the changes: what the next page
    shows is then consistent.
    """
    rows = dict(_noted.get() or {})
    (_noted.get() or {}).clear()
    is_too_many = any(len(numbers) > MOST for numbers in rows.values())
    for follower in _followers:
        follower(None if is_too_many else rows)


def after_load() -> None:
    """Let everything follow that is computed from a record that was loaded anew."""
    (_noted.get() or {}).clear()
    for follower in _followers:
        follower(None)
