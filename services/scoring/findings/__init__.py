"""What closes found, stored dated and versioned."""
