"""How closes rated stores, over REST."""
