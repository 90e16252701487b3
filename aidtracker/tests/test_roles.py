"""The groups that come with the site, and that an installation may change them."""

from itertools import product

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from aidtracker.accounts.roles import dump_groups
from aidtracker.ground.datasets import record_models
from aidtracker.review.reviewed import Reviewed
from aidtracker.storage.fixtures import fixture_path, load_fixtures
from aidtracker.testing import make_staff

pytestmark = pytest.mark.django_db

REFERENCE = {
    "programs": "region headquarters batch pairing program category policy",
    "projects": "metric scopeentry warningrule reportingperiod pipeline pipelinestage",
}
LEDGERS = {
    "programs": "source official",
    "projects": "enterprise site project projectparty investment outlet activity agreement award "
    "series observation skippedphrase projectplan milestone progressreport investmentreport "
    "outletreport jobsreport trainingreport subsidy target targetreport pipelinecase stageentry "
    "followup assessmentscheme criterion assessmentround assessment score",
}
REVIEWED = {
    "projects": "project investment outlet observation projectplan milestone progressreport "
    "investmentreport outletreport jobsreport trainingreport revision subsidy target "
    "targetreport pipelinecase stageentry assessmentscheme assessment"
}
OTHERS = {"projects": "revision finding observationpart matter"}
ANSWERS = {"projects": "matter"}


def rights_of(group):
    """The rights of a group by their codes: `projects.add_project`."""
    rows = Permission.objects.filter(group=group).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def rights(verbs, models):
    return {
        f"{app}.{verb}_{name}"
        for app, names in models.items()
        for verb, name in product(verbs.split(), names.split())
    }


SEES_RECORDS = rights("view", REFERENCE) | rights("view", LEDGERS) | rights("view", OTHERS)
SEES_ACCOUNTS = {"auth.view_user", "auth.view_group", "programs.view_account"}

ROLES = {
    "填报员": SEES_RECORDS
    | rights("add change delete import", LEDGERS)
    | rights("add change delete", {"projects": "revision"})
    | rights("add change import", ANSWERS)
    | {"projects.change_finding"},
    "审核员": SEES_RECORDS | rights("approve", REVIEWED) | rights("change", ANSWERS),
    "发布员/指挥长": SEES_RECORDS
    | rights("publish", REVIEWED)
    | {"projects.add_reportingperiod", "projects.change_reportingperiod"},
    "全国数据管理员": SEES_RECORDS
    | rights("add change delete import", REFERENCE)
    | rights("add change import", {"programs": "source"})
    | rights("change delete", ANSWERS)
    | rights("add change delete", {"projects": "revision"}),
    "系统管理员": {"auth.add_user", "auth.change_user", "auth.view_user"},
    # The names of headquarters and batches are what is granted.
    "安全管理员": SEES_ACCOUNTS
    | {"auth.change_group", "programs.change_account"}
    | {"programs.view_headquarters", "programs.view_batch"},
    "审计员": SEES_RECORDS | SEES_ACCOUNTS | {"aidtracker.view_act"},
}


@pytest.mark.parametrize("name", ROLES)
def test_role_has_its_rights_and_no_others(name):
    files = "fixtures/groups.json and the tables of aidtracker/tests/test_roles.py"
    assert rights_of(Group.objects.get(name=name)) == ROLES[name], files


def test_groups_are_the_roles():
    assert {*Group.objects.values_list("name", flat=True)} == {*ROLES}


def test_table_of_roles_knows_every_dataset():
    """A new model is seen by nobody until somebody decides who may see it."""
    known = {right.split(".view_")[1] for right in SEES_RECORDS}
    models = {model._meta.model_name for model in record_models()}
    assert known == models, "the tables of aidtracker/tests/test_roles.py"


def test_table_of_roles_knows_every_reviewed_model():
    reviewed = {
        model.__name__.lower() for model in apps.get_models() if issubclass(model, Reviewed)
    }
    reviewed = {name for name in reviewed if not name.startswith("historical")}
    assert {*REVIEWED["projects"].split()} == reviewed


def test_nobody_both_enters_and_approves_or_grants_and_enters():
    """Rights that one role must not have together: to write, approve, publish and administer."""
    for name, codes in ROLES.items():
        verbs = {code.split(".")[1].split("_")[0] for code in codes if code.startswith("proj")}
        kinds = verbs & {"import", "approve", "publish"}
        assert len(kinds) <= 1, name
    assert not any(
        code.startswith("projects.") for code in ROLES["系统管理员"] | ROLES["安全管理员"]
    )


# Loading and writing back


def all_rights():
    return {group.name: rights_of(group) for group in Group.objects.all()}


@pytest.mark.parametrize(
    "load", [load_fixtures, lambda: call_command("loaddata", "groups", verbosity=0)]
)
def test_groups_loaded_again_change_nothing(load):
    group = Group.objects.get(name="填报员")
    group.permissions.add(Permission.objects.get(codename="add_policy"))
    group.permissions.remove(Permission.objects.get(codename="delete_project"))
    before, key = all_rights(), group.pk
    load()
    assert all_rights() == before
    assert Group.objects.get(name="填报员").pk == key


@pytest.mark.parametrize(
    "load", [load_fixtures, lambda: call_command("loaddata", "groups", verbosity=0)]
)
def test_group_that_is_missing_is_loaded(load):
    Group.objects.all().delete()
    load()
    assert all_rights() == ROLES


@pytest.mark.once
def test_groups_are_brought_back_when_asked():
    Group.objects.get(name="填报员").permissions.clear()
    load_fixtures(keep_existing=False)
    assert all_rights() == ROLES


def test_groups_dumped_are_the_file_that_was_loaded():
    assert dump_groups() == fixture_path("groups").read_text(encoding="utf-8")


def test_group_of_the_staff_gives_its_rights():
    user = make_staff(groups=[Group.objects.get(name="填报员")])
    assert user.has_perm("projects.add_progressreport")
    assert not user.has_perm("projects.approve_progressreport")
