"""The customers service: its processes."""

from shared.service import main

if __name__ == "__main__":
    main("customers", {"web": "services.customers.web:serve", "worker": "services.customers.workers:work"})
