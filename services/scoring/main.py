"""The scoring service: its processes."""

from shared.service import main

if __name__ == "__main__":
    main(
        "scoring",
        {
            "web": "services.scoring.web:serve",
            "consumer": "services.scoring.workers:consume",
            "evaluator": "services.scoring.workers:evaluate",
            "relay": "services.scoring.workers:publish",
            "close": "services.scoring.workers:close",
            "generations": "services.scoring.workers:generations",
            "rebuild": "services.scoring.workers:rebuild",
        },
    )
