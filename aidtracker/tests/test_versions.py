"""Two people with one row open: the second one is told, loses nothing and overwrites nothing."""

import threading
from contextlib import contextmanager

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client

from aidtracker.testing import (
    make_enterprise,
    make_official,
    make_project,
    make_project_party,
    make_region,
    make_source,
)
from aidtracker.tests.admin_pages import (
    address,
    form_inputs,
    send_form,
    shown_text,
    versions_of,
)
from aidtracker.trail import acts
from aidtracker.trail.models import Act
from programs.models import Official, Region
from projects.models import Enterprise, Project, ProjectParty

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(admin_client):
    return admin_client


@pytest.fixture
def colleague(client):
    client.force_login(User.objects.create_superuser("张三"))
    return client


@pytest.fixture
def row():
    return make_enterprise(name="甲厂", note="旧注", brand="旧牌")


def page_of(row):
    return address(type(row), "change", row.pk)


def save(client, typed, row, **changes):
    return client.post(page_of(row), typed | changes)


def open_and_let_change(desk, colleague, row, **changes):
    """What `desk` has open of a row that `colleague` changes meanwhile."""
    typed = form_inputs(desk.get(page_of(row)))
    assert send_form(colleague, page_of(row), **changes).status_code == 302
    return typed


# Forms


def test_form_says_which_version_it_shows(desk, row):
    name, version = versions_of(row).popitem()
    assert form_inputs(desk.get(page_of(row)))[name] == [str(version)]


def test_second_save_changes_nothing_and_tells_who_changed_what(desk, colleague, row):
    typed = open_and_let_change(desk, colleague, row, brand="新牌")
    response = save(desk, typed, row, note="我的注")
    assert response.status_code == 200
    row.refresh_from_db()
    assert (row.brand, row.note, row.version) == ("新牌", "旧注", 2)
    [conflict] = response.context["conflicts"]
    [line] = conflict.missed.lines
    assert line.startswith("张三 于 ")
    assert line.endswith("把“品牌”由“旧牌”改为“新牌”")
    assert line in shown_text(response)


def test_untouched_field_takes_the_new_value_and_typed_one_stays(desk, colleague, row):
    typed = open_and_let_change(desk, colleague, row, brand="新牌")
    again = form_inputs(save(desk, typed, row, note="我的注"))
    assert (again["brand"], again["note"]) == (["新牌"], ["我的注"])


def test_field_changed_by_both_keeps_what_was_typed_and_is_marked(desk, colleague, row):
    typed = open_and_let_change(desk, colleague, row, brand="新牌")
    response = save(desk, typed, row, brand="我的牌")
    assert form_inputs(response)["brand"] == ["我的牌"]
    form = response.context["adminform"].form
    assert form.errors["brand"] == ["您填的是“我的牌”，张三已改为“新牌”。"]


def test_saving_again_is_a_choice_that_is_carried_out(desk, colleague, row):
    typed = open_and_let_change(desk, colleague, row, brand="新牌")
    again = form_inputs(save(desk, typed, row, note="我的注"))
    assert save(desk, again, row).status_code == 302
    row.refresh_from_db()
    assert (row.brand, row.note, row.version) == ("新牌", "我的注", 3)


def test_links_changed_meanwhile_are_told_and_kept(desk, colleague, row):
    source = make_source(title="甲文献")
    typed = open_and_let_change(desk, colleague, row, sources=[source.pk])
    response = save(desk, typed, row, note="我的注")
    [line] = response.context["conflicts"][0].missed.lines
    assert "“出处”由“—”改为" in line
    assert form_inputs(response)["sources"] == [str(source.pk)]
    assert save(desk, form_inputs(response), row).status_code == 302
    assert list(row.sources.all()) == [source]


def test_related_row_chosen_by_both_is_marked_by_name(desk, colleague, row):
    theirs, mine = make_region(name="乙县"), make_region(name="丙县")
    typed = open_and_let_change(desk, colleague, row, origin=theirs.pk)
    response = save(desk, typed, row, origin=mine.pk)
    errors = response.context["adminform"].form.errors["origin"]
    assert errors == ["您填的是“丙县”，张三已改为“乙县”。"]
    assert form_inputs(response)["origin"] == [str(mine.pk)]


@pytest.mark.parametrize("version", [None, "", "0", "99", "甲", "-1", "１"])
def test_version_that_is_missing_or_wrong_is_a_conflict(desk, row, version):
    typed = form_inputs(desk.get(page_of(row)))
    [name] = versions_of(row)
    del typed[name]
    changes = {} if version is None else {name: version}
    response = save(desk, typed, row, note="我的注", **changes)
    row.refresh_from_db()
    assert (row.note, row.version) == ("旧注", 1)
    errors = response.context["adminform"].form.errors
    assert errors["note"] == ["您填的是“我的注”，现在是“旧注”。"]


def test_without_history_the_values_that_differ_are_listed(desk, colleague, row):
    typed = open_and_let_change(desk, colleague, row, brand="新牌")
    row.history.filter(version=1).delete()
    response = save(desk, typed, row, note="我的注")
    errors = response.context["adminform"].form.errors
    assert errors["brand"] == ["您填的是“旧牌”，现在是“新牌”。"]
    assert errors["note"] == ["您填的是“我的注”，现在是“旧注”。"]


def test_change_by_the_program_is_told_as_its_own(desk, row):
    typed = form_inputs(desk.get(page_of(row)))
    with acts.doing(acts.Way.PROGRAM):
        row.brand = "新牌"
        row.save()
    response = save(desk, typed, row, note="我的注")
    assert response.context["conflicts"][0].missed.lines[0].startswith("程序 于 ")


def test_row_deleted_meanwhile_shows_what_was_typed(desk, colleague, row):
    typed = form_inputs(desk.get(page_of(row)))
    send_form(colleague, address(Enterprise, "delete", row.pk))
    assert not Enterprise.objects.filter(pk=row.pk).exists()
    response = save(desk, typed, row, note="我写了很久的注")
    assert response.status_code == 409
    words = shown_text(response)
    assert "删除了“甲厂”" in words
    assert "我写了很久的注" in words


def test_row_that_never_was_is_not_found(desk, row):
    assert desk.post(address(Enterprise, "change", 10**9), {}).status_code == 404


def test_new_row_needs_no_version(desk):
    response = send_form(desk, address(Enterprise, "add"), name="乙厂", kind="company")
    assert response.status_code == 302
    assert Enterprise.objects.get(name="乙厂").version == 1


# Rows below a row


@pytest.fixture
def project():
    return make_project(name="甲项目")


@pytest.fixture
def party(project):
    return make_project_party(project=project, number=1, organisation="旧单位")


PARTY = "parties-0"


def test_row_below_changed_meanwhile_is_a_conflict(desk, colleague, project, party):
    typed = open_and_let_change(
        desk, colleague, project, **{f"{PARTY}-organisation": "新单位"}, correction_reason="更名"
    )
    changes = {f"{PARTY}-organisation": "我的单位", "correction_reason": "别的"}
    response = save(desk, typed, project, **changes)
    party.refresh_from_db()
    assert (party.organisation, party.version) == ("新单位", 2)
    assert "由“旧单位”改为“新单位”" in shown_text(response)
    assert form_inputs(response)[f"{PARTY}-organisation"] == ["我的单位"]


def test_row_below_changed_meanwhile_is_not_deleted_unseen(desk, colleague, project, party):
    typed = open_and_let_change(
        desk, colleague, project, **{f"{PARTY}-organisation": "新单位"}, correction_reason="更名"
    )
    response = save(desk, typed, project, **{f"{PARTY}-DELETE": "on"}, correction_reason="删")
    assert ProjectParty.objects.filter(pk=party.pk).exists()
    assert "由“旧单位”改为“新单位”" in shown_text(response)
    assert save(desk, form_inputs(response), project).status_code == 302
    assert not ProjectParty.objects.filter(pk=party.pk).exists()


def test_row_below_deleted_meanwhile_comes_back_as_a_new_one(desk, colleague, project, party):
    later = make_project_party(project=project, number=2, organisation="第二家")
    typed = open_and_let_change(
        desk, colleague, project, **{f"{PARTY}-DELETE": "on"}, correction_reason="删"
    )
    changes = {f"{PARTY}-organisation": "我的单位", "correction_reason": "别的"}
    response = save(desk, typed, project, **changes)
    again = form_inputs(response)
    assert "张三 于" in shown_text(response)
    assert again["parties-0-organisation"] == ["第二家"]
    assert again["parties-1-organisation"] == ["我的单位"]
    assert save(desk, again, project).status_code == 302
    kept = project.parties.order_by("organisation").values_list("organisation", flat=True)
    assert set(kept) == {"我的单位", "第二家"}
    later.refresh_from_db()
    assert later.version == 1


def test_row_below_deleted_meanwhile_and_left_alone_stays_deleted(desk, colleague, project, party):
    typed = open_and_let_change(
        desk, colleague, project, **{f"{PARTY}-DELETE": "on"}, correction_reason="删"
    )
    response = save(desk, typed, project, note="我的注", correction_reason="别的")
    assert response.status_code == 200
    assert save(desk, form_inputs(response), project).status_code == 302
    assert project.parties.count() == 0


# Lists


@pytest.fixture
def editable_list(monkeypatch):
    model_admin = admin.site.get_model_admin(Official)
    monkeypatch.setattr(model_admin, "list_display", ("person", "post"))
    monkeypatch.setattr(model_admin, "list_editable", ("post",))
    return address(Official, "changelist")


def cell(typed, row):
    """The name of the input of a row's cell in a list."""
    number = next(n for n in range(50) if typed.get(f"form-{n}-id") == [str(row.pk)])
    return f"form-{number}-post"


@pytest.fixture
def officials():
    Official.objects.all().delete()
    return make_official(person="甲"), make_official(person="乙")


def test_cell_changed_meanwhile_is_a_conflict(desk, editable_list, officials):
    first, _ = officials
    typed = form_inputs(desk.get(editable_list))
    with acts.doing(acts.Way.PROGRAM):
        first.post = "新职务"
        first.save()
    response = desk.post(editable_list, typed | {cell(typed, first): "我的职务", "_save": "1"})
    first.refresh_from_db()
    assert (first.post, first.version) == ("新职务", 2)
    [form] = [form for form in response.context["cl"].formset if form.errors]
    assert form.errors["post"] == ["您填的是“我的职务”，程序已改为“新职务”。"]
    assert "把“职务”由“指挥长”改为“新职务”" in shown_text(response)
    again = form_inputs(response) | {"_save": "1"}
    assert desk.post(editable_list, again).status_code == 302
    first.refresh_from_db()
    assert first.post == "我的职务"


def test_row_of_a_list_left_alone_keeps_what_others_saved(desk, editable_list, officials):
    first, second = officials
    typed = form_inputs(desk.get(editable_list))
    first.post = "新职务"
    first.save()
    response = desk.post(editable_list, typed | {cell(typed, second): "我的职务", "_save": "1"})
    assert response.status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert [(row.post, row.version) for row in officials] == [("新职务", 2), ("我的职务", 2)]
    assert second.history.first().act.way == acts.Way.LIST
    assert first.history.count() == 2


# Actions


@pytest.fixture
def regions():
    return [make_region(name=name) for name in ("甲县", "乙县", "丙县")]


def send_action(client, typed, rows, **extra):
    chosen = {"_selected_action": [row.pk for row in rows], "action": "delete_selected"}
    return client.post(address(Region, "changelist"), typed | chosen | {"index": "0"} | extra)


def test_action_leaves_out_rows_changed_since_the_list_was_made(desk, regions):
    page = desk.get(address(Region, "changelist"), {"q": "县"})
    typed = form_inputs(page) | versions_of(*regions)
    regions[0].note = "新注"
    regions[0].save()
    response = send_action(desk, typed, regions)
    assert {row.name for row in response.context["queryset"]} == {"乙县", "丙县"}
    words = shown_text(response)
    assert "以下 1 条在您打开列表后已被修改，没有处理：“甲县”，请核对后再选。" in words


def test_confirmed_deletion_leaves_out_rows_changed_meanwhile(desk, regions):
    response = send_action(desk, versions_of(*regions), regions)
    typed = form_inputs(response)
    regions[1].note = "新注"
    regions[1].save()
    chosen = {"_selected_action": [row.pk for row in regions]}
    desk.post(address(Region, "changelist"), typed | chosen)
    left = Region.objects.filter(pk__in=[row.pk for row in regions])
    assert [row.name for row in left] == ["乙县"]
    state = Region.history.filter(id=regions[0].pk).first()
    assert (state.history_type, state.act.way) == ("-", acts.Way.ACTION)
    assert state.act.subject == "删除所选地区"


def test_action_without_versions_does_nothing(desk, regions):
    response = send_action(desk, {}, regions)
    assert response.status_code == 302
    assert Region.objects.filter(pk__in=[row.pk for row in regions]).count() == 3


def test_action_on_all_pages_leaves_out_what_changed_since(desk, regions, monkeypatch):
    monkeypatch.setattr(admin.site.get_model_admin(Region), "list_per_page", 1)
    url = address(Region, "changelist")
    Region.objects.filter(name__in=("甲县", "乙县", "丙县")).update(note="选它")
    typed = form_inputs(desk.get(url))
    regions[2].save()
    response = send_action(desk, typed, regions[:1], select_across="1", **versions_of(regions[0]))
    names = {row.name for row in response.context["queryset"]}
    assert {"甲县", "乙县"} <= names
    assert "丙县" not in names


def test_confirmed_deletion_of_a_row_changed_meanwhile_is_refused(desk, row):
    url = address(Enterprise, "delete", row.pk)
    typed = form_inputs(desk.get(url))
    row.brand = "新牌"
    row.save()
    response = desk.post(url, typed, follow=True)
    assert Enterprise.objects.filter(pk=row.pk).exists()
    assert "没有删除：" in shown_text(response)
    desk.post(url, form_inputs(response))
    assert not Enterprise.objects.filter(pk=row.pk).exists()


def test_confirmed_deletion_takes_no_row_along_that_came_meanwhile(desk, project):
    url = address(Project, "delete", project.pk)
    typed = form_inputs(desk.get(url))
    party = make_project_party(project=project)
    response = desk.post(url, typed, follow=True)
    assert f"项目参与方“{party}”是您打开这一页之后新增或改过的" in shown_text(response)
    assert Project.objects.filter(pk=project.pk).exists()
    desk.post(url, form_inputs(response))
    assert not Project.objects.filter(pk=project.pk).exists()


# The trail


def test_save_without_changes_writes_nothing(desk, row):
    row.sources.add(make_source())
    acts_before, states = Act.objects.count(), row.history.count()
    response = desk.post(
        page_of(row), form_inputs(desk.get(page_of(row))) | {"_continue": "1"}, follow=True
    )
    row.refresh_from_db()
    assert (row.version, row.history.count()) == (1, states)
    assert Act.objects.count() == acts_before
    assert "没有改动" in shown_text(response)


def test_save_names_the_row_in_the_trail(desk, row):
    send_form(desk, page_of(row), brand="新牌")
    act = row.history.first().act
    assert (act.way, act.subject, act.user_name) == (acts.Way.FORM, "企业：甲厂", "admin")


def test_links_saved_in_a_form_stand_in_the_state_of_that_save(desk, row):
    source = make_source(code="甲")
    send_form(desk, page_of(row), sources=[source.pk])
    state = row.history.first()
    assert (state.version, state.links) == (2, {"sources": ["甲"]})
    assert row.history.count() == 2


# At the same moment


@contextmanager
def real_database(folder):
    """The test's database as a file where it is one in memory, which waits for no other writer."""
    if not getattr(connection, "is_in_memory_db", bool)():
        yield connections["default"].settings_dict
        return
    path = folder / "copy.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM INTO '{path}'")
    in_memory = connections["default"]
    settings = {**in_memory.settings_dict, "NAME": str(path)}
    use_database(settings)
    yield settings
    connections["default"].close()
    connections["default"] = in_memory


def use_database(settings):
    """Let this thread work on a database."""
    mine = connections.create_connection("default")
    mine.settings_dict = settings
    connections["default"] = mine


def save_at_once(settings, gate, answers, *args, **changes):
    use_database(settings)
    gate.wait()
    answers.append(save(*args, **changes).status_code)
    connections["default"].close()


@pytest.mark.django_db(transaction=True)
def test_two_saves_at_the_same_moment_are_one_success_and_one_conflict(tmp_path):
    with real_database(tmp_path) as settings:
        row, clients = make_enterprise(name="同时厂"), [Client(), Client()]
        for client, name in zip(clients, ("张三", "李四"), strict=True):
            client.force_login(User.objects.create_superuser(name))
        forms = [form_inputs(client.get(page_of(row))) for client in clients]
        gate = threading.Barrier(2)
        answers: list[int] = []
        threads = [
            threading.Thread(
                target=save_at_once,
                args=(settings, gate, answers, client, typed, row),
                kwargs={"brand": brand},
            )
            for client, typed, brand in zip(clients, forms, ("甲牌", "乙牌"), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        row.refresh_from_db()
        assert sorted(answers) == [200, 302]
        assert (row.version, row.history.count()) == (2, 2)
