"""The words of a figure stand at its place: at every door that stores one."""

import ast

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.ground.records import KeyedModel
from aidtracker.testing import (
    make_metric,
    make_observation,
    make_series,
    make_source,
)
from aidtracker.tests.sheet_helpers import messages, rehearsal, stored
from aidtracker.trail import acts
from aidtracker.trail.acts import Way
from aidtracker.trail.conflicts import marks
from aidtracker.trail.models import Act
from aidtracker.trail.undo import UndoError, undo
from projects.models import Observation

pytestmark = pytest.mark.django_db

TEXT = "新增就业岗位271个，引进企业18.12亿元。"
HEADINGS = ("文献", "序号", "起", "止", "原文数字", "序列", "累计方式")
REFUSED = "原文第 7—10 字是“271个”，与所填的“999个”不同；请改正数字或位置。"


@pytest.fixture
def source():
    source = make_source(code="jian-bao")
    give_text(source, TEXT)
    return source


@pytest.fixture
def jobs():
    return make_series(name="岗位", metric=make_metric(unit="个"))


@pytest.fixture
def row(source, jobs):
    return make_observation(
        source=source, series=jobs, number=1, printed="271个", start=6, end=10, status="draft"
    )


def own():
    return Observation.objects.filter(source__code="jian-bao")


def stored_words():
    return list(own().order_by("number").values_list("printed", "start", "end"))


def give_text(source, text):
    source.accept_text(text.encode(), "另一份" if source.text else "")
    source.save()


def test_form_refuses_other_words_at_the_place(row, admin_client):
    page = reverse("admin:projects_observation_change", args=[row.pk])
    form = admin_client.get(page).context["adminform"].form
    typed = {name: "" if value is None else value for name, value in form.initial.items()}
    response = admin_client.post(page, typed | {"printed": "999个"} | dict(marks([row])))
    assert response.context["adminform"].form.errors["printed"] == [REFUSED]
    assert stored_words() == [("271个", 6, 10)]


@pytest.mark.parametrize(
    ("start", "end", "printed", "words"),
    [
        (6, 10, "999个", REFUSED),
        (6, 99, "271个", f"全文只有 {len(TEXT)} 字，没有原文第 7—99 字；所填的是“271个”。"),
    ],
)
def test_import_refuses_other_words_and_places_beyond_the_end(
    row, jobs, start, end, printed, words
):
    line = ("jian-bao", 1, start, end, printed, jobs.natural_key()[0], "时点")
    outcome = rehearsal(Observation, HEADINGS, line)
    assert [message for _, _, message in messages(outcome)] == [words]
    assert not stored(Observation, HEADINGS, line).is_stored
    assert stored_words() == [("271个", 6, 10)]


def in_text(source, series, text, words, printed=None):
    """A figure whose words are found in a text."""
    give_text(source, text)
    start = text.rindex(words)
    return {
        "source": source,
        "series": series,
        "printed": printed or words,
        "start": start,
        "end": start + len(words),
    }


@pytest.mark.parametrize(
    ("text", "words", "longer"),
    [
        ("共有21个。", "1个", "21个"),
        ("共有2.1个。", "1个", "2.1个"),
        ("共有1,234个。", "234个", "1,234个"),
        ("共有1 234个。", "234个", "1 234个"),
        ("共有21个。", "2", "21"),
        ("共有20多个。", "20", "20多"),
        ("共有30万个。", "30", "30万"),
        ("共有1万6千个。", "6千个", "1万6千个"),
        ("共有二十一个。", "一个", "二十一个"),
        ("共有300+个。", "300", "300+"),
        ("共有2个半亿。", "2个半", "2个半亿"),
        ("共有12\n.5万个。", "12", "12\n.5万"),
        ("共有12.\r\n5万个。", "5万个", "12.\r\n5万个"),
        ("共有12 .5万个。", "5万个", "12 .5万个"),
        ("负增长2个。", "2个", "负增长2个"),
        ("增长-2个。", "2个", "-2个"),
    ],
)
def test_part_of_a_longer_number_is_refused(source, jobs, text, words, longer):
    fields = in_text(source, jobs, text, words)
    with pytest.raises(ValidationError) as refused:
        make_observation(**fields)
    where = f"原文第 {fields['start'] + 1}—{fields['end']} 字"
    assert refused.value.message_dict == {
        "printed": [f"{where}的“{words}”只是“{longer}”的一部分；请照原文记录整个数字。"]
    }


def test_import_refuses_a_part_of_a_longer_number(source, jobs):
    line = ("jian-bao", 1, 7, 10, "71个", jobs.natural_key()[0], "时点")
    words = "原文第 8—10 字的“71个”只是“271个”的一部分；请照原文记录整个数字。"
    assert [message for _, _, message in messages(rehearsal(Observation, HEADINGS, line))] == [
        words
    ]
    assert not stored(Observation, HEADINGS, line).is_stored
    assert stored_words() == []


@pytest.mark.parametrize(
    ("text", "words", "printed"),
    [
        ("分别为3.1、3.5、4.2万个", "3.1", "3.1〔万个〕"),
        ("分别为3，125个", "125个", None),
        ("共30万个", "30", "30〔万个〕"),
        ("20—30万个", "30万个", None),
        ("12\t34", "12", "12〔个〕"),
        ("12\n34", "34", "34〔个〕"),
        ("“十四五”5个百分点", "5个", None),
        ("十四五100个", "100个", None),
        ("担负3个", "3个", None),
        ("20个-30个", "30个", None),
    ],
)
def test_whole_number_is_let_through(source, jobs, text, words, printed):
    make_observation(**in_text(source, jobs, text, words, printed))
    assert own().get().is_anchored(source.sha256)


def test_import_of_the_right_words_anchors_them(source, jobs):
    line = ("jian-bao", 1, 6, 10, "271个", jobs.natural_key()[0], "时点")
    assert stored(Observation, HEADINGS, line).is_stored
    assert own().get().is_anchored(source.sha256)


def test_preview_of_more_figures_asks_no_more_of_their_document(source, jobs):
    numbers = range(100, 140)
    text = "".join(f"共{number}个，" for number in numbers)
    give_text(source, text)

    def queries(count):
        lines = [
            ("jian-bao", number, place, place + 4, words, jobs.natural_key()[0], "时点")
            for number in numbers[:count]
            for words in [f"{number}个"]
            for place in [text.index(words)]
        ]
        with CaptureQueriesContext(connection) as captured:
            assert messages(rehearsal(Observation, HEADINGS, *lines)) == []
        return len(captured)

    assert queries(40) == queries(4)


@pytest.mark.parametrize("change", [{"printed": "272个"}, {"start": 7}, {"end": 9}])
def test_without_the_text_the_anchor_notices_a_change(row, source, change):
    type(source).objects.filter(pk=source.pk).update(text="")
    for name, value in change.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError, match="没有载入，无从核对"):
        row.save()


def test_without_the_text_all_else_may_change(row, source):
    type(source).objects.filter(pk=source.pk).update(text="")
    row.note = "备注"
    row.save()
    assert own().get().note == "备注"


def test_fixtures_are_refused_with_other_words(row, source, tmp_path):
    file = tmp_path / "rows.json"
    call_command("dumpdata", "projects.observation", natural_primary=True, output=str(file))
    file.write_text(file.read_text().replace("271\\u4e2a", "999个").replace("271个", "999个"))
    with pytest.raises(ValidationError, match="与所填的“999个”不同"):
        call_command("loaddata", str(file), verbosity=0)
    assert stored_words() == [("271个", 6, 10)]


def test_undo_does_not_bring_words_back_that_no_longer_stand_there(row, source, admin_user):
    with acts.doing(Way.FORM) as act:
        row.delete()
    give_text(source, TEXT.replace("271", "275"))
    with pytest.raises(UndoError) as refused, acts.doing(Way.FORM):
        undo(Act.objects.get(pk=act.pk), admin_user, "误删")
    assert "275个" in refused.value.messages[0]
    assert stored_words() == []


def test_check_figures_names_what_was_stored_past_the_program(row, source, capsys):
    Observation.objects.filter(pk=row.pk).update(printed="999个")
    call_command("check_figures")
    assert f"《{source}》第 1 号：{REFUSED}" in capsys.readouterr().out


def test_words_on_the_web_are_those_printed_without_what_was_supplied(source):
    type(source).objects.filter(pk=source.pk).update(url="https://a.example/x")
    source.refresh_from_db()
    metric = make_metric(unit="元")
    row = make_observation(
        source=source, series=make_series(metric=metric), printed="18.12〔亿元〕", start=15, end=20
    )
    assert row.place_on_web.endswith("#:~:text=18.12")


# Every writer asks

WRITERS_OF_ANY_MODEL = ("aidtracker/trail/undo.py",)  # besides `ground.bulk`, which asks
BULK = {"bulk_create", "bulk_update"}


def calls(path):
    """The names of what a file calls, and on what."""
    tree = ast.parse((settings.BASE_DIR / path).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, ast.unparse(node.func.value)


def own_files():
    for app in ("aidtracker", "programs", "projects"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            if not {"tests", "testing", "migrations"} & {*path.parts}:
                yield str(path.relative_to(settings.BASE_DIR))


def test_rows_of_any_model_are_written_in_bulk_by_writers_that_ask_first():
    of_any = {
        path
        for path in own_files()
        if any(on == "model._base_manager" and name in BULK for name, on in calls(path))
    }
    assert of_any == {*WRITERS_OF_ANY_MODEL}
    for path in of_any:
        assert ("before_storing", "model") in set(calls(path)), path


# What is computed of findings nobody asks about.
COMPUTING = "projects/checks/recomputing.py"


def test_ruled_rows_are_written_in_bulk_by_nobody_else():
    ruled = {
        model.__name__
        for model in apps.get_models()
        if issubclass(model, KeyedModel)
        and model.before_storing.__func__ is not KeyedModel.before_storing.__func__
    }
    assert {"Observation", "Series", "Metric", "Source", "Finding"} <= ruled
    writers = {
        (path, on)
        for path in own_files()
        for name, on in calls(path)
        if name in BULK | {"update"} and on.partition(".")[0] in ruled and path != COMPUTING
    }
    assert writers == set()


# All who write many rows at once with what Django has, which asks no model, and why they may.
BULK_WRITERS = {
    ("aidtracker/review/proposals.py", "revision_model().objects"),  # proposals, read beforehand
    ("aidtracker/accounts/factors.py", "StaticToken.objects"),  # of another package
    ("aidtracker/accounts/own_sessions.py", "StaffSession.objects"),  # whose a session is
    ("aidtracker/trail/history.py", "history"),  # states of rows that are stored
    ("aidtracker/trail/acts.py", "Act.objects"),
    ("aidtracker/trail/notices.py", "Notice.objects"),  # what is told to whom
    ("aidtracker/trail/undo.py", "model._base_manager"),  # asks first, see above
    ("aidtracker/trail/links.py", "through._base_manager"),  # links
    (COMPUTING, "Finding.objects"),
    ("projects/models/findings.py", "self"),  # asks first
    ("projects/monthly/freezing.py", "ObservationPart.objects"),
    ("projects/monthly/collecting.py", "CollectionUnit.objects"),  # whom a task asks
    ("projects/monthly/ledger_follow.py", "model.objects"),  # amounts, which say no meaning
}


def bulk_writers(files):
    return {(path, on) for path in files for name, on in calls(path) if name in BULK}


def test_a_new_writer_of_many_rows_is_noticed(tmp_path):
    assert bulk_writers(own_files()) == BULK_WRITERS
    for line in ("rows.bulk_create([])", "source.observations.all().bulk_update([], ['printed'])"):
        (tmp_path / "new.py").write_text(f"def write(rows, source):\n    {line}\n")
        assert len(bulk_writers([tmp_path / "new.py"])) == 1
