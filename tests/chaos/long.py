"""`make chaos-long SECONDS=…`: rounds with faults by chance, each on fresh servers, until the time is over.

Every round is a line of `var/chaos/ledger.jsonl`: seed, commit, machine, commands, faults, recovery. It goes on from there at
the next call; a round that found something sets the count since then to 0 and stays in `var/chaos/<seed>.txt`.

A round that ended without a verdict (the trial itself failed, or somebody stopped it) is a line too, and said.
`var/` ends with the machine. `--keep` writes each round that is not yet there (how many violations instead of their stories) to
`docs/chaos-ledger.jsonl`, which is committed and counts in the totals.
"""

import argparse
import json
import os
import platform
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from infra.paths import ROOT, VAR
from tests.chaos.round import Plan, Verdict, one_round, pick

FOLDER = VAR / "chaos"
LEDGER, KEPT = FOLDER / "ledger.jsonl", ROOT / "docs" / "chaos-ledger.jsonl"
FIRST_SEED = 1_000
GROUPS = {
    "kills": ("kill",),
    "pauses": ("pause",),
    "broker restarts": ("broker",),
    "database stops": ("database",),
    "network cuts": ("cut",),
    "restores": ("restore",),
    "others": ("backends", "duplicate", "reorder", "replay", "poison", "sign_out", "restart", "clock"),
}


KEPT_FIELDS = (
    "seed",
    "commit",
    "machine",
    "seconds",
    "commands",
    "faults",
    "settled_after",
    "back",
    "no_verdict",
    "told_absent",
)


def read_ledger() -> list[dict[str, Any]]:
    """Every round so far: those that were kept, then those of this machine alone."""
    kept, here = _lines(KEPT), _lines(LEDGER)
    known = {each["seed"] for each in kept}
    return [*kept, *(each for each in here if each["seed"] not in known)]


def keep() -> int:
    """Append to the committed ledger what it does not have. Answers how many rounds."""
    known = {each["seed"] for each in _lines(KEPT)}
    new = [each for each in _lines(LEDGER) if each["seed"] not in known]
    with KEPT.open("a") as kept:
        for each in new:
            line = {name: each[name] for name in KEPT_FIELDS if name in each}
            kept.write(json.dumps(line | {"violations": len(each["violations"].splitlines())}) + "\n")
    return len(new)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def machine() -> str:
    """Cores and kind, no name."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def commit() -> str:
    """What was tried."""
    git = ["git", "-C", str(ROOT)]
    done = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    but_the_ledger = ["--", ".", f":!docs/{KEPT.name}"]
    is_clean = subprocess.run([*git, "diff", "--quiet", "HEAD", *but_the_ledger], check=False).returncode == 0
    return (done.stdout.strip() or "no commit") + ("" if is_clean else "-dirty")


def play_one(plan: Plan, play: Callable[[str, Plan], Verdict] = one_round) -> bool:
    """A round and its line. True when the judge found nothing."""
    line: dict[str, Any] = {"at": time.time(), "seed": plan.seed, "seconds": plan.seconds, "commit": commit()}
    line |= {"machine": machine(), "commands": {}, "faults": {}, "settled_after": None, "violations": ""}
    try:
        line |= asdict(play("chaos", plan))
    except BaseException as error:
        line["no_verdict"] = repr(error)
        raise
    finally:
        with LEDGER.open("a") as ledger:
            ledger.write(json.dumps(line) + "\n")
            ledger.flush()
            os.fsync(ledger.fileno())
    if line["violations"]:
        (FOLDER / f"{plan.seed}.txt").write_text(line["violations"])
    return not line["violations"]


def summary(rounds: list[dict[str, Any]]) -> str:
    """Cumulative, in the words of the house: since the last round that found something."""
    bad = [n for n, each in enumerate(rounds) if each["violations"]]
    clean = [each for each in (rounds[bad[-1] + 1 :] if bad else rounds) if "no_verdict" not in each]
    faults: Counter[str] = Counter()
    back: dict[str, list[float]] = defaultdict(list)
    for each in clean:
        faults.update(each["faults"])
        for name, took in each.get("back", {}).items():  # of the first kept rounds they were not kept
            back[name] += took
        back["at rest"] += [each["settled_after"]] if each["settled_after"] is not None else []
    done = {group: sum(faults[kind] for kind in kinds) for group, kinds in GROUPS.items()}
    ok, unknown = (sum(each["commands"].get(state, 0) for each in clean) for state in ("ok", "info"))
    times = "; ".join(
        f"{name}: " + ", ".join(f"p{share:.0%} {pick(took, share)} s".replace("%", "") for share in (0.5, 0.95, 0.99))
        for name, took in back.items()
    )
    counted = [each for each in clean if "told_absent" in each]
    return (
        f"0 lost, 0 doubled of {ok} acknowledged commands ({unknown} left unknown) under {sum(done.values())} faults in"
        f" {len(clean)} rounds: {', '.join(f'{count} {group}' for group, count in done.items())};"
        f" {faults['ended by itself']} processes ended by themselves and were started again. Back after a fault, {times}."
        f" Of {sum(each['faults'].get('restore', 0) for each in counted)} restores, after which everybody sent again what they had"
        f" kept, it was counted: 0 commands of tablets refused, {sum(each['told_absent'] for each in counted)} at a screen."
        f" Rounds that found something, earlier: {len(bad)}; that ended without a verdict:"
        f" {[each['seed'] for each in rounds if 'no_verdict' in each]}. Seeds {[each['seed'] for each in clean]};"
        f" commits {sorted({each['commit'] for each in clean})}; {machine()}"
    )


def main() -> None:
    """Exit 1 when a round found something."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=600, help="how long in all; 0 only sums up")
    parser.add_argument("--round", type=float, default=480, help="seconds of work in each round")
    parser.add_argument("--rate", type=float, default=2, help="stories a second, besides stacks of paper")
    parser.add_argument("--armed", type=int, default=2)
    parser.add_argument("--restores", type=int, default=3, help="how often the database is lost in a whole round")
    parser.add_argument("--keep", action="store_true", help="then append the counts to docs/chaos-ledger.jsonl")
    asked = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    until, is_clean = time.monotonic() + asked.seconds, True
    while (left := until - time.monotonic()) > 0:
        seed, work = (
            max([each["seed"] for each in read_ledger()], default=FIRST_SEED) + 1,
            min(asked.round, max(20, left)),
        )
        restores = round(asked.restores * work / asked.round)
        is_clean &= play_one(Plan(seed, work, asked.rate, 60, asked.armed, restores=restores, is_busy=True))
        print(summary(read_ledger()), flush=True)
    if asked.keep:
        print(f"{keep()} rounds appended to {KEPT.relative_to(ROOT)}")
    print(summary(read_ledger()))
    raise SystemExit(not is_clean)


if __name__ == "__main__":
    main()
