"""(b) Somebody misbehaves, is intoxicated, or a situation is aggravated. It ends in the logbook, whatever came of it.

recorded ── approach ──► approached ─┐
   └─────── call ──────► called ─────┴─ intervene ─► intervened ─ assist ─► assisted ─ log ─► logged ─► closed
(whoever leaves before anybody could intervene: abandoned ─ log ─► logged ─► closed)

Nobody need be called for it to be closed: who was approached, or left by themselves, may have needed nobody else.
"""

from services.complaints.incidents.procedures.procedure import Procedure, Rule, staying, to
from services.complaints.incidents.procedures.rules import APPROACH, BILLED_AT_THE_COUNTER, LOGBOOK_FIRST

OUTSIDE = frozenset({"security", "police", "ambulance", "fire_brigade"})
"""Who comes from outside when a store calls them; anybody else, whatever they are called, is one of its own people."""

APPROACH_FIRST = Rule(
    "approach_first",
    "our own people intervene by an approach; without one only those intervene who were called from outside: say who",
    incident=lambda incident: incident.approached_at is not None or incident.outside_called,
    both=lambda incident, said: incident.approached_at is not None or said.called in incident.called & OUTSIDE,
    pointer="/called",
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
