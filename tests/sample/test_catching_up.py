"""When the loader believes that the scores have caught up, and what it makes of closes."""

from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
from rich.console import Console

from deploy.sample import catching_up, closes
from deploy.sample.catching_up import facts_in, scored
from deploy.sample.closes import MONTHS, close_months, learn_suggestions
from deploy.sample.failure import SampleError
from deploy.sample.progress import Progress
from deploy.sample.remote import Remote

SILENT = Progress(Console(quiet=True))
EARLIER, LATER = "2017-01-01T00:00:00Z", "2100-01-01T00:00:00Z"


def stack(answers: dict[int, list[dict[str, Any]]]) -> Remote:
    """A stack whose services tell these one after the other, the last one again and again; by their ports."""

    def handler(request: httpx.Request) -> httpx.Response:
        left = answers[request.url.port or 0]
        return httpx.Response(200, json=left.pop(0) if len(left) > 1 else left[0])

    return Remote(httpx.AsyncClient(transport=httpx.MockTransport(handler)), 0, "token")


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "POLL_S", 0.0)
    monkeypatch.setattr(closes, "POLL_S", 0.0)


def lag(events: int | None, observed: str | None) -> dict[str, Any]:
    """Scoring's status as far as it concerns facts."""
    return {"lag_events": events, "observed_at": observed}


def standing(events: int | None, marks: int, due: int) -> dict[str, Any]:
    """Scoring's status as far as it concerns cards."""
    return {"lag_events": events, "marks": marks, "due": due}


async def test_facts_are_in_when_scoring_looked_after_the_last_was_published() -> None:
    done = [{"outbox_pending": 0}]
    sending = [{"outbox_pending": 9}, *done]
    scoring = [lag(0, None), lag(None, EARLIER), lag(0, EARLIER), lag(7, LATER), lag(0, LATER)]
    answers = {1: list(done), 2: list(done), 3: sending, 4: scoring}
    await facts_in(stack(answers), SILENT)
    assert answers[3] == done
    assert answers[4] == [lag(0, LATER)]


async def test_scored_means_no_marks_and_after_closes_nothing_due() -> None:
    busy, due, done = (standing(0, marks, cards) for marks, cards in ((3, 1), (0, 1), (0, 0)))
    unseen = standing(None, 0, 0)
    answers = {4: [busy, unseen, due, done]}
    await scored(stack(answers), SILENT)
    assert answers[4] == [done]
    answers = {4: [busy, due, due, done]}
    await scored(stack(answers), SILENT, reviewed=True)
    assert answers[4] == [done]


async def test_what_does_not_move_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "STALLED_S", 0.0)
    with pytest.raises(SampleError, match="nothing has moved"):
        await scored(stack({4: [{"lag_events": 0, "marks": 3, "due": 0}]}), SILENT)


def closing(state: Callable[[str], str], asked: list[str]) -> Remote:
    """A scoring service whose closes end in `state`."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            asked.append(orjson.loads(request.content)["as_of"])
            return httpx.Response(201, json={"id": asked[-1][:10], "state": "requested"})
        return httpx.Response(200, json={"id": asked[-1][:10], "state": state(asked[-1]), "error": "KeyError"})

    return Remote(httpx.AsyncClient(transport=httpx.MockTransport(handler)), 0, "token")


async def test_the_months_are_closed_in_order() -> None:
    asked: list[str] = []
    seconds = await close_months(closing(lambda _: "done", asked), SILENT)
    assert asked == sorted(MONTHS) == list(MONTHS)
    assert (len(seconds), asked[0], asked[-1]) == (12, "2017-02-01T00:00:00Z", "2018-01-01T00:00:00Z")


async def test_what_was_loaded_since_is_learned_anew() -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(orjson.loads(request.content)["id"])
        return httpx.Response(201, json={"id": asked[-1], "state": "ready"})

    remote = Remote(httpx.AsyncClient(transport=httpx.MockTransport(handler)), 0, "token")
    for purchases in (900, 900, 155_848):
        await learn_suggestions(remote, SILENT, MONTHS[-1], purchases)
    assert asked == ["as-of-2018-01-01-of-900", "as-of-2018-01-01-of-900", "as-of-2018-01-01-of-155848"]


async def test_a_close_that_fails_ends_it() -> None:
    asked: list[str] = []
    failing = closing(lambda as_of: "failed" if as_of.startswith("2017-04") else "done", asked)
    with pytest.raises(SampleError, match="2017-04-01T00:00:00Z failed: KeyError"):
        await close_months(failing, SILENT)
    assert len(asked) == 3
