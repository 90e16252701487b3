"""Rows with every relation set, and the budget of queries that pages showing them keep."""

from aidtracker.testing import (
    make_activity,
    make_agreement,
    make_assessment,
    make_assessment_round,
    make_assessment_scheme,
    make_award,
    make_batch,
    make_category,
    make_enterprise,
    make_headquarters,
    make_investment,
    make_observation,
    make_outlet,
    make_pipeline_case,
    make_policy,
    make_program,
    make_project,
    make_region,
    make_series,
    make_site,
    make_source,
    make_stage_entry,
    make_subsidy,
    make_target,
)

BUDGET = 12
FEW, MANY = 2, 8  # rows before and after growing


def queries(client, url, django_assert_max_num_queries):
    """How many queries a page takes; fails over the budget or when the page does not open."""
    with django_assert_max_num_queries(BUDGET) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured)


def full_project():
    return make_project(
        category=make_category(),
        batch=make_batch(),
        site=make_site(),
        regions=[make_region(), make_region()],
        programs=[make_program()],
    )


def full_investment():
    return make_investment(
        investor=make_enterprise(),
        local_enterprise=make_enterprise(),
        origin=make_region(),
        region=make_region(),
        site=make_site(),
        headquarters=make_headquarters(),
        programs=[make_program()],
    )


def full_pipeline():
    return make_stage_entry().case.pipeline


def full_pipelinecase():
    case = make_pipeline_case(
        enterprise=make_enterprise(),
        site=make_site(),
        region=make_region(),
        headquarters=make_headquarters(),
        program=make_program(),
        activity=make_activity(),
        investment=make_investment(),
    )
    make_stage_entry(case=case, entered_on="2020")
    return case


def full_subsidy():
    return make_subsidy(
        enterprise=make_enterprise(),
        region=make_region(),
        headquarters=make_headquarters(),
        program=make_program(),
        project=make_project(),
        policy=make_policy(),
        starts_on="2020",
        amount=4,
        moved="insured",
        moved_amount=50,
    )


def full_target():
    return make_target(
        parent=make_target(),
        program=make_program(),
        project=make_project(),
        activity=make_activity(),
        site=make_site(),
        region=make_region(),
        headquarters=make_headquarters(),
        series=make_series(),
        starts_on="2020",
        ends_on="2020",
        unit="场",
        planned=4,
        done=2,
    )


def full_enterprise():
    return make_enterprise(parent=make_enterprise(), origin=make_region(), region=make_region())


def full_site():
    return make_site(
        region=make_region(),
        parent=make_site(),
        predecessor=make_site(),
        operator=make_enterprise(),
        headquarters=[make_headquarters()],
        programs=[make_program()],
    )


def full_outlet():
    return make_outlet(
        city=make_region(),
        platform=make_enterprise(),
        operator=make_enterprise(),
        program=make_program(),
        headquarters=make_headquarters(),
    )


def full_scheme():
    return make_assessment_scheme(
        headquarters=make_headquarters(), program=make_program(), policy=make_policy()
    )


def full_assessment():
    """An outlet rated before, and granted an award."""
    row = make_assessment(outcome="award")
    make_award(outlet=row.outlet, assessment=row)
    before = make_assessment_round(scheme=row.round.scheme, year=row.round.year - 1)
    make_assessment(round=before, outlet=row.outlet)
    return row


def full_activity():
    return make_activity(
        region=make_region(),
        site=make_site(),
        headquarters=[make_headquarters()],
        programs=[make_program()],
        starts_on="2019-04",
    )


def full_agreement():
    return make_agreement(
        regions=[make_region()],
        headquarters=[make_headquarters()],
        enterprises=[make_enterprise()],
        activity=make_activity(),
    )


def full_series():
    series = make_series(program=make_program(), part_of=make_series())
    make_observation(series=series)
    return series


MAKERS = {
    "project": full_project,
    "investment": full_investment,
    "subsidy": full_subsidy,
    "pipeline": full_pipeline,
    "pipelinecase": full_pipelinecase,
    "target": full_target,
    "enterprise": full_enterprise,
    "site": full_site,
    "outlet": full_outlet,
    "assessmentscheme": full_scheme,
    "assessment": full_assessment,
    "activity": full_activity,
    "agreement": full_agreement,
    "award": lambda: make_award(sources=[make_source()]),
    "metric": lambda: full_series().metric,
    "series": full_series,
    "observation": lambda: make_observation(series=make_series(site=make_site())),
}
