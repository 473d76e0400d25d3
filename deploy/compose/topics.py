"""Makes `topics.sh` from the one declaration: `python -m deploy.compose.topics > deploy/compose/topics.sh`."""

import sys

from shared.events import TOPICS, Topic

HEAD = """\
#!/bin/sh
# Made from shared/events/topics.py by `python -m deploy.compose.topics`; a test demands that it is up to date.
# Creates the topics that are missing; those that exist stay as they are.
set -eu

create() { # name partitions retention.ms cleanup.policy
    /opt/kafka/bin/kafka-topics.sh --bootstrap-server "$KAFKA_BOOTSTRAP" --create --if-not-exists \\
        --topic "$1" --partitions "$2" --replication-factor 1 \\
        --config "retention.ms=$3" --config "cleanup.policy=$4"
}

"""


def script() -> str:
    """The whole of `topics.sh`."""
    return HEAD + "".join(map(_line, TOPICS))


def _line(topic: Topic) -> str:
    policy = "compact" if topic.compacted else "delete"
    return f"create {topic.name} {topic.partitions} {topic.retention_ms} {policy}\n"


if __name__ == "__main__":
    sys.stdout.write(script())
