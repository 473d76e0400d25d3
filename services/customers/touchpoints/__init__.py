"""Where we met outside a visit: web, app, phone, home, an event (C07)."""
