"""What a customer brought and cost us over a period: revenue, goods, service, and what we gave them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from services.scoring.facts.fact import Fact
from services.scoring.metrics.catalogue import Catalogue
from services.scoring.metrics.history import History
from services.scoring.metrics.purchases import LineGroup, Purchase
from services.scoring.metrics.rules import RuledCost, Rules
from services.scoring.metrics.timeline import between
from shared.events.customers import AcquisitionStageChanged
from shared.events.loyalty import PointsSpent
from shared.events.visits import GestureMade

_ZERO = Decimal(0)
_FREE = RuledCost(visit=_ZERO, complaint=_ZERO)


@dataclass(slots=True)
class Account:
    """One period in the customer's main currency, lines of unknown cost left out of all but `left_out`.

    `known`: whether the cost of anything that was bought is known.
    `listed` and `revenue`: net of returns, before and after discounts; `goods`: cost of what was sold;
    `visits`, `complaints`: at ruled cost; `remedies`, `gestures`, `acquisition`: at recorded cost; `points`: what
    those spent were worth to the customer; `assumed`: the margin per category whose cost was assumed;
    `left_out`: revenue per category whose cost nobody knows.
    """

    purchases: int = 0
    known: bool = False
    listed: Decimal = _ZERO
    revenue: Decimal = _ZERO
    goods: Decimal = _ZERO
    visits: Decimal = _ZERO
    complaints: Decimal = _ZERO
    remedies: Decimal = _ZERO
    gestures: Decimal = _ZERO
    acquisition: Decimal = _ZERO
    points: Decimal = _ZERO
    assumed: dict[str, Decimal] = field(default_factory=dict)
    left_out: dict[str, Decimal] = field(default_factory=dict)

    def enter(self, listed: Decimal, paid: Decimal, cost: Decimal) -> None:
        """A sale at a known cost."""
        self.known = True
        self.listed += listed
        self.revenue += paid
        self.goods += cost

    def assume(self, category: str, listed: Decimal, paid: Decimal, margin: Decimal | None) -> None:
        """A sale at the cost that the margin implies; left out where there is none."""
        if margin is None:
            self.left_out[category] = self.left_out.get(category, _ZERO) + paid
            return
        self.assumed[category] = margin
        self.enter(listed, paid, paid * (1 - margin))

    @property
    def contribution(self) -> Decimal:
        """Revenue less goods, visits, complaints, remedies, gestures and acquisition."""
        service = self.visits + self.complaints + self.remedies + self.gestures
        return self.revenue - self.goods - service - self.acquisition

    @property
    def discounts(self) -> Decimal:
        """What was taken off the list prices."""
        return self.listed - self.revenue

    @property
    def margin_before_discounts(self) -> Decimal:
        """What the goods would have earned at list price."""
        return self.listed - self.goods

    @property
    def shared_back(self) -> Decimal | None:
        """Discounts, points spent and gifts as a share of the margin before discounts; None where there was none.

        Points count when they are spent, not when earned, or they would count twice; gestures are the gifts.
        """
        margin = self.margin_before_discounts
        return (self.discounts + self.points + self.gestures) / margin if margin > 0 else None


def account(history: History, start: datetime, end: datetime, rules: Rules, catalogue: Catalogue | None) -> Account:
    """The account of [start, end). A currency without ruled cost counts none for visits and complaints.

    It is made once for a history, whose rules do not change: many ask for that of the window.
    """
    key = (start, end, id(catalogue))
    if key not in history.accounts:
        history.accounts[key] = _account(history, start, end, rules, catalogue)
    made: Account = history.accounts[key]
    return made


def _account(history: History, start: datetime, end: datetime, rules: Rules, catalogue: Catalogue | None) -> Account:
    made = Account()
    sell(made, history.spent(start, end), history.as_of.date(), catalogue)
    ruled = ruled_cost(history, rules)
    made.visits = len(between(history.visits, start, end)) * ruled.visit
    made.complaints = len(between(history.cases, start, end)) * ruled.complaint
    told = {name: between(facts, start, end) for name, facts in given(history).items()}
    made.remedies = recorded(told["remedies"], "cost", history.currency)
    made.gestures = recorded(told["gestures"], "cost", history.currency)
    made.acquisition = recorded(told["acquisition"], "cost", history.currency)
    made.points = recorded(told["points"], "value", history.currency)
    return made


def ruled_cost(history: History, rules: Rules) -> RuledCost:
    """What a visit and a complaint cost in the main currency; nothing where no rule says."""
    return rules.ruled_costs.get(history.currency or "", _FREE)


def given(history: History) -> dict[str, Sequence[Fact]]:
    """What tells of a cost of ours, or of points spent, by what it is, of all time."""
    return {
        "remedies": history.remedies,
        "gestures": history.of(GestureMade.TYPE),
        "acquisition": history.of(AcquisitionStageChanged.TYPE),
        "points": history.of(PointsSpent.TYPE),
    }


def sell(made: Account, sales: Sequence[Purchase], today: date, catalogue: Catalogue | None) -> None:
    """Enter the sales; those under a steady margin are gathered by category first, for speed."""
    made.purchases = len(sales)
    steady = catalogue.steady_margins(today) if sales and catalogue else {}
    gathered: dict[str, list[LineGroup]] = defaultdict(list)
    for sale in sales:
        for line in sale.lines:
            if line.cost is not None:
                made.enter(line.listed, line.paid, line.cost)
            elif line.category in steady:
                gathered[line.category].append(line)
            else:
                sold = sale.time.date()
                margin = catalogue.assumed_margin(line.category, sold, today) if catalogue else None
                made.assume(line.category, line.listed, line.paid, margin)
    for category, lines in gathered.items():
        listed = sum([line.listed for line in lines], _ZERO)
        made.assume(category, listed, sum([line.paid for line in lines], _ZERO), steady[category])


def recorded(facts: Iterable[Fact], name: str, currency: str | None) -> Decimal:
    """The sum of what these facts tell under that name, in the main currency; what tells nothing is not guessed."""
    amounts = (fact.data.get(name) for fact in facts)
    return sum((Decimal(each["amount"]) for each in amounts if each and each["currency"] == currency), _ZERO)
