"""What a metric reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to one customer.

    `time`: when it happened; `recorded`: when it was taken (both UTC). `type`: the event's type;
    `subject`: the entity it speaks of; `(source, id)`: the event's identity. `data`: the compact numbers
    that `project` makes of an event's payload; money in it is a decimal string
    in a purchase's or return's `data["currency"]`. `store`: where.
    """

    time: datetime
    source: str
    type: str
    subject: str
    id: str
    recorded: datetime
    data: dict[str, Any]
    store: str | None = None

    @property
    def order(self) -> tuple[datetime, str, str, str, str]:
        """The fixed order in which facts are read, so that the same facts give the same bits."""
        return (self.time, self.source, self.type, self.subject, self.id)
