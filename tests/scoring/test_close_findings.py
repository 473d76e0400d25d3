"""S09, S12, C10: what closes find is of its date, is found again alike, and forgets who is erased."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from services.scoring.close.job import CloseWorker
from services.scoring.close.population import Population
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.studies.offers import Offers
from services.scoring.studies.study import Subject
from shared.events.customers import CustomerErased, CustomerMerged
from shared.events.loyalty import CampaignAnswered, CampaignDelivered
from tests.scoring.conftest import Scoring
from tests.scoring.test_audit import disappoint, survey
from tests.scoring.test_close import close, offer, populate
from tests.support.told import NOON, complaint, purchase, told

FOUND = """
    select name, revision, content from app.findings
    union all select 'reference', revision, content from app.reference_sets order by 1, 2
"""
BEHIND = "select customer_id from app.finding_customers order by part, customer_id"
CLOSED = datetime(2026, 3, 10, tzinfo=UTC)


async def live(scoring: Scoring) -> None:
    """Customers who bought, complained, were written to and asked."""
    await offer(scoring, "GROCERY", "DELI")
    await populate(scoring)
    await disappoint(scoring)
    for at in range(12):
        who, subject = f"c{at:02}", f"m1:c{at:02}"
        sent = CampaignDelivered(campaign_id="m1", kind="personal", purpose="marketing", channel="mail")
        answered = CampaignAnswered(campaign_id="m1", kind="redeemed")
        await scoring.know(
            complaint(who, f"k{at}", NOON + timedelta(days=1), store="330"),
            told(sent, who, subject, NOON),
            told(answered, who, subject, NOON + timedelta(days=2)),
        )


async def found(scoring: Scoring) -> list[asyncpg.Record]:
    """Everything that closes wrote."""
    return await scoring.fetch(FOUND)


async def test_S12_a_close_of_a_past_date_finds_what_it_would_have_found_then(scoring: Scoring) -> None:
    await live(scoring)
    assert (await close(scoring))["state"] == "done"
    before = await found(scoring)
    assert len(before) > 8
    later = CLOSED + timedelta(hours=1)
    await scoring.know(
        purchase("c03", "later", later),
        purchase("new", "p1", later),
        complaint("c04", "later", later, store="330"),
        survey("c05", timedelta(days=-1), prefers_us=False),
    )
    await close(scoring, "2026-03-20T00:00:00Z")
    await close(scoring)
    assert [row for row in await found(scoring) if row["revision"] > 1] == []
    assert {tuple(row) for row in before} <= {tuple(row) for row in await found(scoring)}


async def test_C10_an_erasure_reaches_findings_and_a_close_under_way(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live(scoring)
    await close(scoring)
    everybody = [row["customer_id"] for row in await scoring.fetch(BEHIND)]
    assert {"c20", "c30"} <= set(everybody)
    await scoring.know(told(CustomerErased(erasure_id="e1"), "c20", "c20", CLOSED))
    assert [row["customer_id"] for row in await scoring.fetch(BEHIND)] == [who for who in everybody if who != "c20"]

    looked = Population.studied

    async def erase_after(population: Population) -> object:
        studying = await looked(population)
        await scoring.know(told(CustomerErased(erasure_id="e2"), "c30", "c30", CLOSED))
        return studying

    monkeypatch.setattr(Population, "studied", erase_after)
    assert (await close(scoring, "2026-03-11T00:00:00Z"))["state"] == "done"
    assert "c31" in {row["customer_id"] for row in await scoring.fetch(BEHIND)}
    assert not {"c20", "c30"} & {row["customer_id"] for row in await scoring.fetch(BEHIND)}


async def test_C04_merged_customers_are_one_in_what_a_close_finds(scoring: Scoring) -> None:
    await live(scoring)
    await scoring.know(told(CustomerMerged(into="c38", at=NOON), "c39", "c39", NOON))
    done = await close(scoring)
    assert done["customers"] == 39
    assert "c39" not in {row["customer_id"] for row in await scoring.fetch(BEHIND)}
    assert (await scoring.client.get("/v1/audit")).json()["signals"][3]["trend"][-1]["n"] == 39


async def test_S09_a_study_that_fails_stops_neither_the_others_nor_the_close(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Offers, subject: Subject) -> None:
        if subject.id == "c01":
            raise ZeroDivisionError

    monkeypatch.setattr(Offers, "add", fail)
    await live(scoring)
    done = await close(scoring)
    assert (done["state"], done["error"]) == ("done", "without offers: see the log")
    names = {row["name"] for row in await scoring.fetch("select name from app.findings")}
    assert {"audit", "rates"} <= names
    assert "offers" not in names


async def test_S15_a_close_that_never_ends_is_given_up(scoring: Scoring) -> None:
    await populate(scoring, 3)
    address = (await scoring.client.post("/v1/close", {"as_of": "2026-03-10T00:00:00Z"})).headers["Location"]
    await scoring.execute("update app.closes set attempts = 10")
    assert await CloseWorker(scoring.engine, DEFAULT_RULES).work()
    failed = (await scoring.client.get(address)).json()
    assert (failed["state"], failed["error"]) == ("failed", "begun 10 times and never ended: see the logs")
    assert (await scoring.client.post("/v1/close", {"as_of": "2026-03-11T00:00:00Z"})).status_code == 201
