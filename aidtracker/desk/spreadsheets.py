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
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from aidtracker.ground.datasets import dataset_of
from aidtracker.pages.failures import failure_of
from aidtracker.sheets import (
    Guard,
    ManySheetsError,
    SheetError,
    annotated_file,
    download,
    read_upload,
    rehearse,
    resource_for,
    sheet_of,
    store,
    template_file,
)
from aidtracker.sheets.storing.waiting import Pending, TokenError, peek, put_back, take
from aidtracker.trail import acts

EXPORT_PARAMETERS = ("format", "headers")
# A file holds all rows of the list, whichever page of it is shown.
PAGING = (PAGE_VAR, ALL_VAR, ERROR_FLAG)


class UploadForm(forms.Form):
    """The file to import; nothing is stored before the preview is confirmed."""

    file = forms.FileField(
        label="文件",
        help_text=".xlsx 或 .csv，不超过 10 MB，最多 20000 行。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )


class SheetAdminMixin(admin.ModelAdmin):
    """Adds 导入 and 导出 to the list of a ModelAdmin."""

    change_list_template = "admin/sheets/change_list.html"

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("import/", self.admin_site.admin_view(self.import_view), name=f"{name}_import"),
            path(
                "import/template/",
                self.admin_site.admin_view(self.template_view),
                name=f"{name}_import_template",
            ),
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
            and dataset_of(self.model).is_imported
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
        file_format = wanted["format"] or "xlsx"
        try:
            response = download(rows, file_format, wanted["headers"] or "label")
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

    @method_decorator(require_safe)
    def template_view(self, request):
        """An empty workbook to fill in, with lists to choose from and an example."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        return template_file(self.import_resource(request))

    # Import

    def import_view(self, request):
        """Upload, preview, confirm: three steps at one address."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self.import_page(request, UploadForm())
        if "token" not in request.POST:
            return self.upload(request)
        steps = {"annotate": self.annotate, "choose": self.choose}
        step = steps.get(request.POST.get("step", ""), self.confirm)
        try:
            return step(request, request.POST["token"])
        except (TokenError, SheetError) as error:
            messages.error(request, str(error))
            return redirect(self.address_of("import"))

    def address_of(self, page):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")

    def import_page(self, request, form, **context):
        resource = self.import_resource(request)
        context = {
            **self.admin_site.each_context(request),
            "title": f"导入{self.opts.verbose_name}",
            "opts": self.opts,
            "form": form,
            "columns": resource.columns,
            "keys": resource.key_columns,
            "ignored": Guard(self.model, request.user).ignored,
            "outcome": None,
            "sheets": (),
            **context,
        }
        return TemplateResponse(request, "admin/sheets/import.html", context)

    def import_resource(self, request):
        return resource_for(self.model, request.user)

    def upload(self, request):
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.import_page(request, form)
        file = form.cleaned_data["file"]
        try:
            return self.preview(request, file.name, file.read())
        except SheetError as error:
            form.add_error("file", str(error))
            return self.import_page(request, form)

    def preview(self, request, file_name, content, wanted=""):
        """What a file would do; if several of its sheets fit, the question which is meant."""
        resource = self.import_resource(request)
        pages = read_upload(file_name, content)
        try:
            sheet = sheet_of(resource, pages, wanted)
        except ManySheetsError as many:
            token = Pending(file_name, request.user.pk, self.opts.label).save(content)
            context = {"sheets": many.names, "token": token, "file_name": file_name}
            return self.import_page(request, UploadForm(), **context)
        outcome = rehearse(resource, sheet)
        return self.preview_page(request, outcome, sheet, file_name, content)

    def preview_page(self, request, outcome, sheet, file_name, content):
        """What the file would do, and the buttons to do it or to take it back annotated."""
        token = ""
        if outcome.can_be_stored or outcome.problems:
            owner = (request.user.pk, self.opts.label)
            token = Pending(file_name, *owner, outcome.fingerprint, sheet.name).save(content)
        context = {"outcome": outcome, "token": token, "file_name": file_name}
        return self.import_page(request, UploadForm(), **context)

    def choose(self, request, token):
        """Go on with the sheet that was chosen."""
        pending, content = peek(token, request.user.pk, self.opts.label)
        return self.preview(request, pending.file_name, content, request.POST.get("sheet", ""))

    def annotate(self, request, token):
        """The uploaded file with its problems marked, to send back to whoever filled it in."""
        pending, content = peek(token, request.user.pk, self.opts.label)
        resource = self.import_resource(request)
        return annotated_file(resource, pending.file_name, content, pending.sheet)

    def confirm(self, request, token):
        owner = (request.user.pk, self.opts.label)
        pending, content = peek(token, *owner)
        resource = self.import_resource(request)
        sheet = sheet_of(resource, read_upload(pending.file_name, content), pending.sheet)
        take(token, *owner)
        try:
            reason = request.POST.get("reason", "").strip()
            outcome = store(resource, sheet, pending.fingerprint, pending.file_name, reason)
        except DatabaseError as error:
            if failure_of(error):
                put_back(token, *owner, content)
                raise
            messages.error(request, "数据库出错，什么也没有保存；请稍后重新上传文件。")
            return redirect(self.address_of("import"))
        if not outcome.is_stored:
            if not outcome.reason_error:
                messages.error(request, "预览之后数据有变，什么也没有保存；请核对新的预览。")
            return self.preview_page(request, outcome, sheet, pending.file_name, content)
        messages.success(request, self.success(outcome))
        return redirect(self.address_of("changelist"))

    def success(self, outcome):
        """What was stored, with the way to its trail and to undoing it."""
        proposed = f"，变更申请 {outcome.proposed} 条（待提交）" if outcome.proposed else ""
        left = f"；冲突 {outcome.conflicting} 条没有导入" if outcome.conflicting else ""
        return format_html(
            '已导入：新增 {} 条，修改 {} 条{}。<a href="{}">查看或撤销本次导入</a>',
            outcome.new,
            outcome.changed,
            proposed + left,
            reverse("admin:aidtracker_act_change", args=[acts.current().pk]),
        )
