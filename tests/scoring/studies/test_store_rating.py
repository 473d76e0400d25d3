"""Stores are rated by what is proven of them: complaints, content customers, and customers who come back."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.scoring.facts.fact import Fact
from services.scoring.metrics.population_rules import StoreRules
from services.scoring.studies.shrinkage import of_events, of_shares
from services.scoring.studies.store_parts import complaints, rating, share
from services.scoring.studies.store_rating import StoreRating
from services.scoring.studies.stores import Store, Sums
from services.scoring.studies.study import Subject
from tests.scoring.metrics.facts import ago, exit_stated, opened, purchase, reopened, returned, visit, withdrawn
from tests.scoring.metrics.service_facts import survey
from tests.scoring.studies.subjects import at, found, setting, subject

Z = 1.959964
BOUNDS = 5, 50
COUNTS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 10_000)), min_size=1, max_size=20)
SHARES = st.lists(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1)


def stores(*subjects: Subject, **known: Any) -> dict[str, Any]:
    """The ratings by store."""
    ratings: dict[str, Any] = found(StoreRating(setting(**known)), *subjects).content["stores"]
    return ratings


def anonymous(**sold: int) -> dict[str, Sums]:
    """So many sales to nobody in particular, by store."""
    return {store: Sums(purchases=count) for store, count in sold.items()}


def complained(store: str, count: int, since: float = 50) -> list[Fact]:
    """So many complaints of one customer."""
    return at(store, *(opened(f"{store}-{number}", ago(since)) for number in range(count)))


def test_K08_one_complaint_does_not_condemn_a_small_store() -> None:
    told = stores(
        subject("ann", [*complained("small", 1), *complained("large", 40)]),
        anonymous=anonymous(small=20, large=20_000),
    )
    small, large = told["small"], told["large"]
    assert small["complaints"]["per_10000_transactions"]["value"] == 500
    assert large["complaints"]["per_10000_transactions"]["value"] == 20
    assert small["score"] >= large["score"]


def test_K08_a_small_store_with_a_complaint_stands_between_a_good_and_a_bad_one() -> None:
    facts = [*complained("small", 1), *complained("good", 40), *complained("bad", 90)]
    told = stores(subject("ann", facts), anonymous=anonymous(small=20, good=20_000, bad=20_000))
    assert told["good"]["score"] > told["small"]["score"] > told["bad"]["score"]
    assert told["small"]["score"] == 50


def test_K08_the_only_complaint_anywhere_costs_a_small_store_nothing_and_a_second_no_more_than_a_fifth() -> None:
    told = stores(subject("ann", complained("small", 1)), anonymous=anonymous(small=1, large=20_000))
    assert told["small"]["complaints"]["score"] == 50
    told = stores(subject("ann", complained("small", 2)), anonymous=anonymous(small=2, large=40_000))
    assert told["small"]["complaints"]["score"] == pytest.approx(40, abs=0.1)


def test_K08_much_evidence_shows_even_where_stores_differ_no_more_than_by_chance() -> None:
    sold = {"406": 3_036, "367": 4_191} | {str(n): 1_000 for n in range(30)}
    facts = [*complained("406", 8), *complained("367", 4)]
    facts += [fact for n in range(30) for fact in complained(str(n), 1 + n % 2)]
    told = stores(subject("ann", facts), anonymous=anonymous(**sold))
    assert told["406"]["complaints"]["score"] < 50 < told["367"]["complaints"]["score"]
    # 57 complaints in 37,227; 4.65 and 6.42 were to be expected, and one more or less says nothing
    assert told["406"]["complaints"]["score"] == pytest.approx(50 * (2 - (50 + 7) / (50 + 4.6486)), abs=0.001)
    assert told["367"]["complaints"]["score"] == pytest.approx(50 * (2 - (50 + 5) / (50 + 6.4171)), abs=0.001)


def test_K08_a_store_with_little_evidence_of_its_own_is_graded_as_all_are_and_says_so() -> None:
    facts = [*complained("small", 1), *complained("large", 40)]
    told = stores(subject("ann", facts), anonymous=anonymous(small=1, large=20_000))
    small, large = told["small"], told["large"]
    assert (small["score"], small["rating"], small["coverage"]) == (50, "C", 0)
    assert small["reason"].endswith("None of it rests on the store's own evidence yet: it is near the average of all.")
    assert (large["rating"], large["coverage"], large["reason"][-4:]) == ("C", 0.4, "100.")


def test_S06_what_fewer_than_five_customers_did_is_no_evidence_of_a_store() -> None:
    people = [subject(f"c{n}", at("1", purchase("a", ago(120)), purchase("b", ago(20)))) for n in range(5)]
    sold = {"1": Sums(purchases=20_000), "2": Sums(purchases=20_000)}
    complaints = subject("x", [*complained("1", 20), *complained("2", 30)])
    assert stores(complaints, *people, anonymous=sold)["1"]["coverage"] == 0.7
    assert stores(complaints, *people, anonymous=sold)["1"]["rating"] is not None
    assert stores(complaints, *people[:4], anonymous=sold)["1"]["coverage"] == 0.4


def test_K08_where_nobody_complains_of_any_store_none_is_silence() -> None:
    told = stores(anonymous=anonymous(a=100))["a"]
    assert told["complaints"]["count"] == 0
    assert (told["complaints"]["score"], told["score"], told["rating"]) == (None, None, None)
    assert told["reason"] == "No part of the rating is known."


def test_K08_a_store_without_a_transaction_has_no_rating() -> None:
    known = {"old": Store("old", format="grocery", closed_on=date(2012, 1, 1))}
    told = stores(subject("ann", complained("old", 1)), stores=known)["old"]
    assert (told["format"], told["complaints"]["count"]) == ("grocery", 1)
    assert (told["score"], told["rating"], told["reason"]) == (None, None, "No transaction in the window.")
    assert told["complaints"]["per_10000_transactions"] is None


def test_K08_transactions_are_all_bills_of_the_window() -> None:
    bill = at("1", purchase("b2", ago(20)))[0]
    facts = [*at("1", purchase("b1", ago(10)), purchase("old", ago(400)), visit("v1", ago(10)))]
    told = stores(subject("ann", [*facts, bill, returned(bill, ago(5))]), anonymous={"1": Sums(3, 4)})["1"]
    assert (told["transactions"], told["visits"]) == (5, 5)


def test_K08_a_complaint_taken_back_counts_only_where_we_had_failed() -> None:
    taken_back = [opened("a", ago(50)), withdrawn("a", ago(49.5))]
    again = [opened("b", ago(50)), withdrawn("b", ago(49.5)), reopened("b", ago(49))]
    late = [opened("c", ago(50)), withdrawn("c", ago(10))]
    told = stores(subject("ann", at("1", *taken_back, *again, *late, opened("old", ago(400)))))["1"]
    assert told["complaints"]["count"] == 2


def test_K08_the_interval_is_wilsons_and_poissons_beyond_one_each() -> None:
    few = complaints(1, 20, 0, of_events([(1, 20)], *BOUNDS), Z)
    assert few["per_10000_transactions"]["interval"] == pytest.approx([88.8, 2361.3], abs=0.1)
    assert few["per_10000_visits"] is None
    many = complaints(5, 20, 2, of_events([(5, 20)], *BOUNDS), Z)["per_10000_visits"]
    assert many["value"] == 25_000
    assert many["interval"] == pytest.approx([10_678.5, 58_528.8], abs=0.1)


def test_S06_satisfaction_is_the_share_of_content_answers_drawn_to_all() -> None:
    said = [*at("1", survey(ago(5), csat=5), survey(ago(6), csat=3), survey(ago(7), nps=9)), survey(ago(8), csat=1)]
    told = stores(subject("ann", [*said, *at("1", survey(ago(400), csat=1))]))["1"]["satisfaction"]
    assert (told["count"], told["n"], told["share"], told["score"]) == (1, 2, 0.5, 50)
    none = share(0, 0, of_shares([(1, 2)], *BOUNDS), Z)
    assert (none["share"], none["shrunk"], none["score"]) == (None, None, None)


def test_S06_retention_is_of_the_customers_whose_main_store_it_was() -> None:
    before = at("1", purchase("a", ago(120)), purchase("b", ago(110)))
    elsewhere = at("2", purchase("c", ago(100)))
    back = at("2", *(purchase(f"d{days}", ago(days)) for days in (10, 20, 30)))
    gone = [*before, exit_stated(ago(95))]
    told = stores(
        subject("ann", [*before, *elsewhere, *back]),
        subject("bob", before),
        subject("cid", [*gone, *back]),
        subject("dan", at("1", purchase("e", ago(500)))),
    )
    assert (told["1"]["retention"]["count"], told["1"]["retention"]["n"]) == (1, 2)
    assert told["2"]["retention"]["n"] == 0


def test_S06_of_two_main_stores_the_first_by_id_counts() -> None:
    told = stores(subject("ann", [*at("9", purchase("a", ago(100))), *at("10", purchase("b", ago(120)))]))
    assert (told["10"]["retention"]["n"], told["9"]["retention"]["n"]) == (1, 0)


def test_K08_the_rating_is_the_weighted_mean_of_what_is_known() -> None:
    rules = StoreRules()
    every = {"complaints", "satisfaction", "retention"}
    whole = rating(1, {"complaints": 50.0, "satisfaction": 80.0, "retention": 90.0}, every, rules)
    assert (whole["score"], whole["rating"], whole["coverage"]) == (71, "B", 1)
    assert whole["reason"] == "Complaints 50.0, satisfaction 80.0, retention 90.0 of 100."
    half = rating(1, {"complaints": 50.0, "satisfaction": None, "retention": 90.0}, every, rules)
    assert (half["score"], half["rating"], half["coverage"]) == (67.1429, "B", 0.7)
    thin = rating(1, {"complaints": 50.0, "satisfaction": None, "retention": 90.0}, {"complaints"}, rules)
    assert (thin["score"], thin["rating"], thin["coverage"]) == (67.1429, "B", 0.4)
    assert [rules.grade(score) for score in (100, 80, 79.9, 40, 20, 19.9, 0)] == ["A", "A", "B", "C", "D", "E", "E"]


@pytest.mark.parametrize(
    "rules",
    [{"weights": {"complaints": 1}}, {"grades": {"A": 50}}, {"grades": {}}, {"least_base": 0}, {"most_base": 1}],
)
def test_K08_rules_that_rate_not_every_store_are_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        StoreRules(**rules)


def test_K08_stores_that_differ_beyond_chance_keep_most_of_what_is_their_own() -> None:
    base = of_events([(100, 20_000), (400, 20_000), (250, 20_000)], *BOUNDS)
    assert base.rate == pytest.approx(0.0125)
    assert base.shrunk(100, 20_000) == pytest.approx(0.005, rel=0.1)
    same = of_events([(100, 20_000), (105, 20_000), (95, 20_000)], *BOUNDS)
    assert same.weight == pytest.approx(10_000), "no more than 50 events"
    alone = of_events([(7, 100)], *BOUNDS)
    assert alone.shrunk(7, 100) == pytest.approx(alone.rate) == 0.07
    assert of_events([], *BOUNDS).rate is None


def test_S06_shares_weigh_as_the_beta_binomial_says() -> None:
    # Two stores of 10, 2 and 8 content: (18 - 20/4)/(2 * 90) = 0.0722 between them; 0.25/0.0722 - 1 = 2.4615
    assert of_shares([(2, 10), (8, 10)], 1, 50).weight == pytest.approx(2.4615, abs=1e-4)
    assert of_shares([(5, 10), (5, 10)], 1, 50).weight == 50
    assert of_shares([(0, 1), (1, 1)], 1, 50).weight == 50, "answers of one each show no difference"
    drawn = np.random.default_rng(7)
    n = 40
    content = drawn.binomial(n, drawn.beta(6, 4, 5_000))
    base = of_shares([(int(count), n) for count in content], 1, 50)
    assert base.weight == pytest.approx(10, rel=0.03)


@given(COUNTS)
def test_K08_a_shrunk_rate_lies_between_the_own_and_the_base(counts: list[tuple[int, int]]) -> None:
    _between(of_events(counts, *BOUNDS), counts)


@given(SHARES)
def test_S06_a_shrunk_share_lies_between_the_own_and_the_base(counts: list[tuple[int, int]]) -> None:
    _between(of_shares(counts, *BOUNDS), counts)


def _between(base: Any, counts: list[tuple[int, int]]) -> None:
    for count, n in counts:
        low, high = sorted((base.rate, count / n))
        assert low - 1e-9 <= base.shrunk(count, n) <= high + 1e-9
