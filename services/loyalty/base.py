"""The service's own registry of tables: two services in one process must not share one."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from shared.tables import add_aliases, add_erased, add_history, add_offsets, add_plumbing


class Base(SQLModel, registry=registry()):
    """What every table of the loyalty service derives from."""


add_plumbing(Base.metadata)
add_aliases(Base.metadata)
add_history(Base.metadata)
add_offsets(Base.metadata)
add_erased(Base.metadata)
