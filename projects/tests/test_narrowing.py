"""Choices that have to fit what else a form says: offered by typing, refused at their field."""

import json

import pytest
from django.urls import reverse

from aidtracker.ground.checks import models_of_record
from aidtracker.testing import (
    make_assessment,
    make_assessment_round,
    make_assessment_scheme,
    make_criterion,
    make_headquarters,
    make_outlet,
    make_pipeline_case,
    make_pipeline_stage,
    make_program,
    make_staff,
    make_target,
)
from projects.models import (
    Assessment,
    Award,
    PipelineCase,
    Score,
    StageEntry,
    Target,
    TargetReport,
)

pytestmark = pytest.mark.django_db

SEEN = "pipelinestage criterion assessment assessmentround assessmentscheme outlet target"


@pytest.fixture
def home():
    return make_headquarters()


@pytest.fixture
def clerk(client, home):
    client.force_login(
        make_staff(home, permissions=[f"projects.view_{name}" for name in SEEN.split()])
    )
    return client


def ask(client, model, name, **said):
    asked = {"app_label": "projects", "model_name": model._meta.model_name, "field_name": name}
    return client.get(reverse("admin:autocomplete"), asked | said | {"fits": 1}).json()


def offered(client, model, name, **said):
    return {int(one["id"]) for one in ask(client, model, name, **said)["results"]}


def hint(client, model, name, **said):
    [line] = ask(client, model, name, **said)["results"]
    assert line["disabled"]
    return line["text"]


@pytest.fixture
def cases(home):
    """Two cases in pipelines of one stage each, with these stages."""
    stages = [make_pipeline_stage(), make_pipeline_stage()]
    own = [make_pipeline_case(pipeline=one.pipeline, headquarters=home) for one in stages]
    return list(zip(own, stages, strict=True))


def test_stages_are_of_the_pipeline_of_the_case(clerk, cases):
    (case, stage), (_, other) = cases
    assert offered(clerk, StageEntry, "stage", case=case.pk) == {stage.pk}
    # What stands in the form above, which is not saved yet, counts for more.
    said = {"case": case.pk, "case__pipeline": other.pipeline_id}
    assert offered(clerk, StageEntry, "stage", **said) == {other.pk}
    assert ask(clerk, StageEntry, "stage", chosen=stage.pk, **said) == {
        "wrong": f"“{stage}”不是这个流程的阶段，请另选一个。"
    }
    assert ask(clerk, StageEntry, "stage", chosen=other.pk, **said) == {"wrong": ""}
    assert hint(clerk, StageEntry, "stage", case="") == "请先填“推进事项”。"
    assert hint(clerk, StageEntry, "stage", case__pipeline="") == "请先填“推进流程”。"


def test_choices_of_others_are_neither_listed_nor_told_of(clerk, home, cases):
    own, foreign = (
        make_criterion(scheme=make_assessment_scheme(headquarters=one, assessed="outlet"))
        for one in (home, make_headquarters())
    )
    rounds = [make_assessment_round(scheme=one.scheme) for one in (own, foreign)]
    rated, others = (
        make_assessment(
            round=one,
            outlet=make_outlet(headquarters=one.scheme.headquarters),
            site=None,
            review="draft",
        )
        for one in rounds
    )
    make_criterion(scheme=make_assessment_scheme(headquarters=home))
    assert offered(clerk, Score, "criterion", assessment=rated.pk) == {own.pk}
    for said in ({"assessment": others.pk}, {"assessment__round__scheme": foreign.scheme_id}):
        assert hint(clerk, Score, "criterion", **said).startswith("请先填")
        assert ask(clerk, Score, "criterion", chosen=foreign.pk, **said) == {"wrong": ""}
    # Another's case decides on nothing.
    case = make_pipeline_case(pipeline=cases[0][1].pipeline, headquarters=make_headquarters())
    assert hint(clerk, StageEntry, "stage", case=case.pk) == "请先填“推进事项”。"


def test_outlets_are_of_the_schemes_headquarters_and_kind(clerk, home):
    below = make_headquarters(parent=home)
    own, lower = make_outlet(headquarters=home), make_outlet(headquarters=below, review="published")
    make_outlet(headquarters=make_headquarters(), review="published")
    rounds = {
        assessed: make_assessment_round(
            scheme=make_assessment_scheme(headquarters=home, assessed=assessed)
        )
        for assessed in ("outlet", "site")
    }
    assert own.pk in offered(clerk, Assessment, "outlet", round=rounds["outlet"].pk)
    assert offered(clerk, Assessment, "outlet", round=rounds["outlet"].pk) <= {own.pk, lower.pk}
    assert hint(clerk, Assessment, "outlet", round=rounds["site"].pk) == "这个办法评的不是网点。"
    assert hint(clerk, Assessment, "outlet", round="") == "请先填“评定轮次”。"


def test_who_searches_for_what_does_not_fit_is_told_why(clerk, home):
    scheme = make_assessment_scheme(headquarters=home, assessed="outlet", program=make_program())
    round_ = make_assessment_round(scheme=scheme)
    other = make_outlet(name="某直营店", headquarters=home)
    words = hint(clerk, Assessment, "outlet", round=round_.pk, term="某直营店")
    assert words.startswith(f"“{other}”：这个网点不属于办法的所属工程")
    assert ask(clerk, Assessment, "outlet", round=round_.pk, term="没有的店")["results"] == []


def test_address_that_says_no_row_is_answered(clerk):
    """What decides is asked for by keys: a value in its place is as good as nothing."""
    for said in ({"round__scheme__assessed": "1"}, {"round": "x"}, {"round": "9" * 30}):
        assert hint(clerk, Assessment, "outlet", **said) == "请先填“评定轮次”。"


def test_targets_are_of_the_own_headquarters_or_the_one_above(clerk, home):
    own = make_target(headquarters=home)
    foreign = make_target(headquarters=make_headquarters(), review="published")
    top = make_target(headquarters=None)
    found = offered(clerk, Target, "parent", headquarters=home.pk)
    assert found & {own.pk, foreign.pk, top.pk} == {own.pk, top.pk}


def test_awards_rest_on_what_granted_them_to_whom_is_named(clerk, home):
    scheme = make_assessment_scheme(headquarters=home, assessed="outlet")
    shops = [make_outlet(headquarters=home) for _ in range(2)]
    round_ = make_assessment_round(scheme=scheme)
    rows = [
        make_assessment(round=round_, outlet=shop, site=None, outcome="award", review="draft")
        for shop in shops
    ]
    assert offered(clerk, Award, "assessment", outlet=shops[0].pk) == {rows[0].pk}
    assert hint(clerk, Award, "assessment", outlet="", site="") == "请先填“获得网点”或“获得场所”。"


def test_reports_are_of_what_is_counted(clerk, home):
    target = make_target(headquarters=home, unit="场")
    whole = make_target(headquarters=home, unit="")
    found = offered(clerk, TargetReport, "target")
    assert found & {target.pk, whole.pk} == {target.pk}
    words = ask(clerk, TargetReport, "target", chosen=whole.pk)["wrong"]
    assert words.startswith(f"“{whole}”没有单位")


@pytest.mark.parametrize("is_alike", [True, False])
def test_one_choice_for_many_rows_is_narrowed_where_they_are_alike(admin_client, home, is_alike):
    owners = [home, home if is_alike else make_headquarters()]
    rows = [make_target(headquarters=one) for one in owners]
    asked = {"field": "parent", "rows": " ".join(f"{row.pk}:{row.version}" for row in rows)}
    page = admin_client.post(reverse("admin:projects_target_many"), asked)
    told = page.context["form"].fields["value"].widget.attrs.get("data-fits")
    known = {"own": [], "above": {}, "known": {"headquarters": home.pk}}
    assert json.loads(told or "null") == (known if is_alike else None)
    assert ("narrowed.js" in page.content.decode()) == is_alike


@pytest.mark.parametrize(("name", "is_loaded"), [("target", True), ("subsidy", False)])
def test_script_is_loaded_where_something_has_to_fit(admin_client, name, is_loaded):
    page = admin_client.get(reverse(f"admin:projects_{name}_add")).content.decode()
    assert ("narrowed.js" in page, "autocomplete.js" in page) == (is_loaded, True)


def test_few_queries_find_what_fits(clerk, cases, django_assert_max_num_queries):
    (case, _), _ = cases
    with django_assert_max_num_queries(10):
        offered(clerk, StageEntry, "stage", case=case.pk)


@pytest.mark.parametrize("said", [{}, {"round": "x", "case": "9" * 30, "assessment": "-1"}])
def test_every_choice_that_has_to_fit_answers_without_what_decides(admin_client, said):
    for model in models_of_record():
        for name in model.FITS:
            assert "results" in ask(admin_client, model, name, **said)


def test_form_without_script_refuses_at_the_field(admin_client, cases):
    (case, _), (_, foreign) = cases
    sent = {"name": "某事项", "code": "T-1", "pipeline": case.pipeline_id}
    sent |= {f"follow_ups-{end}_FORMS": 0 for end in ("TOTAL", "INITIAL")}
    sent |= {"entries-TOTAL_FORMS": 1, "entries-INITIAL_FORMS": 0}
    page = admin_client.post(
        reverse("admin:projects_pipelinecase_add"), sent | {"entries-0-stage": foreign.pk}
    )
    [part, *_] = page.context["inline_admin_formsets"]
    [form] = part.formset.forms
    assert form.errors == {"stage": [f"“{foreign}”不是这个流程的阶段，请另选一个。"]}
    assert not PipelineCase.objects.filter(code="T-1").exists()
    assert '<a href="#id_entries-0-stage">' in page.content.decode()
