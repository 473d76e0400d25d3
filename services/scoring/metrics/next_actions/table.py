"""The rules for next actions, as a table: what to do, why and by which strategy."""

from collections.abc import Callable

from services.scoring.metrics import strategies as by
from services.scoring.metrics.causes import Cause
from services.scoring.metrics.next_actions import growth, owed, weakness
from services.scoring.metrics.next_actions.advice import MARKETING, SERVICE, Advice, Effect, Urgency, Way
from services.scoring.metrics.next_actions.growth import lacking, leaving_for, stronger
from services.scoring.metrics.next_actions.situation import Situation
from services.scoring.metrics.next_actions.weakness import weak
from services.scoring.metrics.rules import C
from services.scoring.metrics.strategies import Strategy
from shared.events.scores import BondName


def _keep(code: str, title: str, strategy: Strategy, *causes: Cause) -> Advice:
    """A remedy that answers the cause for which somebody leaves."""
    return Advice(
        code, title, Urgency.LEAVING, strategy, leaving_for(*causes), growth.bought_today, Way.VISIT, MARKETING
    )


def _bind(code: str, title: str, strategy: Strategy, bond: BondName, purpose: str | None = None) -> Advice:
    """More of the bond that is the next on the ladder."""
    return Advice(code, title, Urgency.BOND, strategy, lacking(bond), stronger(bond), Way.VISIT, purpose)


def _mend(
    c: C,
    code: str,
    title: str,
    strategy: Strategy,
    effect: Callable[[Situation], Effect | str],
    *,
    way: Way = Way.HOUSE,
    purpose: str | None = None,
    why: Callable[[Situation], str | None] | None = None,
) -> Advice:
    """What strengthens a C that is weak."""
    return Advice(code, title, Urgency.WEAK, strategy, why or weak(c), effect, way, purpose, c)


OWED = (
    Advice(
        "settle_case", "Settle the open complaint",
        Urgency.OWED, by.LESS_DISSATISFACTION, owed.open_case, owed.case_settled, Way.HOUSE, SERVICE,
    ),
    Advice(
        "keep_promise", "Do now what was promised and is late",
        Urgency.OWED, by.PROCESS, owed.broken_promise, owed.promise_kept, Way.HOUSE,
    ),
    Advice(
        "answer_doubt", "Answer the customer's doubt",
        Urgency.OWED, by.BUYING_BEHAVIOUR, owed.open_doubt, owed.doubt_settled, Way.VISIT, MARKETING,
    ),
)  # fmt: skip
"""What we owe comes first."""

LEAVING = (
    _keep("answer_price", "Answer the price that they compare ours with", by.PRICE_AND_QUALITY, Cause.PRICE),
    _keep("offer_substitute", "Offer what they missed, or something sound instead", by.PRODUCT, Cause.PRODUCT),
    _keep("apologize", "Apologize in person, and put it right", by.LESS_DISSATISFACTION, Cause.SERVICE),
    _keep("fit_to_means", "Offer smaller sizes and easier terms", by.BUYING_BEHAVIOUR, Cause.MARKET),
    _keep("move_channel", "Show them the way to deal with us that they now prefer", by.TECHNOLOGY, Cause.TECHNOLOGICAL),
    _keep("explain_change", "Explain what changed, and who serves them now", by.ORGANIZATION, Cause.ORGANIZATIONAL),
    _keep("ask_why", "Ask why they stay away", by.WINNING_BACK, Cause.MIXED, Cause.UNKNOWN),
)
"""For each cause of defection the remedy that answers it."""

BOND = (
    _bind("reward", "Give a tier price or a bundle at the till, or let them spend points", by.REWARD, "financial"),
    _bind("serve_by_name", "Let the same employee serve them again", by.SOCIAL_TIES, "social"),
    _bind("tailor", "Make them an offer of their own", by.TAILORING, "customization", MARKETING),
    _bind("join_processes", "Offer them a standing order, the app or a link", by.INTEGRATION, "structural", MARKETING),
)
"""For each level of the ladder more of its bond; the next missing one alone."""

PHASE = (
    Advice(
        "first_purchase", "Invite them to a first purchase",
        Urgency.PHASE, by.BUYING_BEHAVIOUR, growth.never_bought, growth.first_bought, Way.VISIT, MARKETING,
    ),
    Advice(
        "second_purchase", "Give them a reason to come back",
        Urgency.PHASE, by.REWARD, growth.bought_once, growth.bought_today, Way.VISIT, MARKETING,
    ),
    Advice(
        "new_category", "Suggest a category that is new to them",
        Urgency.PHASE, by.EXTENSION, growth.narrow, growth.category_tried, Way.VISIT, MARKETING,
    ),
)  # fmt: skip
"""For each phase the step to the next."""

WEAK = (
    _mend("customer", "review_objective", "Review the objective with them", by.CUSTOMER_ANALYSIS, weakness.no_progress,
          way=Way.VISIT, why=weakness.weak_objective),
    _mend("categories", "show_range", "Show them what else we offer", by.PRODUCT, growth.category_tried,
          way=Way.VISIT, why=weakness.weak_range),
    _mend("capabilities", "close_gap", "Close the gap in what we can do for them", by.PROCESS, weakness.capability_met),
    _mend("cost_profitability_value", "share_back", "Share back more of what they bring", by.REWARD, weakness.among_all,
          way=Way.VISIT),
    _mend("control_contact_to_cash", "clear_steps", "Clear late and disputed steps", by.PROCESS, weakness.next_times),
    _mend("collaboration_integration", "use_integration", "Help them to order through what joins us", by.INTEGRATION,
          weakness.integration_used, way=Way.VISIT, purpose=MARKETING),
    _mend("customization", "use_preferences", "Use what they told us that they prefer", by.TAILORING,
          weakness.among_all, way=Way.VISIT),
    _mend("communications_interaction_positioning", "listen", "Ask them, and bring the conversation to an end",
          by.LISTENING, weakness.among_all, way=Way.VISIT),
    _mend("customer_measurements", "survey", "Ask how satisfied they are", by.LISTENING, weakness.asked_today,
          way=Way.VISIT, purpose=MARKETING, why=weakness.never_asked),
    _mend("customer_care", "agree_on_care", "Find out what went wrong, and agree how it is done next time",
          by.LESS_DISSATISFACTION, weakness.next_times),
    _mend("chain_of_relationships", "mend_link", "Look after the weakest link between them and us", by.PEOPLE,
          weakness.link_mended),
)  # fmt: skip
"""For each C what strengthens it where it is weak."""

ROUTINE = (
    Advice(
        "set_objective", "Set an objective for them, with a strategy",
        Urgency.ROUTINE, by.CUSTOMER_ANALYSIS, weakness.no_objective, weakness.objective_set, Way.HOUSE,
    ),
    Advice(
        "ask_consent", "Ask whether we may write to them",
        Urgency.ROUTINE, by.PROCESS, weakness.no_consent, weakness.consent_given, Way.VISIT,
    ),
    Advice(
        "ask_referral", "Ask them to bring a friend",
        Urgency.ROUTINE, by.REFERRAL, weakness.well_bound, stronger("social"), Way.VISIT,
    ),
)  # fmt: skip
"""What is still to be set up, where nothing else is to be done."""

FIRST: tuple[Advice, ...] = (*OWED, *LEAVING, *BOND, *PHASE)
"""What goes before any weak C."""
TABLE: tuple[Advice, ...] = (*FIRST, *WEAK, *ROUTINE)
"""All of it, in the order of urgency."""
