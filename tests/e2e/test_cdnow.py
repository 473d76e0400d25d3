"""The published value model (S05): CDNOW's sample from an import over REST to the model that a close fits."""

from importlib.metadata import files
from typing import Any

import pytest

from tests.e2e.closes import arrived, closed
from tests.support.pipeline import Pipeline

AS_OF = "1997-10-01T00:00:00Z"
CUSTOMERS, PURCHASES = 2357, 6919
PER_MILLE, ROUNDING = 0.001, 0.005
MBG = {"r": 0.5248, "alpha": 6.1831, "a": 0.8914, "b": 1.6140, "log_likelihood": -9582.14}
"""Batislam, Denizel & Filiztekin's law on this data."""
BG = {"r": 0.2426, "alpha": 4.414, "a": 0.793, "b": 2.426, "log_likelihood": -9582.43, "new_customer": 1.444}
"""Fader, Hardie & Lee 2005; a new customer in 52 weeks."""
SPENDING = {"p": 6.25, "q": 3.74, "v": 15.44}
"""Fader & Hardie 2013, who print two digits: the top of the likelihood is at q 3.7442."""


def bills() -> list[dict[str, Any]]:
    """The sample as bills: a line has the customer's number twice, the day, how many discs, and what they cost."""
    # Found without an import of the package, which warns of deprecated options.
    sample = next(each for each in files("lifetimes") or () if each.name == "CDNOW_sample.txt")
    rows = sample.read_text().splitlines()
    return [_bill(number, *row.split()[1:]) for number, row in enumerate(rows)]


def _bill(number: int, customer: str, day: str, discs: str, paid: str) -> dict[str, Any]:
    line = {"product_id": "cd", "category": "MUSIC", "quantity": discs, "list_amount": paid, "paid_amount": paid}
    return {
        "id": f"cdnow-{number}",
        "customer_id": f"cdnow-{customer}",
        "store_id": "web",
        "channel": "web",
        "occurred_at": f"{day[:4]}-{day[4:6]}-{day[6:]}T12:00:00Z",
        "currency": "USD",
        "lines": [line],
    }


@pytest.mark.timeout(600)  # thousands of bills on a machine that may do other things beside
async def test_S05_cdnow_from_import_to_model(empty: Pipeline) -> None:
    told = await empty.loyalty.stream("/v1/imports/purchases", bills())
    assert told[-1] == {"accepted": PURCHASES, "duplicate": 0, "rejected": 0}
    await arrived(empty, PURCHASES)
    done = await closed(empty, AS_OF)
    assert (done["state"], done["customers"]) == ("done", CUSTOMERS)

    answer = await empty.scoring.get(f"/v1/value-model?as_of={AS_OF}")
    assert answer.status_code == 200, answer.text
    model = answer.json()
    told_of = {name: model[name] for name in ("customers", "unit_days", "until", "converged", "fitted_as_of")}
    assert told_of == {
        "customers": CUSTOMERS, "unit_days": 7.0, "until": "1997-09-30", "converged": True, "fitted_as_of": AS_OF,
    }  # fmt: skip
    for found, published in ((model["mbg_nbd"], MBG), (model["bg_nbd"], BG)):
        assert {name: found[name] for name in published} == pytest.approx(published, rel=PER_MILLE)
    spending = {name: model["spending"]["USD"][name] for name in SPENDING}
    assert spending == pytest.approx(SPENDING, rel=PER_MILLE, abs=ROUNDING)
