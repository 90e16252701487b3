"""Import for every model of the admin: upload, preview, confirm; long ones by a worker."""

import traceback
from datetime import timedelta
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from aidtracker.ground.attached_files import scan
from aidtracker.ground.datasets import ready_file
from aidtracker.pages.failures import failure_of
from aidtracker.pages.security import ADMIN_PREFIX
from aidtracker.sheets import (
    MAX_ROWS,
    NOT_IMPORTED,
    Decisions,
    Guard,
    ManySheetsError,
    MissingKeyError,
    SheetError,
    annotated_file,
    decisions_for,
    read_upload,
    rehearse,
    resource_for,
    sheet_of,
    template_file,
)
from aidtracker.sheets.storing.models import State, Upload
from aidtracker.sheets.storing.running import STALE, carry_out, is_long, may_import, queue, run
from aidtracker.sheets.storing.waiting import GONE, TokenError, keep, opened, token_of
from aidtracker.trail import acts

REFRESHED = 2  # seconds
READY = "现成的一份.csv"
LEFT_OUT = "-"  # chosen for a heading that is not imported, or a cell that is left empty
# After so long in the queue somebody should see to the workers.
LONG_WAIT = timedelta(seconds=30)
MOST_NOW = 20_000  # rows that are stored while a request may last, if no worker takes them
TOO_LONG = (
    f"文件有 {{}} 行，本站没有运行后台进程，一次最多直接导入 {MOST_NOW} 行；什么也没有保存。"
    "请把文件分成几份，或请管理员启用后台进程（WORKERS=1）。"
)


class UploadForm(forms.Form):
    """The file to import; nothing is stored before the preview is confirmed."""

    file = forms.FileField(
        label="文件",
        help_text=f".xlsx、.xls、.et、.ods 或 .csv，不超过 10 MB，最多 {MAX_ROWS} 行。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et,.ods,.csv"}),
    )


def take_answers(decisions: Decisions, answers: QueryDict) -> None:
    """Let decisions have what a person chose in the preview's lists; nothing where it was left."""
    words, columns = answers.getlist("heading"), answers.getlist("column")
    shown = answers.getlist("read_as")
    for word, code, present in zip_longest(words, columns[: len(words)], shown[: len(words)]):
        if code and code != present:
            decisions.columns[word] = NOT_IMPORTED if code == LEFT_OUT else code
    for name, value in answers.items():
        kind, _, of = name.partition(":")
        if value and kind in ("rows", "fixed", "words"):
            getattr(decisions, kind)[of] = "" if value == LEFT_OUT else str(value)


def reads_more(decisions: Decisions, before: Decisions) -> bool:
    """Whether a column is read, or read as another one, that was not before."""
    new = decisions.columns.items() - before.columns.items()
    return any(code != NOT_IMPORTED for _, code in new)


def way_back(request: HttpRequest) -> str:
    """The page of the admin from which somebody was sent to import something; empty for none."""
    back = request.GET.get("back", "")
    is_own = url_has_allowed_host_and_scheme(back, None) and back.startswith(ADMIN_PREFIX)
    return back if is_own else ""


class ImportMixin(admin.ModelAdmin):
    """Adds 导入 to a ModelAdmin."""

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        pages = {
            "import": ("import/", self.import_view),
            "import_template": ("import/template/", self.template_view),
            "import_progress": ("import/<uuid:pk>/", self.progress_view),
        }
        own = [
            path(address, self.admin_site.admin_view(view), name=f"{name}_{page}")
            for page, (address, view) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def address_of(self, page: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Importing both adds and changes, and is a right of its own."""
        return (
            self.has_add_permission(request)
            and self.has_change_permission(request)
            and may_import(request.user, self.model)
        )

    @method_decorator(require_safe)
    def template_view(self, request: HttpRequest) -> HttpResponse:
        """An empty workbook to fill in, with lists to choose from and an example."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        return template_file(self.import_resource(request))

    # Upload and preview

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Upload, preview, confirm: three steps at one address."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self.import_page(request, UploadForm())
        if "token" not in request.POST:
            return self.upload(request)
        steps = {"annotate": self.annotate, "choose": self.choose, "decide": self.decide}
        step = steps.get(request.POST.get("step", ""), self.confirm)
        try:
            return step(request, opened(request.POST["token"], request.user.pk, self.model))
        except (TokenError, SheetError) as error:
            messages.error(request, str(error))
            return redirect(self.address_of("import"))

    def import_page(self, request: HttpRequest, form: UploadForm, **context: Any) -> HttpResponse:
        resource = self.import_resource(request)
        context = {
            **self.admin_site.each_context(request),
            "title": f"导入{self.opts.verbose_name}",
            "opts": self.opts,
            "form": form,
            "columns": resource.columns,
            "writable": [column for column in resource.columns if not column.readonly],
            "keys": resource.key_columns,
            "is_known_by_name": bool(resource.code_column),
            "ignored": Guard(self.model, request.user).ignored,
            "outcome": None,
            "sheets": (),
            "mapped": (),
            "missing_key": "",
            "has_ready_rows": ready_file(self.model) is not None,
            **context,
        }
        return TemplateResponse(request, "admin/sheets/import.html", context)

    def import_resource(self, request: HttpRequest) -> Any:
        return resource_for(self.model, request.user)

    def upload(self, request: HttpRequest) -> HttpResponse:
        if "ready" in request.POST and (path := ready_file(self.model)):
            return self.preview(request, READY, path.read_bytes(), self.decisions(request))
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.import_page(request, form)
        file = form.cleaned_data["file"]
        try:
            content = file.read()
            scan(file.name, content)
            return self.preview(request, file.name, content, self.decisions(request))
        except (SheetError, ValidationError) as error:
            form.add_error("file", error if isinstance(error, ValidationError) else str(error))
            return self.import_page(request, form)

    def decisions(self, request: HttpRequest, upload: Upload | None = None) -> Decisions:
        """What is decided of a file: for its upload, or earlier for files like it."""
        return decisions_for(request.user, self.model, upload.decisions if upload else {})

    def preview(
        self,
        request: HttpRequest,
        file_name: str,
        content: bytes,
        decisions: Decisions,
        wanted: str = "",
    ) -> HttpResponse:
        """What a file would do, or the question that a person must answer first."""
        resource = self.import_resource(request)
        pages = read_upload(file_name, content)
        try:
            sheet = sheet_of(resource, pages, wanted, decisions)
        except (ManySheetsError, MissingKeyError) as error:
            seen = {"sheet": wanted, "decisions": decisions.kept}
            asked = {"token": keep(self.uploaded(request, file_name, content, **seen))}
            if isinstance(error, ManySheetsError):
                asked["sheets"] = error.names
            else:
                asked |= {"mapped": error.mapped, "missing_key": str(error)}
            return self.import_page(request, UploadForm(), file_name=file_name, **asked)
        outcome = rehearse(resource, sheet)
        return self.preview_page(request, outcome, sheet.name, file_name, content)

    def outcome_of(self, request: HttpRequest, upload: Upload, decisions: Decisions) -> Any:
        """What an upload would do as it is decided. Raises SheetError."""
        resource = self.import_resource(request)
        pages = read_upload(upload.file_name, bytes(upload.content))
        return rehearse(resource, sheet_of(resource, pages, upload.sheet, decisions))

    def uploaded(self, request: HttpRequest, file_name: str, content: bytes, **seen: Any) -> Upload:
        """A file that is to wait for what the person decides about it."""
        own = {"user": request.user, "address": acts.address_of(request)}
        return Upload(model=self.opts.label, file_name=file_name, content=content, **own, **seen)

    def preview_page(
        self, request: HttpRequest, outcome: Any, sheet: str, file_name: str, content: bytes
    ) -> HttpResponse:
        """What the file would do, and the buttons to do it or to take it back annotated."""
        token = ""
        if outcome.can_be_stored or outcome.problems or outcome.can_be_decided:
            seen = {"fingerprint": outcome.fingerprint, "sheet": sheet, "rows": outcome.total}
            seen["decisions"] = outcome.decisions.kept
            token = keep(self.uploaded(request, file_name, content, **seen))
        context = {"outcome": outcome, "token": token, "file_name": file_name}
        context["mapped"] = outcome.mapped
        return self.import_page(request, UploadForm(), **context)

    def choose(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        """Go on with the sheet that was chosen."""
        sheet = request.POST.get("sheet", "")
        decisions = self.decisions(request, upload)
        return self.preview(request, upload.file_name, bytes(upload.content), decisions, sheet)

    def decide(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        """Preview a file as a person has decided what its headings and rows mean."""
        decisions = self.decisions(request, upload)
        take_answers(decisions, request.POST)
        content = bytes(upload.content)
        return self.preview(request, upload.file_name, content, decisions, upload.sheet)

    def annotate(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        """The uploaded file with its problems marked, to send back to whoever filled it in."""
        resource = self.import_resource(request)
        decided = (upload.sheet, self.decisions(request, upload))
        return annotated_file(resource, upload.file_name, bytes(upload.content), *decided)

    # Confirm

    def confirm(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        """Store a file, or leave it to a worker."""
        upload.reason = request.POST.get("reason", "").strip()
        before, decisions = self.decisions(request, upload), self.decisions(request, upload)
        take_answers(decisions, request.POST)
        if decisions.kept != before.kept and (
            page := self.take_decisions(request, upload, before, decisions)
        ):
            return page
        if not settings.WORKERS and upload.rows > MOST_NOW:
            messages.error(request, TOO_LONG.format(upload.rows))
            return redirect(self.address_of("import"))
        if is_long(upload):
            if not queue(upload, State.WAITING, reason=upload.reason):
                raise TokenError(GONE)
            return redirect(self.address_of("import_progress", upload.pk))
        # One that was being stored and has not been heard of: its process was killed.
        states = [State.WAITING, *([State.RUNNING] if upload.is_abandoned else [])]
        if not upload.take(*states):
            raise TokenError(GONE)
        return self.store(request, upload)

    def take_decisions(
        self, request: HttpRequest, upload: Upload, before: Decisions, decisions: Decisions
    ) -> HttpResponse | None:
        """Let an upload be stored as it was decided with its confirmation, not as `before`.

        Where that does more than the person could see, a new preview is shown.
        """
        content = bytes(upload.content)
        # What a column holds that was not read so far, nobody has looked at.
        is_seen = not reads_more(decisions, before)
        try:
            outcome = self.outcome_of(request, upload, decisions)
        except (ManySheetsError, MissingKeyError):
            return self.preview(request, upload.file_name, content, decisions, upload.sheet)
        is_short = outcome.total <= settings.IMPORT_ROWS_AT_ONCE
        if is_seen and is_short and outcome.can_be_stored:
            seen = self.outcome_of(request, upload, before)
            if seen.fingerprint == upload.fingerprint and outcome.does_no_more_than(seen):
                upload.decisions, upload.rows = decisions.kept, outcome.total
                upload.fingerprint = outcome.fingerprint
                upload.save(update_fields=["decisions", "fingerprint", "rows"])
                return None
        upload.delete()
        outcome.reason = upload.reason
        return self.preview_page(request, outcome, upload.sheet, upload.file_name, content)

    def store(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        """Store a file that was taken; whatever fails, it can be confirmed once more."""
        try:
            outcome = run(upload, request.user)
        except SheetError:
            upload.delete()
            raise
        except Exception as error:
            if isinstance(error, MemoryError):
                traceback.clear_frames(error.__traceback__)  # what filled the memory
            upload.move(State.RUNNING, to=State.WAITING)
            if not isinstance(error, DatabaseError) or failure_of(error):
                raise
            messages.error(request, "数据库出错，什么也没有保存；请稍后重新上传文件。")
            return redirect(self.address_of("import"))
        if not outcome.is_stored:
            if not outcome.reason_error:
                messages.error(request, STALE)
            upload.delete()
            kept = (upload.sheet, upload.file_name, bytes(upload.content))
            return self.preview_page(request, outcome, *kept)
        messages.success(request, self.success(upload))
        return redirect(way_back(request) or self.address_of("changelist"))

    def success(self, upload: Upload) -> str:
        """What was stored, with the way to its trail and to undoing it."""
        found = upload.result
        proposed = f"，变更申请 {found['proposed']} 条（待提交）" if found["proposed"] else ""
        left = f"；冲突 {found['conflicting']} 条没有导入" if found["conflicting"] else ""
        return format_html(
            '已导入：新增 {} 条，修改 {} 条{}。<a href="{}">查看或撤销本次导入</a>',
            found["new"],
            found["changed"],
            proposed + left,
            reverse("admin:aidtracker_act_change", args=[found["act"]]),
        )

    # Waiting for a worker

    def progress_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """How far a long import has come, and the buttons to stop it or to try again."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        uploads = Upload.objects.filter(user=request.user, model=self.opts.label).defer("content")
        upload = get_object_or_404(uploads, pk=pk)
        steps = {"cancel": self.cancel, "retry": self.retry, "now": self.now}
        if request.method == "POST" and (step := steps.get(request.POST.get("step", ""))):
            return step(request, upload)
        context = {
            **self.admin_site.each_context(request),
            "title": f"导入{self.opts.verbose_name}",
            "opts": self.opts,
            "upload": upload,
            "token": token_of(upload),
            "refreshed": REFRESHED,
            "may_be_now": upload.rows <= MOST_NOW,
            "is_long_wait": upload.seen_at < timezone.now() - LONG_WAIT,
            "success": self.success(upload) if upload.state == State.STORED else "",
        }
        return TemplateResponse(request, "admin/sheets/progress.html", context)

    def cancel(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        """Stop an import that is not over; nothing of it is stored."""
        states = (State.QUEUED, State.RUNNING, State.REFUSED)
        if not upload.move(*states, to=State.CANCELLED, content=b""):
            messages.warning(request, "已经结束，不能取消。")
        return self.back(upload)

    def retry(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        """Queue an import again that failed, or whose worker died."""
        states = [State.REFUSED, *([State.RUNNING] if upload.is_abandoned else [])]
        queue(upload, *states)
        return self.back(upload)

    def now(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        """Store in this request what no worker has begun with."""
        if upload.rows <= MOST_NOW and upload.take(State.QUEUED):
            carry_out(upload)
        return self.back(upload)

    def back(self, upload: Upload) -> HttpResponseRedirect:
        return redirect(self.address_of("import_progress", upload.pk))
