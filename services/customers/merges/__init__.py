"""Two records of one customer, joined and parted (C04)."""
