"""Defection: patterns in what a customer does, one point each."""

from datetime import datetime, timedelta

from services.scoring.facts.fact import Fact
from services.scoring.metrics.causes import Piece
from services.scoring.metrics.defection import defection
from services.scoring.metrics.history import read
from services.scoring.metrics.patterns import turns
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.metrics.facts import AS_OF, DAY, ago, line, purchase, returned, visit
from tests.scoring.metrics.service_facts import survey, touchpoint

MOMENT = timedelta(microseconds=1)


def found(*facts: Fact) -> list[tuple[str, str]]:
    """Cause and subject of each pattern."""
    pieces: list[Piece] = list(defection(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES).evidence)
    assert all(piece.points == 1 for piece in pieces)
    return [(str(piece.cause), piece.subject) for piece in pieces]


def reduced(subject: str, time: datetime, listed: str = "10.00") -> Fact:
    return purchase(subject, time, line("A", "9.00", listed=listed))


def test_S04_price_buys_on_discount_only() -> None:
    bought = [reduced("a", ago(60)), reduced("b", ago(50)), reduced("c", ago(40))]
    assert found(*bought) == [("price", "c")]
    assert found(*bought[:2]) == []
    assert found(*bought, reduced("d", ago(45), listed="9.00")) == []
    assert found(*bought, reduced("full", ago(40) - 90 * DAY - MOMENT, listed="9.00")) == [("price", "c")]
    assert found(*bought, reduced("full", ago(40) - 90 * DAY, listed="9.00")) == []


def returning(late: int, earlier: int, *, bought: int = 4, bought_earlier: int = 8) -> list[tuple[str, str]]:
    """So many returns and purchases of late, the last 10 days ago, and in the time before."""
    bills = [purchase(f"late{at}", ago(10 + at)) for at in range(bought)]
    bills += [purchase(f"early{at}", ago(150 + at)) for at in range(bought_earlier)]
    back = [returned(bills[0], ago(9 - at), line("A", "1.00"), whole=False, purchased="x") for at in range(late)]
    back += [returned(bills[-1], ago(140 - at), line("A", "1.00"), whole=False, purchased="x") for at in range(earlier)]
    return found(*bills, *back)


def test_S04_product_the_rate_of_returns_doubled() -> None:
    assert returning(2, 2) == [("product", "return-of-late0")]  # 2/4 is twice 2/8
    assert returning(2, 3) == []  # 2/4 is not twice 3/8
    assert returning(2, 0) == [("product", "return-of-late0")]  # from none
    assert returning(1, 0) == []  # one return is no rate
    assert returning(2, 0, bought=2) == []
    assert returning(2, 0, bought_earlier=2) == []


def steady(times: int, category: str = "WINE") -> list[Fact]:
    """A category in so many bills of the time before, and others on since, the last 10 days ago."""
    before = [purchase(f"b{at}", ago(120 + 10 * at), line("A", "1.00"), line(category, "1.00")) for at in range(times)]
    return before + [purchase(f"l{at}", ago(10 + at), line("A", "1.00")) for at in range(3)]


def test_S04_product_a_category_is_abandoned_while_others_go_on() -> None:
    assert found(*steady(12)) == [("product", "b0")]
    assert found(*steady(11), purchase("more", ago(115))) == []  # too rare to be missed in ninety days
    assert found(*steady(12), purchase("again", ago(11), line("WINE", "1.00"))) == []
    assert found(*steady(12)[:-1]) == []  # nothing goes on
    assert found(*steady(12, "UNKNOWN")) == []


def test_S04_service_a_low_csat() -> None:
    assert found(survey(ago(9), csat=2)) == [("service", "survey")]
    assert found(survey(ago(9), csat=3), survey(ago(8), nps=1)) == []
    assert len(found(survey(ago(9), csat=2), survey(ago(8), csat=1))) == 1


def test_S04_technological_used_the_app_then_silence() -> None:
    assert found(purchase("p", ago(60)), touchpoint("t", ago(31), channel="app")) == [("technological", "t")]
    assert found(touchpoint("t", ago(30), channel="app")) == []  # quiet exactly so long
    assert found(touchpoint("t", ago(30) - MOMENT, channel="app")) == [("technological", "t")]
    assert found(touchpoint("t", ago(60), channel="app"), visit("v", ago(50))) == []
    assert found(touchpoint("t", ago(60), channel="app"), purchase("p", ago(50))) == []
    assert found(touchpoint("t", ago(60), channel="phone")) == []


def test_review_when_the_silence_after_the_app_shows() -> None:
    def review(*facts: Fact) -> list[datetime]:
        return turns(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES.patterns)

    assert review(touchpoint("t", ago(30), channel="app")) == [AS_OF + MOMENT]
    assert review(touchpoint("t", ago(31), channel="app")) == []
    assert review(touchpoint("t", ago(3), channel="phone")) == []
    assert review() == []
