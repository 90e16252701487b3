"""The admin of documents: their particulars and their text."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models.functions import Length
from django.utils.html import format_html

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.forms import RecordForm
from aidtracker.desk.skin import FileInput, ModelAdmin, TextArea, TextInput, group
from aidtracker.ground.attached_files import scan
from aidtracker.ground.scope import readable
from programs.models import Source
from programs.models.sources import checksum
from programs.texts import LARGEST_FILE, checked, text_of

SHOWN_CHARACTERS = 200


def take_text(form: RecordForm) -> None:
    """A document takes an uploaded text, if that is the document."""
    row, data = form.instance, form.cleaned_data
    upload, pasted = data.get("text_file"), data.get("pasted_text")
    if not (upload or pasted):
        return
    try:
        # No more than is refused: what is larger never comes into memory.
        content = upload.read(LARGEST_FILE + 1) if upload else b""
        if upload:
            scan(upload.name, content)
        text = text_of(upload.name, content) if upload else checked(pasted)
        refuse_a_double(form, text)
        row.title, row.sha256 = data.get("title", row.title), data.get("sha256", row.sha256)
        is_another = row.has_text and checksum(text) != row.sha256
        if is_another and data.get("replace_reason"):
            refuse_to_propose(form)
        row.accept_text(text, data.get("replace_reason", ""))
    except ValidationError as error:
        raise ValidationError({"text_file" if upload else "pasted_text": error}) from error
    data["sha256"] = row.sha256


def words_of_moved(row: Source) -> str:
    """What became of the figures of a document that got a text."""
    done = "全文已替换，旧的存为旧版" if row.text_reason else "全文已载入"
    found = "重新定位" if row.text_reason else "与全文相符"
    words = f"{done}：{row.moved.found} 处数字{found}"
    if row.moved.lost:
        words += f"，{row.moved.lost} 处没有找到，要由人指定位置（观测值 → 筛选 → 待重新定位）"
    return f"{words}。"


def refuse_a_double(form: RecordForm, text: str) -> None:
    """Who brings in a document that is here is told which it is, as far as they may read it."""
    others = Source.objects.filter(sha256=checksum(text)).exclude(pk=form.instance.pk)
    for other in readable(others.without_text(), form.user)[:1]:
        raise ValidationError(
            f"已有同一全文的文献《{other.title}》（编号 {other.code}）。"
            "公开文献各指挥部共用一份：请在那一份里录入您的数字。"
        )


def refuse_to_propose(form: RecordForm) -> None:
    """Pages of published figures show the text they stand in: who only proposes leaves it alone."""
    row = form.instance
    if row.is_relied_on and row.is_only_proposed_by(form.user):
        raise ValidationError(
            "已发布的数字依据这份文献的全文，您没有发布它们的权限；请由有权发布的人替换全文。"
        )


def keep_text_apart(form: RecordForm) -> None:
    """A text can not be proposed: it comes by itself, with its own reason."""
    data = form.cleaned_data
    if form.edit.is_proposal and (data.get("text_file") or data.get("pasted_text")):
        words = "改动其他各栏须提出变更申请，全文不能一同提出；请把全文另外单独保存。"
        raise ValidationError({"text_file": words})


class SourceForm(RecordForm):
    """A document's particulars; its text comes as a file, taken only if it is the document."""

    text_file = forms.FileField(
        label="上传全文",
        required=False,
        widget=FileInput,
        help_text="纯文本（UTF-8 或 GB18030）、Word 文档、有文字的 PDF 或网页文件；"
        "已登记 SHA-256 的，须与登记时的全文完全一致，否则写明替换的理由",
    )
    pasted_text = forms.CharField(
        label="或粘贴全文",
        required=False,
        strip=False,
        widget=TextArea(attrs={"rows": 4}),
    )
    replace_reason = forms.CharField(
        label="替换全文的理由",
        required=False,
        max_length=200,
        widget=TextInput,
        help_text="登记的全文有错或有新版时填写：旧的全文存为旧版，数字在新的全文中重新定位",
    )
    typed_checks = (take_text, *RecordForm.typed_checks)
    row_checks = (*RecordForm.row_checks, keep_text_apart)


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
    list_filter = (WorkToDo, "kind", "is_date_inferred", "copied_from")
    search_help_text = "标题、编号、来源或作者"
    readonly_fields = ("text_summary",)
    fieldsets = (
        group(
            "名称与类型",
            "code",
            "title",
            "short_title",
            "kind",
            "publisher",
            "author",
            "url",
            "copied_from",
        ),
        group("日期", "published_on", "is_date_inferred"),
        group(
            "全文",
            *("file_name", "sha256", "text_file", "pasted_text", "replace_reason"),
            *("text_summary", "shown_text"),
        ),
        group("出处", "note", "maintainer", "correction_reason"),
    )

    def get_queryset(self, request):
        rows = super().get_queryset(request).defer("text")
        return rows.annotate(text_length=Length("text"))

    def get_readonly_fields(self, request, obj=None):
        """A document keeps its code, which addresses use, and the checksum of the text it has."""
        kept = [name for name in ("code", "sha256") if obj and getattr(obj, name)]
        return (*self.readonly_fields, *kept)

    def save_model(self, request, obj, form, change):
        """Save it, and say what became of its figures if it got a text."""
        super().save_model(request, obj, form, change)
        row = form.instance
        if row.moved.found or row.moved.lost:
            messages.warning(request, words_of_moved(row))

    @admin.display(description="有全文", boolean=True)
    def has_loaded_text(self, row):
        return row.text_length > 0

    @admin.display(description="已有全文")
    def text_summary(self, row):
        """The text's length and beginning; its figures stand marked on the public page."""
        if not row.text:
            return "还没有全文。不随数据分发，可在上面上传。"
        versions = row.text_versions.count()
        return format_html(
            '共 {} 个字符{}。<a href="{}" class="text-link">在网页上看标出的数字</a><br>{}……',
            len(row.text),
            f"，另存有 {versions} 个旧版" if versions else "",
            row.get_absolute_url(),
            row.text[:SHOWN_CHARACTERS],
        )
