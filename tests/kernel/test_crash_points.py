"""A named place to die at is for the trial: no process of a city starts with one."""

from typing import Any

import pytest

from services.copier.running import CopierSettings
from services.kernel.settings import Settings

BUS: dict[str, Any] = {"KAFKA_BOOTSTRAP_SERVERS": ""}
PLACES = {Settings: {**BUS, "database_dsn": "", "keys_dir": "/"}, CopierSettings: {**BUS, "copy_dsns": {}}}


@pytest.mark.parametrize("settings", PLACES)
def test_crash_points_are_refused_in_production(settings: Any) -> None:
    settings(env="test", crash_at="copy.after_ack", **PLACES[settings])
    with pytest.raises(ValueError, match="BANSO_CRASH_AT"):
        settings(env="production", crash_at="copy.after_ack", **PLACES[settings])
