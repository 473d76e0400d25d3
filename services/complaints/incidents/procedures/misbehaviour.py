"""(b) Somebody misbehaves, is intoxicated, or a situation is aggravated. It ends in the logbook, whatever came of it.

recorded ── approach ──► approached ─┐
   └─────── call ──────► called ─────┴─ intervene ─► intervened ─ assist ─► assisted ─ log ─► logged ─► closed
(whoever leaves before anybody could intervene: abandoned ─ log ─► logged ─► closed)
"""

from services.complaints.incidents.procedures.procedure import Procedure, Rule, staying, to
from services.complaints.incidents.procedures.rules import APPROACH, BILLED_AT_THE_COUNTER, LOGBOOK_FIRST

OUR_OWN = frozenset({"supervisor", "customer_service_supervisor", "franchisee", "manager", "associate"})
"""Whom a store calls among its own people; anybody else comes from outside."""

APPROACH_FIRST = Rule(
    "approach_first",
    "our own people intervene by an approach; without one only those intervene who were called from outside",
    incident=lambda incident: incident.approached_at is not None or incident.outside_called,
)

MISBEHAVIOUR = Procedure(
    {
        "witness": staying("recorded", "called"),
        "approach": to("approached", "recorded", "called", rules=APPROACH),
        "call": to("called", "recorded", "approached", "called"),
        "intervene": to("intervened", "approached", "called", rules=(APPROACH_FIRST,)),
        "assist": to("assisted", "intervened"),
        "abandoned": to("abandoned", "recorded", "approached", "called"),
        "log": to("logged", "assisted", "abandoned"),
        "close": to("closed", "assisted", "abandoned", "logged", rules=(LOGBOOK_FIRST,)),
    },
    always=(BILLED_AT_THE_COUNTER,),
)
