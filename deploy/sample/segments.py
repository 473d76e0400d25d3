"""Three segments over the sample: who to keep, who to win back, who answers personal offers."""

from collections.abc import Sequence
from typing import Any

from deploy.sample.entities import CREATED
from deploy.sample.progress import Progress
from deploy.sample.remote import Remote
from deploy.sample.verdicts import Verdicts

CHANGED = 428
"""Somebody has made something else of a segment: theirs is kept."""

Rule = dict[str, Any]


def _is(field: str, operator: str, value: object) -> Rule:
    return {"field": field, "is": operator, "value": value}


SEGMENTS: dict[str, dict[str, Any]] = {
    "best-and-loyal": {
        "name": "Best and loyal: worth much, buying regularly",
        "owner": "relationship-marketing",
        "rule": {"all": [_is("phase", "eq", "extension"), _is("decile", "ge", 9), _is("at_risk", "eq", False)]},
    },
    "slipping": {
        "name": "Slipping: bought regularly, and may not come again",
        "owner": "retention",
        "rule": {
            "all": [
                _is("phase", "in", ["retention", "extension"]),
                {"any": [_is("at_risk", "eq", True), _is("p_alive", "lt", 0.8)]},
            ]
        },
    },
    "answers-offers": {
        "name": "Answers offers: more contacts answered than by most",
        "owner": "campaigns",
        "rule": _is("cs.communications_interaction_positioning.score", "gt", 50),
    },
}


async def put_segments(remote: Remote, progress: Progress, names: Sequence[str] = tuple(SEGMENTS)) -> Verdicts:
    """The segments, before the closes look at them."""
    verdicts = Verdicts()
    with progress.step("segments", len(names)) as step:
        for name in names:
            answer = await remote.send("scoring", "PUT", f"/v1/segments/{name}", SEGMENTS[name], also=[CHANGED])
            verdicts.count(fresh=answer.status_code == CREATED)
            step.advance()
    return verdicts
