"""The audit over REST, and its signals published once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from services.scoring.audit.announcing import announce
from services.scoring.findings import store as findings
from services.scoring.studies.study import Found
from shared.database import raw_connection
from shared.events.complaints import SurveyAnswered
from shared.web.cursors import encode
from tests.scoring.conftest import Scoring
from tests.scoring.test_close import AS_OF, close
from tests.support.told import told

CLOSED = datetime(2026, 3, 10, tzinfo=UTC)
OUTBOX = "select aggregateid, payload from outbox where type = 'crm.audit.signal_raised.v1' order by seq"
PERIOD = timedelta(days=90)


def survey(customer: str, ago: timedelta, *, prefers_us: bool) -> Any:
    name = f"{customer}-{ago.days}"
    return told(SurveyAnswered(prefers_us=prefers_us), customer, name, CLOSED - ago)


async def disappoint(scoring: Scoring) -> None:
    """Forty customers: thirty preferred us in the period before, twenty do now."""
    for at in range(40):
        before = survey(f"c{at:02}", timedelta(days=100), prefers_us=at < 30)
        await scoring.know(before, survey(f"c{at:02}", timedelta(days=10), prefers_us=at < 20))


async def test_S09_the_audit_tells_its_signals_and_objectives(scoring: Scoring) -> None:
    await disappoint(scoring)
    assert (await close(scoring))["state"] == "done"
    answer = await scoring.client.get(f"/v1/audit?as_of={AS_OF}")
    assert answer.status_code == 200, answer.text
    audit = answer.json()
    assert (audit["as_of"], audit["revision"], audit["period_days"]) == (AS_OF, 1, 90)
    raised = {each["signal"]: each["raised"] for each in audit["signals"]}
    assert raised == {
        "competitors_approach_best": None,
        "customers_switch": None,
        "best_repurchase_falls": None,
        "preference_falls": True,
    }
    assert [len(each["trend"]) for each in audit["signals"]] == [4] * 4
    assert audit["signals"][1]["parts"].keys() == {"at_risk", "reported", "abandoned"}
    assert audit["observed_since"] is None, "nobody bought"
    assert [(each["signal"], each["strategy"], each["target"], each["due"]) for each in audit["objectives"]] == [
        ("preference_falls", "listening", 0.75, "2026-06-08T00:00:00Z")
    ]


async def test_S09_who_is_behind_a_signal_is_paged(scoring: Scoring) -> None:
    await disappoint(scoring)
    await close(scoring)
    found: list[str] = []
    address: str | None = "/v1/audit/preference_falls/customers?limit=8"
    while address is not None:
        page = await scoring.client.get(address)
        assert page.status_code == 200, page.text
        found += [item["customer_id"] for item in page.json()["items"]]
        following = page.json()["next"]
        address = following and f"/v1/audit/preference_falls/customers?limit=8&cursor={following}"
    assert found == [f"c{at}" for at in range(20, 40)]


async def test_S09_a_cursor_stays_with_its_audit(scoring: Scoring) -> None:
    await disappoint(scoring)
    await close(scoring)
    first = (await scoring.client.get("/v1/audit/preference_falls/customers?limit=15")).json()
    await close(scoring, "2026-09-10T00:00:00Z")  # nobody was asked of late
    assert (await scoring.client.get("/v1/audit/preference_falls/customers")).json()["items"] == []
    rest = await scoring.client.get(f"/v1/audit/preference_falls/customers?limit=15&cursor={first['next']}")
    assert [item["customer_id"] for item in rest.json()["items"]] == [f"c{at}" for at in range(35, 40)]


async def test_S09_a_cursor_stays_with_its_revision(scoring: Scoring) -> None:
    await disappoint(scoring)
    await close(scoring)
    first = (await scoring.client.get("/v1/audit/preference_falls/customers?limit=15")).json()
    await scoring.know(survey("c39", timedelta(days=5), prefers_us=True))
    await close(scoring)
    again = (await scoring.client.get("/v1/audit/preference_falls/customers")).json()
    assert len(again["items"]) == 19
    rest = await scoring.client.get(f"/v1/audit/preference_falls/customers?cursor={first['next']}")
    assert [item["customer_id"] for item in rest.json()["items"]] == [f"c{at}" for at in range(35, 40)]
    unknown = await scoring.client.get(f"/v1/audit/preference_falls/customers?cursor={encode(AS_OF, 3, 'c34')}")
    assert (unknown.status_code, unknown.json()["detail"]) == (422, "this cursor is not of this list")


async def test_S09_the_audit_of_a_date_is_the_newest_by_then(scoring: Scoring) -> None:
    await disappoint(scoring)
    await close(scoring, "2026-03-10T00:00:00Z")
    await close(scoring, "2026-03-20T00:00:00Z")
    assert (await scoring.client.get("/v1/audit")).json()["as_of"] == "2026-03-20T00:00:00Z"
    earlier = await scoring.client.get("/v1/audit?as_of=2026-03-19T00:00:00Z")
    assert earlier.json()["as_of"] == "2026-03-10T00:00:00Z"


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/v1/audit", 404, "no close has made an audit by then"),
        ("/v1/audit/preference_falls/customers", 404, "no close has made an audit by then"),
        ("/v1/audit/gloom/customers", 404, "there is no signal of this name"),
        ("/v1/audit?as_of=2099-01-01T00:00:00Z", 422, "look at as_of"),
        ("/v1/audit?as_of=2026-03-10T00:00:00", 422, "look at"),
        ("/v1/audit/preference_falls/customers?cursor=nonsense", 422, "this cursor is not one of ours"),
    ],
)
async def test_S09_what_no_audit_answers(scoring: Scoring, path: str, status: int, detail: str) -> None:
    answer = await scoring.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"].startswith(detail)


async def test_W06_a_token_bound_to_stores_reads_no_audit(scoring: Scoring) -> None:
    bound = scoring.client.issuer.token(stores=["330"])
    for path in ("/v1/audit", "/v1/audit/preference_falls/customers"):
        assert (await scoring.client.get(path, bearer=bound)).status_code == 403


def audited(*raised: str, p_value: float = 0.01) -> Found:
    """What an audit found in which these signals were raised."""
    names = ("customers_switch", "preference_falls")
    measured: dict[str, Any] = {"before": 0.75, "now": 0.5, "p_value": p_value, "customers": 20}
    return Found({"signals": [{"signal": name, "raised": name in raised, **measured} for name in names]})


async def write(scoring: Scoring, as_of: datetime, found: Found) -> int:
    """Write an audit as a close does; returns how many signals it published."""
    async with raw_connection(scoring.engine) as raw, raw.transaction():
        revision = await findings.write(raw, "audit", as_of, found)
        return await announce(raw, as_of, revision, found)


async def test_S09_a_signal_raised_is_published(scoring: Scoring) -> None:
    assert await write(scoring, CLOSED, audited("preference_falls")) == 1
    [row] = await scoring.fetch(OUTBOX)
    event = orjson.loads(row["payload"])
    assert (row["aggregateid"], event["subject"]) == ("signal:preference_falls", "preference_falls")
    assert (event["time"], event["source"]) == (AS_OF, "/crm/scoring")
    assert event["data"] == {
        "as_of": AS_OF,
        "revision": 1,
        "before": 0.75,
        "now": 0.5,
        "p_value": 0.01,
        "customers": 20,
    }


async def test_S09_only_what_the_audit_before_had_not_raised_is_news(scoring: Scoring) -> None:
    assert await write(scoring, CLOSED - PERIOD, audited("preference_falls")) == 1
    assert await write(scoring, CLOSED, audited("preference_falls", "customers_switch")) == 1
    assert await write(scoring, CLOSED + PERIOD, audited("customers_switch")) == 0
    assert await write(scoring, CLOSED + 2 * PERIOD, audited("preference_falls")) == 1, "it had gone in between"
    keys = [row["aggregateid"] for row in await scoring.fetch(OUTBOX)]
    assert keys == ["signal:preference_falls", "signal:customers_switch", "signal:preference_falls"]


async def test_S09_an_audit_of_the_past_is_no_news(scoring: Scoring) -> None:
    await write(scoring, CLOSED, audited())
    assert await write(scoring, CLOSED - PERIOD, audited("preference_falls")) == 0


async def test_S09_a_signal_is_published_once_for_a_date(scoring: Scoring) -> None:
    assert await write(scoring, CLOSED, audited()) == 0
    assert await write(scoring, CLOSED, audited("preference_falls")) == 1, "late facts raised it"
    assert await write(scoring, CLOSED, audited("preference_falls")) == 0, "closed again, with nothing new"
    assert await write(scoring, CLOSED, audited("preference_falls", p_value=0.02)) == 0, "raised by revision 2 already"
    assert await write(scoring, CLOSED, audited("preference_falls", "customers_switch")) == 1
