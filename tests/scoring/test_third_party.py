"""Events that another system puts on the topics itself: hand-written JSON, none of our classes."""

import json
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord

from deploy.local.infrastructure import Addresses
from shared.dead_letters import SETTLED
from shared.letters import Letters, Line
from shared.received import not_ahead
from shared.replay import Replay
from tests.scoring.conftest import Scoring
from tests.support.scoring import scoring_consumer, skip_to_end
from tests.support.topics import tail
from tests.support.waiting import eventually, running

POS, HELPDESK = "urn:partner:pos-7", "urn:partner:helpdesk"
LETTERS = "crm.scoring.dead-letters"
Spoil = Callable[[dict[str, Any]], dict[str, Any]]
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Partner:
    """Another system, beside the scoring service that reads what it writes."""

    scoring: Scoring
    bootstrap: str

    async def tell(self, topic: str, event: dict[str, Any], key: str | None = None) -> None:
        """Append a record, as any Kafka client would."""
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
            value = json.dumps(event, indent=1).encode()
            await producer.send_and_wait(topic, value, key=(key or event["partitionkey"]).encode())

    async def facts(self, customer: str, count: int) -> list[tuple[str, str]]:
        """Source and subject of a customer's facts, once there are `count`."""

        async def look() -> list[tuple[str, str]] | None:
            query = "select source, subject from facts where customer_id = $1 order by source, subject"
            found = [(row["source"], row["subject"]) for row in await self.scoring.fetch(query, customer)]
            return found if len(found) >= count else None

        facts: list[tuple[str, str]] = await eventually(look)
        return facts


@pytest.fixture
async def partner(scoring: Scoring, infrastructure: Addresses) -> AsyncIterator[Partner]:
    """A partner whose records scoring takes in, all through the test."""
    url, bootstrap = scoring.client.database_url, infrastructure.kafka_bootstrap
    await skip_to_end(url, bootstrap)
    consumer = scoring_consumer(url, bootstrap, f"partner-{uuid.uuid4().hex}")
    async with running(consumer.run):
        yield Partner(scoring, bootstrap)
    await consumer.dead_letters.close()
    await consumer.engine.dispose()


@pytest.fixture
def who() -> str:
    """A customer nobody else uses."""
    return f"partner-{uuid.uuid4().hex[:12]}"


def envelope(kind: str, customer: str, subject: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A CloudEvent of `urn:partner:pos-7` that happened yesterday."""
    when = YESTERDAY.strftime("%Y-%m-%dT%H:%M:%SZ")
    told = {"specversion": "1.0", "id": f"{subject}@{customer}", "source": POS, "type": f"crm.{kind}.v1"}
    about = {"time": when, "recordedtime": when, "subject": subject, "partitionkey": customer}
    return told | about | {"datacontenttype": "application/json", "data": data} | more


def sale(customer: str, subject: str = "s1", **more: Any) -> dict[str, Any]:
    """A sale of a jacket."""
    money = {"amount": "49.90", "currency": "USD"}
    line = {"category": "APPAREL", "quantity": "1", "list_amount": money, "paid_amount": money}
    return envelope("purchase.completed", customer, subject, {"lines": [line]}, **more)


def visit(customer: str, **more: Any) -> dict[str, Any]:
    """A visit to the store in which somebody talked with the customer."""
    return envelope("visit.started", customer, "v1", {"channel": "store", "two_way": True}, **more)


def grievance(customer: str, **more: Any) -> dict[str, Any]:
    """A complaint that nobody acknowledged within the hour, nor resolved within two."""
    due = [(YESTERDAY + timedelta(hours=hours)).isoformat() for hours in (1, 2)]
    data = {"category": "service", "severity": "high", "due_acknowledge": due[0], "due_resolve": due[1]}
    return envelope("complaint.opened", customer, "k1", data, source=HELPDESK, **more)


async def test_W02_a_partners_purchase_visit_and_complaint_are_scored(partner: Partner, who: str) -> None:
    await partner.tell("crm.purchases", sale(who))
    await partner.tell("crm.visits", visit(who))
    await partner.tell("crm.complaints", grievance(who))
    assert await partner.facts(who, 3) == [(HELPDESK, "k1"), (POS, "s1"), (POS, "v1")]
    card = await partner.scoring.card(who)
    assert card["phase"] == "acquisition"
    assert [each["subject"] for each in card["cs"]["categories"]["evidence"]] == ["s1"]
    assert card["cs"]["customer_care"]["n"] == 1
    assert card["cs"]["communications_interaction_positioning"]["n"] >= 1


async def test_W02_a_partners_repeat_counts_once_and_another_sources_same_id_apart(partner: Partner, who: str) -> None:
    for source in (POS, POS, "urn:partner:pos-8"):
        await partner.tell("crm.purchases", sale(who, source=source))
    await partner.tell("crm.purchases", sale(who, "last", source="urn:partner:pos-9"))
    found = await partner.facts(who, 3)
    assert found == [(POS, "s1"), ("urn:partner:pos-8", "s1"), ("urn:partner:pos-9", "last")]


def without_subject(event: dict[str, Any]) -> dict[str, Any]:
    """A required attribute is missing."""
    return {name: value for name, value in event.items() if name != "subject"}


def tomorrow(event: dict[str, Any]) -> dict[str, Any]:
    """More than a day ahead of the broker's timestamp, whatever the partner calls its recorded time."""
    ahead = (datetime.now(UTC) + timedelta(days=1, hours=1)).isoformat()
    return event | {"time": ahead, "recordedtime": ahead}


BAD: dict[str, tuple[str, Spoil, str | None, str]] = {
    "wrong key": ("crm.purchases", lambda event: event, "somebody-else", "partitionkey"),
    "missing field": ("crm.purchases", without_subject, None, "/subject"),
    "a day ahead": ("crm.purchases", tomorrow, None, "ahead of its recorded time"),
    "wrong topic": ("crm.visits", lambda event: event, None, "belongs to crm.purchases"),
}


@pytest.mark.parametrize("what", BAD)
async def test_W02_a_partners_bad_record_is_set_aside_and_converges_when_repaired(
    partner: Partner, who: str, what: str
) -> None:
    """It is dead-lettered once, the partition goes on; repaired it makes the card that it would have made at once."""
    topic, spoil, key, error = BAD[what]
    good = sale(who, "s1")
    bad = spoil(good)
    async with tail(partner.bootstrap, LETTERS) as letters:
        await partner.tell(topic, bad, key)
        await partner.tell("crm.purchases", sale(who, "s2"))
        assert await partner.facts(who, 1) == [(POS, "s2")]
        [letter] = await letters.of(key or who, 1)
        assert error in headers(letter)["dead-letter-error"]
        assert headers(letter)["dead-letter-topic"] == topic
        assert letter.value == json.dumps(bad, indent=1).encode()
        await repair(partner, letter.offset, {"topic": "crm.purchases", "key": who, "value": json.dumps(good)})
        assert await partner.facts(who, 2) == [(POS, "s1"), (POS, "s2")]
        await letters.until(lambda records: SETTLED in headers(records[-1]))
        assert len(await letters.of(key or who, 1)) == 1
    at_once, now = f"{who}-at-once", datetime.now(UTC).isoformat().replace("+00:00", "Z")
    await partner.tell("crm.purchases", sale(at_once, "s1"))
    await partner.tell("crm.purchases", sale(at_once, "s2"))
    await partner.facts(at_once, 2)
    repaired, as_well = await partner.scoring.card(who, now), await partner.scoring.card(at_once, now)
    assert repaired == json.loads(json.dumps(as_well).replace(at_once, who))


def headers(letter: ConsumerRecord) -> dict[str, str]:
    """A dead letter's headers."""
    return {name: value.decode() for name, value in letter.headers}


async def repair(partner: Partner, offset: int, edited: dict[str, str]) -> None:
    """Put one letter back as a person edited its line."""
    letters = Letters(partner.bootstrap, LETTERS)
    [line] = [Line.of(letter) async for letter in letters.all() if letter.offset == offset]
    run = Replay(letters, not_ahead, lambda _: None)
    await run.repaired({offset: Line.model_validate(line.model_dump(exclude_unset=True) | edited)})
    assert (run.put_back, run.left) == (1, 0)
