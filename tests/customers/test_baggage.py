"""C08: every path of the baggage procedure by REST, and every step that a rule refuses."""

from datetime import timedelta
from typing import Any

import pytest

from shared.events.visits import BaggageDeposited, BaggageDisposed, BaggageRetained, BaggageReturned
from tests.customers.baggage import (
    BODIES,
    LEFT,
    LIST,
    PROOF,
    WHOLE,
    all_of,
    at,
    close,
    deposit,
    rule,
    said,
    shown,
    step,
    walk,
)
from tests.customers.visits import kinds
from tests.support.client import Client

KEPT = timedelta(days=30)
TO_RETAINED = ("close-of-day", "inspect", "tag", "retain")


async def test_C08_leaving_a_bag_is_voluntary(customers: Client) -> None:
    declined = await customers.post(LIST, WHOLE | {"accepted": False})
    assert (declined.status_code, declined.json()["state"], declined.json()["token"]) == (201, "declined", None)
    assert [(each["what"], each["after"]["state"]) for each in await said(customers)] == [("decline", "declined")]
    assert await customers.outbox() == []
    for verb in BODIES:
        assert "the bag is declined" in rule(await step(customers, "b1", verb))


async def test_C08_a_bag_is_returned_against_its_token(customers: Client) -> None:
    token = await deposit(customers)
    assert (await shown(customers, token)) == await shown(customers)
    back = await step(customers, token, "return", '"1"', occurred_at=at(hours=2), by="emp-3")
    assert (back.status_code, back.json()["state"], back.headers["ETag"]) == (200, "returned", '"2"'), back.text
    left, returned = await customers.outbox()
    assert (left.data, returned.data) == (BaggageDeposited(), BaggageReturned(by_token=True))
    assert (left.time, returned.time) == (LEFT, LEFT + timedelta(hours=2))
    for event in (left, returned):
        assert (event.subject, event.partitionkey, event.storeid) == ("b1", "asha", "330")
    newest, first = await said(customers, token)
    assert (newest["what"], newest["at"], newest["version"]) == ("return", at(hours=2), 2)
    assert newest["after"] == {"state": "returned", "by": "emp-3"}
    assert (first["what"], first["before"], first["by"]) == ("deposit", None, newest["by"])


async def test_C08_one_token_returns_one_bag_once(customers: Client) -> None:
    token = await deposit(customers)
    await walk(customers, "return", key=token)
    before = await all_of(customers)
    for match in ('"2"', "*"):
        assert "the bag is returned" in rule(await step(customers, token, "return", match))
    assert await all_of(customers) == before


async def test_C08_a_bag_of_nobody_we_know_is_told_of_the_store(customers: Client) -> None:
    token = await deposit(customers, customer_id=None)
    await walk(customers, "return", key=token)
    assert {event.partitionkey for event in await customers.outbox()} == {"store:330"}


async def test_C08_a_lost_token_is_answered_for_by_an_employee(customers: Client) -> None:
    await deposit(customers)
    assert "without its token" in rule(await step(customers, "b1", "return"))
    lost = await walk(customers, "report-lost")
    assert (lost["claim"], lost["claimant_name"], lost["state"]) == ("reported", "Asha Rao", "deposited")
    assert "authenticate the claimant first" in rule(await step(customers, "b1", "return"))
    proven = await walk(customers, "authenticate")
    assert (proven["claim"], proven["authenticated_by"]) == ("authenticated", "emp-7")
    assert (await walk(customers, "return"))["state"] == "returned"
    assert (await customers.outbox())[-1].data == BaggageReturned(by_token=False)
    assert [each["what"] for each in await said(customers)] == ["return", "authenticate", "report-lost", "deposit"]


async def test_C08_a_token_that_was_reported_lost_opens_nothing(customers: Client) -> None:
    token = await deposit(customers)
    await walk(customers, "report-lost", key=token)
    assert "reported lost" in rule(await step(customers, token, "return"))
    await walk(customers, "authenticate", "return", key=token)
    assert (await customers.outbox())[-1].data == BaggageReturned(by_token=False)


async def test_C08_a_refused_claim_stays_reported_and_is_logged(customers: Client) -> None:
    await deposit(customers)
    await walk(customers, "report-lost")
    refused = await walk(customers, "authenticate", verdict=False)
    assert (refused["claim"], refused["authenticated_by"], refused["version"]) == ("reported", None, 3)
    [newest, *_] = await said(customers)
    assert (newest["what"], newest["after"]) == ("authenticate", {"authenticated_by": "emp-7", "verdict": False})
    assert "authenticate the claimant first" in rule(await step(customers, "b1", "return"))
    assert (await walk(customers, "authenticate", "return"))["state"] == "returned"


async def test_C08_a_new_claim_is_authenticated_anew(customers: Client) -> None:
    await deposit(customers)
    await walk(customers, "report-lost", "authenticate")
    assert "authenticated already" in rule(await step(customers, "b1", "authenticate"))
    other = await walk(customers, "report-lost", name="Ben")
    assert (other["claim"], other["claimant_name"], other["authenticated_by"]) == ("reported", "Ben", None)
    assert "authenticate the claimant first" in rule(await step(customers, "b1", "return"))
    names = [each["after"]["claimant_name"] for each in await said(customers) if each["what"] == "report-lost"]
    assert names == ["Ben", "Asha Rao"]


@pytest.mark.parametrize(("by", "told"), [("nobody", "a named employee"), ("asha", "own"), ("asha-rao", "own")])
async def test_C08_nobody_and_the_claimant_authenticate_nothing(customers: Client, by: str, told: str) -> None:
    await deposit(customers)
    assert "nobody has reported the token lost" in rule(await step(customers, "b1", "authenticate"))
    await walk(customers, "report-lost")
    before = await all_of(customers)
    assert told in rule(await step(customers, "b1", "authenticate", authenticated_by=by))
    assert await all_of(customers) == before


async def test_C08_unclaimed_tagged_retained_and_disposed_of(customers: Client) -> None:
    await deposit(customers)
    assert (await walk(customers, "close-of-day"))["state"] == "unclaimed"
    assert (await walk(customers, "inspect"))["address_found"] is False
    tagged = await walk(customers, "tag")
    assert (tagged["state"], tagged["tag"], tagged["until"]) == ("tagged", "T-17", None)
    retained = await walk(customers, "retain", occurred_at=None)
    assert "the bag is to be retained until" in rule(await step(customers, "b1", "dispose"))
    assert retained["until"] > retained["last_step_at"]
    [_, told] = await customers.outbox()
    assert isinstance(told.data, BaggageRetained)
    assert told.data.until == told.time + KEPT


async def test_C08_a_bag_is_disposed_of_when_its_retention_is_over(customers: Client) -> None:
    await deposit(customers)
    await close(customers, occurred_at=at(hours=9))
    await walk(customers, "inspect", "tag", occurred_at=at(hours=10))
    assert (await walk(customers, "retain", occurred_at=at(hours=11)))["until"] == at(days=30, hours=11)
    before = await all_of(customers)
    early = await step(customers, "b1", "dispose", occurred_at=at(days=30, hours=10, minutes=59))
    assert rule(early) == "the bag is to be retained until 2025-02-04T21:00:00+00:00"
    assert await all_of(customers) == before
    gone = await walk(customers, "dispose", occurred_at=at(days=30, hours=11))
    assert gone["state"] == "disposed"
    assert kinds(await customers.outbox())[1:] == ["crm.baggage.retained.v1", "crm.baggage.disposed.v1"]
    told = (await customers.outbox())[-1]
    assert (told.data, told.time) == (BaggageDisposed(), LEFT + timedelta(days=30, hours=11))
    [newest, *_] = await said(customers)
    assert newest["after"] == {"state": "disposed", "by": "emp-9", "how": "given to charity"}
    assert "the bag is disposed: return is not allowed" in rule(await step(customers, "b1", "return"))


async def test_C08_perishables_go_before_the_tag(customers: Client) -> None:
    await deposit(customers, perishable=True)
    await walk(customers, "close-of-day", "inspect")
    assert "discard that before it is tagged" in rule(await step(customers, "b1", "tag"))
    assert (await walk(customers, "discard-perishables"))["state"] == "discarded"
    assert "not allowed" in rule(await step(customers, "b1", "discard-perishables"))
    assert (await walk(customers, "tag"))["state"] == "tagged"


async def test_C08_nothing_is_discarded_that_does_not_perish(customers: Client) -> None:
    await deposit(customers, perishable=True)
    await walk(customers, "close-of-day", "inspect", perishable=False)
    assert "nothing in the bag is perishable" in rule(await step(customers, "b1", "discard-perishables"))


async def test_C08_what_perishes_may_be_found_when_the_bag_is_inspected(customers: Client) -> None:
    await deposit(customers)
    await walk(customers, "close-of-day")
    assert (await step(customers, "b1", "inspect", perishable=True)).json()["perishable"] is True
    assert "discard that before" in rule(await step(customers, "b1", "tag"))


async def test_C08_who_left_an_address_is_contacted(customers: Client) -> None:
    await deposit(customers, perishable=True)
    await close(customers, occurred_at=at(hours=9))
    await walk(customers, "inspect", address_found=True, occurred_at=at(hours=9))
    for verb in ("tag", "discard-perishables"):
        assert rule(await step(customers, "b1", verb)) == "there is an address on the bag: contact its owner first"
    contacted = await walk(customers, "contact-owner", occurred_at=at(hours=10))
    assert (contacted["state"], contacted["until"]) == ("contacted", at(days=7, hours=10))
    [newest, *_] = await said(customers)
    assert (newest["after"]["by"], newest["after"]["how"]) == ("emp-9", "by telephone")
    again = await walk(customers, "contact-owner", occurred_at=at(days=3))
    assert again["until"] == contacted["until"], "told again, the owner has no longer to come"
    discarded = await walk(customers, "discard-perishables", occurred_at=at(days=3))
    assert (discarded["state"], discarded["until"]) == ("discarded", contacted["until"]), "what perishes does not wait"
    early = await step(customers, "b1", "tag", occurred_at=at(days=7, hours=9))
    assert "its owner was contacted and is waited for until" in rule(early)
    assert (await walk(customers, "tag", occurred_at=at(days=7, hours=10)))["until"] is None
    await walk(customers, "retain", occurred_at=at(days=31))
    assert (await walk(customers, "dispose", occurred_at=at(days=61)))["state"] == "disposed"


async def test_C08_an_owner_is_contacted_though_somebody_finds_no_address_any_more(customers: Client) -> None:
    await deposit(customers)
    await walk(customers, "close-of-day", "inspect", address_found=True)
    before = await all_of(customers)
    assert "an address was found on the bag" in rule(await step(customers, "b1", "inspect", address_found=False))
    assert await all_of(customers) == before


async def test_C08_who_authenticates_is_an_employee_who_is_with_us(customers: Client) -> None:
    await deposit(customers)
    await walk(customers, "report-lost")
    for party, kind in {"emp-1": "employee", "emp-8": "employee", "emp-7": "vendor"}.items():
        known = await customers.post("/v1/partners", {"id": party, "kind": kind})
        assert known.status_code == 201, known.text
    assert (await customers.post("/v1/partners/emp-8/leave", {}, match="*")).status_code == 200
    before = await all_of(customers)
    for who in ("emp-7", "emp-8", "emp-9"):
        assert "an employee who is with us" in rule(await step(customers, "b1", "authenticate", authenticated_by=who))
    assert await all_of(customers) == before
    assert (await walk(customers, "authenticate", authenticated_by="emp-1"))["claim"] == "authenticated"


async def test_C08_a_bag_of_nobody_is_the_claimant_s_whom_we_know(customers: Client) -> None:
    await deposit(customers, customer_id=None)
    assert (await step(customers, "b1", "report-lost", customer_id="ben")).json()["customer_id"] == "ben"
    assert (await said(customers))[0]["after"]["customer_id"] == "ben"
    assert (await step(customers, "b1", "report-lost", customer_id="asha")).json()["customer_id"] == "ben"
    assert (await walk(customers, "authenticate", "return"))["state"] == "returned"
    assert (await customers.outbox())[-1].partitionkey == "ben"


async def test_C08_without_an_address_there_is_nobody_to_contact(customers: Client) -> None:
    await deposit(customers)
    await walk(customers, "close-of-day")
    for verb in ("contact-owner", "discard-perishables", "tag"):
        assert "inspect it first" in rule(await step(customers, "b1", verb))
    await walk(customers, "inspect")
    assert "nobody to contact" in rule(await step(customers, "b1", "contact-owner"))


WAYS: list[tuple[str, ...]] = [
    ("close-of-day",),
    ("close-of-day", "inspect"),
    ("close-of-day", "inspect", "contact-owner"),
    ("close-of-day", "inspect", "discard-perishables"),
    ("close-of-day", "inspect", "discard-perishables", "tag"),
    ("close-of-day", "inspect", "discard-perishables", "tag", "retain"),
]


async def test_C08_the_owner_may_come_for_as_long_as_we_have_the_bag(customers: Client) -> None:
    for number, way in enumerate(WAYS * 2):
        bag, lost = f"b{number}", number >= len(WAYS)
        token = await deposit(customers, id=bag, perishable=True)
        await walk(customers, *way, key=bag, address_found="contact-owner" in way)
        path = ("report-lost", "authenticate", "return") if lost else ("return",)
        assert (await walk(customers, *path, key=bag if lost else token))["state"] == "returned", way
        assert (await customers.outbox())[-1].data == BaggageReturned(by_token=not lost)


SKIPPED = [
    ((), ("inspect", "contact-owner", "discard-perishables", "tag", "retain", "dispose", "authenticate")),
    (("close-of-day",), ("contact-owner", "discard-perishables", "tag", "retain", "dispose")),
    (("close-of-day", "inspect"), ("contact-owner", "discard-perishables", "retain", "dispose")),
    (("close-of-day", "inspect", "tag"), ("inspect", "contact-owner", "discard-perishables", "tag", "dispose")),
    (TO_RETAINED, ("inspect", "contact-owner", "discard-perishables", "tag", "retain", "dispose")),
]


async def test_C08_no_step_is_skipped(customers: Client) -> None:
    for number, (way, refused) in enumerate(SKIPPED):
        bag = f"b{number}"
        await deposit(customers, id=bag)
        await walk(customers, *way, key=bag)
        before = await all_of(customers, bag)
        for verb in refused:
            assert rule(await step(customers, bag, verb))
        assert await all_of(customers, bag) == before


async def test_C08_every_step_needs_the_version_and_a_known_bag(customers: Client) -> None:
    token = await deposit(customers)
    before = await all_of(customers)
    for verb in BODIES:
        for key in ("b1", token):
            assert (await step(customers, key, verb, None)).status_code == 428
            assert (await step(customers, key, verb, '"2"')).status_code == 412
        for match in (None, '"1"'):
            unknown = await step(customers, "unknown", verb, match)
            assert (unknown.status_code, "unknown" in unknown.json()["detail"]) == (404, False)
    assert await all_of(customers) == before


BAD: list[tuple[str, dict[str, Any], str]] = [
    *[
        ("report-lost", {name: blank}, name)
        for name in ("name", "address", "description")
        for blank in ("", " \t", "…")
    ],
    *[("report-lost", {name: None}, name) for name in ("name", "address", "description")],
    *[("authenticate", {"authenticated_by": who}, "authenticated_by") for who in (None, "", " ", "-", "Mrs Rao")],
    ("authenticate", {"verdict": None}, "verdict"),
    ("authenticate", {"verdict": "yes"}, "verdict"),
    *[(verb, {"by": None}, "by") for verb in ("contact-owner", "dispose")],
    *[(verb, {"how": " "}, "how") for verb in ("contact-owner", "dispose")],
    ("inspect", {"address_found": None}, "address_found"),
    ("tag", {"tag": ""}, "tag"),
    ("return", {"occurred_at": "2025-01-05T10:00:00"}, "occurred_at"),
    ("return", {"token": "x"}, "token"),
]


async def test_C08_bad_input_changes_nothing(customers: Client) -> None:
    token = await deposit(customers)
    before = await all_of(customers)
    for verb, told, pointer in BAD:
        answer = await step(customers, token, verb, **told)
        assert answer.status_code == 422, (verb, told)
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{pointer}"], (verb, told)
    assert await all_of(customers) == before


async def test_C08_steps_never_go_back_in_time(customers: Client) -> None:
    token = await deposit(customers)
    await walk(customers, "report-lost", occurred_at=at(hours=2))
    before = await all_of(customers)
    early = await step(customers, token, "authenticate", occurred_at=at(hours=1))
    assert "is before what came before it" in rule(early)
    assert await all_of(customers) == before


async def test_C08_proof_is_a_body_of_two(customers: Client) -> None:
    await deposit(customers)
    await walk(customers, "report-lost")
    for left_out in PROOF:
        told = {name: value for name, value in PROOF.items() if name != left_out}
        assert (await customers.post(f"{LIST}/b1/authenticate", told, match="*")).status_code == 422
