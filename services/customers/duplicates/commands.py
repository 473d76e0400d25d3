"""What can be done about duplicates: say that two customers are not the same one."""

from services.customers.duplicates.models import VerdictTold
from services.customers.duplicates.tables import Verdict
from services.customers.profiles.present import present
from shared.erased import gone
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.preconditions import check_match, demand_match
from shared.web.problems import WRONG_STATE, Problem


async def judge(tx: Transaction, customer_id: str, other_id: str, told: VerdictTold, if_match: str | None) -> Verdict:
    """Remember what somebody says of two customers; the same again does nothing, the opposite needs `If-Match`.

    Raises 404, 410, 412, 428, and 409 for a customer and themselves.
    """
    if customer_id == other_id:
        raise Problem(WRONG_STATE, "this is one customer: two are needed")
    # Before any row: an erasure waits for whoever holds one, and `present` waits for it where a customer is unknown.
    if await tx.refused((customer_id, other_id)):
        raise gone()
    first, second = sorted((customer_id, other_id))  # locked in one order, whoever is named first
    await present(tx, first)
    await present(tx, second)
    verdict = await tx.session.get(Verdict, (first, second))
    if verdict is None:
        check_match(if_match, None)
        verdict = Verdict(customer_id=first, other_id=second, same=told.same, by=tx.actor, decided_at=tx.recorded)
        tx.session.add(verdict)
        return await _noted(tx, verdict, None, told)
    if verdict.same == told.same:
        return verdict
    demand_match(if_match, verdict.version)
    before = verdict.same
    verdict.same, verdict.by, verdict.version = told.same, tx.actor, verdict.version + 1
    return await _noted(tx, verdict, before, told)


async def _noted(tx: Transaction, verdict: Verdict, before: bool | None, told: VerdictTold) -> Verdict:
    verdict.decided_at = told.occurred_at or tx.recorded
    for one, other in ((verdict.customer_id, verdict.other_id), (verdict.other_id, verdict.customer_id)):
        await note(
            tx,
            Subject("customer", one, verdict.version, f"duplicates/{other}"),
            "judge",
            before=None if before is None else {"same": before},
            after={"same": verdict.same},
            at=verdict.decided_at,
        )
    return verdict
