"""(c) A customer breaks something in the house. It is ours to bear: they are helped, and never charged.

recorded ─ assist ─► assisted ─ clean_up ─► cleaned_up ─ [replace ─► replaced] ─ regret ─► regretted ─ log ─► logged
"""

from services.complaints.incidents.procedures.procedure import Procedure, Rule, to
from services.complaints.incidents.procedures.rules import LOGBOOK_FIRST

NEVER_CHARGE = Rule(
    "never_charge_for_breakage",
    "a customer is never charged for breakage in the house",
    step=lambda said: not said.charged,
    pointer="/charge_amount",
)

BREAKAGE = Procedure(
    {
        "assist": to("assisted", "recorded"),
        "clean_up": to("cleaned_up", "assisted"),
        "replace": to("replaced", "cleaned_up"),
        "regret": to("regretted", "cleaned_up", "replaced"),
        "log": to("logged", "regretted"),
        "close": to("closed", "regretted", "logged", rules=(LOGBOOK_FIRST,)),
    },
    always=(NEVER_CHARGE,),
)
