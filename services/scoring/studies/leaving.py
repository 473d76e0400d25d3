"""What customers have in common who leave: a market whose spend falls, a store that several leave at once."""

from collections import Counter
from decimal import Decimal

from services.scoring.metrics.activity import active, main_store
from services.scoring.metrics.around import Around, Market
from services.scoring.metrics.history import History
from services.scoring.metrics.risk import gone
from services.scoring.studies.study import Setting, Subject

_ZERO = Decimal(0)


class Leaving:
    """Counts, over the last period, who left which store, and what each market spent in it and in the one before."""

    def __init__(self, setting: Setting) -> None:
        self.setting, self.rules = setting, setting.rules.around
        self._active: Counter[str | None] = Counter()
        self._left: Counter[str | None] = Counter()
        self._buyers: Counter[Market] = Counter()
        self._late: dict[Market, Decimal] = {}
        self._earlier: dict[Market, Decimal] = {}

    def add(self, subject: Subject) -> None:
        """One more customer."""
        self._add_to_store(subject.history)
        self._add_to_market(subject.history)

    def around(self) -> Around:
        """What was found, once everybody was added."""
        return Around(
            markets=frozenset(market for market in self._buyers if self._falls(market)),
            stores=frozenset(store for store in self._left if store is not None and self._emptied(store)),
        )

    def _add_to_store(self, history: History) -> None:
        """Of the store where they bought most in the year before the period; of none they count for the base."""
        begins, rules = self.setting.begins, self.setting.rules
        if active(history, begins, rules):
            store = main_store(history, begins - rules.window, begins)
            self._active[store] += 1
            self._left[store] += gone(history, self.setting.as_of, rules)

    def _emptied(self, store: str) -> bool:
        """Whether several left, and many times as many of its customers as of all."""
        left, customers = self._left[store], self._active[store]
        expected = self.rules.times * self._left.total() * customers
        return left >= self.rules.left and left * self._active.total() >= expected

    def _add_to_market(self, history: History) -> None:
        market, begins = Market.of(history), self.setting.begins
        if market is None:
            return
        earlier = history.spent(begins - self.setting.rules.period, begins)
        late = history.spent(begins, self.setting.as_of)
        if not earlier and not late:
            return
        self._buyers[market] += 1
        for sums, bought in ((self._earlier, earlier), (self._late, late)):
            paid = sum((line.paid for purchase in bought for line in purchase.lines), _ZERO)
            sums[market] = sums.get(market, _ZERO) + paid

    def _falls(self, market: Market) -> bool:
        """Whether enough customers buy in it, and spent so much less than in the period before."""
        earlier, late = self._earlier[market], self._late[market]
        enough = self._buyers[market] >= self.rules.customers and earlier > 0
        return enough and late <= earlier * (1 - self.rules.fall)
