"""Import, and export of the filtered list, for every model of the admin."""

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBadRequest
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from aidtracker.desk.imports import ImportMixin
from aidtracker.sheets import download
from aidtracker.trail import acts

EXPORT_PARAMETERS = ("format", "headers", "whole")
# A file holds all rows of the list, whichever page of it is shown.
PAGING = (PAGE_VAR, ALL_VAR, ERROR_FLAG)


class SheetAdminMixin(ImportMixin):
    """Adds 导入 and 导出 to the list of a ModelAdmin."""

    change_list_template = "admin/sheets/change_list.html"

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("export/", self.admin_site.admin_view(self.export_view), name=f"{name}_export"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        rights = {"has_import_permission": self.has_import_permission(request)}
        return super().changelist_view(request, rights | (extra_context or {}))

    # Export

    @method_decorator(require_safe)
    def export_view(self, request):
        """The rows of the list with its filters and search, as a file.

        It has the columns of the view that is shown, with what names a row and its version, so that
        it can be imported; or, as `whole`, all.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = {name: request.GET.get(name) for name in EXPORT_PARAMETERS}
        request.GET = request.GET.copy()
        for name in (*EXPORT_PARAMETERS, *PAGING):
            request.GET.pop(name, None)
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseBadRequest("没有这样的筛选。")
        file_format = wanted["format"] or "xlsx"
        try:
            only = () if wanted["whole"] else self.fields_shown(request)
            response = download(rows, file_format, wanted["headers"] or "label", only=only)
        except ValueError:
            return HttpResponseBadRequest("没有这种格式。")
        details = [["行数", rows.count()], ["格式", file_format], ["筛选", request.GET.urlencode()]]
        acts.record(
            acts.Way.EXPORT,
            request=request,
            subject=str(self.opts.verbose_name),
            details=details,
        )
        return response
