"""A named place to die at is for the trial: no process of a city starts with one."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("process", ["services.intake.main", "services.copier.main"])
def test_crash_points_are_refused_in_production(process: str) -> None:
    said = {"BANSO_ENV": "production", "BANSO_CRASH_AT": "copy.after_ack"}
    done = subprocess.run(
        [sys.executable, "-c", f"import {process}"], env={**os.environ, **said}, capture_output=True, text=True
    )
    assert done.returncode and "BANSO_CRASH_AT is refused in production" in done.stderr
