"""Who checks what at the same time: those who touch the same scopes wait for each other.

Under READ COMMITTED a query sees what was committed when it began. Two people who save figures with
a part in one scope both lock that scope *after* they wrote and *before* they read its evidence.
Whoever comes second waits for the first one's commit and so reads what it wrote: the first could
not see the second's figure, but the second sees both and puts the findings right. A series that is
only read is locked, too, but shared: many may read it, nobody changes it meanwhile.

Which scopes a change touches follows from the structure of the record: series, metrics, what stands
in what. So that nobody goes by a structure that another one is just changing, whoever changes it
takes the lock on structure alone, and all others share it; it is taken first. The others are taken
at once and in one order, after the last row was written, so that no two wait in a circle. Where
what is touched also depends on figures it is asked again under the locks; if it has become more,
all are given back and taken anew (`recomputing`).

On SQLite a transaction that writes is alone in any case.
"""

import hashlib
from collections.abc import Collection, Iterable

from django.db import connection

CLASS = 0x66696E64  # sets these locks apart from others of the application
STRUCTURE = 0
# Scopes share so many locks, so that a change of many does not fill the server's table of locks.
# That two which have nothing in common share one costs a moment's waiting.
LOCKS = 1024


def is_locking() -> bool:
    """Whether others can check something at the same time."""
    return connection.vendor == "postgresql"


def lock_structure(*, alone: bool) -> None:
    """Keep the structure as it is until the transaction ends; `alone`, to have changed it."""
    take({STRUCTURE: not alone})


def lock_scopes(checked: Iterable[str], read: Iterable[str] = ()) -> None:
    """Let nobody else check some scopes, or change what is `read`, until the transaction ends."""
    take(dict.fromkeys(map(number_of, read), True) | dict.fromkeys(map(number_of, checked), False))


def lock_all() -> None:
    """Let nobody else check anything: for a change of more scopes than can be told apart."""
    take(dict.fromkeys(range(STRUCTURE + 1, LOCKS + 1), False))


def take(locks: dict[int, bool]) -> None:
    """Take locks in the order of their numbers, each shared or not."""
    if not is_locking() or not locks:
        return
    numbers: Collection[int] = sorted(locks)
    with connection.cursor() as cursor:
        # A list of values is gone through in its order.
        cursor.execute(
            "SELECT CASE WHEN is_shared THEN pg_advisory_xact_lock_shared(%s, number)"
            " ELSE pg_advisory_xact_lock(%s, number) END"
            " FROM unnest(%s::int[], %s::bool[]) AS wanted(number, is_shared)",
            [CLASS, CLASS, numbers, [locks[number] for number in numbers]],
        )


def number_of(name: str) -> int:
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return STRUCTURE + 1 + int.from_bytes(digest) % LOCKS
