"""The households' cards, as a stack streams them."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import orjson

from deploy.sample.bodies import customer_id
from deploy.sample.failure import SampleError
from deploy.sample.remote import BrokenOffError, Remote

OURS = customer_id(0).removesuffix("0")


async def cards_as_of(remote: Remote, as_of: str) -> AsyncIterator[dict[str, Any]]:
    """Every household's card as of a moment; raises `SampleError` where the stream breaks off."""
    try:
        async with remote.stream("scoring", f"/v1/scorecards?as_of={quote(as_of)}") as lines:
            async for line in lines:
                card = orjson.loads(line)
                if card["customer_id"].startswith(OURS):
                    yield card
    except BrokenOffError as error:
        raise SampleError(f"the stream of scorecards broke off: {error}") from None
