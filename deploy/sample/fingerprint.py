"""One number for all scores of a stack, to compare stacks that were fed the same."""

import hashlib

import orjson

from deploy.sample.cards import cards_as_of
from deploy.sample.failure import SampleError
from deploy.sample.remote import Remote

END_OF_YEAR = "2018-01-01T00:00:00Z"


async def fingerprint(remote: Remote, as_of: str) -> tuple[str, int]:
    """SHA-256 over the households' cards as of a moment, in order of their ids, and how many there are."""
    digest, count, last = hashlib.sha256(), 0, ""
    async for card in cards_as_of(remote, as_of):
        if card["customer_id"] <= last:
            raise SampleError(f"the cards are not in order: {card['customer_id']} comes after {last}")
        last, count = card["customer_id"], count + 1
        digest.update(orjson.dumps(card, option=orjson.OPT_SORT_KEYS) + b"\n")
    return digest.hexdigest(), count
