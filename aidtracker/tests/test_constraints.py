"""Every rule of the database refuses a row that breaks it; the rows beside it are accepted."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from aidtracker import testing as make
from aidtracker.ground.datasets import record_models
from programs.models import Account
from projects.models import ScopeEntry, Series

pytestmark = pytest.mark.django_db


def twice(maker, **kwargs):
    """Save the same row twice."""
    maker(**kwargs)
    maker(**kwargs)


def own(row, *names):
    """Let a row name itself."""
    for name in names:
        setattr(row, name, row)
    row.save()


def bad_date(maker, *names):
    for name in names:
        with pytest.raises(IntegrityError), transaction.atomic():
            maker(**{name: "2019-13"})
    maker(**{names[0]: "2019/6"})


def backwards(maker, earlier, later):
    maker(**{earlier: "2014", later: "2014-03"})
    maker(**{earlier: "2014-05-02", later: "2014"})
    maker(**{earlier: "2019-06", later: "2019-05-31"})


def observed_twice():
    source = make.make_source()
    twice(make.make_observation, source=source, number=1, series=make.make_series())


def entered_twice():
    entry = make.make_stage_entry()
    make.make_stage_entry(case=entry.case, stage=entry.stage)


def scoped_twice():
    metric, region = make.make_metric(), make.make_region()
    make.make_series(metric=metric, region=region, scope_note="含兵团")
    twice(make.make_series, metric=metric, region=region)


def scoped(**scopes):
    """A series with entries of the list of scopes as nothing stores them that asks its model."""
    Series.objects.filter(pk=make.make_series().pk).update(**scopes)


def scope_entries_of_one_name():
    rows = [make.make_scope_entry(), make.make_scope_entry()]
    ScopeEntry.objects.filter(pk__in=[row.pk for row in rows]).update(name="甲")


def paired_twice():
    twice(make.make_pairing, donor=make.make_region(), recipient=make.make_region())


def paired_with_itself():
    region = make.make_region()
    make.make_pairing(donor=region, recipient=region)


def reported_twice(maker, *subjects):
    """A row that is saved twice for one month and the same subjects."""
    return lambda: twice(maker, **{name: getattr(make, f"make_{name}")() for name in subjects})


def reports_broken(name, amount, *subjects):
    """What breaks the rules that every monthly report has."""
    maker = getattr(make, f"make_{name}")
    broken = {
        f"{name}_once_a_month": reported_twice(maker, *subjects),
        f"{name}_month": lambda: maker(month="2026-05-31"),
    }
    if amount:
        broken[f"{name}_amounts_not_negative"] = lambda: maker(**{amount: -1})
    return broken


def account_that_ends(day):
    Account.objects.create(user=User.objects.create(username="甲"), ends_on=day)


def signed_on_alike():
    for name in ("甲", "乙"):
        Account.objects.create(user=User.objects.create(username=name), sign_on="https://a 1")


def invested_in_itself():
    firm = make.make_enterprise()
    make.make_investment(investor=firm, local_enterprise=firm)


def criteria_alike(**alike):
    scheme = make.make_assessment_scheme()
    make.make_criterion(scheme=scheme, **{"number": 7, "name": "七"} | alike)
    make.make_criterion(scheme=scheme, **{"number": 8, "name": "八"} | alike)


def assessed_alike(assessed="outlet", **alike):
    scheme = make.make_assessment_scheme(assessed=assessed)
    own = {"round": make.make_assessment_round(scheme=scheme)}
    twice(make.make_assessment, **own, **alike)


def awarded_twice():
    row = make.make_assessment(outcome="award")
    twice(make.make_award, assessment=row, outlet=row.outlet)


def scored_twice():
    score = make.make_score()
    make.make_score(assessment=score.assessment, criterion=score.criterion)


BROKEN = {
    "region_code_form": lambda: make.make_region(code="阿克苏"),
    "region_not_its_own_parent": lambda: own(make.make_region(), "parent"),
    "region_dates": lambda: bad_date(make.make_region, "valid_from", "valid_to"),
    "region_valid_from_before_valid_to": lambda: backwards(
        make.make_region, "valid_from", "valid_to"
    ),
    "headquarters_name_once": lambda: twice(make.make_headquarters, name="甲"),
    "headquarters_not_its_own_parent": lambda: own(make.make_headquarters(), "parent"),
    "pairing_once": paired_twice,
    "pairing_two_places": paired_with_itself,
    "pairing_dates": lambda: bad_date(make.make_pairing, "valid_from", "valid_to"),
    "pairing_valid_from_before_valid_to": lambda: backwards(
        make.make_pairing, "valid_from", "valid_to"
    ),
    "batch_number_once": lambda: twice(make.make_batch, owner=make.make_region(), number=9),
    "batch_number_positive": lambda: make.make_batch(number=0),
    "batch_dates": lambda: bad_date(make.make_batch, "starts_on", "ends_on"),
    "batch_starts_on_before_ends_on": lambda: backwards(make.make_batch, "starts_on", "ends_on"),
    "official_post_once": lambda: twice(make.make_official, person="甲"),
    "official_dates": lambda: bad_date(make.make_official, "as_of"),
    "program_name_once": lambda: twice(make.make_program, name="甲"),
    "program_not_its_own_parent": lambda: own(make.make_program(), "predecessor"),
    "source_not_its_own_copy": lambda: own(make.make_source(), "copied_from"),
    "program_dates": lambda: bad_date(make.make_program, "starts_on", "ends_on"),
    "program_starts_on_before_ends_on": lambda: backwards(
        make.make_program, "starts_on", "ends_on"
    ),
    "category_code_once": lambda: twice(make.make_category, code="1", scheme="某规划"),
    "category_plan_years": lambda: make.make_category(plan_start=2026, plan_end=2025),
    "policy_name_once": lambda: twice(make.make_policy, name="甲"),
    "policy_dates": lambda: bad_date(make.make_policy, "issued_on"),
    "source_sha256_form": lambda: make.make_source(sha256="ABC"),
    "source_text_once": lambda: twice(lambda: make.make_source(sha256="a" * 64)),
    "source_dates": lambda: bad_date(make.make_source, "published_on"),
    "enterprise_name_once": lambda: twice(make.make_enterprise, name="甲"),
    "enterprise_credit_code_once": lambda: twice(
        lambda: make.make_enterprise(credit_code="91330100MA27XF1A0X")
    ),
    "enterprise_credit_code_form": lambda: make.make_enterprise(credit_code="9133I"),
    "enterprise_not_its_own_parent": lambda: own(make.make_enterprise(), "parent"),
    "enterprise_dates": lambda: bad_date(make.make_enterprise, "founded_on"),
    "site_name_once": lambda: twice(make.make_site, name="甲"),
    "site_not_its_own_parent": lambda: own(make.make_site(), "predecessor"),
    "site_amounts_not_negative": lambda: make.make_site(area=-1),
    "site_dates": lambda: bad_date(make.make_site, "opened_on"),
    "project_amounts_not_negative": lambda: make.make_project(planned_amount=-1),
    "project_dates": lambda: bad_date(
        make.make_project,
        "planned_start",
        "planned_completion",
        "actual_start",
        "actual_completion",
    ),
    "project_planned_start_before_planned_completion": lambda: backwards(
        make.make_project, "planned_start", "planned_completion"
    ),
    "project_actual_start_before_actual_completion": lambda: backwards(
        make.make_project, "actual_start", "actual_completion"
    ),
    "project_party_number_once": lambda: twice(
        make.make_project_party, project=make.make_project(), number=1, organisation="某局"
    ),
    "project_party_exactly_one": lambda: make.make_project_party(
        organisation="某局", enterprise=make.make_enterprise()
    ),
    "assessment_scheme_award_has_a_level": lambda: make.make_assessment_scheme(award_name="甲"),
    "criterion_number_once": lambda: criteria_alike(number=1),
    "criterion_name_once": lambda: criteria_alike(name="甲"),
    "criterion_has_a_name": lambda: make.make_criterion(name=""),
    "criterion_counts": lambda: make.make_criterion(weight=0),
    "assessment_round_once": lambda: twice(
        make.make_assessment_round, scheme=make.make_assessment_scheme()
    ),
    "assessment_round_year": lambda: make.make_assessment_round(year=1996),
    "assessment_round_dates": lambda: bad_date(make.make_assessment_round, "granted_on"),
    "assessment_number_once": lambda: assessed_alike(number=1),
    "assessment_outlet_once": lambda: assessed_alike(outlet=make.make_outlet()),
    "assessment_site_once": lambda: assessed_alike("site", site=make.make_site()),
    "assessment_exactly_one_subject": lambda: make.make_assessment(outlet=None),
    "score_once": scored_twice,
    "score_not_negative": lambda: make.make_score(points=-1),
    "subsidy_amounts_not_negative": lambda: make.make_subsidy(amount=-1),
    "subsidy_enterprise_or_beneficiaries": lambda: make.make_subsidy(
        enterprise=make.make_enterprise(), beneficiaries="红枣种植户"
    ),
    "subsidy_moved_named": lambda: make.make_subsidy(moved_amount=1),
    "subsidy_dates": lambda: bad_date(make.make_subsidy, "starts_on", "ends_on"),
    "subsidy_starts_on_before_ends_on": lambda: backwards(
        make.make_subsidy, "starts_on", "ends_on"
    ),
    "pipeline_name_once": lambda: twice(make.make_pipeline, name="招商"),
    "pipeline_stage_number_once": lambda: twice(
        make.make_pipeline_stage, pipeline=make.make_pipeline(), number=1
    ),
    "pipeline_stage_name_once": lambda: twice(
        make.make_pipeline_stage, pipeline=make.make_pipeline(), name="签约"
    ),
    "pipeline_stage_numbered": lambda: make.make_pipeline_stage(number=0),
    "pipeline_stage_days": lambda: make.make_pipeline_stage(stalled_after=0),
    "pipeline_stage_ends": lambda: make.make_pipeline_stage(outcome="done", stalled_after=9),
    "pipeline_case_one_ledger_row": lambda: make.make_pipeline_case(
        investment=make.make_investment(), project=make.make_project()
    ),
    "pipeline_case_dropped_for_a_reason": lambda: make.make_pipeline_case(dropped_on="2024"),
    "pipeline_case_investment_once": lambda: twice(
        make.make_pipeline_case,
        pipeline=make.make_pipeline(),
        investment=make.make_investment(),
    ),
    "pipeline_case_project_once": lambda: twice(
        make.make_pipeline_case, pipeline=make.make_pipeline(), project=make.make_project()
    ),
    "pipeline_case_dates": lambda: make.make_pipeline_case(
        dropped_reason="撤出", dropped_on="2019/6"
    ),
    "stage_entry_once": lambda: entered_twice(),
    "stage_entry_dates": lambda: make.make_stage_entry(entered_on="2019/6"),
    "follow_up_once": lambda: twice(make.make_follow_up, case=make.make_pipeline_case()),
    "follow_up_next_step_said": lambda: make.make_follow_up(next_on="2026-05-01"),
    "target_counts_have_a_unit": lambda: make.make_target(unit="", planned=1),
    "target_not_its_own_part": lambda: own(make.make_target(), "parent"),
    "target_amounts_not_negative": lambda: make.make_target(done=-1),
    "target_dates": lambda: bad_date(make.make_target, "starts_on", "ends_on"),
    "target_starts_on_before_ends_on": lambda: backwards(make.make_target, "starts_on", "ends_on"),
    "investment_amounts_not_negative": lambda: make.make_investment(arrived_amount=-1),
    "investment_two_enterprises": invested_in_itself,
    "investment_dates": lambda: bad_date(
        make.make_investment, "signed_on", "started_on", "producing_on"
    ),
    "investment_started_on_before_producing_on": lambda: backwards(
        make.make_investment, "started_on", "producing_on"
    ),
    "outlet_name_once": lambda: twice(make.make_outlet, name="甲"),
    "outlet_dates": lambda: bad_date(make.make_outlet, "opened_on", "closed_on"),
    "outlet_opened_on_before_closed_on": lambda: backwards(
        make.make_outlet, "opened_on", "closed_on"
    ),
    "activity_name_once": lambda: twice(make.make_activity, name="甲"),
    "activity_dates": lambda: bad_date(make.make_activity, "starts_on", "ends_on"),
    "activity_starts_on_before_ends_on": lambda: backwards(
        make.make_activity, "starts_on", "ends_on"
    ),
    "agreement_name_once": lambda: twice(make.make_agreement, name="甲"),
    "agreement_dates": lambda: bad_date(make.make_agreement, "signed_on"),
    "award_exactly_one_holder": lambda: make.make_award(
        region=make.make_region(), site=make.make_site()
    ),
    "award_assessment_once": awarded_twice,
    "award_dates": lambda: bad_date(make.make_award, "granted_on"),
    "metric_name_once": lambda: twice(make.make_metric, name="甲"),
    "metric_formula_whole": lambda: make.make_metric(
        formula="share", numerator=make.make_metric(), denominator=None
    ),
    "metric_not_from_itself": lambda: own(
        make.make_metric(formula="growth", numerator=make.make_metric()), "numerator"
    ),
    "metric_not_above_itself": lambda: own(make.make_metric(), "not_above"),
    "series_name_once": lambda: twice(lambda: make.make_series(name="甲")),
    "series_scope_once": scoped_twice,
    "series_scopes_in_order": lambda: scoped(second_scope=make.make_scope_entry()),
    "series_scopes_differ": lambda: scoped(
        **dict.fromkeys(("first_scope", "second_scope"), make.make_scope_entry())
    ),
    "scope_entry_name_once": scope_entries_of_one_name,
    "scope_entry_effect_known": lambda: make.make_scope_entry(effect="less"),
    "scope_entry_not_within_itself": lambda: own(make.make_scope_entry(), "within"),
    "series_has_subject": lambda: make.make_series(region=None),
    "series_not_its_own_part": lambda: own(make.make_series(), "part_of"),
    "observation_number_once": observed_twice,
    "observation_place": lambda: make.make_observation(start=7, end=7),
    "observation_printed": lambda: make.make_observation(printed="", value=5),
    "observation_bounds": lambda: make.make_observation(value=5, lower=6, upper=7),
    "observation_period": lambda: make.make_observation(
        period_start="2020-01-02", period_end="2020-01-01"
    ),
    "observation_rank_reason": lambda: make.make_observation(rank="preferred"),
    "skipped_phrase_once": lambda: twice(
        make.make_skipped_phrase, source=make.make_source(), start=5, end=9
    ),
    "skipped_phrase_place": lambda: make.make_skipped_phrase(start=9, end=9),
    "finding_explained": lambda: make.make_finding(state="dismissed", explanation=""),
    "matter_says_something": lambda: make.make_matter(message=""),
    "matter_due_after_raised": lambda: make.make_matter(
        raised_on=date(2026, 5, 2), due_on=date(2026, 5, 1)
    ),
    "matter_ends_as_its_kind": lambda: make.make_matter(state="settled", answer="好了"),
    "matter_released_when_settled": lambda: make.make_matter(kind="freight", is_released=True),
    "matter_answered": lambda: make.make_matter(state="declined", answer=""),
    "warning_rule_comparison_is_whole": lambda: make.make_warning_rule(right=""),
    "warning_rule_threshold_not_negative": lambda: make.make_warning_rule(threshold=-1),
    "reporting_period_once": reported_twice(make.make_reporting_period, "headquarters"),
    "reporting_period_month": lambda: make.make_reporting_period(month="2026-05-02"),
    "project_plan_edition_once": lambda: twice(
        make.make_project_plan, project=make.make_project(), number=1
    ),
    "project_plan_year": lambda: make.make_project_plan(year=1996),
    "project_plan_adjusted_for_a_reason": lambda: make.make_project_plan(number=2),
    "project_plan_amounts_not_negative": lambda: make.make_project_plan(amount=-1),
    "milestone_number_once": lambda: twice(
        make.make_milestone, project=make.make_project(), number=1
    ),
    "milestone_has_a_name": lambda: make.make_milestone(name=""),
    "milestone_dates": lambda: bad_date(make.make_milestone, "planned_on", "actual_on"),
    **reports_broken("progress_report", "paid_to_date", "project"),
    **reports_broken("investment_report", "arrived_to_date", "investment"),
    **reports_broken("outlet_report", "tonnes", "outlet"),
    **reports_broken("jobs_report", "", "headquarters", "site"),
    **reports_broken("training_report", "", "headquarters"),
    **reports_broken("target_report", "done_to_date", "target"),
    "revision_number_once": lambda: twice(make.make_revision, row=make.make_project(), number=1),
    "revision_of_a_dataset": lambda: make.make_revision(dataset="nothing"),
    "observation_part_once": lambda: twice(
        make.make_observation_part, observation=make.make_observation(), number=1
    ),
    "account_sign_on": signed_on_alike,
    "account_end_year": lambda: account_that_ends("1996-12-31"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_constraint_refuses_a_row_that_breaks_it(name):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        BROKEN[name]()
    assert is_about(name, str(caught.value))


def is_about(name, message):
    """SQLite names a unique rule by its columns, everything else by its name."""
    return name in message or message.startswith("UNIQUE constraint failed")


def test_every_constraint_has_a_row_that_breaks_it():
    models = [*record_models(), Account]
    rules = {rule.name for model in models for rule in model._meta.constraints}
    assert rules == set(BROKEN), "BROKEN in aidtracker/tests/test_constraints.py"
