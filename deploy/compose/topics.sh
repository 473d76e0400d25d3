#!/bin/sh
# Made from shared/events/topics.py by `python -m deploy.compose.topics`; a test demands that it is up to date.
# Creates the topics that are missing; those that exist stay as they are.
set -eu

create() { # name partitions retention.ms cleanup.policy
    /opt/kafka/bin/kafka-topics.sh --bootstrap-server "$KAFKA_BOOTSTRAP" --create --if-not-exists \
        --topic "$1" --partitions "$2" --replication-factor 1 \
        --config "retention.ms=$3" --config "cleanup.policy=$4"
}

create crm.purchases 8 -1 delete
create crm.visits 8 -1 delete
create crm.complaints 8 -1 delete
create crm.customers 8 -1 delete
create crm.loyalty 8 -1 delete
create crm.reference 1 -1 compact
create crm.scores 8 2592000000 delete
create crm.erasures 1 -1 delete
create crm.customers.dead-letters 1 2592000000 delete
create crm.complaints.dead-letters 1 2592000000 delete
create crm.loyalty.dead-letters 1 2592000000 delete
create crm.scoring.dead-letters 1 2592000000 delete
