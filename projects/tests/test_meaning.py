"""What a published figure means changes as it does: proposed and approved, or for a reason."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.review.meaning import Meaning
from aidtracker.review.steps import APPROVE, PUBLISH, SUBMIT, take_step
from aidtracker.storage.fixtures import load_fixtures
from aidtracker.testing import (
    MAKERS,
    make_finding,
    make_metric,
    make_observation,
    make_scope_entry,
    make_series,
    make_source,
    make_staff,
)
from aidtracker.tests.sheet_helpers import rehearsal, stored
from aidtracker.trail import acts
from aidtracker.trail.acts import Way
from aidtracker.trail.conflicts import marks
from aidtracker.trail.models import Act
from aidtracker.trail.undo import UndoError, undo
from programs.models import Region, Source
from projects.models import Enterprise, Finding, Metric, Observation, Revision, Series
from projects.models.metrics import SUBJECTS
from projects.models.observations import COMPUTED
from projects.restatements import all_corrections, meant_models, read
from projects.tests.review_pages import propose, said

pytestmark = pytest.mark.django_db

MEANT = [model for model in meant_models() if issubclass(model, Meaning)]
VERBS = ("view", "add", "change", "delete", "import")


def code_of(model):
    return model.__name__


def names_of(model):
    """The fields that a person can type into, but for the one that says why."""
    apart = ("id", "correction_reason", "text", "sha256")  # a text comes in another way
    fields = model._meta.concrete_fields
    return [one.name for one in fields if one.editable and one.name not in apart]


@pytest.fixture
def figure(headquarters):
    """A published figure whose series, metric, document and subjects are kept by a headquarters."""
    own = {"maintainer": headquarters}
    headquarters.maintainer = headquarters
    headquarters.save()
    subjects = {"headquarters": headquarters}
    for name in (one for one in SUBJECTS if one not in subjects):
        model = Series._meta.get_field(name).related_model
        ledger = {"headquarters": headquarters, "code": name} if name in LEDGERS else own
        subjects[name] = MAKERS[model](**{key: ledger[key] for key in ledger if has(model, key)})
    formula = {"formula": "ratio", "numerator": make_metric(), "denominator": make_metric()}
    subjects["first_scope"] = make_scope_entry(**own)
    series = make_series(metric=make_metric(**own, **formula), **own, **subjects)
    source = make_source(kind="newspaper", title="原来的标题", text="共5家。", **own)
    place = {"start": 1, "end": 3, "printed": "5家"}
    row = make_observation(series=series, source=source, **place, **own)
    finding = make_finding(state="explained", explanation="原来的说明", result="contradiction")
    finding.observations.add(row)
    return row


LEDGERS = ("project", "investment", "outlet")


def has(model, name):
    return any(field.name == name for field in model._meta.fields)


def staff(headquarters, *verbs):
    models = [*MEANT, Observation, Revision]
    names = [f"{verb}_{one._meta.model_name}" for one in models for verb in verbs]
    codes = Permission.objects.filter(codename__in=names).values_list(
        "content_type__app_label", "codename"
    )
    return make_staff(headquarters, permissions=[".".join(code) for code in codes])


@pytest.fixture
def clerk(headquarters):
    return staff(headquarters, *VERBS)


@pytest.fixture
def publisher(headquarters):
    return staff(headquarters, *VERBS, "approve", "publish")


def row_of(model, figure):
    """The row of a model that the figure rests on."""
    series = figure.series
    rows = [figure.source, series, series.metric, *series.subjects, *series.scopes]
    found = {type(one): one.pk for one in (*rows, figure.findings.first())}
    return model.objects.get(pk=found[model])


OTHERS = {
    **{"code": "659999", "city_code": "659001", "unit": "元", "credit_code": "9" * 18},
    **{"shown_text": "nothing", "formula": "share", "state": "dismissed", "counted_rows": "awards"},
    **{"url": "https://example.org/other", "slug": "another-name", "area": "7"},
    **{"part_of": lambda row: make_series(metric=row.metric).pk, "is_date_inferred": "on"},
    **{"maintainer": lambda row: row.maintainer_id, "level": "branch"},
}
DATES = ("_on", "valid_from", "valid_to")


def other(row, name):
    """Another value of a field, as a form sends it."""
    field = row._meta.get_field(name)
    given = OTHERS.get(name)
    if given and not (name == "level" and isinstance(row, Region)):
        return given(row) if callable(given) else given
    if field.choices:
        now = getattr(row, field.attname)
        return next(key for key, _ in field.flatchoices if key not in (now, ""))
    if field.is_relation:
        own = {"headquarters": row.headquarters} if name in LEDGERS else {}
        return MAKERS[field.related_model](**own).pk
    if isinstance(field, models.BooleanField):
        return "on"
    return "2018-05" if name.endswith(DATES) else "另一个说法"


def others(row, names):
    return {name: other(row, name) for name in names}


# What is computed of a figure follows from all that is known; what a person said of it does not.
# The section, and how many it has in the menu of the page.
FINDINGS = re.compile(r'<section[^>]*findings.*?</section>|<a href="#[^"]*findings.*?</a>', re.S)

# What differs from answer to answer: the nonce, and the minute in which a row was last written.
NOT_OF_THE_FIGURE = re.compile(r'nonce="[^"]*"|<meta name="PubDate"[^>]*>')


def public_page(client, figure, with_findings=True):
    client.logout()
    page = client.get(figure.get_absolute_url())
    assert page.status_code == 200
    text = NOT_OF_THE_FIGURE.sub("", page.content.decode())
    return text if with_findings else FINDINGS.sub("", text)


@pytest.mark.parametrize("model", MEANT, ids=code_of)
def test_what_a_clerk_changes_freely_is_not_on_the_figures_page(client, figure, clerk, model):
    says = model is Finding
    before, row = public_page(client, figure, says), row_of(model, figure)
    free = others(row, [name for name in names_of(model) if name not in model.SHOWN])
    response = propose(client, clerk, row, **free)
    assert Revision.objects.count() == 0
    if free:
        assert type(row).objects.get(pk=row.pk).version > row.version, said(response)
    assert public_page(client, figure, says) == before


@pytest.mark.parametrize("model", [Metric, Series, Source], ids=code_of)
def test_what_a_clerk_changes_freely_says_nothing_of_a_meaning_on_its_own_page(
    client, figure, clerk, model
):
    row = row_of(model, figure)
    before = public_page(client, row)
    free = others(row, [name for name in names_of(model) if name not in model.SHOWN])
    propose(client, clerk, row, **free)
    assert not free or model.objects.get(pk=row.pk).version > row.version
    assert public_page(client, row) == before


@pytest.mark.parametrize("model", MEANT, ids=code_of)
def test_what_the_figures_page_shows_is_only_proposed_by_a_clerk(client, figure, clerk, model):
    before, row = public_page(client, figure), row_of(model, figure)
    fixed = ("code",) if model is Source else ()
    names = [name for name in model.SHOWN if name not in fixed]
    propose(client, clerk, row, **others(row, names))
    revision = Revision.objects.get()
    assert set(revision.values) == set(names)
    assert type(row).objects.get(pk=row.pk).version == row.version
    assert public_page(client, figure) == before


@pytest.mark.parametrize("model", MEANT, ids=code_of)
def test_nobody_stores_what_a_figure_means_without_a_reason(figure, model):
    for name in model.SHOWN:
        row = row_of(model, figure)
        field = model._meta.get_field(name)
        typed = other(row, name)
        setattr(row, field.attname, True if typed == "on" else typed)
        with pytest.raises(ValidationError) as refused, transaction.atomic():
            row.save()
        assert list(refused.value.error_dict) == ["correction_reason"], name


@pytest.mark.parametrize("model", MEANT, ids=code_of)
def test_on_what_nothing_published_rests_changes_freely(figure, clerk, client, model):
    Observation.objects.filter(pk=figure.pk).update(status="draft")
    row = row_of(model, figure)
    name = "explanation" if model is Finding else "title" if model is Source else "name"
    propose(client, clerk, row, **{name: "另一个说法"})
    changed = type(row).objects.get(pk=row.pk)
    assert (getattr(changed, name), changed.correction_reason) == ("另一个说法", "")


def test_who_may_publish_changes_it_for_a_reason(client, figure, publisher):
    metric = figure.series.metric
    response = propose(client, publisher, metric, name="改了的名", correction_reason="")
    assert "correction_reason" in response.context["adminform"].form.errors
    propose(client, publisher, metric, name="改了的名", correction_reason="原名有误")
    (one,) = read(all_corrections())
    assert (one.kind, one.name, one.reason) == ("指标", "改了的名", "原名有误")
    assert one.changes == [("名称", metric.name, "改了的名")]
    for url in (figure.get_absolute_url(), reverse("correction-list")):
        page = client.get(url).content.decode()
        assert ("原名有误" in page, metric.name in page) == (True, True), url
    file = client.get(reverse("correction-list"), {"download": "csv"})
    assert "原名有误" in b"".join(file).decode()
    for other in ({"q": "没有"}, {"kind": "observations"}, {"kind": "sources", "q": "改了的名"}):
        page = client.get(reverse("correction-list"), other).content.decode()
        assert "没有符合条件的记录" in page
    for same in ({"q": "改了的名"}, {"kind": "metrics"}, {"kind": "metrics", "q": "原名"}):
        assert "原名有误" in client.get(reverse("correction-list"), same).content.decode()


def test_figures_and_what_they_mean_are_corrected_in_one_order(client, figure):
    metric = figure.series.metric
    for number in range(3):
        figure.attributed_to, figure.correction_reason = f"某局{number}", f"数字{number}"
        figure.save()
        metric.definition, metric.correction_reason = f"口径{number}", f"指标{number}"
        metric.save()
    order = [f"{what}{number}" for number in (2, 1, 0) for what in ("指标", "数字")]
    assert [one.reason for one in read(all_corrections())] == order
    text = b"".join(client.get(reverse("correction-list"), {"download": "csv"})).decode("utf-8-sig")
    assert [line.split(",")[3] for line in text.splitlines()[1:]] == order


@pytest.mark.parametrize("name", LEDGERS)
def test_correction_of_a_ledger_is_told_with_old_new_and_reason(client, figure, headquarters, name):
    row = getattr(figure.series, name)
    codes = [f"projects.{verb}_{name}" for verb in ("view", "change", "publish")]
    publisher = make_staff(headquarters, permissions=codes)
    typed = {"outlet": {"opened_on": "2019-05"}}.get(name, {"status": "contact"})
    typed = {"total_amount": "1500"} if name == "project" else typed
    propose(client, publisher, row, correction_reason="批复改了", **typed)
    client.logout()
    (one,) = read(all_corrections())
    assert (one.name, one.reason) == (row.name, "批复改了")
    assert "批复改了" in client.get(reverse("correction-list")).content.decode()
    (label,) = [row._meta.get_field(column).verbose_name for column in typed]
    assert str(label) in one.words
    page = client.get(figure.get_absolute_url()).content.decode()
    assert "批复改了" not in page


def test_list_of_corrections_has_pages_of_all_kinds(client, figure, monkeypatch):
    monkeypatch.setattr("aidtracker.pages.paging.PAGE_SIZE", 2)
    metric = figure.series.metric
    for number in range(3):
        metric.definition, metric.correction_reason = f"口径{number}", f"理由{number}"
        metric.save()
    second = client.get(reverse("correction-list"), {"page": 2})
    assert [row.cells[3].items[0].text for row in second.context["table"].rows] == ["理由0"]


def test_proposal_takes_effect_when_others_approve_it(client, figure, clerk, publisher):
    propose(client, clerk, figure.source, title="新的标题", correction_reason="标题有误")
    revisions = Revision.objects.all()
    for step, user in ((SUBMIT, clerk), (APPROVE, publisher), (PUBLISH, publisher)):
        assert take_step(step, revisions, user).done, step
    figure.source.refresh_from_db()
    assert figure.source.title == "新的标题"
    assert "标题有误" in public_page(client, figure)


def test_reason_without_a_change_is_none(figure, publisher, client):
    firm = figure.series.enterprise
    propose(client, publisher, firm, note="备注", correction_reason="没有理由")
    firm.refresh_from_db()
    assert (firm.note, firm.correction_reason) == ("备注", "")
    assert not all_corrections().exists()


def test_import_by_a_clerk_is_a_proposal(figure, clerk):
    metric = figure.series.metric
    rows = ["name", "unit", "aliases"], [metric.name, "吨", "别名"]
    outcome = stored(Metric, *rows, user=clerk, reason="单位有误")
    assert (outcome.is_stored, outcome.proposed) == (True, 1)
    metric.refresh_from_db()
    assert metric.unit == "家"
    assert Revision.objects.get().values["unit"] == ["家", "吨"]


def test_import_of_what_is_free_changes_it(figure, clerk):
    firm = figure.series.enterprise
    outcome = stored(Enterprise, ["name", "note"], [firm.name, "备注"], user=clerk)
    assert (outcome.is_stored, outcome.proposed, outcome.changed) == (True, 0, 1)


def test_import_by_who_may_publish_asks_for_a_reason(figure, publisher):
    rows = ["name", "unit"], [figure.series.metric.name, "吨"]
    outcome = stored(Metric, *rows, user=publisher)
    assert (outcome.is_stored, bool(outcome.reason_error)) == (False, True)
    assert stored(Metric, *rows, user=publisher, reason="单位有误").is_stored
    assert Metric.objects.get(pk=figure.series.metric_id).correction_reason == "单位有误"


def test_import_asks_once_for_all_rows_what_rests_on_them(headquarters, publisher):
    def queries(count):
        metrics = [make_metric(maintainer=headquarters) for _ in range(count)]
        for metric in metrics:
            make_observation(series=make_series(metric=metric))
        rows = [["name", "unit"], *([one.name, "吨"] for one in metrics)]
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert not rehearsal(Metric, *rows, user=publisher).failed
        return len(found)

    queries(1)  # reads what the user may do
    assert queries(2) == queries(12)


def test_undo_needs_the_right_and_the_reason(figure, clerk, publisher):
    metric = figure.series.metric
    metric.unit, metric.correction_reason = "吨", "单位有误"
    with acts.doing(Way.FORM) as act:
        metric.save()
    act = Act.objects.get(pk=act.pk)
    with pytest.raises(UndoError) as refused:
        undo(act, clerk, "改错了")
    assert refused.value.messages == ["已发布的数据依据这些指标，您没有发布它们的权限。"]
    with pytest.raises(UndoError, match="上一次更正也是这个理由"):
        undo(act, publisher, "单位有误")
    undo(act, publisher, "改错了")
    metric.refresh_from_db()
    assert (metric.unit, metric.correction_reason) == ("家", "改错了")


def test_bulk_explanation_by_a_clerk_is_a_proposal(client, figure, clerk):
    finding, free = figure.findings.get(), make_finding(result="contradiction")
    free.observations.add(make_observation(status="draft", maintainer=figure.maintainer))
    client.force_login(clerk)
    chosen = {"_selected_action": [finding.pk, free.pk], **dict(marks([finding, free]))}
    sent = {"action": "settle_as_dismissed", "reason": "两处口径不同", **chosen}
    response = client.post(reverse("admin:projects_finding_changelist"), sent, follow=True)
    assert [text[:3] for text in said(response)] == ["已将 ", "1 条"]
    finding.refresh_from_db()
    free.refresh_from_db()
    assert (finding.state, free.state) == ("explained", "dismissed")
    revision = Revision.objects.get()
    assert revision.values["state"] == ["explained", "dismissed"]
    assert revision.headquarters == figure.maintainer


@pytest.mark.once
def test_loaded_change_says_that_it_was_loaded(figure):
    source = Source.objects.exclude(observations=None).exclude(pk=figure.source_id).first()
    title = source.title
    source.title, source.correction_reason = "改过的标题", "试"
    source.save()
    load_fixtures(keep_existing=False)
    source.refresh_from_db()
    assert source.title == title
    assert source.correction_reason.endswith("载入数据文件")
    version = source.version
    load_fixtures(keep_existing=False)
    source.refresh_from_db()
    assert source.version == version


def test_finding_beside_published_figures_is_not_deleted(client, figure, admin_client):
    finding = figure.findings.get()
    url = reverse("admin:projects_finding_delete", args=[finding.pk])
    assert admin_client.get(url).status_code == 403


def test_figures_page_asks_no_more_for_many_restatements(client, figure):
    def queries():
        client.get(figure.get_absolute_url())
        with CaptureQueriesContext(connection) as found:
            client.get(figure.get_absolute_url())
        return len(found)

    metric = figure.series.metric
    for number in range(2):
        metric.name, metric.correction_reason = f"名称{number}", f"理由{number}"
        metric.save()
    few = queries()
    for number in range(3, 15):
        metric.name, metric.correction_reason = f"名称{number}", f"理由{number}"
        metric.save()
    assert queries() == few


OTHER_FIGURE = {
    **{"number": 77, "start": None, "end": None, "printed": "6家", "qualifier": "about"},
    **{"period_start": "2018-01-01", "period_end": "2018-12-31", "as_of": "2018-12-31"},
    **{"rank": "preferred", "is_period_inferred": True, "paragraph": 9},
}


def other_of(figure, field):
    """Another value of a column of a figure."""
    if field.name in OTHER_FIGURE:
        return OTHER_FIGURE[field.name]
    if field.choices:
        return next(key for key, _ in field.flatchoices if key != getattr(figure, field.attname))
    if field.name in ("source", "series"):
        return {"source": make_source, "series": make_series}[field.name]().pk
    return "另一个说法"


FREE = [
    field
    for field in Observation._meta.concrete_fields
    if field.editable
    and field.name not in {*Observation.CORRECTED, *COMPUTED, "id", "maintainer", "search_text"}
    and field.name not in {"review_comment", "correction_reason"}
]


@pytest.mark.parametrize("field", FREE, ids=[field.name for field in FREE])
def test_what_changes_freely_of_a_figure_is_on_no_figures_page(client, figure, field):
    other = make_observation(source=figure.source, series=figure.series)
    before = public_page(client, figure), public_page(client, other)
    setattr(figure, field.attname, other_of(figure, field))
    figure.save()
    assert (public_page(client, figure), public_page(client, other)) == before


@pytest.mark.parametrize("name", [one for one in Observation.CORRECTED if one != "status"])
def test_what_a_figures_page_shows_is_corrected_for_a_reason(figure, name):
    field = Observation._meta.get_field(name)
    if name in ("source", "printed"):  # whose words stand nowhere else
        figure.start = figure.end = None
    setattr(figure, field.attname, other_of(figure, field))
    with pytest.raises(ValidationError) as refused:
        figure.clean()
    assert "correction_reason" in refused.value.message_dict
