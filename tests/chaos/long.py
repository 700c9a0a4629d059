"""`make chaos-long SECONDS=…`: rounds with faults by chance, each on fresh servers, until the time is over.

Every round is a line of `var/chaos/ledger.jsonl`: seed, commit, machine, commands, faults, recovery. It goes on from there at
the next call; a round that found something sets the count since then to 0 and stays in `var/chaos/<seed>.txt`.
"""

import argparse
import json
import os
import platform
import subprocess
import time
from collections import Counter, defaultdict
from dataclasses import asdict
from typing import Any

from infra.paths import ROOT, VAR
from tests.chaos.round import Plan, one_round, pick

FOLDER = VAR / "chaos"
LEDGER = FOLDER / "ledger.jsonl"
FIRST_SEED = 1_000
GROUPS = {
    "kills": ("kill",),
    "pauses": ("pause",),
    "broker restarts": ("broker",),
    "database stops": ("database",),
    "network cuts": ("cut",),
    "restores": ("restore",),
    "others": ("backends", "duplicate", "replay", "poison", "sign_out"),
}


def read_ledger() -> list[dict[str, Any]]:
    """Every round so far."""
    return [json.loads(line) for line in LEDGER.read_text().splitlines()] if LEDGER.exists() else []


def machine() -> str:
    """Cores and kind, no name."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def commit() -> str:
    """What was tried."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "no commit"


def play_one(seed: int, seconds: float, rate: float, armed: int, *, restores: bool) -> bool:
    """A round and its line. True when the judge found nothing."""
    plan = Plan(seed, seconds, rate, settle=60, armed=armed, restores=restores)
    verdict = one_round("chaos", plan)
    line = {"at": time.time(), "seconds": seconds, "commit": commit(), "machine": machine(), **asdict(verdict)}
    with LEDGER.open("a") as ledger:
        ledger.write(json.dumps(line) + "\n")
        ledger.flush()
        os.fsync(ledger.fileno())
    if verdict.violations:
        (FOLDER / f"{seed}.txt").write_text(verdict.violations)
    return not verdict.violations


def summary(rounds: list[dict[str, Any]]) -> str:
    """Cumulative, in the words of the house: since the last round that found something."""
    bad = [n for n, each in enumerate(rounds) if each["violations"]]
    clean = rounds[bad[-1] + 1 :] if bad else rounds
    faults: Counter[str] = Counter()
    back: dict[str, list[float]] = defaultdict(list)
    for each in clean:
        faults.update(each["faults"])
        for name, took in each["back"].items():
            back[name] += took
        back["at rest"] += [each["settled_after"]] if each["settled_after"] is not None else []
    done = {group: sum(faults[kind] for kind in kinds) for group, kinds in GROUPS.items()}
    ok, unknown = (sum(each["commands"].get(state, 0) for each in clean) for state in ("ok", "info"))
    times = "; ".join(
        f"{name}: " + ", ".join(f"p{share:.0%} {pick(took, share)} s".replace("%", "") for share in (0.5, 0.95, 0.99))
        for name, took in back.items()
    )
    return (
        f"0 lost, 0 doubled of {ok} acknowledged commands ({unknown} left unknown) under {sum(done.values())} faults in"
        f" {len(clean)} rounds: {', '.join(f'{count} {group}' for group, count in done.items())};"
        f" {faults['ended by itself']} processes ended by themselves and were started again. Back after a fault, {times}."
        f" Rounds that found something, earlier: {len(bad)}. Seeds {[each['seed'] for each in clean]};"
        f" commits {sorted({each['commit'] for each in clean})}; {machine()}"
    )


def main() -> None:
    """Exit 1 when a round found something."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=600, help="how long in all; 0 only sums up")
    parser.add_argument("--round", type=float, default=120, help="seconds of work in each round")
    parser.add_argument("--rate", type=float, default=4)
    parser.add_argument("--armed", type=int, default=2)
    parser.add_argument("--restores", action="store_true", help="lose the database once in each round")
    asked = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    until, is_clean = time.monotonic() + asked.seconds, True
    while time.monotonic() < until:
        seed = max([each["seed"] for each in read_ledger()], default=FIRST_SEED) + 1
        is_clean &= play_one(
            seed, min(asked.round, max(20, until - time.monotonic())), asked.rate, asked.armed, restores=asked.restores
        )
        print(summary(read_ledger()), flush=True)
    print(summary(read_ledger()))
    raise SystemExit(not is_clean)


if __name__ == "__main__":
    main()
