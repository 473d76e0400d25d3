"""What the complaints service's web process is told by its environment."""

from datetime import timedelta

from pydantic_settings import SettingsConfigDict

from services.complaints.standards.defaults import Span, Standards
from shared.settings import WebSettings


class ComplaintsSettings(WebSettings):
    """`STANDARDS__<SEVERITY>__ACKNOWLEDGE` and `…__RESOLVE` (ISO 8601: `PT4H`, `P2D`) replace one standard each.

    `REOPEN_WITHIN`: so long a settled complaint is reopened, and followed by a new one after it.
    `FIRST_CONTACT_WITHIN`: one contact takes no longer.
    """

    model_config = SettingsConfigDict(env_nested_delimiter="__", nested_model_default_partial_update=True)

    standards: Standards = Standards()
    reopen_within: Span = timedelta(days=30)
    first_contact_within: Span = timedelta(hours=1)
