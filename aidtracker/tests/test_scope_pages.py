"""Pages of their own kind, and the question before deleting, tell nothing of foreign rows."""

import hashlib

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from aidtracker.testing import make_metric, make_milestone, make_project, make_series, make_source
from aidtracker.tests.foreign_rows import owned_by, page_of, staff
from projects.models import Observation, Project, ReportingPeriod

pytestmark = pytest.mark.django_db


# Deleting


def test_foreign_rows_in_the_way_are_counted_and_not_named(world, admin_client):
    own = owned_by(world.ours, Project)
    foreign = make_series(project=own)
    figure = owned_by(world.theirs, Observation, series=foreign, printed="7家")
    site = owned_by(world.ours, type(foreign), project=own)
    named = admin_client.get(page_of(foreign, "delete")).context["protected"]
    assert [str(figure) in str(line) for line in named] == [True]
    keeper = owned_by(world.ours, Observation, series=site)
    owned_by(world.theirs, Observation, series=site, printed="8家")
    response = world.client.get(page_of(site, "delete"))
    lines = [str(line) for line in response.context["protected"]]
    assert (len(lines), str(keeper) in lines[0]) == (2, True)
    assert lines[1] == "另有 1 条其他指挥部的记录"
    assert "8家" not in response.content.decode()


# Doors of their own


def test_entry_page_of_a_foreign_document_is_not_there(world):
    source = make_source(maintainer=world.theirs, text="有工人45名。", kind="report")
    for name in ("enter", "enter_find", "enter_nearby"):
        address = reverse(f"admin:projects_observation_{name}", args=[source.code])
        assert world.client.get(address).status_code == 404
    address = reverse("admin:projects_observation_enter", args=[source.code])
    for action in ("save", "skip", "undo", "series"):
        assert world.client.post(address, {"action": action}).status_code == 404


def test_entry_page_does_not_find_foreign_rows(world):
    source = make_source(text="有工人45名。")
    foreign = make_project(headquarters=world.theirs, review="draft", name="乙的秘密项目")
    series = make_series(project=foreign, name="乙的秘密序列")
    address = reverse("admin:projects_observation_enter_find", args=[source.code])
    for kind, word in (("subject", "乙的秘密"), ("series", "乙的秘密")):
        response = world.client.get(address, {"kind": kind, "q": word})
        assert response.json() == {"options": []}
    read = reverse("admin:projects_observation_read_figure")
    asked = {"printed": "5家", "series": series.pk}
    assert (
        series.metric.unit
        not in world.client.get(read, asked | {"printed": "5"}).json()["sentence"]
    )


def test_entry_page_says_only_that_others_recorded_a_figure(world):
    source = make_source(text="有工人45名，又有12名。")
    # A name without a number: that of the figure would make the series a likely one.
    series = make_series(name="乙的序列", metric=make_metric(name="某指标"))
    owned_by(
        world.theirs,
        Observation,
        source=source,
        series=series,
        printed="45名",
        start=3,
        end=6,
        value=45,
    )
    address = reverse("admin:projects_observation_enter", args=[source.code])
    content = world.client.get(address, {"start": 3, "end": 6}).content.decode()
    assert "其他指挥部已记录" in content
    assert "乙的序列" not in content


def enter(client, source, **data):
    address = reverse("admin:projects_observation_enter", args=[source.code])
    sha256 = hashlib.sha256(source.text.encode()).hexdigest()
    return client.post(address, {"start": 3, "end": 6, "text_sha256": sha256, **data})


FIGURE = {"action": "save", "printed": "45名", "nature": "actual", "accumulation": "point"}
PHRASE = {"action": "skip", "reason": "rule"}


def test_what_a_clerk_enters_belongs_to_their_headquarters(world):
    source = make_source(text="有工人45名。又有工人45名。")
    series = make_series(metric=make_metric(unit="名"))
    enter(world.client, source, **FIGURE, series=series.name)
    enter(world.client, source, **PHRASE, start=10, end=13)
    region = {"action": "series", "metric": series.metric.name, "scope_note": "仅苹果"}
    enter(world.client, source, **region, subject=f"地区：{series.region.name}")
    new = series.metric.series_set.exclude(pk=series.pk).get()
    rows = (source.observations.get(), source.skipped_phrases.get(), new)
    assert [row.maintainer for row in rows] == [world.ours] * 3


def test_clerk_of_several_headquarters_is_told_to_choose(world):
    source = make_source(text="有工人45名。")
    world.client.force_login(staff(world.ours, world.theirs))
    response = enter(world.client, source, **PHRASE)
    errors = response.context["owner_field"].errors
    assert errors == ["您属于几个指挥部，请选择归哪一个维护。"]
    assert not source.skipped_phrases.exists()


def test_public_page_of_a_foreign_draft_is_not_told(world):
    row = owned_by(world.theirs, Project)
    kind = ContentType.objects.get_for_model(Project).pk
    address = reverse("admin:view_on_site", args=[kind, row.pk])
    assert world.client.get(address).status_code == 404
    Project.objects.filter(pk=row.pk).update(review="published")
    assert world.client.get(address).status_code == 302


def test_draft_is_previewed_as_the_public_will_see_it(world):
    """Nothing of it is stored, and nobody else is let in."""
    row = owned_by(world.ours, Project)
    Project.objects.filter(pk=row.pk).update(review="draft", name="未发布的水厂")
    kind = ContentType.objects.get_for_model(Project).pk
    page = world.client.get(reverse("admin:view_on_site", args=[kind, row.pk]))
    words = page.content.decode()
    assert (page.status_code, "预览：这条援疆项目还没有公开" in words) == (200, True)
    assert "未发布的水厂" in words
    assert Project.objects.get(pk=row.pk).review == "draft"
    assert world.client.get(row.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("written", ["{kind}/ {row}", " {kind}/{row}", "{kind}/+{row}", "x/{row}"])
def test_public_page_is_not_told_by_another_spelling(world, written):
    row = owned_by(world.theirs, Project)
    kind = ContentType.objects.get_for_model(Project).pk
    address = f"/admin/r/{written.format(kind=kind, row=row.pk)}/"
    assert world.client.get(address).status_code == 404


def test_grid_does_not_show_foreign_projects(world):
    foreign = owned_by(world.theirs, Project, name="乙的秘密项目", status="building")
    own = owned_by(world.ours, Project, name="甲的项目", status="building")
    address = reverse("admin:projects_grid")
    for asked in ({}, {"headquarters": world.theirs.pk}, {"command": world.theirs.pk}):
        content = world.client.get(address, asked).content.decode()
        assert foreign.name not in content
    assert own.name in world.client.get(address).content.decode()


def test_month_is_opened_for_own_headquarters_only(world):
    address = reverse("admin:projects_reportingperiod_open")
    world.client.post(address, {"month": "2031-03"})
    opened = ReportingPeriod.objects.filter(month="2031-03-01")
    assert [one.headquarters for one in opened] == [world.ours]


def test_page_of_a_foreign_headquarters_is_not_there(world, admin_client):
    address = reverse("admin:projects_desk", args=[world.theirs.slug])
    assert admin_client.get(address).status_code == 200
    assert world.client.get(address).status_code == 404
    assert world.client.get(address, {"download": "csv"}).status_code == 404
    assert world.theirs.name not in world.client.get(reverse("admin:projects_desks")).headers.get(
        "Location", ""
    )


def test_month_of_a_foreign_headquarters_is_not_summed(world):
    address = reverse("admin:projects_monthly_totals")
    number = Observation.objects.count()
    asked = {"headquarters": world.theirs.pk, "month": "2026-05"}
    for response in (world.client.get(address, asked), world.client.post(address, asked)):
        assert "不在您的范围之内" in response.content.decode()
    assert Observation.objects.count() == number


def test_first_page_counts_no_foreign_rows(world):
    def counted():
        context = world.client.get(reverse("admin:index")).context
        return [(item["what"], item["kind"], item["count"]) for item in context["work"]]

    before = counted()
    owned_by(world.theirs, Project)
    make_milestone(project=owned_by(world.theirs, Project))
    assert counted() == before
