"""Strategies: any facts of one customer, of every event type that leaves a fact."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from hypothesis import reject
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from services.scoring.facts.fact import Fact
from services.scoring.facts.projection import PROJECTIONS
from shared.events import Money, Payload
from shared.events.purchases import PurchaseCompleted, PurchaseCorrected, PurchaseReturned, ReturnReason
from shared.events.topics import REFERENCE
from shared.events.values import Code, Count, Id, Number, Time
from tests.scoring.metrics import facts as made
from tests.scoring.metrics.facts import AS_OF

NAMES = st.sampled_from(["a", "b", "c"])
TIMES = st.integers(-40, 800).flatmap(
    lambda days: st.sampled_from([0, 1, 3_600_000_000]).map(
        lambda extra: AS_OF - timedelta(days=days, microseconds=extra)
    )
)
MONEY = st.sampled_from(["0.00", "0.01", "7.50", "9999999.99"])
MORE: list[dict[str, Any]] = [{}, {"cost": "3.00"}, {"tier": "gold"}, {"discount_kind": "bundle"}, {"level": 2}]
DUE: list[dict[str, Any]] = [{}, {"due_at": made.ago(20)}, {"due_at": made.ago(20), "delivered_at": made.ago(9)}]

_VALUES: dict[object, st.SearchStrategy[Any]] = {
    Id: NAMES,
    Code: st.sampled_from(["A", "app", "mail", "marketing"]),
    Time: TIMES,
    Count: st.sampled_from([0, 1, 2, 5]),
    Number: st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(2)]),
    Money: st.builds(Money, amount=MONEY.map(Decimal), currency=st.sampled_from(["USD", "INR"])),
    bool: st.booleans(),
    int: st.sampled_from([1, 2, 5]),
    str: NAMES,
    Decimal: st.sampled_from([Decimal("0.5"), Decimal(2)]),
    float: st.sampled_from([0.0, 0.5, 1.0]),
    NoneType: st.none(),
}


def values(annotation: Any) -> st.SearchStrategy[Any]:
    """Values of a field of a contract."""
    if annotation in _VALUES:
        return _VALUES[annotation]
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    if get_origin(annotation) is tuple:
        return st.lists(values(get_args(annotation)[0]), max_size=2).map(tuple)
    if get_origin(annotation) is Annotated:
        return values(get_args(annotation)[0])
    if isinstance(annotation, UnionType) or get_args(annotation):
        return st.one_of([values(each) for each in get_args(annotation)])
    return models(annotation)


@st.composite
def models(draw: st.DrawFn, kind: type[BaseModel]) -> BaseModel:
    """Valid instances of a contract's class."""
    hints = get_type_hints(kind, include_extras=True)
    drawn = {name: draw(values(hints[name])) for name in kind.model_fields}
    try:
        return kind(**drawn)
    except ValidationError:
        reject()


@st.composite
def lines(draw: st.DrawFn, currency: str) -> Any:
    return made.line(
        draw(st.sampled_from(["A", "B", "X", "UNKNOWN"])),
        draw(MONEY),
        listed=draw(MONEY),
        currency=currency,
        quantity=draw(st.sampled_from(["0", "1", "2.5"])),
        tailored=draw(st.booleans()),
        tailorable=draw(st.booleans()),
        available=draw(st.sampled_from([True, True, False])),
        **draw(st.sampled_from(MORE)),
        **draw(st.sampled_from(DUE)),
    )


@st.composite
def bills(draw: st.DrawFn) -> Fact:
    currency = draw(st.sampled_from(["USD", "INR", "CHF"]))
    payload = PurchaseCompleted(
        lines=tuple(draw(st.lists(lines(currency), min_size=1, max_size=3))),
        served_by=draw(st.none() | NAMES),
        integration_id=draw(st.sampled_from([None, None, "a"])),
    )
    return made.fact(payload, draw(NAMES), draw(TIMES))


@st.composite
def corrections(draw: st.DrawFn) -> Fact:
    right = draw(st.lists(lines(draw(st.sampled_from(["USD", "INR"]))), max_size=2))
    payload = PurchaseCorrected(purchased_at=draw(TIMES), reason="typo", lines=tuple(right))
    return made.fact(payload, draw(NAMES), draw(TIMES))


@st.composite
def returns(draw: st.DrawFn) -> Fact:
    back = draw(st.lists(lines("USD"), min_size=1, max_size=2))
    reason: ReturnReason = draw(st.sampled_from(("defective", "unwanted", "wrong_item")))
    return made.returned(
        draw(bills()), draw(TIMES), *back, reason=reason, whole=draw(st.booleans()), purchased=draw(NAMES)
    )


def said(make: Callable[..., Fact], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Fact]:
    """A fact of a named entity at any time."""
    return st.builds(make, NAMES, TIMES, **more)


def events(kind: type[Payload]) -> st.SearchStrategy[Fact]:
    """Any fact of this event type."""
    by_hand = {PurchaseCompleted: bills, PurchaseCorrected: corrections, PurchaseReturned: returns}
    return by_hand[kind]() if kind in by_hand else st.builds(made.fact, models(kind), NAMES, TIMES)


KINDS = sorted((kind for kind in PROJECTIONS if kind.TOPIC is not REFERENCE), key=lambda kind: kind.TYPE)
DIALOGUE = st.one_of(
    bills(),
    bills(),
    returns(),
    said(made.visit, two_way=st.sampled_from([None, True, False])),
    said(made.visit_end, outcome=st.sampled_from([None, "helped"])),
    said(made.opened, category=st.sampled_from(["price", "technology", "policy"])),
    said(made.acknowledged),
    said(made.resolved, first_contact=st.booleans()),
    said(made.reopened),
    said(made.withdrawn),
    said(
        made.contact, kind=st.sampled_from(["mass", "personal"]), valid_until=st.none() | TIMES, control=st.booleans()
    ),
    said(made.answer, kind=st.sampled_from(["redeemed", "clicked", "declined"])),
    st.builds(made.registered, TIMES),
    st.builds(made.consent, TIMES, granted=st.booleans()),
    st.builds(made.exit_stated, TIMES, reason=st.sampled_from(["price", "sector"])),
)
"""What retailers tell: facts that fit each other."""

ANYTHING = st.lists(st.sampled_from(KINDS), min_size=1, max_size=6).flatmap(
    lambda kinds: st.lists(st.one_of(bills(), *(events(kind) for kind in kinds)), max_size=25)
)
"""Facts of a few types of all that there are, so that they meet."""

STORES = st.sampled_from([None, "a"])
HISTORIES = st.tuples(st.lists(DIALOGUE, max_size=25) | ANYTHING | ANYTHING, STORES).map(
    lambda drawn: [replace(fact, id=f"{at}", store=drawn[1]) for at, fact in enumerate(drawn[0])]
)
