"""The admin of documents: their particulars and their text."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models.functions import Length
from django.utils.html import format_html

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.forms import RecordForm
from aidtracker.desk.skin import FileInput, ModelAdmin, group
from programs.models import Source

MAX_TEXT_BYTES = 2 * 1024 * 1024
SHOWN_CHARACTERS = 200


def take_text(form: RecordForm) -> None:
    """A document takes an uploaded text, if that is the document."""
    upload, row, data = form.cleaned_data.get("text_file"), form.instance, form.cleaned_data
    if not upload:
        return
    try:
        if upload.size > MAX_TEXT_BYTES:
            raise ValidationError("全文文件不能超过 2 MB。")
        row.title, row.sha256 = data.get("title", row.title), data.get("sha256", row.sha256)
        row.accept_text(upload.read())
    except ValidationError as error:
        raise ValidationError({"text_file": error}) from error
    data["sha256"] = row.sha256


class SourceForm(RecordForm):
    """A document's particulars; its text comes as a file, taken only if it is the document."""

    text_file = forms.FileField(
        label="上传全文",
        required=False,
        widget=FileInput,
        help_text="UTF-8 纯文本文件；已登记 SHA-256 的，须与登记时的文件完全一致",
    )
    typed_checks = (take_text, *RecordForm.typed_checks)


@admin.register(Source)
class SourceAdmin(ModelAdmin):
    form = SourceForm
    list_display = (
        "title",
        "code",
        "kind",
        "publisher",
        "published_on",
        "has_loaded_text",
        "updated_at",
    )
    list_filter = (WorkToDo, "kind", "is_date_inferred")
    search_help_text = "标题、编号、来源或作者"
    readonly_fields = ("text_summary",)
    fieldsets = (
        group("名称与类型", "code", "title", "kind", "publisher", "author", "url"),
        group("日期", "published_on", "is_date_inferred"),
        group("全文", "file_name", "sha256", "text_file", "text_summary", "shown_text"),
        group("出处", "note", "maintainer"),
    )

    def get_queryset(self, request):
        rows = super().get_queryset(request).defer("text")
        return rows.annotate(text_length=Length("text"))

    def get_readonly_fields(self, request, obj=None):
        """A document keeps its code, which addresses use, and the checksum of the text it has."""
        kept = [name for name in ("code", "sha256") if obj and getattr(obj, name)]
        return (*self.readonly_fields, *kept)

    @admin.display(description="有全文", boolean=True)
    def has_loaded_text(self, row):
        return row.text_length > 0

    @admin.display(description="已有全文")
    def text_summary(self, row):
        """The text's length and beginning; all of it stands on the document's public page."""
        if not row.text:
            return "还没有全文。不随数据分发，可在上面上传。"
        return format_html(
            '共 {} 个字符。<a href="{}" class="text-link">在网页上看全文和标出的数字</a><br>{}……',
            len(row.text),
            row.get_absolute_url(),
            row.text[:SHOWN_CHARACTERS],
        )
