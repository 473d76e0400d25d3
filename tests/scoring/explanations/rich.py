"""A customer with whom everything happened, and a base to compare them with."""

from datetime import date

from services.scoring.facts.fact import Fact
from services.scoring.metrics.value_model import Law, Spending, ValueModel
from tests.scoring.metrics import dealing_facts as dealt
from tests.scoring.metrics import facts as made
from tests.scoring.metrics import service_facts as served
from tests.scoring.metrics.facts import AS_OF, ago

_SERVED = {"served_by": "someone"}


def _bill(number: int) -> Fact:
    """Every 40 days one of groceries at a known cost and of toys, which cost what their margin implies."""
    food = made.line(
        "GROCERY", f"{20 + number}.50", listed="30.00", cost="12.25", tailorable=True, tailored=number % 2 == 0
    )
    toys = made.line("TOYS", "9.99", discount_kind="bundle")
    lines = (food, toys) if number % 3 else (food,)
    return dealt.bill(f"p{number}", ago(5 + 40 * number + number % 4), *lines, **_SERVED if number % 2 else {})


BILLS = [_bill(number) for number in range(16)]
_GOODS = [
    made.returned(BILLS[1], ago(30), made.line("GROCERY", "5.25", listed="6.00", cost="3.00"), whole=False),
    made.returned(BILLS[4], ago(150), made.line("TOYS", "9.99"), reason="defective"),
    dealt.corrected(BILLS[2], ago(80), made.line("GROCERY", "18.00", listed="30.00", cost="12.00")),
    dealt.bill("due", ago(50), made.line("GROCERY", "7.00", due_at=ago(40), delivered_at=ago(41), available=True)),
    dealt.bill("late", ago(20), made.line("GROCERY", "7.00", due_at=ago(19)), integration_id="portal"),
    dealt.not_available("vain", ago(60)),
]
_SAID = [
    made.registered(ago(690)),
    dealt.organization(ago(600)),
    made.consent(ago(680)),
    made.visit("v1", ago(44), two_way=True),
    made.visit_end("v1", ago(43.99), "helped"),
    made.visit("v2", ago(300)),
    served.touchpoint("t1", ago(33)),
    served.doubt("d1", ago(25)),
    served.doubt_resolved("d1", ago(24)),
    made.contact("spring", ago(100), kind="personal"),
    made.answer("spring", ago(95)),
    made.contact("summer", ago(60)),
    served.suggested("s1", ago(70)),
    served.suggestion_answered("s1", ago(69)),
    served.preference("aisle", ago(200), ago(100)),
    served.preference_used("aisle", ago(110)),
    served.solution("sol", ago(90), ago(80)),
    served.survey(ago(66), product=(5, 4), csat=2),
]
_SERVICE = [
    made.opened("k1", ago(120)),
    made.acknowledged("k1", ago(119.5)),
    made.resolved("k1", ago(118), first_contact=True),
    made.opened("k2", ago(55)),
    served.breached("k2", ago(49)),
    served.task("task", ago(54), ago(50)),
    served.done("task", ago(51)),
    dealt.granted("k1", ago(118)),
    dealt.refused("k2", ago(50)),
    dealt.checked("r1", ago(90), conforms=True),
    dealt.checked("r2", ago(89), conforms=False),
    dealt.planned("bill", ago(80), ago(70), "120.00"),
    dealt.done("bill", ago(67.5)),
    dealt.planned("order", ago(80), ago(75)),
    dealt.disputed("order", ago(74)),
]
_TIES = [
    dealt.offered("portal", ago(350)),
    dealt.started("portal", ago(340), reviews=2),
    dealt.review("rev", ago(100)),
    dealt.used("portal", ago(99)),
    dealt.used("portal", ago(9), "standing_order"),
    dealt.related("link", ago(600), health=0.7),
    dealt.related("other", ago(500), who="else", health=0.4),
    dealt.promised("c1", ago(100), ago(90), link="link"),
    dealt.met("c1", ago(91)),
    dealt.promised("c2", ago(60), ago(50), link="link"),
    dealt.referred("friend", ago(140)),
    served.points_spent("pts", ago(130), served.money("2.50")),
    served.points_earned("earned", ago(5)),
    served.gesture("g1", ago(200), served.money("4.00")),
    served.stage(ago(695), served.money("11.00")),
    served.observed("rival", ago(3), "price"),
]
OBJECTIVES = [
    served.objective("more", ago(60), ago(-40), target="300"),
    served.progressed("more", ago(10), "120.5"),
    served.objective("wider", ago(30), ago(10), strategy=None),
]
RICH = [*BILLS, *_GOODS, *_SAID, *_SERVICE, *_TIES, *OBJECTIVES]

_LAW = Law(r=0.5248, alpha=6.1831, a=0.8914, b=1.6140, log_likelihood=-9582.14)
MODEL = ValueModel(
    unit_days=7.0,
    until=date(2017, 12, 31),
    customers=2357,
    mbg=_LAW,
    bg=Law(r=0.2426, alpha=4.414, a=0.793, b=2.426, log_likelihood=-9582.43),
    spending={"USD": Spending(p=6.25, q=3.74, v=15.44, log_likelihood=-1.0, customers=900)},
    converged=True,
    fitted_as_of=AS_OF,
)
REFERENCE = made.reference(
    made.catalogue("GROCERY", "TOYS", fill=3),
    median_gap=9.0,
    median_first_interval=20.0,
    base={"wrong_item": 1, "defective": 3, "failed_check": 1, "unavailable": 2},
    values={
        "contribution:USD": made.spread(1.0, 150.0, 400.0),
        "contribution_change:USD": made.spread(-20.0, 5.0),
        "answered_share": made.spread(0.0, 0.5, 1.0),
        "customization": made.spread(0.5, 0.9),
    },
    scores={"index": made.spread(10.0, 90.0)},
    model=MODEL,
)

KNOWN = [
    ("categories", "paid", "spend"),
    ("capabilities", "called", "called"),
    ("customization", "kept", "kept"),
    ("customization", "possible", "possible"),
    ("customer_care", "kept", "kept"),
    ("bonds.social", "weight", "weight"),
    ("bonds.customization", "age", "age"),
]
"""Of these scores the numbers of the facts add up to a number of the steps."""
