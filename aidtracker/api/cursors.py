"""Where a walk through the rows of a dataset stands: a signed word, which nobody can make up.

It holds the number of the last row that was told, so that rows which come meanwhile move none of
those still to be told, and a hash of the dataset, the conditions and the day: those of another walk
would skip rows. How many rows, and which of their fields, change nothing of that and may change.
"""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus

from django.core.signing import BadSignature, Signer

from aidtracker.pages.problems import Problem

LONGEST = 300
signer = Signer(salt="api-cursor")


def mark_of(dataset: str, conditions: Mapping[str, str]) -> str:
    """What tells the walk through some rows from others."""
    said = repr((dataset, sorted(conditions.items())))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def cursor(mark: str, last: int) -> str:
    return signer.sign(f"{mark}.{last}")


def last_of(text: str, mark: str) -> int:
    """The number of the last row told. Raises Problem for what is no cursor of this walk."""
    try:
        found, _, last = signer.unsign(text).partition(".")
    except BadSignature:
        found, last = "", ""
    if found != mark:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "unknown-cursor",
            "参数 cursor：只能接着它来的那一问用，数据集、条件和 as_of 都不变，"
            "limit、fields 可以改；请从第一页重新开始。",
            parameter="cursor",
        )
    return int(last)
