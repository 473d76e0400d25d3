"""Every study that a close makes."""

from collections.abc import Callable

from services.scoring.studies.study import Setting, Study

STUDIES: tuple[Callable[[Setting], Study], ...] = ()
"""In the order in which they are made."""


def studies(setting: Setting) -> list[Study]:
    """A fresh one of each."""
    return [make(setting) for make in STUDIES]
