"""Words in cells that name nothing: chosen from a list in the preview, and answered with what else
is asked by the press that confirms."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from aidtracker import testing
from aidtracker.sheets import rehearse, resource_for
from aidtracker.sheets.columns.lookups import Lookup
from aidtracker.sheets.reading.decisions import Decisions
from aidtracker.sheets.reading.sheets import sheet_of
from aidtracker.tests.sheet_helpers import page, rehearsal
from programs.models import Region
from projects.models import Outlet, Project

pytestmark = pytest.mark.django_db
RIGHTS = [f"projects.{verb}_project" for verb in ("view", "add", "change", "import")]


@pytest.fixture
def headquarters():
    return testing.make_headquarters(name="甲指", slug="jia")


@pytest.fixture
def clerk(client, headquarters):
    client.force_login(testing.make_staff(headquarters, permissions=RIGHTS))
    return client


def tried(model, *rows, **words):
    decisions = Decisions(words={name.replace("__", ":"): key for name, key in words.items()})
    return rehearse(
        resource_for(model), sheet_of(resource_for(model), [page(*rows)], "", decisions)
    )


def asked(outcome):
    return [(one.name, one.rows, [key for key, _ in one.choices]) for one in outcome.unknown_words]


def upload(client, *rows):
    text = "\n".join(",".join(row) for row in rows).encode()
    file = SimpleUploadedFile("台账.csv", text)
    return client.post(reverse("admin:projects_project_import"), {"file": file})


def confirm(client, response, **answers):
    token = {"token": response.context["token"]}
    return client.post(reverse("admin:projects_project_import"), token | answers, follow=True)


def test_batch_that_is_none_comes_with_those_there_are():
    batches = [testing.make_batch(number=number) for number in (10, 11)]
    keys = [f"{batch.owner.code} / {batch.number}" for batch in batches]

    outcome = rehearsal(Project, ["项目编号", "名称", "批次"], ["P-1", "甲", "第十批"])

    ((name, rows, choices),) = asked(outcome)
    assert (name, rows, {*keys} <= {*choices}) == ("batch:第十批", "2", True)
    assert choices[0].endswith(" / 10")
    assert (outcome.can_be_stored, outcome.may_be_stored) == (False, True)


def test_chosen_word_is_read_in_each_row_that_has_it():
    batch = testing.make_batch(number=10)
    key = f"{batch.owner.code} / 10"
    headings, own = ["项目编号", "名称", "批次", "援疆指挥部"], testing.make_headquarters().name
    rows = [headings, ["P-1", "甲", "第十批", own], ["P-2", "乙", "第 十批", own]]

    outcome = tried(Project, *rows, **{"batch__第十批": key, "batch__第 十批": key})

    assert (outcome.new, outcome.error_count) == (2, 0)
    assert [one.chosen for one in outcome.unknown_words] == [key, key]


def test_each_unknown_place_of_a_list_is_asked():
    place = testing.make_region(name="甲县", code="990001")
    own = testing.make_headquarters().name
    headings = ["项目编号", "名称", "受援地", "援疆指挥部"]
    rows = [headings, ["P-1", "甲", "甲具、甲县、乙乡镇", own]]

    assert [name for name, *_ in asked(tried(Project, *rows))] == [
        *("regions:甲具", "regions:乙乡镇")
    ]
    outcome = tried(Project, *rows, **{"regions__甲具": place.code, "regions__乙乡镇": ""})
    assert (outcome.new, outcome.error_count) == (1, 0)


def test_choice_that_is_none_is_asked_too():
    rows = [["名称", "类型", "状态"], ["甲店", "大店", "营业"]]

    outcome = tried(Outlet, *rows)
    assert asked(outcome)[0][0] == "kind:大店"
    assert tried(Outlet, *rows, kind__大店="direct").new == 1


def test_name_of_several_is_asked():
    for _ in range(2):
        testing.make_region(name="同名县")

    outcome = tried(Project, ["项目编号", "名称", "受援地"], ["P-1", "甲", "同名县"])

    assert len(asked(outcome)[0][2]) == 2


def test_many_different_unknown_names_are_looked_for_a_bounded_number_of_times(monkeypatch):
    compared = []
    monkeypatch.setattr(
        "aidtracker.sheets.columns.lookups.get_close_matches",
        lambda word, names, *limits: compared.append(word) or [],
    )
    monkeypatch.setattr("aidtracker.sheets.columns.lookups.MOST_ASKED", 5)
    lookup = Lookup(Region)

    for number in range(50):
        lookup.near(f"没有{number}")

    assert len({*compared}) == 50
    assert len(lookup.alike_names) == 5


def test_word_and_all_else_is_answered_with_the_confirmation(clerk):
    place = testing.make_region(name="甲县", code="990001")
    seen = upload(clerk, ["项目编号", "项目名称", "建设地点"], ["P-1", "一中", "甲具"])
    assert "按所选导入" in seen.content.decode()

    confirm(clerk, seen, **{"words:regions:甲具": place.code})

    assert [*Project.objects.get(code="P-1").regions.all()] == [place]


def test_answer_that_leads_to_new_problems_is_shown_first(clerk):
    seen = upload(clerk, ["项目编号", "项目名称", "援疆款"], ["P-1", "一中", "5,0x"])

    again = confirm(clerk, seen, heading="援疆款", column="planned_amount")

    assert again.context["outcome"].error_count == 1
    assert not Project.objects.filter(code="P-1").exists()


def test_column_that_is_read_from_now_on_is_seen_before_it_is_stored(clerk):
    """Its amounts are right only if its unit is, and that shows in the preview alone."""
    seen = upload(clerk, ["项目编号", "项目名称", "援疆款"], ["P-1", "一中", "5"])

    again = confirm(clerk, seen, heading="援疆款", column="planned_amount")

    assert again.context["outcome"].new == 1
    assert not Project.objects.filter(code="P-1").exists()
    confirm(clerk, again)
    assert Project.objects.get(code="P-1").planned_amount == 5  # 万元


def test_answer_to_a_preview_that_others_outdated_is_shown_first(clerk, headquarters):
    own = {"headquarters": headquarters, "code": "P-1", "name": "一中"}
    known = testing.make_project(**own, review="draft")
    rows = (["项目编号", "项目名称", "援疆款"], ["P-1", "二中", "5"])
    seen = upload(clerk, *rows)
    known.name = "三中"
    known.save()

    again = confirm(clerk, seen, heading="援疆款", column="planned_amount")

    assert again.context["outcome"].changed == 1
    assert Project.objects.get(code="P-1").name == "三中"


def test_select_that_was_left_alone_decides_nothing(clerk):
    seen = upload(clerk, ["项目编号", "项目名称"], ["P-1", "一中"])

    sent = {"heading": "项目名称", "read_as": "name", "column": "name"}
    confirm(clerk, seen, **sent)

    assert Project.objects.filter(code="P-1").count() == 1


def test_same_name_in_another_year_is_new_without_a_question(clerk, headquarters):
    place = testing.make_region(name="甲县")
    old = testing.make_project(
        headquarters=headquarters, code="P-1", name="道路", planned_start="2025", review="draft"
    )
    old.regions.set([place])
    rows = (["项目名称", "建设地点", "计划开工"], ["道路", "甲县", "2026年3月"])

    seen = upload(clerk, *rows)
    outcome = seen.context["outcome"]
    assert (outcome.can_be_stored, outcome.new) == (True, 1)
    assert "作为新记录" in seen.content.decode()

    confirm(clerk, seen, **{"rows:2": str(old.pk)})
    assert [one.planned_start for one in headquarters.projects.all()] == ["2026-03"]


def test_two_rows_of_one_name_and_year_are_still_asked(clerk, headquarters):
    testing.make_project(headquarters=headquarters, code="P-1", name="道路", planned_start="2025")
    rows = (["项目名称", "计划开工"], ["道路", "2026年3月"], ["道路", "2026年3月"])

    outcome = upload(clerk, *rows).context["outcome"]

    assert [one.is_undecided for one in outcome.doubtful] == [False, True]


def test_heading_with_the_kind_of_record_before_it_is_known():
    found = sheet_of(
        resource_for(Outlet),
        [page(["店名", "网点类型", "经营状态"], ["甲店", "直营店", "正常营业"])],
    )

    assert [code for code, *_ in found.columns] == ["name", "kind", "status"]
    assert rehearse(resource_for(Outlet), found).new == 1


def test_file_too_long_for_a_request_is_refused_where_no_worker_runs(clerk, settings, monkeypatch):
    monkeypatch.setattr("aidtracker.desk.imports.MOST_NOW", 1)
    rows = (["项目编号", "项目名称"], ["P-1", "一中"], ["P-2", "二中"])

    settings.WORKERS = False
    seen = confirm(clerk, upload(clerk, *rows))
    assert "没有运行后台进程" in seen.content.decode()
    assert not Project.objects.filter(code="P-1").exists()
    settings.WORKERS = True
    confirm(clerk, upload(clerk, *rows))
    assert Project.objects.filter(code="P-1").exists()
