"""Root causes, which of them recur, and what is done against them (K09)."""
