"""What can be done with service standards: put one."""

from services.complaints.calendars import versions
from services.complaints.standards.models import StandardTold
from services.complaints.standards.tables import ServiceStandard
from shared.events.complaints import Category, Severity
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.work import Existing


async def put(
    tx: Transaction,
    category: Category,
    severity: Severity,
    told: StandardTold,
    *,
    if_match: str | None,
    caller: Principal,
) -> Existing[ServiceStandard]:
    """Say how soon such cases are to be answered: those that are open already keep what they were opened with.

    Raises 403 for a token bound to stores, 412, 428.
    """
    caller.demand_chain()
    key = {"category": category, "severity": severity}
    return await versions.put(tx, ServiceStandard, key, told, if_match, entity="service_standard")
