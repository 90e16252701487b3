"""The history of a row: a state for every change, however it was made."""

import ast

import pytest
from django.conf import settings

from aidtracker.testing import (
    make_finding,
    make_headquarters,
    make_progress_report,
    make_project,
    make_site,
    make_source,
)
from aidtracker.trail import acts
from aidtracker.trail.acts import Way
from aidtracker.trail.differences import differences
from aidtracker.trail.history import keep_links, keep_states
from programs.models import Source
from projects.checks.recomputing import recompute
from projects.models import Finding, Project

pytestmark = pytest.mark.django_db


def said(row, newer=0, older=1):
    """What changed between two states of a row, counted from the newest."""
    states = list(row.history.order_by("-history_id"))
    [found] = differences([(states[older] if older is not None else None, states[newer])])
    return found


def test_save_keeps_a_state_with_its_version():
    row = make_source()
    row.title = "改名"
    row.save()

    assert list(row.history.values_list("title", "version", "history_type")) == [
        ("改名", 2, "~"),
        (row.history.last().title, 1, "+"),
    ]


def test_delete_keeps_a_state_with_links_and_act():
    source = make_source()
    row = make_project(sources=[source])
    pk = row.pk
    with acts.doing(Way.ACTION) as act:
        row.delete()

    last = Project.history.filter(id=pk).first()
    assert (last.history_type, last.act_id) == ("-", act.pk)
    assert last.links == {"sources": [source.code]}


def test_latest_state_is_the_latest_by_date_too():
    with acts.doing(Way.IMPORT):
        row = make_source()
        keep_states([row])

    assert row.history.latest("history_date") == row.history.latest("history_id")


def test_delete_of_many_keeps_a_state_for_each():
    rows = [make_source(), make_source()]
    Source.objects.filter(pk__in=[row.pk for row in rows]).delete()

    states = Source.history.filter(id__in=[row.pk for row in rows], history_type="-")
    assert states.count() == 2


def test_bulk_write_keeps_states_with_few_queries(django_assert_max_num_queries):
    rows = [make_project() for _ in range(20)]
    for row in rows:
        row.note, row.version = "批量", row.version + 1
    Project.objects.bulk_update(rows, ("note", "version"))

    with acts.doing(Way.ACTION) as act, django_assert_max_num_queries(6):
        keep_states(rows)

    states = Project.history.filter(act=act)
    assert set(states.values_list("note", "version", "history_type")) == {("批量", 2, "~")}
    assert states.count() == 20


def test_links_are_brought_into_the_state_of_the_same_act():
    first, second = make_source(), make_source()
    with acts.doing(Way.FORM):
        row = make_project(sources=[first])
        keep_links(row)
    assert [state.links for state in row.history.all()] == [{"sources": [first.code]}]

    with acts.doing(Way.FORM):
        row.sources.add(second)
        keep_links(row)
    assert row.history.count() == 2
    assert row.history.last().links == {"sources": [first.code]}


# Differences in words


def test_differences_are_said_in_words():
    old, new = make_headquarters(name="甲指挥部"), make_headquarters(name="乙指挥部")
    row = make_project(headquarters=old, status="building", actual_start="2019-06")
    row.headquarters, row.status, row.actual_start = new, "completed", ""
    row.planned_amount, row.received_amount = "1.50", 0
    row.save()

    assert {tuple(one) for one in said(row)} == {
        ("援疆指挥部", "甲指挥部", "乙指挥部"),
        ("状态", "在建", "完工"),
        ("实际开工", "2019年6月", "—"),
        ("援疆资金计划（万元）", "—", "1.5"),
        ("资金到位（万元）", "—", "0"),
    }


def test_differences_of_a_new_row_leave_empty_fields_out():
    row = make_progress_report(physical_progress="主体封顶")

    found = {one.label: (one.old, one.new) for one in said(row, newer=0, older=None)}

    assert found["形象进度"] == ("—", "主体封顶")
    assert found["月份"] == ("—", "2026年5月")
    assert "存在问题" not in found
    assert "版本" not in found


def test_differences_of_a_deleted_row_say_what_was_there():
    row = make_site(name="园区")
    pk = row.pk
    row.delete()
    states = list(type(row).history.filter(id=pk).order_by("history_id"))

    [found] = differences([tuple(states)])

    assert ("名称", "园区", "—") in found


def test_differences_name_links_and_rows_that_are_gone():
    park, source = make_site(name="旧园"), make_source()
    row = make_project(site=park)
    number = park.pk
    row.site = None
    row.save()
    row.sources.add(source)
    keep_links(row)
    park.delete()

    assert ("场所", f"已删除的场所（编号 {number}）", "—") in said(row)
    assert ("出处", "—", source.code) in said(row)


def test_differences_of_many_pairs_take_few_queries(django_assert_max_num_queries):
    pairs = []
    for _ in range(30):
        row = make_project()
        row.headquarters = make_headquarters()
        row.save()
        pairs.append(tuple(row.history.order_by("history_id")))

    with django_assert_max_num_queries(2):
        assert all(found[0].label == "援疆指挥部" for found in differences(pairs))


# Findings: what is computed keeps no states, what a person says does


def test_computed_findings_keep_no_states():
    recompute()

    assert not Finding.history.exists()


def test_first_judgment_of_a_finding_keeps_what_was_before():
    row = make_finding()
    Finding.history.all().delete()

    with acts.doing(Way.ACTION) as act:
        Finding.objects.settle([row], Finding.State.DISMISSED, "口径不同")

    first, last = row.history.order_by("history_id")
    assert (first.state, first.act.way) == ("open", Way.PROGRAM)
    assert (last.state, last.explanation, last.act_id) == ("dismissed", "口径不同", act.pk)
    row.refresh_from_db()
    assert row.version == last.version == first.version + 1


# Every way of writing keeps states

# Writes in bulk, which keep no states by themselves, and how each does.
BULK_WRITES = {
    "aidtracker/trail/acts.py": "acts are no rows of the record",
    "aidtracker/trail/history.py": "the states themselves",
    "aidtracker/trail/links.py": "links; `set_links` is called before `keep_states`",
    "aidtracker/trail/undo.py": "followed by keep_states",
    "aidtracker/ground/bulk.py": "whoever calls it keeps the states",
    "aidtracker/ground/circles.py": "locks, no rows",
    "aidtracker/ground/publication.py": "SQL that only asks",
    "aidtracker/ground/schema.py": "SQL that only asks",
    "aidtracker/ground/server.py": "SQL that only asks",
    "aidtracker/ground/sqlite.py": "what the planner knows, no rows",
    "aidtracker/management/commands/migrate.py": "which transaction is ended; no rows",
    "aidtracker/opendata/changes.py": "files of open data, no rows",
    "aidtracker/opendata/sqlite_file.py": "files of open data, no rows",
    "aidtracker/pages/choosing.py": "SQL that only asks",
    "aidtracker/pages/limits.py": "settings of a connection",
    "aidtracker/pages/searching.py": "SQL that only asks",
    "aidtracker/storage/health.py": "SQL that only asks",
    "aidtracker/sheets/writing/extracts.py": "SQL that only asks",
    "aidtracker/ground/edition.py": "which edition is public, and a moment to read in; no rows",
    "aidtracker/ground/tallies.py": "how many rows there are; no rows of the record",
    "aidtracker/ground/triggers.py": "triggers, no rows",
    "aidtracker/ground/search.py": "indexes, no rows",
    "aidtracker/ground/ways.py": "SQL that only asks",
    "aidtracker/storage/postgres_copies.py": "whole databases, with their histories",
    "aidtracker/storage/sqlite_copies.py": "whole databases, with their histories",
    "aidtracker/sheets/storing/models.py": "uploads are no rows of the record",
    "aidtracker/sheets/storing/running.py": "uploads are no rows of the record",
    "aidtracker/accounts/factors.py": "how accounts log in is no row of the record; acts say it",
    "aidtracker/accounts/single_sign_on.py": "how accounts log in, no row of the record",
    "aidtracker/accounts/own_sessions.py": "whose a session is; no rows of the record",
    "aidtracker/accounts/passkeys.py": "how accounts log in is no row of the record; acts say it",
    "aidtracker/trail/notices.py": "what people are told is no row of the record",
    "aidtracker/desk/notices.py": "whether a notice was seen, which no history keeps",
    "projects/admin/requests.py": "whether an answer was seen, which no history keeps",
    "projects/monthly/ledger_follow.py": "followed by keep_states",
    "projects/checks/recomputing.py": "computed, or followed by keep_states",
    "projects/checks/locking.py": "locks, no rows",
    "projects/models/matters.py": "contacts, which no history keeps",
    "projects/models/findings.py": "followed by keep_states",
    "projects/admin/ledger_filters.py": "SQL that only asks",
    "projects/briefings/editions.py": "whether a text is written, which no history keeps",
    "projects/monthly/collecting.py": "who is asked and reminded, which acts say",
    "projects/monthly/freezing.py": "followed by keep_states",
    "aidtracker/review/proposals.py": "followed by keep_states",
}
CALLS = {"bulk_create", "bulk_update", "_raw_delete", "execute", "update"}


def bulk_writes(path):
    """The calls in a file that write rows without a signal; `update` of dicts aside."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        named = [word.arg for word in node.keywords if word.arg]
        is_update = node.func.attr == "update" and named and not is_plain(node.func.value)
        if is_update or node.func.attr in CALLS - {"update"}:
            yield f"{node.func.attr} in line {node.lineno}"


def is_plain(node):
    """Whether a value is the arguments of a call, the only dict that is updated by names."""
    return isinstance(node, ast.Name) and node.id == "kwargs"


def test_bulk_writes_are_known_to_keep_states():
    root = settings.BASE_DIR
    files = [
        path
        for app in ("aidtracker", "programs", "projects")
        for path in (root / app).rglob("*.py")
    ]
    others = {"tests", "testing", "migrations"}
    own = [path for path in files if not others & {*path.relative_to(root).parts}]
    found = {str(path.relative_to(root)): list(bulk_writes(path)) for path in own}

    unknown = {name: calls for name, calls in found.items() if calls and name not in BULK_WRITES}

    assert unknown == {}
    assert [name for name in BULK_WRITES if not found.get(name)] == []
