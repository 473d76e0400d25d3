"""How long the rules of cases give."""

from datetime import timedelta
from typing import NamedTuple


class Limits(NamedTuple):
    """`reopen_within`: a settled case is reopened so long; `first_contact_within`: one contact takes no longer."""

    reopen_within: timedelta
    first_contact_within: timedelta
