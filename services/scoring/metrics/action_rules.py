"""The rules by which the next actions are chosen."""

from pydantic import Field

from services.scoring.metrics.rule import Rule


class ActionRules(Rule):
    """From when on something is to be done, and how much at once."""

    most: int = Field(default=3, ge=0, description="actions on one card")
    weak: float = Field(default=40.0, ge=0, le=100, description="the score below which a C is weak")
    strong: int = Field(default=2, ge=0, le=4, description="the bond level from which one is asked to bring a friend")
