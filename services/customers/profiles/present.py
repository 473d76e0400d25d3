"""The customer that a command is about."""

from services.customers.profiles.tables import Customer
from shared.outbox import Transaction
from shared.web.problems import NOT_FOUND, Problem


async def present(tx: Transaction, customer_id: str) -> Customer:
    """The customer, kept from being erased until this transaction ends.

    Raises a 404 problem, 410 for who was erased.
    """
    row = await tx.session.get(Customer, customer_id, with_for_update={"key_share": True})
    if row is None:
        await tx.admit(customer_id)
        raise Problem(NOT_FOUND, f"no customer {customer_id}")
    return row
