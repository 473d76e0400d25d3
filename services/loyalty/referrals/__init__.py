"""Referrals (L08): who brought whom, rewarded once."""
