"""What is put one by one: categories, stores, customers with their consent, campaigns and what came of them."""

from collections.abc import Mapping, Sequence

from deploy.sample import bodies
from deploy.sample.bodies import Body, customer_id
from deploy.sample.crew import each
from deploy.sample.progress import Progress
from deploy.sample.reference import Campaign
from deploy.sample.remote import Remote
from deploy.sample.verdicts import Verdicts

AT_ONCE = 8
MAIL = "consents/marketing/mail"
CREATED = 201


async def put_catalogue(
    remote: Remote, progress: Progress, departments: Sequence[str], stores: Sequence[int]
) -> Verdicts:
    """What is offered, and where."""
    entries = [(f"/v1/categories/{bodies.category_id(name)}", bodies.category(name)) for name in departments]
    entries += [(f"/v1/stores/{store}", bodies.STORE) for store in stores]
    verdicts = Verdicts()
    with progress.step("catalogue", len(entries)) as step:

        async def put(entry: tuple[str, Body]) -> None:
            answer = await remote.send("loyalty", "PUT", *entry)
            verdicts.count(fresh=answer.status_code == CREATED)
            step.advance()

        await each(entries, put, AT_ONCE)
    return verdicts


async def put_customers(
    remote: Remote, progress: Progress, households: Sequence[int], demographics: Mapping[int, str]
) -> Verdicts:
    """The customers; each consented to mail."""
    verdicts = Verdicts()
    with progress.step("customers", len(households)) as step:

        async def put(household: int) -> None:
            path = f"/v1/customers/{customer_id(household)}"
            answer = await remote.send("customers", "PUT", path, bodies.customer(household, demographics))
            await remote.send("customers", "PUT", f"{path}/{MAIL}", bodies.CONSENT)
            verdicts.count(fresh=answer.status_code == CREATED)
            step.advance()

        await each(households, put, AT_ONCE)
    return verdicts


async def create_campaigns(remote: Remote, progress: Progress, campaigns: Sequence[Campaign]) -> Verdicts:
    """The campaigns, without what came of them."""
    verdicts = Verdicts()
    with progress.step("campaigns", len(campaigns)) as step:
        for campaign in campaigns:
            answer = await remote.send("loyalty", "POST", "/v1/campaigns", campaign.body())
            verdicts.count(fresh=answer.status_code == CREATED)
            step.advance()
    return verdicts


async def tell_contacts(remote: Remote, progress: Progress, campaigns: Sequence[Campaign], what: str) -> Verdicts:
    """Each campaign's `deliveries` or `responses`; the deliveries come first."""
    told = {c.id: c.deliveries() if what == "deliveries" else c.responses() for c in campaigns}
    verdicts = Verdicts()
    with progress.step(what, sum(map(len, told.values()))) as step:
        for campaign, entries in told.items():
            if entries:
                answer = await remote.send("loyalty", "POST", f"/v1/campaigns/{campaign}/{what}", {what: entries})
                taken = answer.json()
                verdicts.merge(Verdicts(taken["accepted"], taken["duplicate"]))
                step.advance(len(entries))
    return verdicts
