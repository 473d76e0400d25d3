"""What every part of the rules is."""

from pydantic import BaseModel, ConfigDict


class Rule(BaseModel):
    """A part of the rules: immutable, and strict about names, so that a misspelt rule is never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
