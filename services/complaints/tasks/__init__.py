"""Follow-ups: what somebody is to do for a customer, by when (K05)."""
