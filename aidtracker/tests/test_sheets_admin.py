"""Import and export in the admin: who may, what they see, and that it is all or nothing."""

import csv
import io
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.urls import reverse

from aidtracker import testing
from aidtracker.ground.datasets import dataset_model, datasets
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.sheets.reading.uploads import read_upload
from aidtracker.sheets.rehearsing.rehearsal import rehearse
from aidtracker.sheets.storing.models import Upload
from aidtracker.sheets.storing.waiting import GONE
from aidtracker.tests.sheet_helpers import exported
from aidtracker.tests.test_sheets import maker
from aidtracker.trail.models import Act
from programs.models import Account, Region

pytestmark = pytest.mark.django_db

IMPORT = "/admin/programs/region/import/"
EXPORT = "/admin/programs/region/export/"
LIST = "/admin/programs/region/"
RIGHTS = ["view_region", "add_region", "change_region", "import_region"]


def member(client, *rights, name="clerk"):
    """Log in a member of staff with these rights."""
    user = User.objects.create_user(name, is_staff=True)
    wanted = Permission.objects.filter(content_type__app_label="programs", codename__in=rights)
    user.user_permissions.set(wanted)
    assert wanted.count() == len(rights)
    Account.objects.create(user=user, reach=Account.Reach.CHANGES_ALL)
    client.force_login(user)
    return user


@pytest.fixture
def clerk(client):
    return member(client, *RIGHTS)


def upload(client, *lines, name="名单.csv"):
    content = "\r\n".join(lines).encode()
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content)})


def confirm(client, token):
    return client.post(IMPORT, {"token": token}, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("missing", RIGHTS[1:])
def test_import_without_one_of_its_rights_is_forbidden(client, missing):
    member(client, *(right for right in RIGHTS if right != missing))

    assert client.get(IMPORT).status_code == 403
    assert upload(client, "区划代码").status_code == 403
    assert client.post(IMPORT, {"token": "x"}).status_code == 403
    assert IMPORT not in client.get(LIST).content.decode()


def test_export_without_the_right_to_view_is_forbidden(client):
    member(client, "add_region")

    assert client.get(EXPORT).status_code == 403


def test_visitor_is_sent_to_the_login(client):
    assert [client.get(page).status_code for page in (IMPORT, EXPORT)] == [302, 302]


def test_list_offers_import_and_export(client, clerk):
    page = client.get(LIST + "?level__exact=county").content.decode()

    assert [page.count(f'href="{IMPORT}"'), page.count(f'href="{EXPORT}?format=csv')] == [1, 1]
    assert f"{EXPORT}?format=xlsx&amp;level__exact=county" in page


def test_export_holds_the_filtered_rows(client):
    member(client, "view_region")
    found = testing.make_region(name="独一无二的地方")

    response = client.get(EXPORT, {"format": "csv", "headers": "code", "q": "独一无二"})

    rows = csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig")))
    assert [row["code"] for row in rows] == [found.code]


def test_export_of_an_unknown_format_is_refused(client):
    member(client, "view_region")

    assert client.get(EXPORT, {"format": "exe"}).status_code == 400


@pytest.mark.parametrize("query", [{"p": "99"}, {"e": "1"}, {"all": ""}])
def test_export_holds_all_pages_of_the_list(client, query):
    member(client, "view_region")

    response = client.get(EXPORT, {"format": "csv", **query})

    rows = csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig")))
    assert len(list(rows)) == Region.objects.count()


@pytest.mark.parametrize("query", [{"parent__id__exact": "x"}, {"todo": "date", "level": "x"}])
def test_export_of_an_unknown_filter_is_refused(client, query):
    member(client, "view_region")

    assert client.get(EXPORT, {"format": "csv", **query}).status_code == 400


@pytest.mark.once(but=7)
@pytest.mark.parametrize("name", datasets())
def test_list_exported_from_the_admin_is_imported_unchanged(rf, admin_user, name):
    model = dataset_model(name)
    request = rf.get("/")
    request.user = admin_user
    model_admin: Any = admin.site.get_model_admin(model)
    if not hasattr(model_admin, "import_view"):
        pytest.skip("This model is not imported.")
    resource = model_admin.import_resource(request)
    if not model.objects.exists():
        maker(model)()
    pages = read_upload("a.csv", exported(model.objects.all()[:2], "csv", "label"))

    outcome = rehearse(resource, sheet_of(resource, pages))

    assert (outcome.problems, outcome.unchanged) == ([], len(pages[0].rows) - 1)


def test_upload_page_names_the_columns(client, clerk):
    response = client.get(IMPORT)

    assert [column.column_name for column in response.context["columns"]][:2] == ["code", "name"]
    assert "必有此列" in response.content.decode()


def test_import_is_previewed_then_stored_and_logged(client, clerk):
    region = testing.make_region(name="旧名")

    preview = upload(client, "区划代码,名称", f"{region.code},新名")
    region.refresh_from_db()
    assert (preview.context["outcome"].changed, region.name) == (1, "旧名")

    done = confirm(client, preview.context["token"])

    region.refresh_from_db()
    [told] = said(done)
    act = Act.objects.get(way="import")
    assert (region.name, told[:20]) == ("新名", "已导入：新增 0 条，修改 1 条。<a")
    assert done.redirect_chain == [(reverse("admin:programs_region_changelist"), 302)]
    assert (act.user, act.subject, act.details[1:3]) == (
        clerk,
        "名单.csv",
        [["新增", 0], ["修改", 1]],
    )
    assert region.history.latest("history_id").act == act
    assert [bytes(one.content) for one in Upload.objects.all()] == [b""]


def test_preview_of_a_file_with_errors_cannot_be_confirmed(client, clerk):
    response = upload(client, "区划代码,级别", "9901,太空")

    page = response.content.decode()
    token = response.context["token"]
    assert ("确认导入" in page, "下载标出问题的文件" in page, "太空" in page) == (False, True, True)
    assert "什么也没有保存" in said(confirm(client, token))[0]
    assert not Region.objects.filter(code="9901").exists()


def test_preview_of_an_unchanged_file_says_so(client, clerk):
    region = testing.make_region()

    page = upload(client, "区划代码,名称", f"{region.code},{region.name}").content.decode()

    assert ("与现有数据完全相同" in page, "确认导入" in page) == (True, False)


def test_file_that_cannot_be_read_is_an_error_of_the_form(client, clerk):
    response = upload(client, "省份", "甲")

    [error] = response.context["form"].errors["file"]
    assert error.startswith("没有认出列名")


def test_post_without_a_file_is_an_error_of_the_form(client, clerk):
    assert list(client.post(IMPORT).context["form"].errors) == ["file"]


def test_confirmation_works_once(client, clerk):
    region = testing.make_region()
    token = upload(client, "区划代码,名称", f"{region.code},新名").context["token"]
    confirm(client, token)

    again = confirm(client, token)

    assert said(again) == [GONE]


def test_confirmation_of_somebody_else_is_refused(client, clerk):
    region = testing.make_region(name="旧名")
    token = upload(client, "区划代码,名称", f"{region.code},新名").context["token"]
    member(client, *RIGHTS, name="other")

    assert said(confirm(client, token)) == ["这次导入不是您在这里上传的，请重新上传文件。"]
    region.refresh_from_db()
    assert region.name == "旧名"


def test_forged_confirmation_is_refused(client, clerk):
    assert said(confirm(client, "forged")) == ["这次导入已过期，请重新上传文件。"]


def test_confirmation_on_data_that_others_changed_stores_nothing_and_shows_it_anew(client, clerk):
    first, second = testing.make_region(name="旧一"), testing.make_region(name="旧二")
    lines = ["区划代码,名称", f"{first.code},新一", f"{second.code},新二"]
    token = upload(client, *lines).context["token"]
    Region.objects.filter(pk=second.pk).update(name="别人改过")

    response = confirm(client, token)

    first.refresh_from_db()
    assert (first.name, said(response)) == (
        "旧一",
        ["预览之后数据有变，什么也没有保存；请核对新的预览。"],
    )
    assert confirm(client, response.context["token"]).status_code == 200
    first.refresh_from_db()
    assert first.name == "新一"


def test_row_that_fails_at_the_confirmation_stores_and_logs_nothing(client, clerk):
    first = testing.make_region(name="旧一")
    parent = testing.make_region()
    lines = ["区划代码,名称,上级", f"{first.code},新一,{parent.code}"]
    token = upload(client, *lines).context["token"]
    parent.delete()

    response = confirm(client, token)

    first.refresh_from_db()
    assert (first.name, response.context["outcome"].failed) == ("旧一", 1)
    assert said(response) == ["预览之后数据有变，什么也没有保存；请核对新的预览。"]
    assert not Act.objects.filter(way="import").exists()


def test_failing_database_stores_nothing_and_says_so(client, clerk, monkeypatch):
    region = testing.make_region(name="旧名")
    token = upload(client, "区划代码,名称", f"{region.code},新名").context["token"]

    def fail(*args):
        raise DatabaseError("disk full")

    monkeypatch.setattr("aidtracker.sheets.storing.storing.copy_states", fail)
    response = confirm(client, token)

    region.refresh_from_db()
    assert region.name == "旧名"
    assert said(response) == ["数据库出错，什么也没有保存；请稍后重新上传文件。"]


def test_preview_page_of_many_rows_is_small(client, clerk, monkeypatch):
    monkeypatch.setattr("aidtracker.sheets.rehearsing.previews.SHOWN_ROWS", 5)
    lines = [f"99{number:04},新{number},县级" for number in range(12)]

    response = upload(client, "区划代码,名称,级别", *lines)

    page = response.content.decode()
    assert (response.context["outcome"].new, page.count("<ins>99")) == (12, 5)
    assert "还有 7 行变动没有列出。" in page
