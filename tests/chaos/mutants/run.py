"""Plants each mutant in a scratch copy and plays a short round of the fast profile there. Exit 1 when one survives or takes too long.

First the same round without a mutant: when the judge finds something there, it says nothing about the others.
`python -m tests.chaos.mutants.run [name …]` prints each story, then a table: the seconds are those of the whole trial, servers
and judgement included.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from infra.paths import ROOT
from tests.chaos.mutants.planted import MUTANTS, Mutant

TREE = ("services", "gateway", "infra", "tests")
SECONDS, SETTLE, SEED = 20, 6, 20261124
WITHIN_SECONDS = 60.0
CONTROL = Mutant("nothing planted", "as it is", "", ())


@dataclass(frozen=True)
class Trial:
    """One mutant's round: what the judge said, and how long all of it took."""

    mutant: Mutant
    violations: str
    seconds: float

    @property
    def is_caught(self) -> bool:
        """Seen by the words that show it was this fault, and in time."""
        return self.mutant.sign in self.violations and self.seconds <= WITHIN_SECONDS

    def __str__(self) -> str:
        says = next((line for line in self.violations.splitlines() if self.mutant.sign in line), "SURVIVED")
        return f"{self.mutant.name:31} {self.seconds:5.1f} s  {says}"


def copy_tree(tree: Path) -> None:
    """What runs, into a scratch folder."""
    for part in TREE:
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))


def try_one(mutant: Mutant) -> dict[str, object]:
    """The verdict of a round with this mutant planted."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="banso-mutant-") as scratch:
        tree = Path(scratch)
        copy_tree(tree)
        mutant.plant(tree)
        verdict = tree / "verdict.json"
        command = [sys.executable, "-m", "tests.chaos.round", "--seconds", str(SECONDS), "--settle", str(SETTLE)]
        command += ["--seed", str(SEED), "--rate", "5", "--armed", "2", "--json", str(verdict)]
        cache = os.environ.get("BANSO_CACHE_DIR", str(ROOT / "var" / "cache"))
        env = {**os.environ, "PYTHONPATH": str(tree), "BANSO_CACHE_DIR": cache, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=tree, env=env, check=False, capture_output=True, text=True)
        if not verdict.exists():
            raise RuntimeError(f"{mutant.name}: no verdict\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        found: dict[str, object] = json.loads(verdict.read_text())
        return found


def main() -> None:
    """All, or the named ones."""
    named, trials = sys.argv[1:], list[Trial]()
    control = try_one(CONTROL)
    print(f"== nothing planted: {control['commands']} under {control['faults']}\n{control['violations']}", flush=True)
    if control["violations"]:
        raise SystemExit("the judge finds something where nothing is planted")
    for mutant in MUTANTS:
        if named and mutant.name not in named:
            continue
        begun = time.monotonic()
        verdict = try_one(mutant)
        trials.append(Trial(mutant, str(verdict["violations"]), time.monotonic() - begun))
        print(
            f"== {trials[-1]}\n{verdict['commands']} under {verdict['faults']}\n{verdict['violations']}\n", flush=True
        )
    print(*trials, sep="\n")
    survivors = [trial.mutant.name for trial in trials if not trial.is_caught]
    print(f"not caught in time: {survivors}" if survivors else f"{len(trials)} of {len(trials)} mutants were caught")
    raise SystemExit(bool(survivors))


if __name__ == "__main__":
    main()
