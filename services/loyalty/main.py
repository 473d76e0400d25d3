"""The loyalty service: its processes."""

from shared.service import main

if __name__ == "__main__":
    main(
        "loyalty",
        {
            "web": "services.loyalty.web:serve",
            "worker": "services.loyalty.workers:work",
            "train": "services.loyalty.suggestions.asking:ask",
        },
    )
