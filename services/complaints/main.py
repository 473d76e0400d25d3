"""The complaints service: its processes."""

from shared.service import main

if __name__ == "__main__":
    main("complaints", {"web": "services.complaints.web:serve", "worker": "services.complaints.workers:work"})
