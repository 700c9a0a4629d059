"""Wrong wall clocks: a file of each process says how far its clock is off. The clocks of PostgreSQL and Kafka are right."""

import shutil
import subprocess
from pathlib import Path

SKEWS = {"+1h": 3600, "-1h": -3600, "+1y": 365 * 86400, "-1y": -365 * 86400, "right": 0}
"""In mid-run from any to any: each second one is a step backwards."""


def can_skew() -> bool:
    """True where the library between a process and its clock (`clock.c`) can be made."""
    return shutil.which("cc") is not None


class Clocks:
    """`folder` holds one file a process. The monotonic clock stays true: no step of a real clock moves it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._library = folder, folder / "clock.so"
        folder.mkdir(parents=True, exist_ok=True)
        if can_skew():
            source = str(Path(__file__).with_name("clock.c"))
            subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(self._library), source, "-ldl"], check=True)

    def env_of(self, name: str) -> dict[str, str]:
        """What a process needs in its environment to believe its file."""
        if not self._library.exists():
            return {}
        if not self._file(name).exists():
            self.set(name, 0)
        return {"LD_PRELOAD": str(self._library), "BANSO_CLOCK_FILE": str(self._file(name))}

    def set(self, name: str, seconds: int) -> None:
        """At once its clock is off by so much; a start finds it so already."""
        fresh = self._file(name).with_suffix(".new")
        fresh.write_text(f"{seconds}\n")
        fresh.replace(self._file(name))

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.clock"
