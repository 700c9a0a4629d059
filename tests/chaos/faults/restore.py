"""The database is lost and comes back from an older backup; the bus is made again; clients send what they keep."""

import asyncio
import shutil
import time
from pathlib import Path

from infra.paths import SERVICES
from infra.rebuild_bus import rebuild_bus
from tests.chaos.driver.journal import read_journal
from tests.chaos.driver.load import Load
from tests.chaos.faults.faults import Faults

LATER = 5.0
"""Seconds of work between the backup and the loss."""


async def restore(faults: Faults, load: Load, journal: Path) -> None:
    """Back to the backup, then forward again by what was acknowledged since (devices keep it for 72 hours)."""
    town = faults.town
    backup, backup_at = town.postgres.home.parent / "backup", time.time()
    await asyncio.to_thread(town.postgres.base_backup, backup)
    await asyncio.sleep(LATER)
    async with faults.turn, load.held():
        await faults.note("restore", "the database is lost")
        for name in SERVICES:
            town.stack.kill(name)
        await asyncio.to_thread(town.postgres.stop, "immediate")
        await asyncio.to_thread(town.postgres.restore, backup)
        await asyncio.to_thread(town.postgres.start)
        shutil.rmtree(backup)
        await rebuild_bus(town.stack)
        for name in SERVICES:
            faults.start(name)
        await faults.journal.say("restored", backup_at=backup_at)
        await resend(load, journal, backup_at)


async def resend(load: Load, journal: Path, since: float) -> None:
    """Everything acknowledged since then, in that order, each until it is acknowledged again."""
    lines = read_journal(journal)
    envelopes = {line["id"]: line for line in lines if line["kind"] == "invoke"}
    workers = {worker.id: worker for worker in load.workers.values()}
    again = dict.fromkeys(line["id"] for line in lines if line["kind"] == "ok" and line["at"] >= since)
    for id in again:
        said = {key: value for key, value in envelopes[id].items() if key not in ("at", "kind", "device")}
        deadline = time.monotonic() + 60
        while not await load.send(workers[said["author"]], said, is_kept=True):
            if time.monotonic() > deadline:
                return  # the judge says which
            await asyncio.sleep(0.2)
