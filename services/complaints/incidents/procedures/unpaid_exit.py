"""(a) Somebody leaves without paying. What they answer decides what we do; nobody who denies it is held.

recorded ── approach ──► approached
  │            ├─ forgot ─► escorted_to_billing ─► paid
  │            ├─ pretends_ignorance ─► asked_to_recheck ─┬─► found ─► [escorted_to_billing] ─► paid
  │            │                                          └─► denies
  │            ├─ denies ─► back_room ─► politely_informed ─► may pay, or give the goods back, or neither
  │            └─ does_not_want ─► goods_collected ─► regret_expressed
  └─ let_go: we are not sure, or nobody saw it           (whoever walks off, approached or not: abandoned)
"""

from services.complaints.incidents.procedures.procedure import Procedure, Rule, State, staying, to
from services.complaints.incidents.procedures.rules import APPROACH, BILLED_AT_THE_COUNTER

SETTLED: tuple[State, ...] = ("paid", "politely_informed", "regret_expressed", "let_go", "abandoned")
_WITH_US: tuple[State, ...] = (
    "approached",
    "forgot",
    "escorted_to_billing",
    "pretends_ignorance",
    "asked_to_recheck",
    "found",
    "denies",
    "back_room",
    "does_not_want",
    "goods_collected",
)

LOGGED_ONCE = Rule(
    "logged_once",
    "the logbook has its entry already: what is wrong in it is mended by an entry that corrects it",
    incident=lambda incident: not incident.logged,
)

UNPAID_EXIT = Procedure(
    {
        "witness": staying("recorded"),
        "approach": to("approached", "recorded", rules=APPROACH),
        "let_go": to("let_go", "recorded"),
        "forgot": to("forgot", "approached"),
        "escorted_to_billing": to("escorted_to_billing", "forgot", "found", "politely_informed"),
        "paid": to("paid", "escorted_to_billing", "found", "politely_informed"),
        "pretends_ignorance": to("pretends_ignorance", "approached"),
        "asked_to_recheck": to("asked_to_recheck", "pretends_ignorance"),
        "found": to("found", "asked_to_recheck"),
        "denies": to("denies", "approached", "asked_to_recheck"),
        "back_room": to("back_room", "denies"),
        "politely_informed": to("politely_informed", "back_room"),
        "does_not_want": to("does_not_want", "approached", "found", "politely_informed"),
        "goods_collected": to("goods_collected", "does_not_want"),
        "regret_expressed": to("regret_expressed", "goods_collected"),
        "abandoned": to("abandoned", "recorded", *_WITH_US),
        "log": staying(*SETTLED, rules=(LOGGED_ONCE,)),
        "close": to("closed", *SETTLED),
    },
    always=(BILLED_AT_THE_COUNTER,),
)
