"""One number for all scores of a stack, to compare stacks that were fed the same."""

import hashlib
from urllib.parse import quote

import orjson

from deploy.sample.bodies import customer_id
from deploy.sample.failure import SampleError
from deploy.sample.remote import BrokenOffError, Remote

END_OF_YEAR = "2018-01-01T00:00:00Z"
OURS = customer_id(0).removesuffix("0")


async def fingerprint(remote: Remote, as_of: str) -> tuple[str, int]:
    """SHA-256 over the households' cards as of a moment, in order of their ids, and how many there are."""
    digest, count, last = hashlib.sha256(), 0, ""
    try:
        async with remote.stream("scoring", f"/v1/scorecards?as_of={quote(as_of)}") as lines:
            async for line in lines:
                card = orjson.loads(line)
                if not card["customer_id"].startswith(OURS):
                    continue
                if card["customer_id"] <= last:
                    raise SampleError(f"the cards are not in order: {card['customer_id']} comes after {last}")
                last, count = card["customer_id"], count + 1
                digest.update(orjson.dumps(card, option=orjson.OPT_SORT_KEYS) + b"\n")
    except BrokenOffError as error:
        raise SampleError(f"the stream of scorecards broke off: {error}") from None
    return digest.hexdigest(), count
