"""Requests and answers about segments."""

from datetime import datetime
from typing import Annotated, Any

import orjson
from pydantic import BeforeValidator, Field

from services.scoring.membership.fields import FieldType
from services.scoring.membership.operators import Operator
from services.scoring.membership.rule import Rule
from shared.web.cursors import Page
from shared.web.fields import Flag, Id, Name, Request, View


class SegmentTold(Request):
    """A segment. `owner`: the team that answers for it; nobody is in one that is not `active`."""

    name: Name
    owner: Name
    rule: Rule
    active: Flag = True


class SegmentView(View):
    """A segment, changed last at `changed_at`.

    `revision`: of all segments together when what it holds of cards changed last; 0: it never was in use.
    """

    id: str
    name: str
    owner: str
    rule: Annotated[dict[str, Any], BeforeValidator(orjson.loads)]
    active: bool
    revision: Annotated[int, BeforeValidator(lambda drawn: max(drawn, 0))]
    created_at: datetime
    changed_at: datetime
    version: int


class Member(View):
    """A customer in a segment; `left_at`: null while they are."""

    customer_id: str
    entered_at: datetime
    left_at: datetime | None


class Members(Page[Member]):
    """Who is in a segment. `due`: cards still to be held against its rule of now, at most 1,000 of them are counted."""

    due: int


class PreviewAsked(Request):
    """A rule to try. `segment_id`: of the segment whose rule it may become."""

    rule: Rule
    segment_id: Id | None = None


class Preview(View):
    """What a rule would do with the cards as they are stored now.

    `customers`: how many were looked at; `members`: of how many the rule holds, `sample` the first of them;
    `entering`, `leaving`: held against who is in the segment asked about now; null where none was.
    """

    customers: int = 0
    members: int = 0
    sample: list[str] = Field(default_factory=list)
    entering: int | None = None
    leaving: int | None = None


class FieldView(View):
    """A field that rules may ask of. `values`: all that a choice can be; null for another type."""

    name: str
    type: FieldType
    meaning: str
    operators: list[Operator]
    values: list[str] | None


class FieldsView(View):
    """All fields that rules may ask of."""

    items: list[FieldView]
