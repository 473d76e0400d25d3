"""Those who have to do with customers: vendors, suppliers, intermediaries, partners, employees (C02)."""
