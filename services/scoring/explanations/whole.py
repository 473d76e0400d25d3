"""How the index comes about: the Cs that are known, weighed."""

from services.scoring.explanations.cs import CS
from services.scoring.explanations.explanation import Basis, Number, Working, step
from services.scoring.metrics.rules import ELEVEN_CS


def index(basis: Basis) -> Working:
    """The weighed mean of the known Cs, each with its own facts."""
    cs, found, rules = basis.card.cs, basis.card.index, basis.rules
    score: dict[str, Number] = {}
    for name in ELEVEN_CS:
        known = cs[name].score
        if known is not None:
            score[name] = known
    weight: dict[str, Number] = {name: rules.weights[name] for name in ELEVEN_CS if name in score}
    steps = step("coverage", "round(known / 11, 4)", found.coverage, known=len(score))
    return Working(
        formula="Σ weight·score/Σ weight over the Cs that are known",
        known_when=f"at least {rules.least_known} of the eleven Cs are known",
        steps=steps
        + step("score", "round(sum(weight * score) / sum(weight), 4)", found.value, weight=weight, score=score),
        uses=[
            use._replace(counts_as=f"{name}: {use.counts_as}")
            for name in ELEVEN_CS
            if name in score
            for use in CS[name](basis).uses
        ],
        rules=("weights", "least_known"),
    )
