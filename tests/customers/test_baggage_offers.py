"""C08 and W06: an offer told again, what a token is and where it is shown, and who sees which bags."""

import asyncio
import re
from typing import Any

import pytest
from pydantic import SecretStr

from shared.erased import Erased
from shared.events.values import ID_PATTERN
from tests.customers.baggage import (
    BODIES,
    CANARY,
    CLAIM,
    LEFT,
    LIST,
    WHOLE,
    all_of,
    close,
    deposit,
    dump,
    said,
    shown,
    step,
    walk,
)
from tests.customers.visits import bound, kinds, opened
from tests.support.client import ERASURE_KEY, Client

OTHER: dict[str, Any] = {"accepted": False, "perishable": True, "simulated": False}
OTHER |= {"occurred_at": "2025-01-05T10:00:01Z"}


async def listed(customers: Client, query: str = "", **options: Any) -> list[str]:
    """The ids of the bags that a caller is shown."""
    return [bag["id"] for bag in (await customers.get(f"{LIST}{query}", **options)).json()["items"]]


async def test_C08_every_field_comes_back(customers: Client) -> None:
    created = await customers.post(LIST, WHOLE)
    assert (created.status_code, created.headers["Location"], created.headers["ETag"]) == (201, f"{LIST}/b1", '"1"')
    bag = await shown(customers)
    assert {name: bag[name] for name in WHOLE if name != "accepted"} == {
        name: value for name, value in WHOLE.items() if name != "accepted"
    }
    assert created.json() == bag | {"token": created.json()["token"]}
    [in_list] = (await customers.get(LIST)).json()["items"]
    assert in_list == bag


async def test_C08_the_same_offer_again_counts_once(customers: Client) -> None:
    await deposit(customers)
    before = await all_of(customers)
    again = await customers.post(LIST, WHOLE)
    assert (again.status_code, again.json()) == (200, await shown(customers) | {"token": None})
    for name in sorted(set(WHOLE) - {"id"}):
        other = await customers.post(LIST, WHOLE | {name: OTHER.get(name, "other")})
        assert (other.status_code, other.json()["type"]) == (409, "urn:elevenfold:problem:conflict"), name
    assert await all_of(customers) == before


async def test_C08_the_same_offer_at_once_gives_one_token(customers: Client) -> None:
    answers = await asyncio.gather(*(customers.post(LIST, WHOLE) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert sum(answer.json()["token"] is not None for answer in answers) == 1
    assert kinds(await customers.outbox()) == ["crm.baggage.deposited.v1"]


async def test_C08_a_till_whose_answer_was_lost_gets_the_same_token(customers: Client) -> None:
    nameless = {name: value for name, value in WHOLE.items() if name != "id"}
    first, again = [await customers.post(LIST, nameless, key="till-1") for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(await listed(customers)) == 1
    assert (await step(customers, again.json()["token"], "return")).status_code == 200


async def test_C08_a_token_is_never_guessable(customers: Client) -> None:
    tokens = [await deposit(customers, id=f"b{number}") for number in range(8)]
    assert len({token[:6] for token in tokens}) == len({token[-6:] for token in tokens}) == 8
    for token in tokens:
        assert re.fullmatch(ID_PATTERN, token)
        assert len(token) >= 43, "256 bits"
    for wrong in (tokens[0][:-1], tokens[0].swapcase(), tokens[0] + "A"):
        assert (await step(customers, wrong, "return")).status_code == 404


async def test_C08_a_token_is_shown_once_and_kept_nowhere(customers: Client) -> None:
    token = await deposit(customers)
    answers = [await customers.get(f"{LIST}{path}") for path in ("", f"/{token}", f"/{token}/history", "/b1")]
    answers.append(await step(customers, token, "report-lost"))
    answers.append(await close(customers))
    assert not [answer.url for answer in answers if token in answer.text or token in str(answer.headers)]
    kept = await dump(customers, "idempotency_keys")
    assert CANARY in kept
    assert token not in kept
    assert token.encode().hex() not in kept


async def test_C08_names_addresses_and_descriptions_are_in_no_event(customers: Client) -> None:
    await deposit(customers)
    await walk(customers, "report-lost", "authenticate", "return")
    await deposit(customers, id="b2")
    await walk(customers, "close-of-day", "inspect", "tag", "retain", key="b2")
    told = b"".join(event.to_json() for event in await customers.outbox())
    for personal in (CANARY, *CLAIM.values(), BODIES["tag"]["tag"]):
        assert personal.encode() not in told
    [claim] = [each["after"] for each in await said(customers) if each["what"] == "report-lost"]
    assert {name: claim[f"claimant_{name}"] for name in CLAIM} == CLAIM


async def test_C08_bags_are_found_by_store_state_and_customer(customers: Client) -> None:
    bags: dict[str, dict[str, Any]] = {"b1": {}, "b2": {"store_id": "331"}, "b3": {"customer_id": None}}
    for bag, changes in bags.items():
        await deposit(customers, id=bag, **changes)
    await walk(customers, "report-lost", "authenticate", "return")
    assert await listed(customers, "?store_id=330") == ["b1", "b3"]
    assert await listed(customers, "?store_id=330&state=deposited") == ["b3"]
    assert await listed(customers, "?customer_id=asha") == ["b1", "b2"]
    assert (await customers.get(f"{LIST}?state=lost")).status_code == 422
    first = (await customers.get(f"{LIST}?limit=2")).json()
    assert await listed(customers, f"?limit=2&cursor={first['next']}") == ["b3"]


async def test_W06_another_stores_bags_are_hidden(customers: Client) -> None:
    token = await deposit(customers)
    bearer, before = bound(customers, "331"), await all_of(customers)
    for key in (token, "b1"):
        for path in (key, f"{key}/history"):
            assert (await customers.get(f"{LIST}/{path}", bearer=bearer)).status_code == 404
        for verb, body in BODIES.items():
            for match in (None, '"1"', '"9"'):
                told = await customers.post(f"{LIST}/{key}/{verb}", body, match=match, bearer=bearer)
                assert told.status_code == 404
    assert await listed(customers, bearer=bearer) == []
    elsewhere = [(LIST, WHOLE | {"id": "b2"}), (f"{LIST}/close-of-day", {"store_id": "330"})]
    for path, body in elsewhere:
        refused = await customers.post(path, body, bearer=bearer)
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:elevenfold:problem:forbidden")
    assert await all_of(customers) == before
    assert await listed(customers, bearer=bound(customers, "330")) == ["b1"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("store_id", None), ("accepted", None), ("accepted", "yes"), ("customer_id", "Asha Rao"), ("description", "")],
    ids=["no-store", "no-answer", "no-flag", "no-id", "no-words"],
)
async def test_C08_a_bad_offer_is_none(customers: Client, name: str, value: object) -> None:
    refused = await customers.post(LIST, WHOLE | {name: value})
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [f"/{name}"])
    assert (await listed(customers), await customers.outbox()) == ([], [])


async def test_C10_nothing_is_written_of_who_was_erased(customers: Client) -> None:
    token = await deposit(customers)
    async with opened(customers) as session:
        await Erased(SecretStr(ERASURE_KEY)).remember(session, ["asha"], LEFT)
    before = await all_of(customers)
    for verb in BODIES:
        assert (await step(customers, token, verb)).status_code == 410
    assert (await customers.post(LIST, WHOLE | {"id": "b2"})).status_code == 410
    closed = await close(customers)
    assert (closed.status_code, closed.json()["unclaimed"]) == (200, 0)
    assert await all_of(customers) == before
