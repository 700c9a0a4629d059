"""Plants each mutant in a scratch copy and plays a round of the fast profile there. Exit 1 when one survives.

`python -m tests.chaos.mutants.run [name …]`
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.paths import ROOT
from tests.chaos.mutants.planted import MUTANTS, Mutant

TREE = ("services", "gateway", "infra", "tests")
SECONDS, SETTLE, SEED = 20, 6, 20261124


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
    named = sys.argv[1:]
    survivors = []
    for mutant in MUTANTS:
        if named and mutant.name not in named:
            continue
        verdict = try_one(mutant)
        is_caught = mutant.sign in str(verdict["violations"])
        state = "caught" if is_caught else "SURVIVED"
        print(
            f"== {mutant.name}: {state} after {verdict['judged_after']} s; {verdict['commands']} under {verdict['faults']}\n{verdict['violations']}",
            flush=True,
        )
        survivors += [] if is_caught else [mutant.name]
    print(f"survivors: {survivors}" if survivors else "every mutant was caught")
    raise SystemExit(bool(survivors))


if __name__ == "__main__":
    main()
