"""A page of the admin that does not open says why, who can help, and leads back to the admin."""

import pytest
from django.urls import reverse

from aidtracker.testing import make_headquarters, make_project, make_region, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client):
    """Somebody of a headquarters who may look at projects and change regions."""
    rights = ["projects.view_project", "programs.view_region", "programs.change_region"]
    user = make_staff(make_headquarters(), permissions=rights)
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("projects_project_add", "您的账号没有“新增援疆项目”的权限。需要时请联系安全管理员"),
        ("projects_project_import", "您的账号没有“导入援疆项目”的权限。"),
        ("projects_award_changelist", "您的账号没有“查看荣誉”的权限。"),
        ("auth_user_add", "您的账号没有“新增用户”的权限。"),
    ],
)
def test_refusal_names_the_missing_right_and_who_gives_it(clerk, name, words):
    page = clerk.get(reverse(f"admin:{name}"))
    assert page.status_code == 403
    assert words in page.content.decode()


def test_refusal_of_a_foreign_row_says_that_it_is_foreign(clerk):
    row = make_region(maintainer=make_headquarters())
    page = clerk.post(reverse("admin:programs_region_change", args=[row.pk]), {})
    words = "您有“修改地区”的权限，但这里的记录不归您的指挥部维护"
    assert (page.status_code, words in page.content.decode()) == (403, True)


def test_refusal_leads_to_the_admin_and_to_another_log_in(clerk):
    address = reverse("admin:projects_project_add")
    content = clerk.get(address).content.decode()
    assert f'href="{reverse("admin:index")}"' in content
    answer = clerk.post(reverse("admin:logout"), {"next": f"/admin/login/?next={address}"})
    assert answer.url == f"/admin/login/?next={address}"
    assert (
        'name="next" value="/admin/login/?next=%2Fadmin%2Fprojects%2Fproject%2Fadd%2F"' in content
    )


def test_missing_row_leads_to_the_admin(clerk):
    row = make_project(headquarters=make_headquarters())
    for key in (row.pk, 987654321):
        page = clerk.get(reverse("admin:projects_project_change", args=[key]))
        assert page.status_code == 404
        assert "不归您的指挥部" in page.content.decode()
        assert f'href="{reverse("admin:index")}"' in page.content.decode()


def test_missing_public_page_leads_to_the_public_site(clerk):
    page = clerk.get("/no-such-page/")
    assert page.status_code == 404
    assert "返回后台首页" not in page.content.decode()


@pytest.mark.parametrize(
    ("rights", "asked", "words", "offers"),
    [
        (["view"], "", "您的账号不能在这里新增。", False),
        (["view", "add"], "", "这里还没有记录，可以新增一条。", True),
        (["view"], "?q=没有的", "没有符合条件的记录，可以清除筛选条件。", False),
    ],
)
def test_empty_list_offers_a_new_row_to_whoever_may_add_one(client, rights, asked, words, offers):
    codes = [f"projects.{right}_progressreport" for right in rights]
    client.force_login(make_staff(make_headquarters(), permissions=codes))
    content = client.get(f"/admin/projects/progressreport/{asked}").content.decode()
    link = f'href="{reverse("admin:projects_progressreport_add")}"'
    assert (words in content, link in content.split("没有记录", 1)[1]) == (True, offers)
