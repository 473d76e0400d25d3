"""Customization and Communications: what we sent the customer, and what came of it."""

from dataclasses import replace

from services.scoring.facts.fact import Fact
from services.scoring.metrics.communications import communications
from services.scoring.metrics.customization import customization
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events.customers import ConsentGranted
from tests.scoring.metrics.facts import (
    AS_OF,
    ago,
    answer,
    consent,
    contact,
    fact,
    line,
    purchase,
    reference,
    returned,
    spread,
    visit,
    visit_end,
)


def custom(*facts: Fact, base: Reference | None = None) -> Metric:
    return customization(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES, base)


def spoken(*facts: Fact, base: Reference | None = None) -> Metric:
    return communications(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES, base)


RANKED = reference(values={"customization": spread(0.0, 0.5, 1.0, 1.0), "answered_share": spread(0.0, 0.5)})


def test_S01_customization_counts_kept_lines_and_accepted_personal_offers() -> None:
    sold = purchase(
        "p",
        ago(9),
        line("A", "1.00", tailored=True),
        line("A", "1.00", tailored=True),
        line("B", "1.00", tailorable=True),
    )
    back = returned(sold, ago(8), line("A", "1.00", tailored=True))
    offers = [consent(ago(99)), contact("mass", ago(5)), contact("own", ago(5), kind="personal"), answer("own", ago(4))]
    found = custom(sold, back, *offers, base=RANKED)
    # tailored implies tailorable: 3 lines, 1 kept of 2 tailored; 1 personal offer, accepted: (1 + 1)/(3 + 1)
    assert found.value == 0.5
    assert found.score == 37.5  # of twenty 5 below, 5 equal: 100·(5 + 2.5)/20
    assert (found.n, found.inputs["personal_offers"]) == (4, 1)


def test_S01_customization_a_click_accepts_nothing() -> None:
    offer = [consent(ago(99)), contact("own", ago(5), kind="personal"), answer("own", ago(4), "clicked")]
    assert custom(*offer, base=RANKED).value == 0.0
    assert custom(*offer, answer("own", ago(3), "answered"), base=RANKED).value == 1.0


def test_S01_customization_a_tailored_purchase_returned_whole_was_in_vain() -> None:
    sold = purchase("p", ago(9), line("A", "1.00", tailored=True))
    found = custom(sold, returned(sold, ago(8), line("A", "1.00", tailored=True)), base=RANKED)
    assert (found.value, found.n) == (0.0, 1)


def test_S01_customization_null_without_denominator_or_population() -> None:
    assert custom(purchase("p", ago(9)), base=RANKED).score is None
    offer = [consent(ago(99)), contact("own", ago(5), kind="personal")]
    assert custom(*offer).score is None
    assert "no reference" in custom(*offer).reason
    few = reference(values={})
    assert "fewer than 20" in custom(*offer, base=few).reason


def test_S01_communications_answered_share_as_percentile() -> None:
    facts = [consent(ago(400)), contact("out", ago(366)), answer("out", ago(360)), contact("edge", ago(365))]
    facts += [contact("open", ago(5)), contact("late", ago(100)), answer("late", ago(70)), answer("edge", ago(335.5))]
    found = spoken(*facts, base=RANKED)
    # three delivered in the window; one answered in its 30 days, one on the 30th, too late
    assert (found.inputs["delivered"], found.inputs["answered"]) == (3, 1)
    assert found.score == 50.0  # ten of twenty below 1/3, none equal
    assert "1 of 3 contacts" in found.reason


def test_S01_communications_without_consent_is_a_violation() -> None:
    found = spoken(consent(ago(9)), consent(ago(8), granted=False), contact("a", ago(8)), contact("b", ago(10)))
    assert (found.inputs["delivered"], found.inputs["violations"], found.score) == (0, 2, None)
    assert "without consent" in found.reason


def test_S01_communications_two_way_conversations() -> None:
    talks = [visit("a", ago(9), two_way=True), visit_end("a", ago(9), "helped"), visit("b", ago(8), two_way=True)]
    found = spoken(*talks, visit("silent", ago(7)), visit_end("silent", ago(7), "bought"))
    assert (found.score, found.n, found.value) == (50.0, 2, None)  # one of two led to an outcome
    both = spoken(*talks, consent(ago(99)), contact("c", ago(9)), base=RANKED)
    assert both.score == 37.5  # answered share 0: 100·(0 + 5)/20 = 25; talks 50


def test_S01_communications_null_when_nobody_spoke() -> None:
    found = spoken(purchase("p", ago(1)), base=RANKED)
    assert (found.score, found.inputs["delivered"], found.inputs["answered"]) == (None, 0, 0)


def aliased(told: Fact, customer: str) -> Fact:
    """The same of a customer under another id, before a merge."""
    return replace(told, subject=told.subject.replace("customer", customer), id=f"{told.id}-{customer}")


def test_S01_communications_a_campaign_answered_under_another_id_is_answered() -> None:
    facts = [consent(ago(99)), contact("k", ago(9))]
    assert spoken(*facts, aliased(answer("k", ago(8)), "old"), base=RANKED).inputs["answered"] == 1
    assert spoken(*facts, aliased(contact("k", ago(7)), "old"), base=RANKED).inputs["delivered"] == 1


def test_S01_communications_who_answers_as_everybody_does_is_in_the_middle() -> None:
    base = reference(values={"answered_share": spread(1.0)})
    found = spoken(consent(ago(99)), contact("k", ago(9)), answer("k", ago(8)), base=base)
    assert (found.score, found.reason) == (50.0, "Answered 1 of 1 contact, mid-rank 50 of 100 among those contacted.")


def test_S01_evidence_is_the_latest_whatever_it_answers() -> None:
    facts = [consent(ago(99)), contact("first", ago(29), kind="personal"), answer("first", ago(1))]
    facts += [contact(f"c{at}", ago(20 - at), kind="personal") for at in range(6)]
    assert spoken(*facts).evidence[0].time == ago(1)
    assert custom(*facts).evidence[0].time == ago(1)


def test_S01_a_personal_offer_needs_the_consent_for_its_own_purpose_and_channel() -> None:
    other = fact(ConsentGranted(purpose="marketing", channel="phone"), "marketing:phone", ago(99))
    assert custom(other, contact("own", ago(5), kind="personal"), base=RANKED).n == 0
    assert custom(other, consent(ago(99)), contact("own", ago(5), kind="personal"), base=RANKED).n == 1
