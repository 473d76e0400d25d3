"""The points ledger (L03): double-entry, always in balance."""
