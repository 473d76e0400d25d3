"""Rules of the house that more than one procedure has."""

from services.complaints.incidents.procedures.procedure import Rule
from services.complaints.staff.domain import Role

MAY_APPROACH: tuple[Role, ...] = ("franchisee", "customer_service_supervisor")

APPROACH = (
    Rule(
        "supervisor_only",
        "only a franchisee or a customer service supervisor approaches a customer",
        step=lambda said: said.role in MAY_APPROACH,
        pointer="/by",
    ),
    Rule(
        "certain_only",
        "nobody is approached unless we are completely sure",
        incident=lambda incident: incident.certain,
    ),
    Rule(
        "eye_witness_only",
        "nobody is approached unless there was an eye-witness",
        incident=lambda incident: incident.eye_witness,
    ),
    Rule(
        "never_before_others",
        "a customer is never approached in front of another customer: say that none is present",
        step=lambda said: said.other_customers_present is False,
        pointer="/other_customers_present",
    ),
    Rule(
        "always_aside",
        "a customer who is approached is always escorted aside",
        step=lambda said: said.escorted_aside is True,
        pointer="/escorted_aside",
    ),
)
"""How a customer is approached, whatever they have done."""

LOGBOOK_FIRST = Rule(
    "logbook_first",
    "the logbook must be updated before the incident is closed",
    incident=lambda incident: incident.logged,
)

BILLED_AT_THE_COUNTER = Rule(
    "billed_at_the_counter_only",
    "an incident charges nobody: what a customer takes is billed at the counter",
    step=lambda said: not said.charged,
    pointer="/charge_amount",
)
