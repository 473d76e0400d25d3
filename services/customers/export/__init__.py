"""Subject access: everything held of a customer, in all services (C10)."""
