"""Settings from the environment (prefix `BANSO_`), read once at start."""

import os
import signal
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What one process needs to know. Secrets come as files in `keys_dir`."""

    model_config = SettingsConfigDict(env_prefix="BANSO_", frozen=True, hide_input_in_errors=True)

    env: Literal["development", "test", "production"] = "development"
    database_dsn: str
    kafka_bootstrap_servers: str = Field(validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    topic_prefix: str = "banso"
    municipality: str = "132292"
    keys_dir: Path
    pool_size: int = 8
    progress_check_seconds: float = 30.0

    def topic(self, speaker: str) -> str:
        """The Kafka topic a speaking service writes to."""
        return f"{self.topic_prefix}.{speaker}"

    def source(self, speaker: str) -> str:
        """The CloudEvents `source` of a speaking service of this municipality."""
        return f"urn:banso:{self.municipality}:{speaker}"


_crash_name, _, _crash_count = os.environ.get("BANSO_CRASH_AT", "").partition(":")
_crash_remaining = int(_crash_count or 1)
if _crash_name and os.environ.get("BANSO_ENV") == "production":  # every process with a crash point comes by here
    raise ValueError("BANSO_CRASH_AT is refused in production")


def crash_armed(name: str) -> bool:
    """True when the named crash point is due now (`BANSO_CRASH_AT=name[:n]` = at its n-th passing). Counts down."""
    global _crash_remaining  # noqa: PLW0603 - one countdown a process, there to be killed by it
    if name != _crash_name:
        return False
    _crash_remaining -= 1
    return _crash_remaining == 0


def crash_point(name: str) -> None:
    """A named place where tests may kill the process with SIGKILL. Does nothing unless armed."""
    if crash_armed(name):
        os.kill(os.getpid(), signal.SIGKILL)
