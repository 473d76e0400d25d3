"""Choosing what to do next."""

from collections.abc import Iterator

from services.scoring.metrics.next_actions.advice import Action, Advice
from services.scoring.metrics.next_actions.situation import Situation
from services.scoring.metrics.next_actions.table import FIRST, ROUTINE, WEAK


def next_actions(situation: Situation) -> tuple[Action, ...]:
    """The first of the rules that apply: by urgency, the weakest C first, then as the table has them.

    None where nothing is known of the customer.
    """
    most, actions = situation.rules.actions.most, list[Action]()
    for advice in _in_order(situation) if situation.history.facts else ():
        if len(actions) == most:
            break
        reason = advice.why(situation)
        if reason is not None:
            channel = None if advice.purpose is None else situation.channel(advice.purpose)
            actions.append(Action(advice, len(actions) + 1, reason, channel, advice.effect(situation)))
    return tuple(actions)


def _in_order(situation: Situation) -> Iterator[Advice]:
    """Few customers have nothing more urgent than a weak C, so the Cs are compared last."""
    yield from FIRST
    yield from sorted(WEAK, key=lambda advice: -_lack(advice, situation))
    yield from ROUTINE


def _lack(advice: Advice, situation: Situation) -> float:
    return 0.0 if advice.c is None else situation.lack(advice.c)
