"""Volume-price agreements (L04): a lower price for a larger volume, quoted and used."""
