"""Whether each campaign's results are what the data files say: answers counted straight over their rows."""

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from deploy.sample.files import rows
from deploy.sample.remote import Remote


@dataclass(frozen=True, slots=True)
class Compared:
    """A campaign: what its results say, and how many households redeemed any of its coupons by the data files."""

    campaign: str
    delivered: int
    answered: int
    counted: int

    @property
    def equal(self) -> bool:
        """Whether both say the same."""
        return self.answered == self.counted


def answers_counted(households: Container[int]) -> Mapping[str, int]:
    """By campaign, how many of these households redeemed a coupon: a dozen of them are one answer."""
    redemptions = rows("coupon_redemptions", ["campaign_id", "household_id"])
    answers = {(row["campaign_id"], row["household_id"]) for row in redemptions if row["household_id"] in households}
    return Counter(str(campaign) for campaign, _ in answers)


async def compare(remote: Remote, households: Container[int]) -> list[Compared]:
    """Every campaign of the data, as the stack that these households were loaded into tells its results."""
    counted = answers_counted(households)
    names = [str(row["campaign_id"]) for row in rows("campaign_descriptions", ["campaign_id"])]
    told = {name: await remote.get("loyalty", f"/v1/campaigns/{name}/results") for name in sorted(names, key=int)}
    return [
        Compared(name, found["delivered"], found["answered"]["count"], counted.get(name, 0))
        for name, found in told.items()
    ]


def show_compared(found: list[Compared], console: Console) -> None:
    """As a table, with the sums."""
    table = Table("campaign", "delivered", "answered", "direct count", "equal?")
    for each in found:
        numbers = (f"{number:,}" for number in (each.delivered, each.answered, each.counted))
        table.add_row(each.campaign, *numbers, "yes" if each.equal else "NO")
    sums = [sum(numbers) for numbers in zip(*((e.delivered, e.answered, e.counted) for e in found), strict=True)]
    table.add_section()
    table.add_row("all", *(f"{number:,}" for number in sums), "yes" if all(e.equal for e in found) else "NO")
    console.print(table)
