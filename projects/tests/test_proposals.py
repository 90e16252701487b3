"""What the entry page proposes: the best of all series and subjects, found without reading all."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aidtracker.testing import (
    make_enterprise,
    make_metric,
    make_observation,
    make_series,
    make_source,
)
from projects.entry.document import latest_first
from projects.entry.proposals import (
    LAST_SUBJECT,
    LATELY,
    MOST,
    SAME_SUBJECT,
    USED_HERE,
    Place,
    series_options,
    subject_name,
    subject_options,
    subject_rows,
)
from projects.models import Observation, Series
from projects.models.metrics import SUBJECTS

pytestmark = pytest.mark.django_db


def used_in(place):
    """The series of the latest figures of a document, the last one first."""
    rows = latest_first(place.source.observations.select_related("series"))
    return [row.series for row in rows[:LATELY]]


def best_of_all(place, words):
    """The names that ranking every series one by one gives."""
    used = used_in(place)
    last = used[0] if used else None
    rows = [
        row
        for row in Series.objects.with_subjects().best_for(words)
        if words or place.fits(row.metric)
    ]
    same = set(last.subjects) if last else set()

    def order(row):
        near = [place.nearness(one.name, one.aliases) for one in row.subjects]
        score = place.metric_score(row.metric) + sum(near) / len(near)
        score += SAME_SUBJECT * bool(same & {*row.subjects})
        score += USED_HERE * used.count(row) / max(1, len(used))
        return row.closeness, not place.fits(row.metric), row != last, -score, row.slug

    return [row.name for row in sorted(rows, key=order)[:MOST]]


def named_of_all(place, words):
    """The subjects that ranking every one gives."""
    used = used_in(place)
    here = {subject for series in used for subject in series.subjects}
    last = set(used[0].subjects) if used else set()
    found = []
    for kind in SUBJECTS:
        for row in subject_rows(kind, place.user).best_for(words):
            near = max(place.nearness(row.name, row.aliases), LAST_SUBJECT * (row in here))
            if words or near:
                found.append((row.closeness, -near, row not in last, len(row.name), kind, row))
    return [subject_name(kind, row) for *_, kind, row in sorted(found, key=lambda one: one[:4])]


@pytest.fixture
def places():
    """Figures as if they were just being entered, behind words that name what they are about."""
    user, found = User(is_superuser=True), []
    rows = Observation.objects.select_related("source", "series__metric").order_by("pk")
    for figure in rows[::45]:
        series, source = figure.series, figure.source
        names = "、".join(str(one) for one in reversed(series.subjects))
        source.text = (
            f"据介绍，{names}今年的{series.metric.name[:-1]}等继续增长，为{figure.printed}。"
        )
        end = len(source.text) - 1
        found.append(Place(user, source, end - len(figure.printed), end, figure.printed))
    return [*found, Place(user, found[0].source, 0, 0)]


@pytest.mark.parametrize("words", ["", "核桃", "阿克苏", "浙江 援疆", "tour", "绝无此物"])
def test_best_series_are_those_of_ranking_all(places, words):
    found = [[one.value for one in series_options(place, words)] for place in places]
    assert found == [best_of_all(place, words) for place in places]
    assert len(places) > 5


@pytest.mark.parametrize("words", ["", "阿克苏", "浙江", "绝无此物"])
def test_best_subjects_are_those_of_ranking_all(places, words):
    found = [[one.value for one in subject_options(place, words)] for place in places]
    assert found == [named_of_all(place, words)[:MOST] for place in places]


def test_alias_that_stands_before_a_figure_is_a_name_too():
    company = make_enterprise(name="新疆大漠果业有限公司", aliases=["大漠果业", ""])
    text = "大漠果业去年销售核桃 300 吨"
    source = make_source()
    source.text = text
    place = Place(User(is_superuser=True), source, 10, 15, "300 吨")
    assert [one.pk for one in subject_options(place)] == [company.pk]


def test_more_series_are_not_read():
    user, metric = User(is_superuser=True), make_metric(name="核桃产量", unit="吨")
    figure = make_observation(printed="300吨", series=make_series(metric=metric))
    place = Place(user, figure.source, 0, 0, "300吨")

    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert series_options(place)
        return len(captured)

    before = asked()
    for number in range(30):
        make_series(metric=metric, scope_note=f"范围{number}")
    assert asked() <= before <= 8
    assert len(series_options(place)) == MOST
