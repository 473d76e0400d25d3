"""Solutions for one customer alone, promised and delivered."""
