"""Changes that were proposed for a published row and have no effect yet, in words."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html_join

from aidtracker.scope import readable
from projects.models import Revision
from projects.revising import in_words, open_revisions, proposers


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
    found = open_revisions([row]).get(row.pk, [])
    numbers = [one.pk for one in found]
    if not found or not user.has_perm("projects.view_revision"):
        return []
    seen = readable(Revision.objects.filter(pk__in=numbers), user).values_list("pk", flat=True)
    people, seen = proposers(numbers), set(seen)
    return [OpenProposal(one, people.get(one.pk, "程序")) for one in found if one.pk in seen]


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
