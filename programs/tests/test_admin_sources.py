"""A document's text is taken from its file, if it is the document."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from aidtracker.testing import make_observation, make_source
from aidtracker.tests.admin_pages import versions_of
from programs.models import Source
from programs.texts import LARGEST_FILE

pytestmark = pytest.mark.django_db

CONTENT = "第一行\r\n第二行 30 亿元\n".encode()
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def upload(client, source, content, **typed):
    typed = {"title": source.title, "kind": source.kind, "code": source.code} | typed
    typed |= versions_of(source)
    if content is not None:
        typed["text_file"] = SimpleUploadedFile("某文.txt", content)
    return client.post(reverse("admin:programs_source_change", args=[source.pk]), typed)


def errors(response):
    return response.context["adminform"].form.errors.get("text_file", [])


def test_text_is_taken_as_it_is(admin_client):
    source = make_source(sha256=DIGEST)
    upload(admin_client, source, CONTENT)
    source.refresh_from_db()
    assert (source.text, source.sha256) == ("第一行\r\n第二行 30 亿元\n", DIGEST)


def test_text_of_a_document_without_checksum_gives_the_checksum(admin_client):
    source = make_source()
    upload(admin_client, source, CONTENT)
    source.refresh_from_db()
    assert (source.text, source.sha256) == ("第一行\r\n第二行 30 亿元\n", DIGEST)


def test_checksum_typed_with_the_file_must_fit(admin_client):
    source = make_source()
    response = upload(admin_client, source, CONTENT, sha256="0" * 64)
    [error] = errors(response)
    assert error.startswith(f"这份文件与《{source.title}》")


def test_other_document_is_refused(admin_client):
    source = make_source(title="某文", sha256=DIGEST)
    response = upload(admin_client, source, CONTENT + b" ")
    assert errors(response) == [
        "这份文件与《某文》登记的全文不一致（SHA-256 不同），没有采用。"
        "请上传登记时的原文件，不要改动空格或换行；"
        "如果登记的全文有错或有了新版，请写明“替换全文的理由”。"
    ]
    source.refresh_from_db()
    assert (source.text, source.sha256) == ("", DIGEST)


def test_file_that_is_no_text_is_refused(admin_client):
    response = upload(admin_client, make_source(), b"\xff\xfe\x00")
    assert errors(response) == ["全文文件须为 UTF-8 或 GB18030 编码的纯文本。"]


def test_file_that_is_too_large_is_refused(admin_client):
    response = upload(admin_client, make_source(), b"a" * (LARGEST_FILE + 1))
    assert errors(response) == ["文件不能超过 20 MB。"]


def test_text_of_another_document_is_refused(admin_client):
    make_source(sha256=DIGEST)
    source = make_source()
    response = upload(admin_client, source, CONTENT)
    ((said,),) = response.context["adminform"].form.errors.values()
    assert said.startswith("已有同一全文的文献《")


def test_saving_without_a_file_keeps_the_text(admin_client):
    source = make_source(sha256=DIGEST, text="全文")
    upload(admin_client, source, None, title="新标题")
    source.refresh_from_db()
    assert (source.title, source.text, source.sha256) == ("新标题", "全文", DIGEST)


def test_code_and_checksum_are_kept(admin_client):
    source = make_source(sha256=DIGEST)
    upload(admin_client, source, None, code="another", sha256="0" * 64)
    kept = Source.objects.get(pk=source.pk)
    assert (kept.code, kept.sha256) == (source.code, DIGEST)


def test_form_shows_the_beginning_of_the_text(admin_client):
    source = make_source(text="甲" * 200 + "乙")
    response = admin_client.get(reverse("admin:programs_source_change", args=[source.pk]))
    page = response.content.decode()
    assert "共 201 个字符。" in page
    assert "甲" * 200 + "……" in page
    assert "甲乙" not in page


def test_list_says_which_documents_have_their_text_and_figures(admin_client):
    source = make_source(text="全文")
    make_observation(source=source)
    response = admin_client.get(reverse("admin:programs_source_changelist"))
    rows = {row.pk: row for row in response.context["cl"].result_list}
    assert (rows[source.pk].text_length, rows[source.pk].figure_count) == (2, 1)


def test_code_of_another_document_is_refused_at_its_field(admin_client):
    taken = make_source()
    typed = {"title": "另一份", "kind": taken.kind, "code": taken.code}
    response = admin_client.post(reverse("admin:programs_source_add"), typed)
    assert [*response.context["adminform"].form.errors] == ["code"]
