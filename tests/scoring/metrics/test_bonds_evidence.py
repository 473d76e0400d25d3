"""Which fact is evidence of which bond."""

from collections.abc import Sequence

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.bond_evidence import BONDS, evidence
from services.scoring.metrics.history import read
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events import Payload, complaints, customers, loyalty, purchases, visits
from tests.scoring.metrics.facts import (
    AS_OF,
    DAY,
    ago,
    answer,
    consent,
    contact,
    fact,
    line,
    purchase,
    returned,
    visit,
    visit_end,
)

SPEAKS: Sequence[tuple[Payload, str, str, float]] = (
    (loyalty.VolumeAgreementUsed(), "financial", "volume-price agreement used", 0.5),
    (loyalty.PointsSpent(points=5), "financial", "points spent", 0.5),
    (loyalty.PointsEarned(points=5), "financial", "points earned", 0.1),
    (
        customers.RelationshipStarted(role="account_manager", party_id="eve"),
        "social",
        "account manager appointed",
        0.5,
    ),
    (visits.TouchpointRecorded(channel="home", kind="event"), "social", "event or community attended", 0.5),
    (visits.TouchpointRecorded(channel="web", kind="community"), "social", "event or community attended", 0.5),
    (visits.TouchpointRecorded(channel="phone", two_way=True), "social", "two-way conversation", 0.5),
    (visits.VisitStarted(channel="store", two_way=True), "social", "two-way conversation", 0.5),
    (loyalty.ReferralMade(), "social", "referral made", 0.5),
    (visits.GestureMade(kind="social"), "social", "gesture received", 0.5),
    (customers.ObjectiveReviewed(together=True), "social", "objective reviewed together", 0.5),
    (visits.BaggageDeposited(), "social", "baggage looked after", 0.1),
    (visits.PreferenceUsed(), "customization", "stated preference used", 0.5),
    (visits.SolutionDelivered(), "customization", "one-to-one solution delivered", 0.5),
    (visits.GestureMade(kind="customization"), "customization", "gesture received", 0.5),
    (loyalty.SuggestionAnswered(accepted=True), "customization", "personal offer or suggestion accepted", 0.5),
    (customers.IntegrationUsed(kind="order"), "structural", "order or case through an integration", 0.5),
    (customers.IntegrationUsed(kind="case"), "structural", "order or case through an integration", 0.5),
    (
        complaints.ComplaintOpened(
            category="product", severity="low", due_acknowledge=AS_OF, due_resolve=AS_OF, integration_id="edi"
        ),
        "structural",
        "order or case through an integration",
        0.5,
    ),
    (customers.IntegrationUsed(kind="standing_order"), "structural", "standing order fulfilled", 0.5),
    (customers.IntegrationUsed(kind="review"), "structural", "joint review", 0.5),
    (visits.TouchpointRecorded(channel="home", kind="joint_review"), "structural", "joint review", 0.5),
)
SILENT: Sequence[Payload] = (
    loyalty.PointsEarned(points=0),
    loyalty.PointsExpired(points=5),
    loyalty.SuggestionAnswered(accepted=False),
    customers.RelationshipStarted(role="supplier", party_id="eve"),
    customers.ObjectiveReviewed(together=False),
    customers.IntegrationUsed(kind="other"),
    customers.IntegrationOffered(kind="app"),
    visits.TouchpointRecorded(channel="web", kind="use"),
    visits.VisitStarted(channel="store"),
    visits.PreferenceStated(topic="seat"),
    visits.SolutionPromised(),
)


def found(*facts: Fact) -> list[tuple[str, str, float, Fact]]:
    pieces = evidence(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES.bonds)
    return [(bond, piece.kind.name, piece.weight, piece.fact) for bond in BONDS for piece in pieces[bond]]


def kinds(*facts: Fact) -> list[str]:
    return [kind for _, kind, _, _ in found(*facts)]


@pytest.mark.parametrize(("payload", "bond", "kind", "weight"), SPEAKS)
def test_S02_a_fact_speaks_for_a_bond(payload: Payload, bond: str, kind: str, weight: float) -> None:
    told = fact(payload, "it", ago(9))
    assert found(told) == [(bond, kind, weight, told)]


@pytest.mark.parametrize("payload", SILENT)
def test_S02_other_facts_speak_for_no_bond(payload: Payload) -> None:
    assert found(fact(payload, "it", ago(9))) == []


@pytest.mark.parametrize(
    ("discount", "kind"),
    [
        ({"discount_kind": "volume"}, "volume-price agreement used"),
        ({"discount_kind": "bundle"}, "price lock or bundle"),
        ({"discount_kind": "price_lock"}, "price lock or bundle"),
        ({"tier": "gold"}, "tier discount"),
    ],
)
def test_S02_a_discount_speaks_unless_its_purchase_comes_back(discount: dict[str, str], kind: str) -> None:
    lines = line("A", "8.00", listed="10.00", **discount), line("B", "1.00")
    bought = purchase("p", ago(9), *lines)
    assert found(bought) == [("financial", kind, 0.5, bought)]
    assert kinds(bought, returned(bought, ago(5), lines[1])) == [kind]
    assert kinds(bought, returned(bought, ago(5), *lines)) == []


def test_S02_a_coupon_speaks_for_no_bond() -> None:
    assert kinds(purchase("p", ago(9), line("A", "8.00", listed="10.00", discount_kind="coupon"))) == []


def test_S02_a_correction_takes_a_discount_away_and_leaves_who_served() -> None:
    served = [
        fact(
            purchases.PurchaseCompleted(served_by="eve", integration_id="app", lines=(line("A", "8.00", tier="gold"),)),
            name,
            ago(days),
        )
        for name, days in (("p", 9), ("q", 5))
    ]
    right = purchases.PurchaseCorrected(purchased_at=ago(9), reason="typo", lines=(line("A", "8.00"),))
    assert set(kinds(*served)) == {
        "tier discount", "served by the same employee again", "order or case through an integration",
    }  # fmt: skip
    corrected = [fact(right, name, ago(1)) for name in ("p", "q")]
    assert kinds(*served, *corrected) == ["served by the same employee again", "order or case through an integration"]


def test_S02_an_agreement_used_for_a_purchase_that_came_back_does_not_speak() -> None:
    bought = purchase("p", ago(9))
    used = fact(loyalty.VolumeAgreementUsed(purchase_id="p"), "agreement", ago(9))
    assert kinds(bought, used) == ["volume-price agreement used"]
    assert kinds(bought, used, returned(bought, ago(5))) == []


@pytest.mark.parametrize("kind", ["order", "standing_order"])
def test_C13_an_order_used_does_not_speak_once_it_came_back(kind: customers.UseKind) -> None:
    bought = purchase("p", ago(9))
    used = fact(customers.IntegrationUsed(kind=kind, about="p"), "portal", ago(9))
    assert len(kinds(bought, used)) == 1
    assert kinds(bought, used, returned(bought, ago(5))) == []
    complained = fact(customers.IntegrationUsed(kind="case", about="p"), "portal", ago(9))  # a complaint of that id
    assert len(kinds(bought, complained, returned(bought, ago(5)))) == 1


def test_S02_a_tailored_line_speaks_as_long_as_it_is_kept() -> None:
    tailored = line("A", "8.00", tailored=True)
    bought = purchase("p", ago(9), tailored, line("B", "1.00"))
    assert found(bought) == [("customization", "tailored line kept", 0.5, bought)]
    assert kinds(bought, returned(bought, ago(5), tailored)) == []
    assert kinds(purchase("p", ago(9), line("A", "8.00", tailorable=True))) == []


def test_S02_a_personal_offer_speaks_when_it_is_accepted() -> None:
    offer = [consent(ago(90)), contact("c", ago(9), kind="personal")]
    taken = answer("c", ago(8))
    assert found(*offer, taken) == [("customization", "personal offer or suggestion accepted", 0.5, taken)]
    assert kinds(*offer, answer("c", ago(8), "clicked")) == []
    assert kinds(consent(ago(90)), contact("c", ago(9)), taken) == []  # a mass mailing
    assert kinds(*offer[1:], taken) == []  # without a consent


def test_S02_an_offer_under_a_withdrawn_consent_does_not_speak() -> None:
    offer = [consent(ago(90)), contact("c", ago(9), kind="personal"), answer("c", ago(8))]
    gone = consent(ago(2), granted=False)
    assert kinds(*offer, gone) == []
    assert kinds(*offer, gone, consent(ago(1))) == ["personal offer or suggestion accepted"]


def served(subject: str, days: float, by: str = "eve") -> Fact:
    return fact(visits.VisitStarted(channel="store", served_by=by), subject, ago(days))


def test_S02_the_same_employee_speaks_from_the_second_day_on() -> None:
    again = served("w", 50)
    assert kinds(served("v", 90)) == []
    assert found(served("v", 90), again) == [("social", "served by the same employee again", 0.5, again)]
    assert kinds(served("v", 90), served("w", 50, by="bob")) == []
    phoned = fact(visits.TouchpointRecorded(channel="phone", served_by="eve"), "t", ago(50))
    assert [told for *_, told in found(served("v", 90), phoned, served("x", 10))] == [phoned, served("x", 10)]


def test_S02_a_bill_and_its_visit_are_served_once() -> None:
    came = served("v", 90)
    bill = fact(purchases.PurchaseCompleted(served_by="eve", lines=(line("A", "1.00"),)), "p", came.time + DAY / 24)
    assert kinds(came, bill) == []


def test_S02_a_visit_over_midnight_is_served_once() -> None:
    came = served("v", 90 + 1 / 24)
    left = fact(visits.VisitEnded(channel="store", served_by="eve"), "v", ago(90 - 1 / 24))
    assert kinds(came, left) == []
    assert kinds(visit("v", ago(90)), left, served("w", 50)) == ["served by the same employee again"]
    assert kinds(visit("v", ago(90), two_way=True), visit_end("v", ago(89.9))) == ["two-way conversation"]


def test_S02_an_agreement_used_for_a_bill_that_was_somebody_elses_does_not_speak() -> None:
    bought = purchase("p", ago(9))
    used = fact(loyalty.VolumeAgreementUsed(purchase_id="p"), "agreement", ago(9))
    right = purchases.PurchaseCorrected(purchased_at=ago(9), reason="typo", lines=(line("A", "8.00"),))
    nobodys = purchases.PurchaseCorrected(purchased_at=ago(9), reason="typo", lines=())
    assert kinds(bought, used, fact(right, "p", ago(5))) == ["volume-price agreement used"]
    assert kinds(bought, used, fact(nobodys, "p", ago(5))) == []
    assert kinds(used) == ["volume-price agreement used"]  # its purchase was not told yet


def test_S02_an_offer_needs_the_consent_for_its_own_purpose_and_channel() -> None:
    offer = [consent(ago(90)), contact("c", ago(9), kind="personal"), answer("c", ago(8))]
    for purpose, channel in (("marketing", "phone"), ("service", "mail")):
        other = fact(customers.ConsentGranted(purpose=purpose, channel=channel), "other", ago(95))
        assert kinds(*offer, other) == ["personal offer or suggestion accepted"]
        assert kinds(*offer, other, consent(ago(2), granted=False)) == []
        assert kinds(*offer[1:], other) == []
