"""The page where two rows of a list that are one thing are merged: looked at first, then done."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from aidtracker.desk.merging import Merge, MergeError, merge
from aidtracker.ground.datasets import form_of
from aidtracker.review.reviewed import REASON_LENGTH
from aidtracker.trail import acts
from aidtracker.trail.conflicts import marks, row_number, shown_version


@admin.action(description="合并为一条", permissions=["delete"])
def merge_two(model_admin: Any, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
    """On to the page where one of two chosen rows is kept."""
    rows = list(queryset[:3])
    if len(rows) != 2:
        messages.error(request, "合并要正好选两条：一条留下，一条并入。")
        return None
    return model_admin.page_of_merge(request, rows, kept=rows[0])


class Merging(admin.ModelAdmin):
    """For the ModelAdmin of any model: two rows of one that says so can be merged."""

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}_merge"
        view = self.admin_site.admin_view(self.merge_view)
        return [path("merge/", view, name=name), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_actions(request)
        if self.may_merge(request):
            found["merge_two"] = self.get_action(merge_two)
        return found

    def may_merge(self, request: HttpRequest) -> bool:
        allowed = self.has_change_permission(request) and self.has_delete_permission(request)
        return allowed and self.model.CAN_BE_MERGED

    @method_decorator(require_POST)
    def merge_view(self, request: HttpRequest) -> HttpResponse:
        """What merging two rows means as it is asked for; then the merging itself."""
        if not self.may_merge(request):
            raise PermissionDenied
        rows = self.two_rows(request)
        if rows is None:
            messages.error(request, "要合并的两条已不全在，没有合并。")
            return redirect(self.list_address)
        wanted = row_number(request.POST.get("kept", ""))
        kept = next((row for row in rows if row.pk == wanted), rows[0])
        if "sure" not in request.POST:
            return self.page_of_merge(request, rows, kept)
        gone = next(row for row in rows if row is not kept)
        for row in rows:
            # What the person has looked at, not what others made of it since.
            row.version = shown_version(request.POST, self.model, row.pk)
        try:
            merge(kept, gone, request.user, request.POST.get("reason", ""))
        except MergeError as error:
            found = self.two_rows(request) or rows
            kept = next(row for row in found if row.pk == kept.pk)
            return self.page_of_merge(request, found, kept, found=error.messages)
        words = '“{}”已并入“{}”。<a href="{}">查看或撤销</a>'
        trail = reverse("admin:aidtracker_act_change", args=[acts.current().pk])
        messages.success(request, format_html(words, gone, kept, trail))
        return redirect(form_of(kept))

    @property
    def list_address(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def two_rows(self, request: HttpRequest) -> list[Any] | None:
        """The two rows that were sent, as the user may change and delete them; None if not both."""
        numbers = {row_number(text) for text in request.POST.getlist("row")} - {None}
        rows = list(self.get_queryset(request).filter(pk__in=numbers).order_by("pk"))
        able = [
            row
            for row in rows
            if self.has_change_permission(request, row) and self.has_delete_permission(request, row)
        ]
        return able if len(able) == 2 else None

    def page_of_merge(
        self, request: HttpRequest, rows: list[Any], kept: Any, found: list[str] | None = None
    ) -> TemplateResponse:
        gone = next(row for row in rows if row.pk != kept.pk)
        asked = self.model._base_manager.in_bulk([row.pk for row in rows])
        reason = request.POST.get("reason", "").strip()
        plan = Merge(asked[kept.pk], asked[gone.pk], request.user, reason)
        plan.look()
        said = plan.obstacles if found is None else found
        context = {
            **self.admin_site.each_context(request),
            "title": f"合并{self.opts.verbose_name}",
            "opts": self.opts,
            "rows": rows,
            "kept": kept,
            "gone": gone,
            "plan": plan,
            "obstacles": list(dict.fromkeys(said)),
            "notes": list(self.model.merge_notes(kept, gone)),
            "reason": reason,
            "reason_length": REASON_LENGTH,
            "shown_versions": marks(rows),
        }
        return TemplateResponse(request, "admin/merge.html", context)
