"""The findings follow from the figures: all are checked again, what a person wrote stays."""

from collections import Counter
from collections.abc import Collection, Iterable

from django.db import models, transaction
from django.utils import timezone

from aidtracker.ground.batches import BATCH, held, in_batches
from aidtracker.ground.datasets import dataset_of
from aidtracker.trail.history import keep_states
from projects.checks import check
from projects.checks.loading import load
from projects.checks.verdicts import Verdict
from projects.models import Finding, Metric
from projects.models.finding_kinds import TO_SETTLE, Result
from projects.models.findings import COMPUTED


def follow_with_findings(changed: Collection[type[models.Model]]) -> None:
    """Check the figures again if rows of one of the changed models have a part in it."""
    if any(dataset_of(model).is_checked for model in changed):
        recompute()


@transaction.atomic
def recompute() -> Counter[Result]:
    """Check all published figures again.

    Findings that no longer follow are deleted if no person has touched them, else kept as no
    longer current. Only states of what a person touched are kept: the rest follows from the
    figures. Returns how many there are of each result.
    """
    # Two people who save at once must not both add the same finding.
    held(Metric.objects).first()
    verdicts = check(load())
    found = {row.key: row for row in Finding.objects.all()}
    forget([row for key, row in found.items() if key not in verdicts])
    for key in verdicts.keys() - found.keys():
        found[key] = Finding(key=key)
    changed = [found[key] for key, verdict in verdicts.items() if take(found[key], verdict)]
    new = [row for row in changed if row.pk is None]
    old = [row for row in changed if row.pk is not None]
    Finding.objects.bulk_create(new, BATCH)
    Finding.objects.bulk_update(old, (*COMPUTED, "state", "version", "updated_at"), BATCH)
    link({found[key].pk: each for key, each in verdicts.items()})
    keep_states(row for row in old if row.is_touched)
    return Counter(verdict.result for verdict in verdicts.values())


def take(row: Finding, verdict: Verdict) -> bool:
    """Let a finding say what a check computed; a settled one that turned worse is open again.

    Whether that changed it.
    """
    computed = (verdict.result, verdict.computation, list(verdict.records), True)
    values = (verdict.kind.value, *computed)
    if tuple(getattr(row, name) for name in COMPUTED) == values:
        return False
    if row.result != verdict.result and verdict.result in TO_SETTLE:
        row.state = Finding.State.OPEN
    for name, value in zip(COMPUTED, values, strict=True):
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, timezone.now()
    return True


def forget(rows: Iterable[Finding]) -> None:
    """Delete findings that no person has touched; mark the others as no longer current."""
    touched = {row.pk: row.is_touched for row in rows}
    through = Finding.observations.through.objects
    for keys in in_batches([pk for pk, is_touched in touched.items() if not is_touched]):
        through.filter(finding__in=keys).delete()
        # Without signals: a computed row leaves no state behind.
        Finding.objects.filter(pk__in=keys)._raw_delete(Finding.objects.db)
    for keys in in_batches([pk for pk, is_touched in touched.items() if is_touched]):
        Finding.objects.filter(pk__in=keys, is_current=True).update(is_current=False)


def link(verdicts: dict[int, Verdict]) -> None:
    """Link findings, by their numbers, to just the observations of their verdicts."""
    through = Finding.observations.through
    wanted = {(pk, figure.pk) for pk, each in verdicts.items() for figure in each.observations}
    links = {
        (finding, observation): pk
        for pk, finding, observation in through.objects.values_list(
            "pk", "finding_id", "observation_id"
        )
        if finding in verdicts
    }
    for keys in in_batches([pk for pair, pk in links.items() if pair not in wanted]):
        through.objects.filter(pk__in=keys).delete()
    missing = sorted(wanted - links.keys())
    through.objects.bulk_create(
        (through(finding_id=finding, observation_id=figure) for finding, figure in missing), BATCH
    )
