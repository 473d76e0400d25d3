"""REST: how a score of a customer came about (S01, S13)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.scoring.evaluation.as_of import Cards
from services.scoring.explanations.every import SCORES, explain
from services.scoring.explanations.explanation import Basis, Explanation
from services.scoring.facts.families import families_of
from services.scoring.facts.reading import facts_of_families
from services.scoring.metrics.history import read
from services.scoring.metrics.scorecard import score as scored
from services.scoring.scorecards.asked import AsOf, CustomerId, past, unknown
from shared import clock
from shared.database import Connection, raw_connection
from shared.web.problems import INVALID, Problem

router = APIRouter(tags=["scorecards"])

ScoreName = Annotated[str, Query(description="which score", json_schema_extra={"enum": list(SCORES)})]


@router.get("/customers/{customer_id}/explain")
async def explanation(customer_id: CustomerId, request: Request, score: ScoreName, as_of: AsOf = None) -> Explanation:
    """The inputs and the arithmetic of a score, so that it can be done again; as of now where no moment is told.

    What is told is what `GET /v1/customers/{id}/scorecard?as_of=` tells of the same moment. A score that is null is
    explained too: `reason` says why, and `known_when` what would have to be known.
    """
    if score not in SCORES:
        fault = {"pointer": "/score", "detail": f"one of {', '.join(SCORES)}"}
        raise Problem(INVALID, "look at score", errors=[fault])
    moment = clock.now() if as_of is None else past(as_of)
    async with raw_connection(request.app.state.engine) as connection:
        found = await _basis(connection, request.app.state.cards, customer_id, moment)
        if found is None:
            raise await unknown(request, connection, customer_id)
    root, basis = found
    return explain(score, root, basis)


async def _basis(connection: Connection, cards: Cards, customer: str, moment: datetime) -> tuple[str, Basis] | None:
    """Whom the id stood for then, and what their card of that moment is made from; None where nothing was known."""
    families = await families_of(connection, [customer], moment)
    root = families.root(customer)
    facts = await facts_of_families(connection, [root], families)
    reference = await cards.references.in_force(connection, moment)
    history = read(facts.get(root, ()), moment, cards.rules)
    card = scored(history, cards.rules, reference)
    return None if card.phase is None else (root, Basis(history, card, cards.rules, reference))
