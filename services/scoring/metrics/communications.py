"""Communications, interaction and positioning: whether the customer answers, and talks with us."""

from collections.abc import Sequence
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.contacts import Contact
from services.scoring.metrics.conversations import Conversation, conversations
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, counted, latest, mean, metric
from services.scoring.metrics.reference import Reference, ranked, unranked
from services.scoring.metrics.rules import Rules
from shared.events.customers import ContactViolation


class Dialogue(NamedTuple):
    """Contacts, and conversations with doubts among them, of the window.

    `violations`: contacts without consent, made or only tried, counted nowhere else.
    """

    contacts: Sequence[Contact]
    talks: Sequence[Conversation]
    violations: int

    @property
    def delivered(self) -> int:
        """Consented contacts delivered."""
        return len(self.contacts)

    @property
    def answered(self) -> int:
        """Those of them that were answered while valid."""
        return sum(contact.answer is not None for contact in self.contacts)

    @property
    def begun(self) -> int:
        """Conversations and doubts."""
        return len(self.talks)

    @property
    def concluded(self) -> int:
        """Those of them with an outcome."""
        return sum(talk.concluded for talk in self.talks)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The latest of it."""
        return latest(
            sorted((contact.answer or contact.fact for contact in self.contacts), key=lambda fact: fact.order),
            sorted((talk.fact for talk in self.talks), key=lambda fact: fact.order),
        )

    @property
    def answered_share(self) -> float | None:
        """Contacts answered while valid, over consented contacts delivered; None if none was."""
        return self.answered / self.delivered if self.delivered else None

    @property
    def concluded_share(self) -> float | None:
        """Two-way conversations and doubts with an outcome, over those begun; None if none was."""
        return self.concluded / self.begun if self.begun else None


def dialogue(history: History) -> Dialogue:
    """What was said in the window. A contact that is still open is not answered yet, as intended."""
    all_contacts = history.recent(history.contacts)
    contacts = [contact for contact in all_contacts if contact.consented]
    violations = history.recent(history.of(ContactViolation.TYPE))
    return Dialogue(
        contacts=contacts,
        talks=conversations(history),
        violations=len(all_contacts) - len(contacts) + len(violations),
    )


def communications(history: History, rules: Rules, reference: Reference | None) -> Metric:
    """Mean of the percentile, among the contacted, of the answered share, and of concluded conversations.

    `value`: the answered share. Null where nobody was contacted and no conversation begun. A percentile, so
    that who was never written to is not better off than who was (this project's own).
    """
    found = dialogue(history)
    share, concluded = found.answered_share, found.concluded_share
    answers = None if reference is None else ranked(reference.values, "answered_share", share, rules)
    talks = None if concluded is None else rounded(100 * concluded)
    return metric(
        score=mean((answers, talks)),
        value=share,
        unit="share of contacts answered",
        inputs={
            "delivered": found.delivered,
            "answered": found.answered,
            "answered_percentile": answers,
            "violations": found.violations,
            "conversations_begun": found.begun,
            "conversations_concluded": found.concluded,
            "conversations_score": talks,
        },
        n=found.delivered + found.begun,
        evidence=found.facts,
        reason=_reason(found, answers, unranked(reference, rules)),
        rules=rules,
    )


def _reason(found: Dialogue, answers: float | None, unknown: str) -> str:
    said = []
    if found.delivered:
        compared = unknown if answers is None else f"mid-rank {answers:.0f} of 100 among those contacted"
        said.append(f"Answered {found.answered} of {counted(found.delivered, 'contact')}, {compared}")
    if found.begun:
        talks = counted(found.begun, "conversation or doubt", "conversations and doubts")
        said.append(f"{found.concluded} of {talks} led to an outcome")
    if found.violations:
        said.append(f"{counted(found.violations, 'contact')} made or tried without consent")
    return f"{'; '.join(said)}." if said else "Never contacted and in no conversation in the window."
