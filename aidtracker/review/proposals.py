"""Changes of what is public by those who do not publish: kept as drafts until others approve."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.html import format_html_join

from aidtracker.ground.batches import BATCH, in_batches, prefetch_in_batches
from aidtracker.ground.datasets import dataset_name, form_of
from aidtracker.ground.keys import key_of
from aidtracker.ground.scope import may, readable
from aidtracker.review.reviewed import Review
from aidtracker.review.revisions import (
    AbstractRevision,
    natural_keys,
    open_revisions_of,
    revision_model,
    text_of,
)
from aidtracker.trail import acts
from aidtracker.trail.history import NEW, keep_states


@dataclass(frozen=True)
class Proposal:
    """A published row as it is stored and as it shall be.

    `names` are the fields to compare, `links` the rows that many-to-many fields shall name:
    {field name: rows}.
    """

    before: Any
    row: Any
    names: Iterable[str]
    links: dict = field(default_factory=dict)
    reason: str = ""
    # The number of the proposer's only headquarters, which a row of several is of for them.
    home: Any = None

    @property
    def values(self) -> dict[str, list]:
        """What it changes, {field: [value as stored, proposed value]}, each as in fixtures."""
        pairs = {name: (text_of(self.before, name), text_of(self.row, name)) for name in self.names}
        for name, linked in self.links.items():
            pairs[name] = text_of(self.before, name), natural_keys(linked)
        return {name: [old, new] for name, (old, new) in pairs.items() if old != new}


@acts.one_act()
def propose(proposal: Proposal) -> AbstractRevision | None:
    """Store a proposal as a draft; None if it changes nothing."""
    if not proposal.values:
        return None
    acts.describe(subject=f"变更申请：{proposal.before}", reason=proposal.reason)
    return propose_many([proposal])[0]


@transaction.atomic
def propose_many(proposals: list[Proposal]) -> list[AbstractRevision]:
    """Store proposals for rows of one model as drafts, in bulk; those of no change are left out.

    Raises ValidationError if one can not be kept.
    """
    read_ahead(proposals)
    valued = [(one, values) for one in proposals if (values := one.values)]
    numbers = last_numbers([one.before for one, _ in valued])
    revisions = []
    for one, values in valued:
        key = key_of(one.before)
        numbers[key] = numbers.get(key, 0) + 1
        revision = revision_model()(
            dataset=dataset_name(type(one.before)),
            row_id=one.before.pk,
            row_key=key,
            number=numbers[key],
            headquarters=owner_of(one.before, one.home),
            row_version=one.before.version,
            values=values,
            correction_reason=one.reason,
        )
        revision.clean_fields(exclude=["headquarters"])
        revisions.append(revision)
    revision_model().objects.bulk_create(revisions, batch_size=BATCH)
    keep_states(revisions, NEW)
    return revisions


def last_numbers(rows: list[Any]) -> dict[str, int]:
    """The number of the last revision of each of some rows of one model: {key: number}."""
    found: dict[str, int] = {}
    for part in in_batches(rows):
        earlier = revision_model().objects.filter(
            dataset=dataset_name(type(part[0])), row_key__in=[key_of(row) for row in part]
        )
        found.update(earlier.order_by().values_list("row_key").annotate(Max("number")))
    return found


def read_ahead(proposals: list[Proposal]) -> None:
    """Read at once what the natural keys and the owners of changed rows lead to."""
    if not proposals:
        return
    model = type(proposals[0].before)
    names = {name for one in proposals for name in one.names}
    linked = {name for one in proposals for name in one.links}
    own = [*key_relations(model), *model.OWNERS]
    befores, rows = zip(*((one.before, one.row) for one in proposals), strict=True)
    prefetch_in_batches(befores, *own, *relations(model, names | linked))
    prefetch_in_batches(rows, *relations(model, names))
    for name in linked:
        wanted = [row for one in proposals for row in one.links.get(name, ())]
        prefetch_in_batches(wanted, *key_relations(model._meta.get_field(name).related_model))


def relations(model: Any, names: Iterable[str]) -> Iterator[str]:
    """The relations to follow from a model for the natural keys of what some fields name."""
    fields = [model._meta.get_field(name) for name in sorted(names)]
    for one in fields:
        if one.is_relation:
            yield one.name
            yield from (f"{one.name}__{path}" for path in key_relations(one.related_model))


def key_relations(model: Any) -> list[str]:
    """The relations to follow for the natural key of a model's own rows; people have none."""
    return [path.rpartition("__")[0] for path in getattr(model, "KEY", ()) if "__" in path]


def owner_of(row: Any, home: Any = None) -> Any:
    """The headquarters a row belongs to, or None; of several the one with the number `home`."""
    owners = [owner for path in row.OWNERS for owner in rows_at(row, path.split("__"))]
    return next((one for one in owners if one.pk == home), next(iter(owners), None))


def rows_at(row: Any, names: list[str]) -> list[Any]:
    """The rows at the end of a path, which may lead through several."""
    if row is None or not names:
        return [] if row is None else [row]
    found = getattr(row, names[0])
    rows = found.all() if hasattr(found, "all") else [found]
    return [end for one in rows for end in rows_at(one, names[1:])]


# What was proposed and has no effect yet


@dataclass(frozen=True)
class OpenRevision:
    """A revision that others have not decided on, and who proposed it.

    `is_same` says that it proposes just what is to be proposed now.
    """

    revision: AbstractRevision
    who: str
    is_same: bool = False

    @property
    def words(self) -> str:
        revision = self.revision
        return f"第 {revision.number} 次变更申请（{revision.review_state.label}，{self.who}提出）"

    @property
    def address(self) -> str:
        return form_of(self.revision)


@dataclass(frozen=True)
class Rival:
    """What another open revision wants of a field that a revision changes as well."""

    label: str
    proposed: str
    other: OpenRevision


def open_revisions(rows: list[Any]) -> dict[int, list[OpenRevision]]:
    """The open revisions of rows of one model, by number: {row id: revisions}."""
    found: list[AbstractRevision] = []
    for part in in_batches(rows):
        waiting = open_revisions_of(type(part[0])).order_by("number")
        found += waiting.filter(row_id__in=[row.pk for row in part])
    people = proposers([one.pk for one in found])
    by_row: dict[int, list[OpenRevision]] = {}
    for one in found:
        by_row.setdefault(one.row_id, []).append(OpenRevision(one, people.get(one.pk, "程序")))
    return by_row


def proposers(pks: list[int]) -> dict[int, str]:
    """Who proposed some revisions: {revision id: name}."""
    states = revision_model().history.filter(history_type=NEW).select_related("act__user")
    return {
        state.id: state.act.who
        for part in in_batches(pks)
        for state in states.filter(id__in=part)
        if state.act
    }


def askers(states: Iterable[Any]) -> dict[tuple[Any, int], str]:
    """Who asked for the changes of rows of one model that others published, in words:
    {(number of the act that published, number of the row): who}."""
    states = [state for state in states if state.act_id]
    if not states:
        return {}
    model = revision_model()
    published = model.history.filter(
        dataset=dataset_name(states[0].instance_type),
        row_id__in={state.id for state in states},
        act__in={state.act_id for state in states},
        review=Review.PUBLISHED,
    )
    found = list(published.values_list("act", "row_id", "id", "number"))
    people = proposers([pk for _, _, pk, _ in found])
    return {
        (act, row): f"{people.get(pk, '程序')}提出（第 {number} 次变更申请）"
        for act, row, pk, number in found
    }


def waiting_for(proposals: list[Proposal]) -> list[list[OpenRevision]]:
    """The open revisions of the row of each of some proposals, which are for rows of one model."""
    found = open_revisions([one.before for one in proposals])
    read_ahead([one for one in proposals if one.before.pk in found])
    return [compared(one, found.get(one.before.pk, ())) for one in proposals]


def compared(proposal: Proposal, others: Iterable[OpenRevision]) -> list[OpenRevision]:
    values = proposal.values if others else None
    return [OpenRevision(one.revision, one.who, one.revision.values == values) for one in others]


def readable_revisions(row: Any, user: Any) -> list[OpenRevision]:
    """The open revisions of a stored row that a user may read; three queries at most."""
    model = revision_model()
    found = open_revisions([row]).get(row.pk, [])
    if not found or not may(user, "view", model):
        return []
    own = model.objects.filter(pk__in=[one.revision.pk for one in found])
    seen = set(readable(own, user).values_list("pk", flat=True))
    return [one for one in found if one.revision.pk in seen]


def rivals_of(revision: AbstractRevision, row: Any, user: Any) -> Iterator[Rival]:
    """The Rivals of a revision that has no effect yet; `row` is the one to be changed, or None."""
    if row is None or revision.is_published:
        return
    for one in readable_revisions(row, user):
        if one.revision.pk != revision.pk:
            for name in revision.values.keys() & one.revision.values.keys():
                yield Rival(revision.label_of(name), one.revision.proposed(name), one)


def linked(revisions: Iterable[OpenRevision]) -> str:
    """Open revisions as links, for a message."""
    link = '<a class="text-link" href="{}">{}</a>（改{}）'
    given = ((one.address, one.words, one.revision.edited) for one in revisions)
    return format_html_join("、", link, given)
