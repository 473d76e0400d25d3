"""What scoring's processes are told beside what every process is."""

from pydantic import Field, SecretStr

from shared.settings import WebSettings, WorkerSettings

_KEY = Field(min_length=32, description="of the hashes by which erased ids are known; never to be changed")


class ScoringWebSettings(WebSettings):
    """The role `web`."""

    erasure_key: SecretStr = _KEY


class ScoringWorkerSettings(WorkerSettings):
    """The roles `consumer`, `evaluator` and `rebuild`."""

    erasure_key: SecretStr = _KEY
