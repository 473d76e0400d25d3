"""The simulated surveys through REST."""

from collections.abc import Sequence

from deploy.sample.bodies import Body
from deploy.sample.crew import each
from deploy.sample.progress import Progress
from deploy.sample.remote import Remote
from deploy.sample.verdicts import Verdicts

AT_ONCE = 8
CREATED = 201


async def answer(remote: Remote, progress: Progress, surveys: Sequence[Body]) -> Verdicts:
    """Every survey once."""
    verdicts = Verdicts()
    with progress.step("surveys", len(surveys)) as step:

        async def one(survey: Body) -> None:
            answered = await remote.send("complaints", "POST", "/v1/surveys", survey)
            verdicts.count(fresh=answered.status_code == CREATED)
            step.advance()

        await each(surveys, one, AT_ONCE)
    return verdicts
