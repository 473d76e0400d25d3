"""An accident: recorded, written into the logbook, closed."""

from services.complaints.incidents.procedures.procedure import Procedure, to
from services.complaints.incidents.procedures.rules import BILLED_AT_THE_COUNTER, LOGBOOK_FIRST

ACCIDENT = Procedure(
    {
        "log": to("logged", "recorded"),
        "close": to("closed", "recorded", "logged", rules=(LOGBOOK_FIRST,)),
    },
    always=(BILLED_AT_THE_COUNTER,),
)
