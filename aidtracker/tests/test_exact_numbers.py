from decimal import Decimal

import pytest
from django.db import connection

from aidtracker.testing import make_metric, make_observation, make_series
from projects.models import Observation

pytestmark = pytest.mark.django_db
LARGE = Decimal("123456789012345.678")


def observation(value):
    row = make_observation(printed="5元", series=make_series(metric=make_metric(unit="元")))
    Observation.objects.filter(pk=row.pk).update(value=value, lower=value, upper=value)
    return row


@pytest.mark.parametrize("value", [LARGE, -LARGE, Decimal("0.001"), Decimal(0), None])
def test_decimals_of_18_digits_come_back_as_they_were_stored(value):
    row = observation(value)
    row.refresh_from_db()
    assert (row.value, row.lower) == (value, value)
    assert list(Observation.objects.filter(pk=row.pk).values_list("value", flat=True)) == [value]
    assert row.history.count() >= 1


def test_decimals_are_compared_and_sorted_by_size():
    rows = [observation(value) for value in (LARGE, Decimal("99.5"), LARGE + Decimal("0.001"))]
    assert Observation.objects.get(value=LARGE).pk == rows[0].pk
    assert Observation.objects.filter(value__gt=LARGE).get().pk == rows[2].pk
    ours = Observation.objects.filter(pk__in=[row.pk for row in rows])
    ordered = ours.order_by("value").values_list("pk", flat=True)
    assert list(ordered) == [rows[1].pk, rows[0].pk, rows[2].pk]


def test_sqlite_keeps_whole_thousandths():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps decimals as they are")
    row = observation(LARGE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM projects_observation WHERE id = %s", [row.pk])
        assert cursor.fetchone() == (123456789012345678,)
