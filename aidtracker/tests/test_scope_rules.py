"""Whose rows are whose: the scope of an account, and what it lets a person read and change."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from aidtracker.ground.scope import (
    changeable,
    check_owner,
    fill_owner,
    may_change,
    readable,
    scope_of,
    visible,
)
from aidtracker.testing import (
    make_batch,
    make_finding,
    make_headquarters,
    make_observation,
    make_progress_report,
    make_project,
    make_region,
    make_series,
    make_skipped_phrase,
    make_source,
    make_staff,
)
from programs.models import Account
from projects.models import Finding, ProgressReport, Project, Series

pytestmark = pytest.mark.django_db

Reach = Account.Reach


@pytest.fixture
def province():
    return make_headquarters(name="省前指")


@pytest.fixture
def city(province):
    return make_headquarters(name="市指挥部", parent=province)


@pytest.fixture
def branch(city):
    return make_headquarters(name="分指挥部", parent=city)


@pytest.fixture
def other():
    return make_headquarters(name="外省指挥部")


def fresh(user):
    """The user as the next request reads them."""
    return User.objects.get(pk=user.pk)


def may_read(row, user):
    """Whether a user may read a stored row."""
    return readable(type(row)._base_manager.filter(pk=row.pk), user).exists()


# The scope of an account


def test_headquarters_covers_all_below_it(province, city, branch, other):
    scope = scope_of(make_staff(province))
    assert scope.headquarters == {province.pk, city.pk, branch.pk}
    assert (scope.home, scope.reads_all, scope.changes_all) == (province.pk, False, False)


def test_headquarters_does_not_cover_what_is_above_it(province, city):
    assert scope_of(make_staff(city)).headquarters == {city.pk}


def test_account_of_several_headquarters_has_no_home(city, other):
    scope = scope_of(make_staff(city, other))
    assert (scope.headquarters, scope.home) == ({city.pk, other.pk}, None)


def test_two_headquarters_that_are_each_others_parents_end(city, province):
    type(province).objects.filter(pk=province.pk).update(parent=city)
    assert scope_of(make_staff(city)).headquarters == {city.pk, province.pk}


def test_observer_reads_all_and_keeps_nothing(city):
    scope = scope_of(make_staff(city, reach=Reach.READS_ALL))
    assert (scope.headquarters, scope.reads_all, scope.changes_all) == (frozenset(), True, False)


def test_keeper_of_the_whole_record_changes_all():
    scope = scope_of(make_staff(reach=Reach.CHANGES_ALL))
    assert (scope.reads_all, scope.changes_all, scope.home) == (True, True, None)


def test_user_without_account_covers_nothing():
    scope = scope_of(User.objects.create(username="无账号", is_staff=True))
    assert (scope.headquarters, scope.reads_all) == (frozenset(), False)


def test_user_who_was_deactivated_covers_nothing(city):
    user = make_staff(city, is_superuser=True)
    user.is_active = False
    assert scope_of(user).headquarters == frozenset()


@pytest.mark.parametrize(("days", "covers"), [(-1, False), (0, True), (1, True)])
def test_account_covers_until_its_last_day(city, days, covers):
    user = make_staff(city, reach=Reach.CHANGES_ALL)
    Account.objects.update(ends_on=timezone.localdate() + timedelta(days=days))
    assert scope_of(fresh(user)).changes_all is covers


def test_account_ends_with_its_batch(city):
    user = make_staff(city)
    Account.objects.update(batch=make_batch(ends_on="2019-12"))
    assert scope_of(fresh(user)).headquarters == frozenset()


def test_scope_takes_two_queries_once(province, city, django_assert_num_queries):
    user = fresh(make_staff(province))
    with django_assert_num_queries(2):
        scope_of(user)
        scope_of(user)


# Which rows


def test_rows_of_headquarters_below_are_read_and_changed(province, city, other):
    user = make_staff(province)
    own, below = make_project(headquarters=province), make_project(headquarters=city)
    foreign = make_project(headquarters=other)
    rows = Project.objects.filter(pk__in=[own.pk, below.pk, foreign.pk])
    assert {*readable(rows, user)} == {own, below}
    assert {*changeable(rows, user)} == {own, below}


def test_rows_above_and_beside_are_not_there(province, city, other):
    user = make_staff(city)
    assert not may_read(make_project(headquarters=province), user)
    assert not may_read(make_project(headquarters=other), user)


def test_observer_reads_and_does_not_change(city):
    user = make_staff(city, reach=Reach.READS_ALL)
    row = make_project(headquarters=city)
    assert (may_read(row, user), may_change(row, user)) == (True, False)


def test_row_belongs_to_whom_its_parent_row_belongs(city, other):
    user = make_staff(city)
    own = make_progress_report(project=make_project(headquarters=city))
    foreign = make_progress_report(project=make_project(headquarters=other))
    rows = ProgressReport.objects.filter(pk__in=[own.pk, foreign.pk])
    assert [*readable(rows, user)] == [own]


def test_row_without_owner_is_read_by_all_and_changed_by_the_keepers(city):
    row = make_observation()
    user, keeper = make_staff(city), make_staff(reach=Reach.CHANGES_ALL)
    assert (may_read(row, user), may_change(row, user)) == (True, False)
    assert (may_read(row, keeper), may_change(row, keeper)) == (True, True)


def test_shared_row_of_others_is_read_and_not_changed(city, other):
    row = make_region(maintainer=other)
    assert (may_read(row, make_staff(city)), may_change(row, make_staff(city))) == (True, False)


def test_finding_belongs_to_all_whose_figures_it_names(city, other):
    finding = make_finding(
        observations=[make_observation(maintainer=city), make_observation(maintainer=other)]
    )
    about = make_finding(observations=[make_observation(series=make_series(headquarters=city))])
    user = make_staff(city)
    assert may_change(finding, user)
    assert may_change(about, user)
    assert [*changeable(Finding.objects.filter(pk=finding.pk), user)] == [finding]


def test_finding_of_an_unpublished_foreign_figure_is_not_there(city, other):
    foreign = make_observation(maintainer=other, status="draft")
    finding = make_finding(observations=[make_observation(maintainer=city), foreign])
    user = make_staff(city)
    assert (may_read(finding, user), may_change(finding, user)) == (False, False)
    assert may_read(finding, make_staff(other))


@pytest.mark.parametrize(("review", "is_seen"), [("draft", False), ("published", True)])
def test_series_about_a_foreign_project_is_there_once_that_is_public(city, other, review, is_seen):
    series = make_series(project=make_project(headquarters=other, review=review))
    rows = Series.objects.filter(pk=series.pk)
    assert readable(rows, make_staff(city)).exists() is is_seen
    assert readable(rows, make_staff(other)).exists()


def test_what_stands_in_a_foreign_document_is_not_there(city, other):
    report = make_source(maintainer=other, kind="report")
    figure, phrase = make_observation(source=report), make_skipped_phrase(source=report)
    user = make_staff(city)
    assert (may_read(figure, user), may_read(phrase, user)) == (False, False)


def test_public_rows_of_others_are_visible_but_not_there(city, other):
    user = make_staff(city)
    draft = make_project(headquarters=other, review="draft")
    public = make_project(headquarters=other)
    rows = Project.objects.filter(pk__in=[draft.pk, public.pk])
    assert ([*visible(rows, user)], [*readable(rows, user)]) == ([public], [])


def test_models_that_belong_to_nobody_are_open_to_all():
    rows = User.objects.all()
    assert readable(rows, make_staff()) is rows
    assert changeable(rows, make_staff()) is rows


# The owner of a row that is about to be stored


def test_row_is_given_to_own_headquarters_only(city, other):
    user = make_staff(city)
    check_owner(Project(headquarters=city), user)
    with pytest.raises(ValidationError, match="这条援疆项目不归您的指挥部维护"):
        check_owner(Project(headquarters=other), user)


def test_what_is_stored_decides_and_not_what_a_form_says(city, other):
    row = make_project(headquarters=other)
    row.headquarters = city
    assert not may_change(row, make_staff(city))


def test_report_of_a_foreign_project_is_refused(city, other):
    report = ProgressReport(project=make_project(headquarters=other))
    with pytest.raises(ValidationError, match="这条项目月报不归您的指挥部维护"):
        check_owner(report, make_staff(city))


def test_shared_row_without_owner_is_refused(city):
    region = make_region()
    with pytest.raises(ValidationError, match="这条地区不归您的指挥部维护"):
        check_owner(region, make_staff(city))


def test_person_of_several_headquarters_has_to_choose(city, other):
    with pytest.raises(ValidationError, match="请选择其中一个"):
        check_owner(Project(), make_staff(city, other))


def test_finding_is_explained_by_those_whose_figures_it_names(city, other):
    finding = make_finding(observations=[make_observation(maintainer=city)])
    check_owner(finding, make_staff(city))
    with pytest.raises(ValidationError):
        check_owner(finding, make_staff(other))


def test_keeper_gives_rows_to_anyone(other):
    check_owner(Project(headquarters=other), make_staff(reach=Reach.CHANGES_ALL))


def test_row_without_owner_is_filled_with_the_only_headquarters(city, province):
    row = Project()
    fill_owner(row, make_staff(province))
    assert row.headquarters == province


def test_owner_is_not_filled_where_there_are_several_or_there_is_one(city, other):
    row, given = Project(), Project(headquarters=other)
    fill_owner(row, make_staff(city, other))
    fill_owner(given, make_staff(city))
    assert (row.headquarters_id, given.headquarters) == (None, other)
