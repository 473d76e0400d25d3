"""L06: with consent alone, to members of the segment, not too often: judged before anything is sent."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from services.loyalty.campaigns.domain import held_back
from services.loyalty.contacts.domain import Crossing, Policy, Said, consented, is_member, too_often
from shared.events.customers import CustomerErased
from tests.loyalty.bills import pointers, rows
from tests.loyalty.contacting import (
    DAY,
    LONG_AGO,
    NOW,
    entered,
    granted,
    heard,
    left,
    merged,
    planned,
    reasons,
    sent,
    withdrawn,
)  # fmt: skip
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.told import told

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
MAIL = "/v1/contact-policies/mail"


def said(at: int, *, yes: bool, heard_at: int, who: str = "asha") -> Said:
    return Said(who, NOW + at * DAY, yes, NOW + heard_at * DAY)


def test_L06_what_was_said_last_holds_in_whatever_order_it_came() -> None:
    steps = [said(1, yes=True, heard_at=1), said(3, yes=False, heard_at=3), said(5, yes=True, heard_at=5)]
    for order in permutations(steps):
        given = [consented(order, NOW + day * DAY) for day in range(7)]
        assert given == [False, True, True, False, False, True, True]
    assert not consented([said(1, yes=True, heard_at=1), said(1, yes=False, heard_at=2)], NOW + DAY)


def test_L06_a_grant_told_again_earlier_and_withdrawn_between_is_over() -> None:
    twice = [said(5, yes=True, heard_at=5), said(1, yes=True, heard_at=6), said(3, yes=False, heard_at=7)]
    assert not consented(twice, NOW + 9 * DAY)
    assert consented([*twice, said(8, yes=True, heard_at=8)], NOW + 9 * DAY)
    assert consented([*twice, said(4, yes=True, heard_at=1, who="alias")], NOW + 9 * DAY)


def test_L06_a_span_is_without_its_beginning_and_every_span_counts() -> None:
    two = Policy(most=2, days=30)
    assert too_often([NOW, NOW + 29 * DAY], NOW + 30 * DAY - SECOND, two)
    assert not too_often([NOW, NOW + 29 * DAY], NOW + 30 * DAY, two), "the first is out of the span"
    assert too_often([NOW, NOW], NOW, two)
    assert too_often([NOW + DAY, NOW + 2 * DAY], NOW, two), "told late: the span of the two would hold a third"
    assert not too_often([NOW + 30 * DAY, NOW + 31 * DAY], NOW, two)


def test_L06_a_member_is_who_entered_and_did_not_leave() -> None:
    steps = [Crossing(NOW, entered=True), Crossing(NOW + 2 * DAY, entered=False)]
    assert [is_member(steps, NOW + day * DAY) for day in (-1, 0, 1, 2, 3)] == [False, True, True, False, False]


async def test_L06_news_is_sent_with_consent_alone(loyalty: Client) -> None:
    campaign = await planned(loyalty)
    await heard(loyalty, granted("asha"), granted("ben"), withdrawn("ben", NOW - DAY), granted("cleo", channel="sms"))
    first = await sent(loyalty, campaign, "dora", "ben", "asha", "cleo", "asha")
    assert (first["accepted"], first["duplicate"], first["held_back"]) == (1, 1, 0)
    assert list(reasons(first).items()) == [(name, "no_consent") for name in ("ben", "cleo", "dora")]
    assert await rows(loyalty, "select customer_id from deliveries") == [("asha",)]
    assert [event.partitionkey for event in await loyalty.outbox()] == ["asha"]
    await heard(loyalty, granted("dora"))
    again = await sent(loyalty, campaign, "asha", "dora")
    assert (again["accepted"], again["duplicate"], again["withheld"]) == (1, 1, []), "judged anew"


async def test_L06_history_and_simulations_are_taken_as_they_happened(loyalty: Client) -> None:
    campaign = await planned(loyalty)
    assert (await sent(loyalty, campaign, "asha", at=NOW - 3 * DAY))["accepted"] == 1
    assert (await sent(loyalty, await planned(loyalty, "sim", simulated=True), "asha"))["accepted"] == 1
    assert reasons(await sent(loyalty, campaign, "ben", at=NOW - DAY)) == {"ben": "no_consent"}


async def test_L06_consents_and_segments_are_kept_once_in_whatever_order(loyalty: Client) -> None:
    steps = [granted(), withdrawn(), granted(at=NOW + DAY), entered("asha"), left("asha"), entered("asha", NOW + DAY)]
    tables = "select at, granted from consents union all select at, entered from segment_members order by 1, 2"
    for events in (steps[::-1], steps, steps[:2]):
        await heard(loyalty, *events)
        both = [(LONG_AGO, True), (NOW, False), (NOW + DAY, True)]
        assert await rows(loyalty, tables) == sorted(both * 2)


async def test_L06_only_members_of_the_segment_then_are_sent_it(loyalty: Client) -> None:
    campaign = await planned(loyalty, segment_id="best")
    names = ("asha", "ben", "cleo", "till-7")
    await heard(loyalty, *map(granted, names), entered("asha"), entered("ben"), left("ben", NOW - DAY))
    await heard(loyalty, entered("store-7"), merged("till-7", "store-7"))
    answer = await sent(loyalty, campaign, *names)
    assert reasons(answer) == {"ben": "not_in_segment", "cleo": "not_in_segment"}
    assert answer["accepted"] == 2, "who is a member under another id is a member"


async def test_L06_nobody_is_contacted_too_often_under_whichever_id(loyalty: Client) -> None:
    await loyalty.put(MAIL, {"most": 2, "days": 30})
    await heard(loyalty, granted("asha"), granted("asha", channel="sms"), granted("till-7"), merged("till-7", "asha"))
    paths = [await planned(loyalty, f"c{n}") for n in range(4)]
    await sent(loyalty, paths[0], "asha", at=NOW - 31 * DAY)  # history, and out of the span
    assert (await sent(loyalty, paths[1], "asha"))["accepted"] == 1
    both = await sent(loyalty, paths[2], "till-7", "asha")
    assert (both["accepted"], reasons(both)) == (1, {"till-7": "reached"}), "asha is judged first"
    assert reasons(await sent(loyalty, paths[3], "till-7")) == {"till-7": "too_often"}
    assert (await sent(loyalty, paths[3], "asha", channel="sms"))["accepted"] == 1, "each channel has its own"
    assert (await sent(loyalty, paths[1], "asha"))["duplicate"] == 1, "what was sent stays sent"


async def test_L06_two_at_the_same_moment_do_not_exceed_the_cap(loyalty: Client) -> None:
    await loyalty.put(MAIL, {"most": 3, "days": 30})
    await heard(loyalty, granted("asha"), granted("till-7"), merged("till-7", "asha"))
    paths = [await planned(loyalty, f"c{n}") for n in range(6)]
    tried = [sent(loyalty, path, name) for path in paths for name in ("asha", "till-7")]
    answers = await asyncio.gather(*tried)
    assert sum(answer["accepted"] for answer in answers) == 3
    assert len(await loyalty.outbox()) == 3
    assert {reason for answer in answers for reason in reasons(answer).values()} == {"too_often", "reached"}


async def test_L06_the_same_told_twice_at_once_is_sent_once(loyalty: Client) -> None:
    await loyalty.put(MAIL, {"most": 1, "days": 30})
    await heard(loyalty, granted())
    campaign = await planned(loyalty)
    answers = await asyncio.gather(*(sent(loyalty, campaign, "asha") for _ in range(3)))
    assert sorted((answer["accepted"], answer["duplicate"]) for answer in answers) == [(0, 1), (0, 1), (1, 0)]
    assert all(answer["withheld"] == [] for answer in answers)


async def test_L06_a_policy_is_put_once_and_changed_by_who_read_it(loyalty: Client) -> None:
    assert (await loyalty.get(MAIL)).status_code == 404
    made = await asyncio.gather(*(loyalty.put(MAIL, {"most": 2, "days": 7}) for _ in range(3)))
    assert sorted(answer.status_code for answer in made) == [200, 200, 201]
    assert made[0].headers["ETag"] == '"1"'
    statuses = [(await loyalty.put(MAIL, {"most": 3, "days": 7}, match=match)).status_code for match in (None, '"9"')]
    assert statuses == [428, 412]
    changed = await loyalty.put(MAIL, {"most": 3, "days": 7}, match='"1"')
    assert (changed.status_code, changed.json()["most"]) == (200, 3)
    assert (await loyalty.get("/v1/contact-policies")).json()["items"] == [changed.json()]
    verbs = [change["what"] for change in (await loyalty.get(f"{MAIL}/history")).json()["items"]]
    assert verbs == ["change", "create"]
    bound = loyalty.issuer.token(stores=["330"])
    assert (await loyalty.put(MAIL, {"most": 9, "days": 7}, match='"2"', bearer=bound)).status_code == 403
    assert (await loyalty.get(MAIL, bearer=bound)).json() == changed.json()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"most": 0}, "/most"), ({"most": "3"}, "/most"), ({"days": 367}, "/days"), ({"hours": 1}, "/hours")],
)
async def test_L06_bad_policies_change_nothing(loyalty: Client, changes: dict[str, Any], pointer: str) -> None:
    answer = await loyalty.put(MAIL, {"most": 2, "days": 7} | changes)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert await rows(loyalty, "select * from contact_policies") == []


async def test_L06_a_selection_says_who_would_be_sent_it_and_writes_nothing(loyalty: Client) -> None:
    await loyalty.put(MAIL, {"most": 1, "days": 30})
    other, campaign = await planned(loyalty, "other"), await planned(loyalty, segment_id="best")
    names = ("asha", "ben", "cleo", "dora", "eve")
    await heard(loyalty, *map(entered, names), left("eve"), *map(granted, ("asha", "ben", "dora")))
    await sent(loyalty, other, "asha")
    await sent(loyalty, campaign, "dora")
    before = await dump(loyalty.database_url)
    first = (await loyalty.get(f"{campaign}/selection?limit=2")).json()
    rest = (await loyalty.get(f"{campaign}/selection?cursor={first['next']}")).json()
    verdicts = {each["customer_id"]: each["verdict"] for each in first["items"] + rest["items"]}
    assert verdicts == {"asha": "too_often", "ben": "deliver", "cleo": "no_consent"}, "dora was reached, eve has left"
    assert await dump(loyalty.database_url) == before
    assert (await loyalty.get(f"{other}/selection")).status_code == 409, "it is for no segment"
    bound = loyalty.issuer.token(stores=["330"])
    assert (await loyalty.get(f"{campaign}/selection", bearer=bound)).status_code == 403


async def test_L06_a_selection_names_the_control_group(loyalty: Client) -> None:
    campaign = await planned(loyalty, segment_id="best", control_share="0.5")
    names = [f"c{n}" for n in range(20)]
    await heard(loyalty, *map(entered, names), *map(granted, names))
    chosen = (await loyalty.get(f"{campaign}/selection")).json()["items"]
    control = sorted(each["customer_id"] for each in chosen if each["verdict"] == "control")
    assert 0 < len(control) < 20
    assert (await sent(loyalty, campaign, *names))["control"] == control
    assert [each["verdict"] for each in (await loyalty.get(f"{campaign}/selection")).json()["items"]] == [
        "control" for _ in control
    ]


async def test_L06_a_person_is_held_back_or_reached_once_under_whichever_id(loyalty: Client) -> None:
    await loyalty.put(MAIL, {"most": 1, "days": 30})
    campaign = await planned(loyalty, segment_id="best", control_share="0.5")
    names = [f"c{n}" for n in range(40)]
    drawn = [name for name in names if held_back("new", name, Decimal("0.5"))]
    free = [name for name in names if name not in drawn]
    await heard(loyalty, *map(entered, names), *map(granted, names))
    assert (await sent(loyalty, campaign, drawn[0], free[0]))["control"] == [drawn[0]]
    await heard(loyalty, merged(free[1], drawn[0]), merged(drawn[1], free[0]))
    both = next((low, high) for low in sorted(drawn[2:]) for high in sorted(free[2:]) if low < high)
    await heard(loyalty, merged(*both))
    items = (await loyalty.get(f"{campaign}/selection?limit=500")).json()["items"]
    verdicts = {each["customer_id"]: each["verdict"] for each in items}
    assert [verdicts.get(name) for name in (free[1], drawn[1], *both)] == ["control", None, "control", "control"]
    answer = await sent(loyalty, campaign, free[1], drawn[1], *both)
    assert (answer["accepted"], answer["control"]) == (0, sorted([free[1], *both])), "the least id is drawn, or stored"
    assert reasons(answer) == {drawn[1]: "reached"}


async def test_L06_who_withdrew_since_is_not_written_to(loyalty: Client) -> None:
    campaign = await planned(loyalty, segment_id="best")
    await heard(loyalty, entered("asha"), granted("asha"), withdrawn("asha", NOW - HOUR))
    assert reasons(await sent(loyalty, campaign, "asha", at=NOW - 2 * HOUR)) == {"asha": "no_consent"}
    then = (NOW - 2 * HOUR).isoformat().replace("+", "%2B")
    [found] = (await loyalty.get(f"{campaign}/selection?at={then}")).json()["items"]
    assert found["verdict"] == "no_consent"


async def test_L06_a_selection_of_a_simulation_judges_nobody(loyalty: Client) -> None:
    campaign = await planned(loyalty, segment_id="best", simulated=True)
    await heard(loyalty, entered("asha"))
    assert (await loyalty.get(f"{campaign}/selection")).json()["items"] == [
        {"customer_id": "asha", "verdict": "deliver"}
    ]
    assert (await sent(loyalty, campaign, "asha"))["accepted"] == 1


async def test_C10_who_is_erased_is_in_no_copy_and_no_stored_answer(loyalty: Client) -> None:
    campaign = await planned(loyalty, control_share="0.5")
    names = [f"c{n}" for n in range(20)]
    await heard(loyalty, *map(granted, names[:10]))
    answer = await sent(loyalty, campaign, *names)
    assert answer["control"], "drawn from those who could be sent it"
    assert {each["customer_id"] for each in answer["withheld"]} == set(names[10:])
    held, kept = answer["control"][0], answer["withheld"][0]["customer_id"]
    await heard(loyalty, granted(held), entered(held), granted(kept))
    for part, name in enumerate((held, kept)):
        await heard(loyalty, told(CustomerErased(erasure_id=f"part-{part}"), name, name))
        await heard(loyalty, granted(name), entered(name))
        assert found(await dump(loyalty.database_url), name) == []
