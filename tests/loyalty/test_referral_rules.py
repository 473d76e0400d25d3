"""L08: who may bring whom, and which purchase qualifies a referral: rules alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.loyalty.referrals.domain import (
    BROUGHT,
    KNOWN,
    RING,
    SELF,
    Bought,
    Known,
    RefusedError,
    check,
    qualifying,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = Known({"asha"}, {"ben", "ben-2"}, brought=False, above={"cleo"}, bought=False)
LINES = st.sets(st.integers(1, 3))
PURCHASES = st.lists(
    st.builds(
        Bought,
        st.uuids().map(str),
        st.integers(0, 3).map(lambda days: NOON + timedelta(days=days)),
        st.just("USD"),
        LINES,
        LINES,
    )
)


def test_L08_a_new_friend_may_be_brought() -> None:
    check(GOOD)


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        (GOOD._replace(customer={"asha", "ben-2"}), SELF),
        (GOOD._replace(brought=True), BROUGHT),
        (GOOD._replace(above={"cleo", "ben-2"}), RING),
        (GOOD._replace(bought=True), KNOWN),
    ],
)
def test_L08_each_rule_refuses_by_its_name(known: Known, rule: str) -> None:
    with pytest.raises(RefusedError, match=rule):
        check(known)


@given(PURCHASES)
def test_L08_the_first_purchase_that_they_keep_something_of_qualifies(bought: list[Bought]) -> None:
    first, kept = qualifying(bought), [each for each in bought if set(each.goods) - set(each.back)]
    assert (first is None) == (not kept)
    if first is not None:
        assert first in kept
        assert all((first.at, first.id) <= (each.at, each.id) for each in kept)
    assert qualifying(reversed(bought)) == first
