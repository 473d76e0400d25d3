"""What the complaints service's web process is told by its environment."""

from pydantic_settings import SettingsConfigDict

from services.complaints.cases.standards import Standards
from shared.settings import WebSettings


class ComplaintsSettings(WebSettings):
    """`STANDARDS__<SEVERITY>__ACKNOWLEDGE` and `…__RESOLVE` (ISO 8601: `PT4H`, `P2D`) replace one standard each."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", nested_model_default_partial_update=True)

    standards: Standards = Standards()
