"""Published changes (S14): what other systems hear of a card, and what they don't."""

from datetime import datetime, timedelta

from services.scoring.evaluation.changes import NEWS
from shared.events import Event, Payload, decode
from shared.events.customers import ExitStated
from shared.events.scores import (
    BondLevelChanged,
    DefectionRiskCleared,
    DefectionRiskRaised,
    PhaseChanged,
    ScorecardUpdated,
)
from tests.scoring.conftest import Scoring
from tests.support.told import NOON, purchase, told

DAY = timedelta(days=1)


async def published(scoring: Scoring) -> list[Event]:
    """What waits for the relay, taken away."""
    rows = await scoring.fetch(
        "with gone as (delete from app.outbox returning *) select payload from gone order by seq"
    )
    return [decode(row["payload"].encode()) for row in rows]


async def hear(scoring: Scoring, now: datetime, *events: Event) -> list[Payload]:
    """The payloads published after these events, evaluated at `now`."""
    await scoring.know(*events)
    while await scoring.evaluator.evaluate_some(now):
        continue
    return [event.data for event in await published(scoring)]


async def test_S14_a_first_card_is_told(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    await scoring.evaluator.evaluate_some(NOON + DAY)
    events = await published(scoring)
    assert {(e.partitionkey, e.subject, e.source, e.time) for e in events} == {
        ("ann", "ann", "/crm/scoring", NOON + DAY)
    }
    [card, bond, phase] = [event.data for event in events]
    assert isinstance(card, ScorecardUpdated)
    assert isinstance(bond, BondLevelChanged)
    assert isinstance(phase, PhaseChanged)
    assert card.before is None
    assert (card.after.phase, card.after.bond_level, card.after.at_risk) == ("acquisition", 0, False)
    assert (card.since, card.backfill) == (NOON, False)
    assert set(card.cs) > {"customer", "chain_of_relationships"}
    assert (bond.before, bond.after) == (None, 0)
    assert (phase.before, phase.after, phase.at, phase.corrected) == (None, "acquisition", NOON, False)


async def test_S14_a_phase_that_changes_is_told_once(scoring: Scoring) -> None:
    await hear(scoring, NOON + DAY, purchase("ann", "p1"))
    second = NOON + DAY
    [card, phase] = await hear(scoring, NOON + 2 * DAY, purchase("ann", "p2", second))
    assert isinstance(card, ScorecardUpdated)
    assert isinstance(phase, PhaseChanged)
    assert (phase.before, phase.after, phase.at, phase.since) == ("acquisition", "retention", second, second)
    assert card.before is not None
    assert card.before.phase == "acquisition"
    assert await hear(scoring, NOON + 2 * DAY, purchase("ann", "p3", second)) == []


async def test_S14_what_hardly_moves_is_not_told(scoring: Scoring) -> None:
    """Held against what was told last, not against the last card: small steps add up."""
    await hear(scoring, NOON + DAY, purchase("ann", "p1"))
    await scoring.execute("update app.published set index_value = 50")
    await scoring.execute("update cards set index_value = 50")
    told_at = [len(await hear(scoring, NOON + DAY, purchase("ann", f"same{n}"))) for n in range(2)]
    card = await scoring.card("ann", (NOON + DAY).isoformat().replace("+00:00", "Z"))
    assert (card["index"] is None) == (told_at[0] > 0)
    assert told_at[1] == 0


async def test_S14_the_index_is_told_from_a_point_on(scoring: Scoring) -> None:
    from services.scoring.evaluation.changes import _moved
    from shared.events.scores import Standing

    def at(index: float | None) -> Standing:
        return Standing(index=index, phase="retention", bond_level=1, at_risk=False)

    assert not _moved(at(50.0), at(50.99), 1.0)
    assert _moved(at(50.0), at(51.0), 1.0)
    assert _moved(at(50.0), at(49.0), 1.0)
    assert _moved(at(None), at(50.0), 1.0)
    assert _moved(at(50.0), at(None), 1.0)
    assert not _moved(at(None), at(None), 1.0)


async def test_S14_risk_is_raised_with_its_cause_and_cleared(scoring: Scoring) -> None:
    await hear(scoring, NOON + DAY, purchase("ann", "p1"))
    left = told(ExitStated(reason="price"), "ann", "exit-1", NOON + DAY)
    [_, raised] = await hear(scoring, NOON + 2 * DAY, left)
    assert isinstance(raised, DefectionRiskRaised)
    assert raised.cause == "price"
    assert raised.reason
    found = await hear(scoring, NOON + 4 * DAY, purchase("ann", "p2", NOON + 3 * DAY))
    assert DefectionRiskCleared in [type(payload) for payload in found]


async def test_S14_history_that_comes_in_late_is_no_news(scoring: Scoring) -> None:
    now = NOON + 30 * DAY
    old = await hear(scoring, now, purchase("ann", "p1", now - NEWS - timedelta(seconds=1)))
    new = await hear(scoring, now, purchase("ben", "p2", now - NEWS))
    assert {payload.backfill for payload in old} == {True}  # type: ignore[attr-defined]
    assert {payload.backfill for payload in new} == {False}  # type: ignore[attr-defined]


async def test_S14_what_time_alone_brings_about_has_no_since(scoring: Scoring) -> None:
    """A weekly customer falls silent: nobody tells us, the review does."""
    weekly = [purchase("ann", f"p{n}", NOON + 7 * n * DAY) for n in range(6)]
    await hear(scoring, NOON + 36 * DAY, *weekly)
    [row] = await scoring.fetch("select next_review_at from cards")
    found = await hear(scoring, row["next_review_at"] + timedelta(seconds=1))
    [raised] = [payload for payload in found if isinstance(payload, DefectionRiskRaised)]
    assert (raised.since, raised.backfill) == (None, False)


async def test_S14_a_late_fact_may_take_a_phase_back(scoring: Scoring) -> None:
    from shared.events.purchases import PurchaseCorrected

    await hear(scoring, NOON + 2 * DAY, purchase("ann", "p1"), purchase("ann", "p2", NOON + DAY))
    another = PurchaseCorrected(purchased_at=NOON + DAY, reason="other_customer", lines=())
    found = await hear(scoring, NOON + 3 * DAY, told(another, "ann", "p2", NOON + 2 * DAY))
    [phase] = [payload for payload in found if isinstance(payload, PhaseChanged)]
    assert (phase.before, phase.after, phase.corrected) == ("retention", "acquisition", True)


async def test_S14_a_generation_that_is_not_live_publishes_nothing(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    await scoring.execute("update app.generations set state = 'retired'")
    assert await scoring.evaluator.evaluate_some(NOON + DAY) == 1
    assert await published(scoring) == []


async def test_S14_a_customer_of_very_many_facts_is_evaluated_once_a_minute(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), purchase("ben", "p2"))
    await scoring.evaluator.evaluate_some(NOON + DAY)
    await scoring.execute("update cards set facts = 5001 where customer_id = 'ann'")
    await scoring.know(purchase("ann", "p3"), purchase("ben", "p4"))
    assert await scoring.evaluator.evaluate_some(NOON + DAY + timedelta(seconds=59)) == 1
    assert await scoring.evaluator.evaluate_some(NOON + DAY + timedelta(seconds=59)) == 0
    assert await scoring.evaluator.evaluate_some(NOON + DAY + timedelta(seconds=61)) == 1
