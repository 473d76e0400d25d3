"""C05: the first purchase moves a prospect by itself, and the first use secures them."""

import asyncio
from datetime import timedelta

import pytest

from tests.customers.prospects import BEGUN, PATH, begun, everything, known, receive, shown, stages, step, used
from tests.support.client import Client
from tests.support.told import purchase

HOUR = timedelta(hours=1)
BOUGHT = BEGUN + 2 * HOUR


@pytest.mark.parametrize("buying_type", ["rational", "emotional", None])
async def test_C05_the_first_purchase_moves_whoever_it_is_to_exchange(
    customers: Client, buying_type: str | None
) -> None:
    await begun(customers, profile={"buying_type": buying_type})
    await step(customers, "qualify", verdict="unqualified", occurred_at=shown(BEGUN))
    await receive(customers, [purchase("asha", "b1", BOUGHT)])
    read, [moved, *_], _ = await everything(customers)
    assert [read[name] for name in ("stage", "version")] == ["exchange", 3]
    assert [read[name] for name in ("moved_at", "bought_at")] == [shown(BOUGHT)] * 2
    assert (moved["what"], moved["by"], moved["at"]) == ("buy", "events", shown(BOUGHT))
    assert moved["after"]["skipped"] == ["interaction"]
    assert await stages(customers) == [("enquiry", BEGUN), ("exchange", BOUGHT)]


async def test_C05_a_purchase_counts_once_however_often_it_is_told(customers: Client) -> None:
    await begun(customers)
    bill = purchase("asha", "b1", BOUGHT)
    await receive(customers, [bill, bill], [bill])
    before = await everything(customers)
    assert before[0]["version"] == 2
    await receive(customers, [bill, purchase("asha", "b2", BOUGHT + HOUR)])
    assert await everything(customers) == before
    await step(customers, "stage", stage="interaction", reason="all of it came back")
    back = await everything(customers)
    await receive(customers, [bill])
    assert await everything(customers) == back


async def test_C05_a_purchase_before_the_enquiry_moves_nobody(customers: Client) -> None:
    await begun(customers)
    before = await everything(customers)
    await receive(customers, [purchase("asha", "b0", BEGUN - HOUR)])
    assert await everything(customers) == before
    await receive(customers, [purchase("asha", "b2", BOUGHT + HOUR), purchase("asha", "b1", BOUGHT)])
    assert await stages(customers) == [("enquiry", BEGUN), ("exchange", BOUGHT)], "the first of those after it"


async def test_C05_a_purchase_that_arrives_late_moves_with_the_last_step(customers: Client) -> None:
    await begun(customers)
    await step(customers, "stage", stage="interaction", occurred_at=shown(BOUGHT + HOUR))
    await receive(customers, [purchase("asha", "b1", BOUGHT)])
    assert (await stages(customers))[-1] == ("exchange", BOUGHT + HOUR)
    assert (await everything(customers))[0]["bought_at"] == shown(BOUGHT)


async def test_C05_a_closed_prospect_and_one_beyond_stay_where_they_are(customers: Client) -> None:
    await begun(customers, "asha")
    await step(customers, "close", outcome="lost", occurred_at=shown(BEGUN + HOUR))
    await begun(customers, "ben", {"buying_type": "emotional"})
    await step(customers, "stage", "ben", stage="usage", occurred_at=shown(BEGUN + HOUR))
    before = [await everything(customers, name) for name in ("asha", "ben")]
    await receive(customers, [purchase("asha", "b1", BOUGHT), purchase("ben", "b2", BOUGHT)])
    assert [await everything(customers, name) for name in ("asha", "ben")] == before


async def test_C05_a_batch_of_thousands_finds_its_prospects(customers: Client) -> None:
    for name in ("asha", "ben"):
        await begun(customers, name)
    await known(customers, "carl")
    strangers = [purchase(f"household-{n}", f"b{n}", BOUGHT) for n in range(5000)]
    anonymous = [purchase("store:asha", "b-x", BOUGHT)]
    mine = [purchase(name, f"b-{name}", BOUGHT) for name in ("carl", "ben", "asha")]
    await receive(customers, [*strangers[:2500], *anonymous, *mine, *strangers[2500:]])
    for name in ("asha", "ben"):
        assert (await everything(customers, name))[0]["stage"] == "exchange"
    assert len([event for event in await customers.outbox() if event.type == "crm.acquisition.stage_changed.v1"]) == 4


async def test_C05_a_purchase_and_an_employee_at_once_leave_one_way(customers: Client) -> None:
    for number in range(5):
        name = f"asha-{number}"
        await begun(customers, name)
        path, told = f"/v1/prospects/{name}/stage", {"stage": "interaction", "occurred_at": shown(BEGUN + HOUR)}
        answer, _ = await asyncio.gather(
            customers.post(path, told, match='"1"'), receive(customers, [purchase(name, f"b-{name}", BOUGHT)])
        )
        way = ["enquiry", "interaction", "exchange"] if answer.status_code == 200 else ["enquiry", "exchange"]
        assert answer.status_code in {200, 412}
        assert [stage for stage, _ in await stages(customers, name)] == way
        read, told_of, _ = await everything(customers, name)
        assert (read["stage"], read["version"]) == ("exchange", len(way))
        assert len(told_of) == len(way)


async def test_C05_the_first_use_moves_to_usage_and_secures(customers: Client) -> None:
    await begun(customers)
    await receive(customers, [purchase("asha", "b1", BOUGHT)])
    await used(customers, BOUGHT + HOUR)
    read, [change, *_], _ = await everything(customers)
    assert [read[name] for name in ("stage", "outcome", "closed_at")] == ["usage", "secured", shown(BOUGHT + HOUR)]
    assert (change["what"], change["by"], change["at"]) == ("first_use", "desk-1", shown(BOUGHT + HOUR))
    assert (await stages(customers))[-1] == ("usage", BOUGHT + HOUR)
    before = await everything(customers)
    await used(customers, BOUGHT + 2 * HOUR)
    assert await everything(customers) == before


async def test_C05_the_first_use_secures_who_was_brought_to_usage(customers: Client) -> None:
    await begun(customers, profile={"buying_type": "emotional"})
    await step(customers, "stage", stage="usage", occurred_at=shown(BOUGHT))
    await used(customers, BOUGHT + HOUR)
    read = (await customers.get(PATH)).json()
    assert (read["outcome"], read["moved_at"]) == ("secured", shown(BOUGHT))
    assert await stages(customers) == [("enquiry", BEGUN), ("usage", BOUGHT)], "the stage is told once"


async def test_C05_a_first_use_without_a_prospect_is_nothing(customers: Client) -> None:
    await known(customers)
    await used(customers, BOUGHT)
    await used(customers, BOUGHT, "nobody")
    assert await stages(customers) == []
