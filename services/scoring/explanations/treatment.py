"""How Capabilities, Control of contact to cash, and Customer care come about: what we did for the customer."""

from services.scoring.explanations.explanation import Basis, Number, Use, Working, step
from services.scoring.explanations.parts import DAY, about, changes
from services.scoring.metrics.capabilities import called_upon
from services.scoring.metrics.care import Owed, owed
from services.scoring.metrics.cases import CASE_TYPES
from services.scoring.metrics.control import Work, timeliness, weighed, work_of
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import amount
from shared.events.complaints import TaskCompleted, TaskOpened
from shared.events.customers import (
    CommitmentMade,
    CommitmentMet,
    CommitmentMissed,
    ProcessStepCompleted,
    ProcessStepDisputed,
    ProcessStepDue,
)
from shared.events.purchases import PurchaseLineDelivered

_SHARES = "round(100 * mean(share), 4)"


def capabilities(basis: Basis) -> Working:
    """What the customer called upon, and how much of it was met."""
    history, measured = basis.history, basis.card.cs["capabilities"]
    found = {name: each for name, each in called_upon(history, basis.reference).items() if each.called}
    steps, used, share = [], [], dict[str, Number]()
    for name, each in found.items():
        steps += step(name, "met / called", each.share, met=each.met, called=each.called)
        share[name] = each.share or 0.0
        calls = [call for kind in each.kinds for call in kind]
        used += [Use(call.fact, name, {"called": call.called, "failed": call.failed}) for call in calls]
    if "punctuality" in found:
        due = [use.fact.subject for use in used if use.counts_as == "punctuality"]
        used += about(history.of(PurchaseLineDelivered.TYPE), due, "delivery of a line")
    if "quality" in found:
        used += _defective(history)
    return Working(
        formula="100 · mean of met/called over the capabilities called upon",
        known_when="a line was due, a remedy asked for, or something bought where the base records what fails",
        steps=steps + step("score", _SHARES, measured.score, share=share),
        uses=used,
        rules=("window",),
        reference_inputs=_recorded(basis, "unavailable", "defective", "failed_check"),
    )


def _defective(history: History) -> list[Use]:
    returns = [fact for fact in history.returns if fact.data["reason"] == "defective"]
    return [Use(fact, "return as defective") for fact in returns]


def _recorded(basis: Basis, *kinds: str) -> dict[str, int]:
    """How often the base recorded such a failure: where it never does, none of this customer says nothing."""
    base = {} if basis.reference is None else basis.reference.base
    return {f"recorded:{kind}": base[kind] for kind in kinds if kind in base}


def control(basis: Basis) -> Working:
    """The steps that were due, and what was done rightly."""
    history, measured = basis.history, basis.card.cs["control_contact_to_cash"]
    work = work_of(history)
    due = weighed(history, work.due, basis.rules.control)
    timely = timeliness(due)
    names = [each.fact.subject for each in work.due]
    late = [each.late(history.as_of) or DAY * 0 for each in work.due]
    steps = step(
        "timeliness",
        "sum(amount * max(0, 1 - late / worthless)) / sum(amount)",
        timely,
        amount=dict(zip(names, (amount(weight) for weight, _ in due), strict=True)),
        late=dict(zip(names, (each / DAY for each in late), strict=True)),
        worthless=basis.rules.control.worthless / DAY,
    )
    steps += step("rightness", "1 - wrong / done", work.rightness, wrong=len(work.wrong), done=work.n)
    parts = {"timeliness": timely, "rightness": work.rightness if measured.inputs["rightness_counts"] else None}
    share: dict[str, Number] = {name: each for name, each in parts.items() if each is not None}
    return Working(
        formula="100 · mean of timeliness Σ a·max(0, 1 − late/30 d)/Σ a over the steps due, and of rightness",
        known_when="a step was due, or something was bought and the base records disputes, corrections or wrong items",
        steps=steps + step("score", _SHARES, measured.score, share=share),
        uses=_work(history, work),
        rules=("window", "control"),
        reference_inputs=_recorded(basis, "dispute", "correction", "wrong_item"),
    )


def _work(history: History, work: Work) -> list[Use]:
    wrong = {fact.order for fact in work.wrong}
    told = history.of(ProcessStepDue.TYPE, ProcessStepCompleted.TYPE, ProcessStepDisputed.TYPE)
    bought = [Use(each.fact, "purchase", {"wrong": int(each.fact.order in wrong)}) for each in work.purchases]
    failed = [each for each in work.purchases if each.fact.order in wrong]
    return about(told, (each.fact.subject for each in work.steps), "step") + bought + changes(history, failed)


def care(basis: Basis) -> Working:
    """What was owed, and what of it was kept."""
    history, measured = basis.history, basis.card.cs["customer_care"]
    found = owed(history, basis.rules)
    kept: dict[str, Number] = {
        "cases": found.cases_kept,
        "follow_ups": measured.inputs["follow_ups_in_time"],
        "commitments": measured.inputs["commitments_kept"],
    }
    due: dict[str, Number] = {
        "cases": len(found.cases),
        "follow_ups": len(found.follow_ups),
        "commitments": len(found.commitments),
    }
    return Working(
        formula="100 · (cases within both standards and not reopened + follow-ups in time + commitments kept)/all due",
        known_when="a case of the window can be judged, or a follow-up or a commitment was due",
        steps=step("score", "round(100 * (sum(kept) / sum(due)), 4)", measured.score, kept=kept, due=due),
        uses=_owed(basis, found),
        rules=("window", "reopened"),
    )


def _owed(basis: Basis, found: Owed) -> list[Use]:
    history, lasting = basis.history, basis.rules.reopened
    kept = [Use(each.fact, "case", {"kept": int(each.cared_for(history.as_of, lasting))}) for each in found.cases]
    kept += [Use(each.fact, "follow-up", {"kept": int(each.kept is True)}) for each in found.follow_ups]
    kept += [Use(each.fact, "commitment", {"kept": int(each.kept is True)}) for each in found.commitments]
    counted = {use.fact.order for use in kept}
    lives = (
        (CASE_TYPES, found.cases, "what became of a case"),
        ((TaskOpened.TYPE, TaskCompleted.TYPE), found.follow_ups, "what became of a follow-up"),
        ((CommitmentMade.TYPE, CommitmentMet.TYPE, CommitmentMissed.TYPE), found.commitments,
         "what became of a commitment"),
    )  # fmt: skip
    for types, things, counts_as in lives:
        subjects = [each.fact.subject for each in things]
        kept += [use for use in about(history.of(*types), subjects, counts_as) if use.fact.order not in counted]
    return kept
