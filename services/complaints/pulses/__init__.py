"""How employees feel about their store: culture is theirs first (K04)."""
