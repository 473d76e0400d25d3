"""Evaluation: from marked or due customers to their cards, and a customer's card as of any date."""
