"""A form saved by who may only propose what a row shall be: a proposal is stored in its place."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.utils.html import format_html

from aidtracker.desk.forms import RecordForm
from aidtracker.ground.datasets import form_of
from aidtracker.ground.scope import scope_of
from aidtracker.review.meaning import Meaning
from aidtracker.review.proposals import Proposal, linked, propose, readable_revisions
from aidtracker.review.revisions import AbstractRevision, revision_model


@dataclass
class Proposing:
    """In place of a published row that is saved by who may only propose what it shall be."""

    row: Any
    revision: AbstractRevision | None = None

    @property
    def pk(self) -> int:
        """The row's: what stands below it in the form is told by it."""
        return self.row.pk


class Proposals(admin.ModelAdmin):
    """For the ModelAdmin of any model: what its form saves is the row, or a proposal for it."""

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if issubclass(form, RecordForm):
            form.can_propose = True
        return form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if isinstance(obj, Meaning) and obj.is_relied_on:
            context["meaning"] = {
                "proposes": obj.is_only_proposed_by(request.user),
                "columns": [obj._meta.get_field(name).verbose_name for name in obj.SHOWN],
                "proposals": readable_revisions(obj, request.user),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Saving

    def save_form(self, request, form, change):
        """What shall be saved: the row, or the proposal of what it shall be."""
        row = super().save_form(request, form, change)
        return Proposing(row) if form.edit.is_proposal else row

    def save_model(self, request, obj, form, change):
        if not form.edit.is_proposal:
            super().save_model(request, obj, form, change)
            return
        reason = obj.row.correction_reason
        proposal = Proposal(
            form.edit.before, obj.row, form.entered, form.links, reason, scope_of(request.user).home
        )
        obj.revision = propose(proposal)

    def save_related(self, request, form, formsets, change):
        """A proposal names the links that the row shall have; what stands below is stored."""
        if form.edit.is_proposal:
            form.save_m2m = lambda: None
        super().save_related(request, form, formsets, change)

    def construct_change_message(self, request, form, formsets, add=False):
        if form.edit.is_proposal:
            return []
        return super().construct_change_message(request, form, formsets, add)

    def response_change(self, request, obj):
        if not isinstance(obj, Proposing):
            return super().response_change(request, obj)
        if obj.revision is None:
            messages.info(request, "没有改动，也就没有变更申请。")
            return HttpResponseRedirect(request.path)
        return self.response_proposed(request, obj.revision)

    def response_proposed(self, request, revision):
        """On to the revision, submitted if that was asked for."""
        messages.success(request, "您的改动已存为变更申请，提交并审核、发布后生效。")
        others = [
            one
            for one in readable_revisions(revision.row, request.user)
            if one.revision != revision
        ]
        if others:
            words = "这条记录还有未生效的变更申请：{}。请核对是否重复。"
            messages.warning(request, format_html(words, linked(others)))
        revisions: Any = self.admin_site.get_model_admin(revision_model())
        revisions.submit_if_asked(request, revision)
        if revisions.has_view_permission(request, revision):
            return HttpResponseRedirect(form_of(revision))
        return HttpResponseRedirect(request.path)
