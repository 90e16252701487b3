"""The findings follow from the figures: what a change touches is checked again, or everything.

What a person wrote stays.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from aidtracker.ground.batches import BATCH, in_batches
from aidtracker.ground.bulk import insert, write
from aidtracker.ground.changes import Rows
from aidtracker.ground.garbage import collection_paused
from aidtracker.ground.processes import Mapped, mapping, processors
from aidtracker.trail.history import keep_states
from projects.checks import LINKS
from projects.checks.locking import is_locking, lock_all, lock_scopes, lock_structure
from projects.checks.reader import PORTION, Reader
from projects.checks.scopes import BY_PREFIX, FAMILIES, NUMBER, SAME_SUBJECTS, SERIES, THING, Family
from projects.checks.touching import Touched, is_structural, states_of_changed, touched_by
from projects.checks.verdicts import Verdict
from projects.models import Finding
from projects.models.finding_kinds import TO_SETTLE, Result
from projects.models.findings import COMPUTED

Scopes = dict[Family, set[Any]]
AT_ONCE = 2  # portions of each process that are locked and stored together


class Said(NamedTuple):
    """What a check found, as a finding keeps it: its scope, what was computed, the figures."""

    scope: str
    computed: tuple
    figures: tuple[int, ...]

    @property
    def result(self) -> Result:
        return self.computed[COMPUTED.index("result")]


def follow_with_findings(rows: Rows | None) -> None:
    """Check again what changed rows touch; everything if they are too many to be named."""
    if rows is None:
        recompute(processors())
    elif states := states_of_changed(rows):
        recheck(states)


@transaction.atomic
def recheck(rows: dict) -> None:
    """Check the scopes that changed rows touch, and no others."""
    lock_structure(alone=is_structural(rows))
    reader = Reader()
    touched = touched_by(rows, reader)
    readers = (link.readers(touched.changed, reader) for link in LINKS)
    scopes: Scopes = {
        SERIES: touched.series.union(touched.changed.keys, *readers),
        SAME_SUBJECTS: touched.groups,
        NUMBER: touched.numbers,
        THING: touched.things,
    }
    if is_locking():
        lock_touched(scopes, touched)
        reader = Reader()  # nothing that was read before the locks
    for portion in in_portions((family, key) for family in scopes for key in scopes[family]):
        check_scopes(portion, reader)
        reader = Reader()


def lock_touched(scopes: Scopes, touched: Touched) -> None:
    """Lock scopes and what is read in them; under the locks some more may turn out to be touched.

    Then all locks are given back first: who holds some while waiting for others could wait forever.
    """
    while True:
        before = transaction.savepoint()
        is_all = sum(map(len, scopes.values())) > PORTION
        if is_all:
            lock_all()
        else:
            series = touched.reader.by_key(scopes[SERIES])
            read = {one.pk for link in LINKS for one in link.reads(series, touched.reader)}
            lock_scopes(names_of(scopes), map(SERIES.name, read))
        more = touched_by_figures(touched) - scopes[SERIES]
        scopes[SERIES] |= more
        if not more or is_all:
            return
        transaction.savepoint_rollback(before)


def touched_by_figures(touched: Touched) -> set[int]:
    """The series that read a changed one because of what the figures of both say now."""
    links = (link for link in LINKS if link.ASKS_FIGURES)
    return {pk for link in links for pk in link.readers(touched.changed, touched.reader)}


def in_portions(keys: Iterable[tuple[Family, Any]]) -> Iterator[Scopes]:
    """Scopes in portions that fit into memory and into a query."""
    keys = iter(keys)
    while portion := list(islice(keys, PORTION)):
        scopes: Scopes = {}
        for family, key in portion:
            scopes.setdefault(family, set()).add(key)
        yield scopes


def check_scopes(scopes: Scopes, reader: Reader) -> None:
    """Check some scopes, which then have just the findings that follow."""
    store(names_of(scopes), verdicts_in(scopes, reader))


def verdicts_in(scopes: Scopes, reader: Reader) -> dict[str, Said]:
    """What checking some scopes gives, by key."""
    return {
        verdict.key: Said(scope, computed(verdict), tuple(one.pk for one in verdict.observations))
        for family, keys in scopes.items()
        for scope, verdict in family.verdicts(keys, reader)
    }


def names_of(scopes: Scopes) -> list[str]:
    return [family.name(key) for family, keys in scopes.items() for key in keys]


# Everything


def recompute(processes: int = 1) -> Counter[Result]:
    """Check the whole record again, portion by portion; how many there are of each result.

    A few portions are one transaction: nobody waits for long, and memory stays flat. So many
    processes compare; this one stores, which follows the same order however many there are.
    """
    counts: Counter[Result] = Counter()
    seen: set[int] = set()
    with mapping(processes) as mapped:
        # In a transaction other processes see nothing: then this one compares, too.
        together = 1 if mapped is map else AT_ONCE * processes
        everything = ((family, key) for family in FAMILIES for key in family.everything())
        for keys in (everything, left_over(seen)):
            portions = in_portions(keys)
            while few := list(islice(portions, together)):
                for said in check_as_touched(few, mapped):
                    counts[said.result] += 1
                    seen.add(hash(said.scope))
    forget(Finding.objects.filter(scope=""))
    return counts


@transaction.atomic
def check_as_touched(portions: list[Scopes], mapped: Mapped) -> list[Said]:
    """Check some scopes as if something in them had changed.

    Nobody else checks or changes them until all is stored, whoever compares.
    """
    lock_structure(alone=False)
    lock_scopes(name for scopes in portions for name in names_of(scopes))
    found: list[Said] = []
    for scopes, verdicts in zip(portions, mapped(compared, portions), strict=True):
        store(names_of(scopes), verdicts)
        found += verdicts.values()
    return found


def compared(scopes: Scopes) -> dict[str, Said]:
    """What checking some scopes gives, from nothing that was read before."""
    with collection_paused():  # a portion has 100,000 records, and no circles among them
        return verdicts_in(scopes, Reader())


def left_over(seen: set[int]) -> Iterator[tuple[Family, Any]]:
    """The scopes with findings where there was nothing to check: what was found is no more."""
    names = Finding.objects.exclude(scope="").order_by("scope").values_list("scope", flat=True)
    for name in [one for one in names.distinct().iterator() if hash(one) not in seen]:
        family = BY_PREFIX[name.partition(":")[0]]
        yield family, family.key(name)


# Findings are stored


class Stored(NamedTuple):
    """A finding as it is kept: its number, its scope and what was computed."""

    pk: int
    scope: str
    said: tuple


def store(scopes: list[str], verdicts: dict[str, Said]) -> None:
    """Let the findings of some scopes be just these verdicts.

    Findings that no longer follow are deleted if no person has touched them, else kept as no
    longer current. Only states of what a person touched are kept: the rest follows from the
    figures.
    """
    stored = stored_findings(scopes, verdicts)
    if gone := [one.pk for key, one in stored.items() if key not in verdicts]:
        forget(Finding.objects.filter(pk__among=gone))
    others = {key: said for key, said in verdicts.items() if differs(stored.get(key), said)}
    rows = findings_at([stored[key].pk for key in others if key in stored])
    rows |= {key: Finding(key=key) for key in others if key not in stored}
    moved = [rows[key] for key, said in others.items() if move(rows[key], said.scope)]
    changed = [rows[key] for key, said in others.items() if take(rows[key], said.computed)]
    new = [row for row in changed if row.pk is None]
    old = [row for row in changed if row.pk is not None]
    insert(new)
    Finding.objects.bulk_update(old, (*COMPUTED, "state", "version", "updated_at"), BATCH)
    Finding.objects.bulk_update(moved, ("scope",), BATCH)
    link({stored[key].pk: verdicts[key].figures for key in stored.keys() & verdicts.keys()})
    add_links((row.pk, figure) for row in new for figure in verdicts[row.key].figures)
    keep_states(row for row in old if row.is_touched)


def stored_findings(scopes: list[str], verdicts: Collection[str]) -> dict[str, Stored]:
    """The findings that some scopes have, and those of some keys, wherever they were found."""
    found: dict[str, Stored] = {}
    for column, wanted in (("scope", scopes), ("key", sorted(verdicts))):
        for part in in_batches([one for one in wanted if one not in found]):
            rows = Finding.objects.filter(**{f"{column}__among": part}).order_by()
            for key, pk, scope, *said in rows.values_list("key", "pk", "scope", *COMPUTED):
                found[key] = Stored(pk, scope, tuple(said))
    return found


def differs(stored: Stored | None, said: Said) -> bool:
    """Whether a finding is not yet kept as a check found it."""
    return stored is None or (stored.scope, stored.said) != (said.scope, said.computed)


def findings_at(numbers: list[int]) -> dict[str, Finding]:
    """Whole findings, by key."""
    parts = (Finding.objects.filter(pk__among=part) for part in in_batches(numbers))
    return {row.key: row for part in parts for row in part}


def computed(verdict: Verdict) -> tuple:
    """What a finding says that follows from a verdict alone."""
    said = (verdict.heading, verdict.weight, verdict.computation, list(verdict.records), True)
    return (verdict.kind.value, verdict.result, *said)


def move(row: Finding, scope: str) -> bool:
    """Let a finding belong to a scope; whether a stored one belonged to another."""
    is_moved = row.pk is not None and row.scope != scope
    row.scope = scope
    return is_moved


def take(row: Finding, values: tuple) -> bool:
    """Let a finding say what a check computed; a settled one that turned worse is open again.

    Whether that changed it.
    """
    if tuple(getattr(row, name) for name in COMPUTED) == values:
        return False
    before = row.result
    for name, value in zip(COMPUTED, values, strict=True):
        setattr(row, name, value)
    if row.result != before and row.result in TO_SETTLE:
        row.state = Finding.State.OPEN
    row.version, row.updated_at = row.version + 1, timezone.now()
    return True


def forget(rows: Iterable[Finding]) -> None:
    """Delete findings that no person has touched; mark the others as no longer current."""
    touched = {row.pk: row.is_touched for row in rows}
    through = Finding.observations.through.objects
    for keys in in_batches([pk for pk, is_touched in touched.items() if not is_touched]):
        through.filter(finding__among=keys).delete()
        # Without signals: a computed row leaves no state behind.
        Finding.objects.filter(pk__among=keys)._raw_delete(Finding.objects.db)
    for keys in in_batches([pk for pk, is_touched in touched.items() if is_touched]):
        Finding.objects.filter(pk__among=keys, is_current=True).update(is_current=False)


def link(figures: dict[int, tuple[int, ...]]) -> None:
    """Link findings that were stored, by their numbers, to just the observations of their
    verdicts."""
    through = Finding.observations.through
    wanted = {(pk, figure) for pk, each in figures.items() for figure in each}
    links = {}
    for part in in_batches(sorted(figures)):
        rows = through.objects.filter(finding__among=part)
        for pk, finding, observation in rows.values_list("pk", "finding_id", "observation_id"):
            links[finding, observation] = pk
    for keys in in_batches([pk for pair, pk in links.items() if pair not in wanted]):
        through.objects.filter(pk__among=keys).delete()
    add_links(sorted(wanted - links.keys()))


def add_links(pairs: Iterable[tuple[int, int]]) -> None:
    """Link findings to observations, both by their numbers."""
    through = Finding.observations.through
    fields = [through._meta.get_field(name) for name in ("finding", "observation")]
    if rows := list(pairs):
        with connection.cursor() as cursor:
            write(cursor, through._meta.db_table, fields, rows)
