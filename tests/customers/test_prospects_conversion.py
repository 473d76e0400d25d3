"""C05: how many acquisitions were secured, by each of the five factors."""

from typing import Any

import pytest

from tests.customers.prospects import begun, step
from tests.customers.visits import bound
from tests.support.client import Client

REPORT = "/v1/prospects/conversion"
ASHA = {"buying_type": "rational", "lifestyle": "urban", "region": "north", "sector": "retail"}
BEN = {"kind": "organization", "buying_type": "emotional", "region": "south"}
CARL = {"buying_type": None, "lifestyle": "urban"}


async def people(customers: Client) -> None:
    """Asha was lost, and secured at the second try; Ben is at exchange; Carl was lost in April."""
    await begun(customers, "asha", ASHA, product_id="p-1")
    await step(customers, "stage", "asha", stage="interaction", occurred_at="2026-03-02T00:00:00Z")
    await step(customers, "close", "asha", outcome="lost", occurred_at="2026-03-03T00:00:00Z")
    anew = {"customer_id": "asha", "product_id": "p-2", "occurred_at": "2026-04-01T00:00:00Z"}
    assert (await customers.post("/v1/prospects", anew)).status_code == 201
    for stage in ("interaction", "exchange", "usage"):
        await step(customers, "stage", "asha", stage=stage)
    await step(customers, "close", "asha", outcome="secured")
    await begun(customers, "ben", BEN, product_id="p-1", occurred_at="2026-03-31T23:59:59Z")
    await step(customers, "stage", "ben", stage="exchange")
    await step(customers, "stage", "ben", stage="enquiry", reason="all of it came back")
    await begun(customers, "carl", CARL, product_id=None, occurred_at="2026-04-30T00:00:00Z")
    await step(customers, "close", "carl", outcome="lost")


def row(value: str | None, *furthest: int, secured: int = 0, lost: int = 0) -> dict[str, Any]:
    """A row of the report; `furthest` by stage."""
    begun = sum(furthest)
    return {
        "value": value,
        "begun": begun,
        "furthest": dict(zip(("enquiry", "interaction", "exchange", "usage"), furthest, strict=True)),
        "secured": secured,
        "lost": lost,
        "conversion": {"n": begun, "count": secured, "share": secured / begun if begun else None},
    }


async def report(customers: Client, query: str) -> dict[str, Any]:
    """The report, in one page."""
    answer = await customers.get(f"{REPORT}?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_C05_conversion_by_each_factor(customers: Client) -> None:
    await people(customers)
    asha = {"secured": 1, "lost": 1}
    expected = {
        "buying_type": [
            row(None, 1, 0, 0, 0, lost=1),
            row("emotional", 0, 0, 1, 0),
            row("rational", 0, 1, 0, 1, **asha),
        ],
        "product": [
            row(None, 1, 0, 0, 0, lost=1),
            row("p-1", 0, 1, 1, 0, lost=1),
            row("p-2", 0, 0, 0, 1, secured=1),
        ],
        "kind": [row("individual", 1, 1, 0, 1, secured=1, lost=2), row("organization", 0, 0, 1, 0)],
        "environment": [
            row(None, 1, 0, 0, 0, lost=1),
            row("north/retail", 0, 1, 0, 1, **asha),
            row("south/?", 0, 0, 1, 0),
        ],
        "lifestyle": [row(None, 0, 0, 1, 0), row("urban", 1, 1, 0, 1, secured=1, lost=2)],
    }
    total = row(None, 1, 1, 1, 1, secured=1, lost=2)
    for factor, rows in expected.items():
        told = await report(customers, f"by={factor}")
        assert told == {"items": rows, "next": None, "by": factor, "total": total}, factor


@pytest.mark.parametrize(
    ("period", "begun"),
    [
        ("from=2026-03-01&to=2026-04-01", 2),
        ("from=2026-03-02&to=2026-04-01", 1),
        ("from=2026-04-01", 2),
        ("to=2026-04-30", 3),
        ("from=2026-04-01&to=2026-05-01", 2),
    ],
)
async def test_C05_conversion_counts_what_began_in_the_period(customers: Client, period: str, begun: int) -> None:
    await people(customers)
    told = await report(customers, f"by=kind&{period}")
    assert told["total"]["begun"] == sum(item["begun"] for item in told["items"]) == begun


async def test_C05_conversion_of_nobody_is_null_and_never_zero(customers: Client) -> None:
    told = await report(customers, "by=product&from=2020-01-01&to=2020-02-01")
    assert (told["items"], told["total"]) == ([], row(None, 0, 0, 0, 0))
    assert told["total"]["conversion"] == {"n": 0, "count": 0, "share": None}


async def test_C05_conversion_comes_in_pages(customers: Client) -> None:
    await people(customers)
    seen, page = [], await report(customers, "by=product&limit=1")
    while True:
        seen += [item["value"] for item in page["items"]]
        if page["next"] is None:
            break
        page = await report(customers, f"by=product&limit=1&cursor={page['next']}")
    assert seen == [None, "p-1", "p-2"]


async def test_C05_conversion_is_of_the_whole_chain(customers: Client) -> None:
    assert (await customers.get(f"{REPORT}?by=kind", bearer=bound(customers, "330"))).status_code == 403


@pytest.mark.parametrize(
    "query", ["", "by=colour", "by=kind&from=yesterday", "by=kind&to=2026-13-01", "by=kind&cursor=x"]
)
async def test_C05_a_report_on_what_nobody_knows_is_refused(customers: Client, query: str) -> None:
    assert (await customers.get(f"{REPORT}?{query}")).status_code == 422
