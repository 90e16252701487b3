"""Nothing is stored as risen that its document says fell, nor the reverse: at no door."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from aidtracker.ground import bulk
from aidtracker.review.proposals import Proposal
from aidtracker.review.proposals import propose as propose_change
from aidtracker.review.steps import APPROVE, PUBLISH, SUBMIT, WITHDRAW, take_step
from aidtracker.testing import make_metric, make_series, make_source
from aidtracker.tests.sheet_helpers import messages, rehearsal, stored
from aidtracker.trail import acts
from aidtracker.trail.acts import Way
from aidtracker.trail.conflicts import marks
from aidtracker.trail.models import Act
from aidtracker.trail.undo import UndoError, undo
from projects.models import Observation, Revision
from projects.tests.review_pages import staff

pytestmark = pytest.mark.django_db

TEXT = "产值下降3.2%，出口增长9%。进口负增长超过5%。"
TURNED = "存下来意思就反了"
HEADINGS = ("文献", "序号", "起", "止", "原文数字", "序列", "累计方式")


@pytest.fixture
def source():
    source = make_source(code="jian-bao")
    give_text(source, TEXT)
    return source


def give_text(source, text):
    source.accept_text(text.encode(), "另一份" if source.text else "")
    source.save()


def series_of(formula, **kwargs):
    metric = make_metric(unit="%", kind="ratio", formula=formula, numerator=make_metric(unit="元"))
    return make_series(metric=metric, **kwargs)


@pytest.fixture
def growth():
    return series_of("growth", name="增速")


@pytest.fixture
def decline():
    return series_of("decline", name="降幅")


def told(source, series, words, **kwargs):
    """A figure at its place, not yet stored."""
    start = source.text.index(words)
    row = Observation(
        **{"source": source, "series": series, "number": 1, "printed": words} | kwargs,
        start=start,
        end=start + len(words),
        accumulation="rate",
    )
    row.read_printed()
    return row


def own():
    return Observation.objects.filter(source__code="jian-bao")


@pytest.fixture
def fell(source, decline):
    """A decline that is stored as one."""
    row = told(source, decline, "3.2%")
    row.save()
    return row


def turned_past_the_program(row, growth):
    Observation.objects.filter(pk=row.pk).update(series=growth)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    ("words", "formula", "is_right"),
    [
        ("3.2%", "growth", False),
        ("3.2%", "increase", False),
        ("3.2%", "decline", True),
        ("9%", "growth", True),
        ("9%", "decline", False),
        ("负增长超过5%", "growth", True),
        ("负增长超过5%", "decline", False),
    ],
)
def test_shell_stores_what_rose_as_risen_and_what_fell_as_fallen(source, words, formula, is_right):
    row = told(source, series_of(formula), words)
    if is_right:
        row.save()
    else:
        with pytest.raises(ValidationError, match=TURNED), transaction.atomic():
            row.save()
    assert own().exists() == is_right


def test_bulk_writers_refuse_it(source, growth, fell):
    with pytest.raises(ValidationError, match=TURNED):
        bulk.insert([told(source, growth, "3.2%", number=2)])
    fell.series = growth
    with pytest.raises(ValidationError, match=TURNED):
        bulk.update([fell], ["series"])
    assert own().get().series != growth


def test_without_a_place_the_words_themselves_say_it(decline):
    row = Observation(source=make_source(code="jian-bao"), series=decline, number=1)
    row.printed, row.accumulation = "负增长5%", "rate"
    row.read_printed()
    with pytest.raises(ValidationError, match="原文是“负增长5%”"):
        row.save()


def test_fixtures_refuse_it(fell, growth, tmp_path):
    file = tmp_path / "rows.json"
    call_command("dumpdata", "projects.observation", natural_primary=True, output=str(file))
    own().delete()
    turned = file.read_text().replace(f'"series": {fell.series_id}', f'"series": {growth.pk}')
    file.write_text(turned)
    with pytest.raises(ValidationError, match=TURNED):
        call_command("loaddata", str(file), verbosity=0)
    assert not own().exists()


def test_form_refuses_it(fell, growth, admin_client):
    page = reverse("admin:projects_observation_change", args=[fell.pk])
    form = admin_client.get(page).context["adminform"].form
    typed = {name: "" if value is None else value for name, value in form.initial.items()}
    sent = typed | {"series": growth.pk} | dict(marks([fell]))
    response = admin_client.post(page, sent)
    [fault] = response.context["adminform"].form.errors["printed"]
    assert fault == (
        f"原文是“产值下降3.2%”，而指标“{growth.metric}”记的是增长（增加），存下来意思就反了；"
        "请改用记降幅、减少额的指标。"
    )
    assert own().get().series != growth


def test_import_refuses_it(source, growth):
    start = TEXT.index("3.2%")
    line = ("jian-bao", 1, start, start + 4, "3.2%", growth.natural_key()[0], "比率")
    [(_, _, fault)] = messages(rehearsal(Observation, HEADINGS, line))
    assert TURNED in fault
    assert not stored(Observation, HEADINGS, line).is_stored
    assert not own().exists()


def test_undo_refuses_it(source, decline, fell, admin_user):
    with acts.doing(Way.FORM) as act:
        fell.delete()
    give_text(source, TEXT.replace("下降", "增长"))
    with pytest.raises(UndoError) as refused, acts.doing(Way.FORM):
        undo(Act.objects.get(pk=act.pk), admin_user, "误删")
    assert TURNED in refused.value.messages[0]
    assert not own().exists()


def test_proposal_has_no_effect_if_it_turns_a_figure(source, growth, headquarters):
    clerk = staff(headquarters, "change")
    publisher = staff(headquarters, "view", "approve", "publish")
    row = told(source, series_of("decline"), "3.2%", maintainer=headquarters, status="published")
    row.save()
    before, row.series = Observation.objects.get(pk=row.pk), growth
    with acts.doing(Way.FORM):
        propose_change(Proposal(before, row, ["series"], reason="记错了序列"))
    revision = Revision.objects.filter(dataset="observations")
    take_step(SUBMIT, revision, clerk)
    take_step(APPROVE, revision, publisher)
    outcome = take_step(PUBLISH, revision, publisher)
    assert TURNED in "".join(words for _, words in outcome.sentences("变更申请"))
    assert own().get().series != growth


def test_what_is_stored_turned_is_reported_and_can_be_withdrawn(
    fell, growth, headquarters, admin_user, capsys
):
    turned_past_the_program(fell, growth)
    call_command("check_figures", processes=1)
    assert f"《{fell.source}》第 1 号：原文是“产值下降3.2%”" in capsys.readouterr().out
    Observation.objects.filter(pk=fell.pk).update(status="published")
    take_step(WITHDRAW, own(), admin_user, "记反了")
    assert own().get().status == "withdrawn"


def test_text_that_says_the_reverse_has_the_figure_no_more(source, fell):
    give_text(source, TEXT.replace("下降", "增长"))
    assert own().get().is_lost
