"""How Customization and Communications come about: what was meant for this one customer, and what they said."""

from services.scoring.explanations.explanation import Basis, Number, Use, Working, step, uses
from services.scoring.explanations.parts import MEAN, rank
from services.scoring.metrics.communications import Dialogue, dialogue
from services.scoring.metrics.history import History
from services.scoring.metrics.tailoring import Share, tailoring
from shared.events.customers import ConsentGranted, ConsentWithdrawn
from shared.events.visits import DoubtResolved, TouchpointRecorded, VisitEnded

_KINDS = {
    "lines": "purchase with lines that could be tailored",
    "offers": "personal offer",
    "suggestions": "suggestion",
    "preferences": "preference",
    "solutions": "one-to-one solution",
}


def customization(basis: Basis) -> Working:
    """What could have been tailored, and what was; ranked among the customers."""
    found = tailoring(basis.history, basis.rules)
    ranked = rank(basis, "score", "customization", found.ratio)
    kept: dict[str, Number] = {name: getattr(found, name).part for name in _KINDS}
    possible: dict[str, Number] = {name: getattr(found, name).whole for name in _KINDS}
    used = [use for name, counts_as in _KINDS.items() for use in _counted(getattr(found, name), counts_as)]
    return Working(
        formula="mid-rank among customers of (tailored lines kept + personal offers and suggestions accepted + "
        "preferences used + solutions delivered)/all of them that could have been",
        known_when="something could be tailored, was offered to this one customer or was due to them, and a close "
        "knows enough others to compare with",
        steps=step("ratio", "sum(kept) / sum(possible)", found.ratio, kept=kept, possible=possible) + ranked.steps,
        uses=used + _consents(basis.history, needed=bool(found.offers.whole)),
        rules=("window", "contact_validity", "least_population"),
        reference_inputs=ranked.inputs,
    )


def _counted(share: Share, counts_as: str) -> list[Use]:
    counted = []
    for each in share.counts:
        counted.append(Use(each.fact, counts_as, {"kept": each.part, "possible": each.whole}))
        if each.answer is not None and each.answer is not each.fact:
            counted.append(Use(each.answer, f"{counts_as}: what came of it"))
    return counted


def _consents(history: History, *, needed: bool) -> list[Use]:
    return uses(history.of(ConsentGranted.TYPE, ConsentWithdrawn.TYPE), "consent") if needed else []


def communications(basis: Basis) -> Working:
    """Contacts and their answers, ranked; conversations and doubts, and what came of them."""
    history, measured = basis.history, basis.card.cs["communications_interaction_positioning"]
    found = dialogue(history)
    ranked = rank(basis, "answers", "answered_share", found.answered_share)
    talks = measured.inputs["conversations_score"]
    steps = step("answered", "answered / delivered", found.answered_share,
                 answered=found.answered, delivered=found.delivered)  # fmt: skip
    steps += ranked.steps
    steps += step("conversations", "round(100 * (concluded / begun), 4)", talks,
                  concluded=found.concluded, begun=found.begun)  # fmt: skip
    parts = {"answers": ranked.percentile, "conversations": talks}
    part: dict[str, Number] = {name: each for name, each in parts.items() if each is not None}
    return Working(
        formula="mean of the mid-rank of contacts answered/delivered, and of 100 · conversations with an outcome/begun",
        known_when="a conversation or a doubt began, or a contact with consent arrived and a close knows enough others "
        "to compare with",
        steps=steps + step("score", MEAN, measured.score, part=part),
        uses=_said(history, found),
        rules=("window", "contact_validity", "least_population"),
        reference_inputs=ranked.inputs,
    )


def _said(history: History, found: Dialogue) -> list[Use]:
    said = [Use(each.fact, "contact", {"answered": int(each.answer is not None)}) for each in found.contacts]
    said += uses((each.answer for each in found.contacts if each.answer is not None), "answer")
    said += [Use(each.fact, "conversation or doubt", {"concluded": int(each.concluded)}) for each in found.talks]
    begun = {each.fact.order for each in found.talks}
    subjects = {each.fact.subject for each in found.talks}
    ends = history.of(VisitEnded.TYPE, TouchpointRecorded.TYPE, DoubtResolved.TYPE)
    said += uses((each for each in ends if each.subject in subjects and each.order not in begun), "what came of it")
    return said + _consents(history, needed=bool(found.contacts))
