"""A project's parties are entered below it, each after the others unless it has a number."""

import pytest
from django.urls import reverse

from aidtracker.testing import make_enterprise, make_project, make_project_party

pytestmark = pytest.mark.django_db


def save_parties(client, project, *parties):
    existing = [*project.parties.all()]
    typed = {
        "name": project.name,
        "code": project.code,
        "headquarters": project.headquarters_id,
        "correction_reason": "补参与方",
        "parties-TOTAL_FORMS": len(existing) + len(parties),
        "parties-INITIAL_FORMS": len(existing),
    }
    for prefix in ("plans", "milestones", "progress_reports"):
        typed |= {f"{prefix}-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    for index, party in enumerate(existing):
        kept = {"id": party.pk, "number": party.number, "role": party.role}
        kept |= {"organisation": party.organisation}
        typed |= {f"parties-{index}-{name}": value for name, value in kept.items()}
    for index, party in enumerate(parties, len(existing)):
        typed |= {f"parties-{index}-{name}": value for name, value in party.items()}
    address = reverse("admin:projects_project_change", args=[project.pk])
    typed |= dict(client.get(address).context["shown_versions"])
    return client.post(address, typed)


def parties_of(project):
    return [(party.number, party.party_name) for party in project.parties.order_by("number")]


def test_parties_without_numbers_follow_in_order(admin_client):
    project = make_project()
    make_project_party(project=project, number=4, organisation="甲局")
    firm = make_enterprise(name="乙公司")
    save_parties(
        admin_client,
        project,
        {"role": "builder", "enterprise": firm.pk},
        {"role": "partner", "organisation": "丙校"},
    )
    assert parties_of(project) == [(4, "甲局"), (5, "乙公司"), (6, "丙校")]


def test_party_of_two_kinds_is_refused(admin_client):
    project = make_project()
    party = {"role": "builder", "enterprise": make_enterprise().pk, "organisation": "丙校"}
    response = save_parties(admin_client, project, party)
    form = response.context["inline_admin_formsets"][0].formset.forms[0]
    assert form.errors == {"organisation": ["企业、援疆指挥部、其他单位三者填一个，且只填一个。"]}
    assert parties_of(project) == []
