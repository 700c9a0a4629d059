"""`python -m tests.chaos.old_and_new --old COMMIT`: a town on an older release goes over to this one while it works, two of every service.

The older release makes its databases and works alone; the new migrations run under it; then one process of each service after the
other is ended and comes back new, so that old and new stand beside each other and read each other's rows and events, with kills that
make now the one, now the other the one at work; then the second of each. The judge is that of every round.
"""

import argparse
import asyncio
import os
import random
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from infra.paths import ROOT, SERVICES
from tests.chaos.faults.faults import Faults
from tests.chaos.faults.town import PathedKafka, PathedStack, running_town
from tests.chaos.round import Plan, play, report
from tests.support.person import document_ids
from tests.support.servers import running_servers

BESIDE_SECONDS, KILLS = 20, 12


def release(commit: str, tree: Path) -> None:
    """What runs, as it was then."""
    parts = ["services", "gateway", "infra", "tests", "pyproject.toml"]
    packed = subprocess.run(["git", "-C", str(ROOT), "archive", commit, *parts], check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", str(tree)], input=packed.stdout, check=True)


async def renew(faults: Faults, stack: PathedStack, name: str) -> None:
    """One process: asked to end, ended, back with the new code. The new gateway knows what the apps in the field ask."""
    with faults.holding(name):
        await faults.note("restart", f"{name}, new")
        await asyncio.to_thread(stack.stop, [name])
        older = stack.trees.pop(name)
        manifests = (str(tree / "gateway" / "trusted_documents.json") for tree in (older, ROOT))
        stack.environment = {**stack.environment, "BANSO_TRUSTED_DOCUMENTS": ":".join(manifests)}
        stack.start([name], wait=False)
        await asyncio.to_thread(partial(stack.wait_ready, name, bus=False))


async def upgrade(faults: Faults, seed: int) -> None:
    """Old alone, old with the new tables, old and new beside each other, new alone."""
    town, chosen = faults.town, random.Random(seed)
    runs = {(name, os.readlink(f"/proc/{stack.pid(name)}/cwd")) for stack in town.stacks for name in SERVICES}
    assert runs == {(name, str(tree)) for name, tree in town.stack.trees.items()}, "the older release does not run"
    await asyncio.sleep(BESIDE_SECONDS / 2)
    await faults.note("migrate", "the new tables, under the old code")
    await town.stack.prepare()
    await asyncio.sleep(BESIDE_SECONDS / 2)
    for stack in town.stacks:
        for name in SERVICES:
            await renew(faults, stack, name)
            await asyncio.sleep(1)
        for _ in range(KILLS if stack is town.stack else 0):
            either, name = chosen.choice(town.stacks), chosen.choice(SERVICES)
            with faults.holding(name):
                either.kill(name)
                await faults.note("kill", f"{name}, the {'old' if name in either.trees else 'new'} one")
                either.start([name], wait=False)
                await asyncio.to_thread(partial(either.wait_ready, name, bus=False))
            await asyncio.sleep(BESIDE_SECONDS / KILLS)


def main() -> None:
    """Exit 1 when the judge found something."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--old", required=True, help="the commit of the older release")
    parser.add_argument("--seed", type=int, default=20261129)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp", prefix="banso-old-") as scratch,
        running_servers(PathedKafka) as servers,
    ):
        release(asked.old, Path(scratch))
        older = Path(scratch) / "gateway" / "trusted_documents.json"
        with running_town(servers, "release", is_double=True, tree=Path(scratch)) as town:
            plan = Plan(asked.seed, 0, armed=0, script=partial(upgrade, seed=asked.seed), documents=document_ids(older))
            verdict = asyncio.run(play(town, servers.home, plan))
    print(report(verdict))
    raise SystemExit(bool(verdict.violations))


if __name__ == "__main__":
    main()
