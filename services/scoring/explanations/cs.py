"""The eleven Cs by name, and how each comes about."""

from collections.abc import Callable, Mapping

from services.scoring.explanations.aims import customer
from services.scoring.explanations.explanation import Basis, Working
from services.scoring.explanations.relations import chain, collaboration, measurements
from services.scoring.explanations.spending import categories, cost
from services.scoring.explanations.tailored import communications, customization
from services.scoring.explanations.treatment import capabilities, care, control
from services.scoring.metrics.rules import C

CS: Mapping[C, Callable[[Basis], Working]] = {
    "customer": customer,
    "categories": categories,
    "capabilities": capabilities,
    "cost_profitability_value": cost,
    "control_contact_to_cash": control,
    "collaboration_integration": collaboration,
    "customization": customization,
    "communications_interaction_positioning": communications,
    "customer_measurements": measurements,
    "customer_care": care,
    "chain_of_relationships": chain,
}
