"""Retention, repurchase and defection rates, over REST."""
