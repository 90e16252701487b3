"""Interval arithmetic: open ends, zero, and ends that only touch."""

from decimal import Decimal

import pytest

from projects.reading.intervals import Interval


def span(low, high):
    return Interval(*(None if end is None else Decimal(str(end)) for end in (low, high)))


def test_ends_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError, match="above"):
        span(2, 1)


@pytest.mark.parametrize(
    ("one", "other", "total"),
    [
        (span(1, 2), span(3, 5), span(4, 7)),
        (span(1, None), span(3, 5), span(4, None)),
        (span(None, 2), span(3, 5), span(None, 7)),
        (span(1, None), span(None, 5), span(None, None)),
    ],
)
def test_sum(one, other, total):
    assert one + other == total


@pytest.mark.parametrize(
    ("one", "other", "rest"),
    [
        (span(10, 12), span(3, 5), span(5, 9)),
        (span(10, None), span(3, 5), span(5, None)),
        (span(10, 12), span(3, None), span(None, 9)),
        (span(10, 12), span(None, 3), span(7, None)),
    ],
)
def test_difference(one, other, rest):
    assert one - other == rest


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        (span(2, 3), span(4, 5), span(8, 15)),
        (span(-2, 3), span(4, 5), span(-10, 15)),
        (span(0, 3), span(4, None), span(0, None)),
        (span(0, 0), span(None, None), span(0, 0)),
        (span(2, None), span(-1, 5), span(None, None)),
    ],
)
def test_product(one, other, result):
    assert one * other == result


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        (span(6, 8), span(2, 4), span("1.5", 4)),
        (span(6, 8), span(2, None), span(0, 4)),
        (span(6, None), span(2, 3), span(2, None)),
        (span(6, 8), span(0, 2), span(3, None)),
        (span(6, 8), span(-2, 0), span(None, -3)),
        (span(0, 8), span(0, 2), span(0, None)),
        (span(-6, 8), span(0, 2), span(None, None)),
        (span(6, 8), span(-1, 2), span(None, None)),
        (span(6, 8), span(0, 0), span(None, None)),
        (span(6, 8), span(None, None), span(None, None)),
        (span(6, None), span(2, None), span(0, None)),
        (span(6, 8), span(-4, -2), span(-4, "-1.5")),
    ],
)
def test_quotient(one, other, result):
    assert one / other == result


def test_quotient_of_whole_numbers_is_exact():
    assert span(6, 6) / span(3, 3) == span(2, 2)


def test_scale_by_a_negative_number_turns_the_ends():
    assert span(1, None).scale(-2) == span(None, -2)


def test_shift():
    assert span(1, None).shift(-3) == span(-2, None)


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        (span(1, 2), span(2, 3), True),
        (span(1, 2), span("2.001", 3), False),
        (span(1, None), span(None, 1), True),
        (span(1, None), span(None, "0.9"), False),
        (span(None, None), span(5, 5), True),
    ],
)
def test_intersection(one, other, meets):
    assert one.intersects(other) is meets
    assert other.intersects(one) is meets


def test_is_above_only_where_every_number_is_greater():
    assert span(3, None).is_above(span(None, 2)) is True
    assert span(2, None).is_above(span(None, 2)) is False
    assert span(None, 9).is_above(span(1, 2)) is False


def test_hull():
    assert span(1, 2).hull(span(4, None)) == span(1, None)


def test_what_is_known():
    assert (span(None, None).is_known, span(None, 1).is_known) == (False, True)
    assert (span(1, 2).is_bounded, span(1, None).is_bounded) == (True, False)
