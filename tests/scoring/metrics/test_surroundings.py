"""Defection: what happened around the customer, through the reference."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from services.scoring.facts.fact import Fact
from services.scoring.metrics.defection import Defection, defection
from services.scoring.metrics.history import read
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.surroundings import Decline, Surroundings
from shared.events.customers import CustomerRegistered
from shared.events.purchases import PurchaseCompleted
from shared.events.reference import ChannelRetired, SectorDeclined, StoreClosed, StoreOpened
from tests.scoring.metrics.facts import AS_OF, ago, fact, line, purchase, reference
from tests.scoring.metrics.service_facts import touchpoint

SILENT = [purchase(f"p{at}", ago(100 + 10 * at)) for at in range(5)]
"""At risk: silent for 100 days, and what counts begins 190 days ago, on 2017-06-25."""


def leaving(around: Surroundings, *facts: Fact) -> Defection:
    base = reference(surroundings=around)
    return defection(read([*SILENT, *facts], AS_OF, DEFAULT_RULES), DEFAULT_RULES, base)


def points(around: Surroundings, *facts: Fact) -> dict[str, int]:
    found: dict[str, int] = leaving(around, *facts).to_json()["points"]
    return found


def living(region: str | None, sector: str | None = "FARMING") -> Fact:
    payload = CustomerRegistered(kind="individual", completeness=0.5, region=region, sector=sector)
    return fact(payload, "customer", ago(500))


def declining(
    since: date, until: date | None = None, region: str | None = None, cause: str = "decline"
) -> Surroundings:
    return Surroundings(sectors={"FARMING": (Decline(since, until, region, cause),)})


def test_S04_market_the_customers_sector_declines() -> None:
    found = leaving(declining(date(2017, 1, 1)), living("NORTH"))
    assert (str(found.cause), found.evidence[0].points) == ("market", 3)
    assert found.to_json()["evidence"] == [
        {
            "type": "crm.sector.declined.v1",
            "subject": "FARMING",
            "time": "2017-01-01T00:00:00Z",
            "cause": "market",
            "points": 3,
        }
    ]
    assert points(declining(date(2017, 1, 1)), living("NORTH", "MINING")) == {}
    assert points(declining(date(2017, 1, 1)), living("NORTH", None)) == {}
    assert points(declining(date(2017, 1, 1))) == {}


def test_S04_market_in_the_customers_region_and_while_it_lasts() -> None:
    assert points(declining(date(2017, 1, 1), region="NORTH"), living("NORTH")) == {"market": 3}
    assert points(declining(date(2017, 1, 1), region="NORTH"), living("SOUTH")) == {}
    assert points(declining(date(2017, 1, 1), region="NORTH"), living(None)) == {}
    assert points(declining(date(2017, 1, 1), date(2017, 6, 25)), living(None)) == {}
    assert points(declining(date(2017, 1, 1), date(2017, 6, 26)), living(None)) == {"market": 3}
    assert points(declining(date(2017, 12, 31)), living(None)) == {"market": 3}
    assert points(declining(date(2018, 1, 1)), living(None)) == {}


def test_S04_organizational_what_shakes_an_industry() -> None:
    for cause in ("recall", "scandal", "regulation"):
        assert points(declining(date(2017, 9, 1), cause=cause), living(None)) == {"organizational": 3}


def test_S04_technological_a_channel_the_customer_used_is_retired() -> None:
    def retired(day: date) -> Surroundings:
        return Surroundings(channels={"fax": day})

    used = touchpoint("t", ago(190 + 365), channel="fax")
    assert points(retired(date(2017, 6, 25)), used) == {"technological": 3}
    assert points(retired(date(2017, 6, 24)), used) == {}
    assert points(retired(date(2018, 1, 1)), used) == {}
    noon = [touchpoint("t", ago(300), channel="fax"), purchase("noon", ago(99.5))]  # what counts begins at noon then
    assert points(retired(date(2017, 6, 25)), *noon) == {}
    assert points(retired(date(2017, 6, 26)), *noon) == {"technological": 3}
    assert points(retired(date(2017, 9, 1)), touchpoint("t", ago(190 + 366), channel="fax")) == {}
    assert points(retired(date(2017, 9, 1)), touchpoint("t", ago(300), channel="phone")) == {}
    bill = fact(PurchaseCompleted(channel="fax", lines=(line("A", "1.00"),)), "fax", ago(150))
    assert points(retired(date(2017, 9, 1)), bill) == {"technological": 3}


def test_S04_organizational_the_store_of_most_purchases_closed() -> None:
    around = Surroundings(stores={"near": date(2017, 9, 1), "far": date(2017, 9, 1)})
    bought = [
        replace(purchase(f"s{at}", ago(110 + at)), store=store) for at, store in enumerate(["near", "far", "far"])
    ]
    found = leaving(around, *bought)
    assert [(piece.subject, str(piece.cause)) for piece in found.evidence] == [("far", "organizational")]
    assert points(Surroundings(stores={"near": date(2017, 9, 1)}), *bought) == {}
    assert points(Surroundings(stores={"far": date(2017, 6, 24)}), *bought) == {}
    assert points(around) == {}  # no store is told
    before = [replace(each, time=ago(600 + at), subject=f"b{at}") for at, each in enumerate(bought[1:])]
    assert [piece.subject for piece in leaving(around, bought[0], *before).evidence] == ["near"]  # of late


def test_S04_without_a_reference_nothing_is_known_of_it() -> None:
    history = read([*SILENT, living(None)], AS_OF, DEFAULT_RULES)
    assert list(defection(history, DEFAULT_RULES).evidence) == []


def entity(payload: Any, subject: str) -> tuple[str, str, dict[str, Any]]:
    return payload.TYPE, subject, payload.model_dump(mode="json", exclude_none=True)


def test_surroundings_are_made_of_the_entities_as_last_told() -> None:
    recall = {"since": "2017-01-01", "until": "2017-02-01", "region": "NORTH", "cause": "recall"}
    declines = SectorDeclined.model_validate({"declines": [recall, {"since": "2017-05-01"}]})
    told = [
        entity(StoreClosed(closed_on=date(2017, 9, 1), time_zone="UTC"), "330"),
        entity(StoreOpened(time_zone="UTC"), "331"),
        entity(ChannelRetired(retired_on=date(2017, 8, 1)), "fax"),
        entity(declines, "FARMING"),
    ]
    found = Surroundings.of(told)
    assert found == Surroundings(
        stores={"330": date(2017, 9, 1)},
        channels={"fax": date(2017, 8, 1)},
        sectors={
            "FARMING": (
                Decline(date(2017, 1, 1), date(2017, 2, 1), "NORTH", "recall"),
                Decline(date(2017, 5, 1), None, None, "decline"),
            )
        },
    )
    base = reference(surroundings=found)
    assert Reference.from_json(orjson.loads(orjson.dumps(base.to_json()))) == base


def test_a_reference_of_before_there_were_surroundings_has_none() -> None:
    told = reference().to_json()
    del told["surroundings"]
    assert Reference.from_json(told) == reference()


def test_a_decline_reaches_into_a_period_by_the_moment() -> None:
    decline, moment = Decline(date(2017, 5, 1), date(2017, 6, 1), None, "decline"), timedelta(microseconds=1)
    may, june = datetime(2017, 5, 1, tzinfo=UTC), datetime(2017, 6, 1, tzinfo=UTC)
    assert not decline.touches(may - moment, may, None)
    assert decline.touches(may - moment, may + moment, None)
    assert decline.touches(june - moment, june + moment, None)
    assert not decline.touches(june, june + moment, None)
