"""What a cumulative amount goes on from: the last one, or what is known where there is none."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from aidtracker.templatetags.formatting import plain
from projects.monthly.ledger_follow import FOLLOWED

FIRST = "首次填报：等于本月"
OPENING = "台账所记 {amount} ＋本月"
SUMMED = "前各月合计 {amount} ＋本月"
MISSING = "此前没有累计，请填一次"


@dataclass(frozen=True)
class Beginning:
    """An amount to add this month's to, None if it is not known, and what is to be said of it."""

    amount: Decimal | None
    words: str = ""


def begin(kind: Any, rows: Iterable[Any], earlier: Any) -> None:
    """Tell rows of a grid what each of their cumulative amounts goes on from.

    `earlier` are the reports of former months; they are only read for rows whose last one says
    nothing cumulative.
    """
    for part, total in kind.model.PAIRS:
        without = []
        for row in rows:
            last = getattr(row.last, total, None)
            row.beginnings[total] = Beginning(last)
            without += [row] if last is None else []
        stated = stated_amounts(kind, total, without)
        former = former_reports(kind, earlier, without)
        for row in without:
            pairs = [(getattr(one, part), getattr(one, total)) for one in former(row)]
            row.beginnings[total] = beginning(pairs, stated.get(row.subject.identity[-1]))


def begin_one(former: list[Any], part: str, total: str, stated: Decimal | None) -> Beginning:
    """From all former reports of one subject, in the order of months."""
    last = getattr(former[-1], total) if former else None
    if last is not None:
        return Beginning(last)
    return beginning([(getattr(one, part), getattr(one, total)) for one in former], stated)


def beginning(former: list[tuple[Any, Any]], stated: Decimal | None) -> Beginning:
    """From the amounts (month, in all) of former reports, and what the ledger states in all."""
    if not former:
        words = FIRST if stated is None else OPENING.format(amount=plain(stated))
        return Beginning(stated or Decimal(0), words)
    known = [at for at, (_, total) in enumerate(former) if total is not None]
    since = former[known[-1] + 1 :] if known else former
    amount = former[known[-1]][1] if known else Decimal(0)
    is_sure = known or stated is None  # else what is stated may hold what was reported
    if not is_sure or any(month is None for month, _ in since):
        return Beginning(None, MISSING)
    amount += sum(month for month, _ in since)
    return Beginning(amount, SUMMED.format(amount=plain(amount)))


def stated_amounts(kind: Any, total: str, rows: list[Any]) -> dict[Any, Decimal | None]:
    """What the ledger states in all of the subjects of some rows: {number: amount}."""
    name = FOLLOWED.get(kind.model, {}).get(total)
    if not rows or name is None:
        return {}
    numbers = [row.subject.identity[-1] for row in rows]
    found = kind.model.subject_model().objects.filter(pk__in=numbers).order_by()
    return dict(found.values_list("pk", name))


def former_reports(kind: Any, earlier: Any, rows: list[Any]) -> Any:
    """A function that gives the former reports of a row in the order of months; one query."""
    found: dict[Any, list] = {}
    last = [row.subject.identity[-1] for row in rows if row.last]
    if last:
        for one in earlier.filter(**{f"{kind.identity[-1]}__in": last}).order_by("month"):
            found.setdefault(one.identity, []).append(one)
    return lambda row: found.get(row.subject.identity, [])
