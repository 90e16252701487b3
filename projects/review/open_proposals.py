"""Changes that were proposed for published rows and have no effect yet, in words."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html_join

from aidtracker.ground.batches import in_batches
from aidtracker.ground.datasets import dataset_name
from aidtracker.ground.scope import readable
from aidtracker.review.proposals import Waiting
from aidtracker.trail.history import NEW
from projects.models import Review, Revision
from projects.review.revising import in_words, read_ahead, values_of


@dataclass(frozen=True)
class OpenProposal:
    """A proposal that others have not decided on: which, how far, by whom, for which columns."""

    revision: Revision
    who: str

    @property
    def words(self):
        revision = self.revision
        return f"第 {revision.number} 次变更申请（{revision.review_state.label}，{self.who}提出）"

    @property
    def address(self):
        return reverse("admin:projects_revision_change", args=[self.revision.pk])

    @property
    def edited(self):
        return "、".join(label_of(self.revision, name) for name in self.revision.values)


@dataclass(frozen=True)
class Rival:
    """What another proposal wants of a column that a revision changes as well."""

    label: str
    proposed: str
    proposal: OpenProposal


def open_proposals(row, user):
    """The OpenProposals for a stored row that a user may read; three queries at most."""
    found = proposals_of([row]).get(row.pk, [])
    if not found or not user.has_perm("projects.view_revision"):
        return []
    revisions = Revision.objects.filter(pk__in=[one.revision.pk for one in found])
    seen = set(readable(revisions, user).values_list("pk", flat=True))
    return [one for one in found if one.revision.pk in seen]


def waiting_changes(changes):
    """What was proposed for the rows of some changes, of one model, and has no effect yet.

    A list of Waiting for each of the changes, in the order of their numbers.
    """
    found = proposals_of([change.before for change in changes])
    read_ahead([change for change in changes if change.before.pk in found])
    return [[*waiting(change, found.get(change.before.pk, ()))] for change in changes]


def waiting(change, proposals):
    """Earlier proposals as seen from a change of the same row."""
    values = values_of(change) if proposals else None
    for one in proposals:
        yield Waiting(one.words, one.address, one.revision.values == values)


def proposals_of(rows):
    """The OpenProposals for rows of one model, by number: {row id: proposals}."""
    revisions = list(open_revisions(rows))
    people = proposers([one.pk for one in revisions])
    found: dict[int, list[OpenProposal]] = {}
    for one in revisions:
        proposal = OpenProposal(one, people.get(one.pk, "程序"))
        found.setdefault(one.row_id, []).append(proposal)
    return found


def open_revisions(rows):
    """The revisions of rows of one model that have no effect yet, by number; a query a portion."""
    for part in in_batches(rows):
        revisions = Revision.objects.filter(
            dataset=dataset_name(type(part[0])), row_id__in=[row.pk for row in part]
        )
        yield from revisions.exclude(review=Review.PUBLISHED).order_by("row_id", "number")


def proposers(pks):
    """Who proposed some revisions: {revision id: name}."""
    states = Revision.history.filter(history_type=NEW).select_related("act__user")
    return {
        state.id: state.act.who
        for part in in_batches(pks)
        for state in states.filter(id__in=part)
        if state.act
    }


def rivals_of(revision, row, user):
    """The Rivals of a revision that has no effect yet; `row` is the one to be changed, or None."""
    if row is None or revision.is_published:
        return
    for other in open_proposals(row, user):
        if other.revision.pk != revision.pk:
            for name in revision.values.keys() & other.revision.values.keys():
                proposed = in_words(
                    revision.model._meta.get_field(name), other.revision.values[name][1]
                )
                yield Rival(label_of(revision, name), proposed, other)


def label_of(revision, name):
    return str(revision.model._meta.get_field(name).verbose_name)


def linked(proposals):
    """Proposals as links, for a message."""
    link = '<a class="text-link" href="{}">{}</a>（改{}）'
    return format_html_join("、", link, ((one.address, one.words, one.edited) for one in proposals))
