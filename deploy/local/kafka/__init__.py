"""A real Apache Kafka broker (KRaft, one node) beside the services, without Docker."""

from deploy.local.kafka.broker import Broker
from deploy.local.kafka.topics import ensure_topics

__all__ = ["Broker", "ensure_topics"]
