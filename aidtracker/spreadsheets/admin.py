"""Import with preview and export of the filtered list, for every model of the admin."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from aidtracker.spreadsheets.downloads import download
from aidtracker.spreadsheets.outcomes import rehearse, store
from aidtracker.spreadsheets.resources import resource_for
from aidtracker.spreadsheets.sheets import SheetError, sheet_of
from aidtracker.spreadsheets.storage import Pending, TokenError, take
from aidtracker.spreadsheets.uploads import read_upload

EXPORT_PARAMETERS = ("format", "headers")
# A file holds all rows of the list, whichever page of it is shown.
PAGING = (PAGE_VAR, ALL_VAR, ERROR_FLAG)


class UploadForm(forms.Form):
    """The file to import; nothing is stored before the preview is confirmed."""

    file = forms.FileField(
        label="文件",
        help_text=".xlsx 或 .csv，不超过 10 MB；Excel 只读第一张工作表。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )


class SheetAdminMixin(admin.ModelAdmin):
    """Adds 导入 and 导出 to the list of a ModelAdmin."""

    change_list_template = "admin/sheets/change_list.html"

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("import/", self.admin_site.admin_view(self.import_view), name=f"{name}_import"),
            path("export/", self.admin_site.admin_view(self.export_view), name=f"{name}_export"),
            *super().get_urls(),
        ]

    def has_import_permission(self, request):
        """Importing both adds and changes, and is a right of its own."""
        own = f"{self.opts.app_label}.import_{self.opts.model_name}"
        return (
            self.has_add_permission(request)
            and self.has_change_permission(request)
            and request.user.has_perm(own)
        )

    def changelist_view(self, request, extra_context=None):
        rights = {"has_import_permission": self.has_import_permission(request)}
        return super().changelist_view(request, rights | (extra_context or {}))

    # Export

    @method_decorator(require_safe)
    def export_view(self, request):
        """The rows of the list with its filters and search, as a file."""
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
        try:
            return download(rows, wanted["format"] or "xlsx", wanted["headers"] or "label")
        except ValueError:
            return HttpResponseBadRequest("没有这种格式。")

    # Import

    def import_view(self, request):
        """Upload, preview, confirm: three steps at one address."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self.import_page(request, UploadForm())
        if "token" in request.POST:
            return self.confirm(request)
        return self.preview(request)

    def import_page(self, request, form, **context):
        resource = resource_for(self.model)
        context |= {
            **self.admin_site.each_context(request),
            "title": f"导入{self.opts.verbose_name}",
            "opts": self.opts,
            "form": form,
            "columns": resource.columns,
            "keys": resource.key_columns,
        }
        return TemplateResponse(request, "admin/sheets/import.html", context)

    def import_resource(self, request):
        return resource_for(self.model, queryset=self.get_queryset(request))

    def preview(self, request):
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.import_page(request, form)
        file = form.cleaned_data["file"]
        content = file.read()
        resource = self.import_resource(request)
        try:
            outcome = rehearse(resource, sheet_of(resource, read_upload(file.name, content)))
        except SheetError as error:
            form.add_error("file", str(error))
            return self.import_page(request, form)
        return self.preview_page(request, outcome, file.name, content)

    def preview_page(self, request, outcome, file_name, content):
        """What the file would do, and, if it can be stored, the button that does it."""
        token = ""
        if outcome.can_be_stored:
            pending = Pending(file_name, request.user.pk, self.opts.label, outcome.fingerprint)
            token = pending.save(content)
        return self.import_page(
            request, UploadForm(), outcome=outcome, token=token, file_name=file_name
        )

    def confirm(self, request):
        back = redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_import"))
        resource = self.import_resource(request)
        try:
            pending, content = take(request.POST["token"], request.user.pk, self.opts.label)
            sheet = sheet_of(resource, read_upload(pending.file_name, content))
            outcome = store(resource, sheet, pending.fingerprint, request.user)
        except (TokenError, SheetError) as error:
            messages.error(request, str(error))
            return back
        except DatabaseError:
            messages.error(request, "数据库出错，什么也没有保存；请稍后重新上传文件。")
            return back
        if not outcome.is_stored:
            messages.error(request, "预览之后数据有变，什么也没有保存；请核对新的预览。")
            return self.preview_page(request, outcome, pending.file_name, content)
        messages.success(request, f"已导入：新增 {outcome.new} 条，修改 {outcome.changed} 条。")
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
