"""A close finds the store that several customers leave, and their cards say so."""

from datetime import timedelta

from shared.events import Event
from tests.scoring.conftest import Scoring
from tests.scoring.test_close import AS_OF, close
from tests.support.told import NOON, purchase


def regular(customer: str, store: str, last: int) -> list[Event]:
    """A purchase every ten days, the last so many days before noon of March 1."""
    return [
        purchase(customer, f"{customer}-{at}", NOON - timedelta(days=last + 10 * at), store=store) for at in range(20)
    ]


async def test_S04_several_customers_of_one_store_leave_in_the_same_window(scoring: Scoring) -> None:
    for number in range(3):
        await scoring.know(*regular(f"gone{number}", "s", 70), *regular(f"stays{number}", "t", 0))
    assert (await scoring.card("gone0", AS_OF))["defection"]["points"] == {}
    await close(scoring)
    assert (await scoring.card("gone0", AS_OF))["defection"]["points"] == {"organizational": 1}
    assert (await scoring.card("stays0", AS_OF))["defection"]["points"] == {}
