"""The database is lost and comes back from an older backup; the bus is made again; clients send what they keep."""

import asyncio
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.paths import SERVICES
from infra.rebuild_bus import rebuild_bus
from tests.chaos.driver.device import BURST
from tests.chaos.driver.journal import read_journal
from tests.chaos.driver.load import Load
from tests.chaos.faults.faults import Faults

LATER = 5.0
"""Seconds of work between the backup and the loss."""
_NOT_SAID = ("at", "kind", "device")


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
        for device in load.devices.values():
            device.is_patient = True
        await faults.journal.say("restored", backup_at=backup_at)
        await resend(load, journal, backup_at)


async def resend(load: Load, journal: Path, since: float) -> None:
    """Everything acknowledged since then, in that order, each until it is acknowledged again: as browsers with a PIN do, here all of them."""
    lines = read_journal(journal)
    envelopes = {line["id"]: line for line in lines if line["kind"] == "invoke"}
    workers = {worker.id: worker for worker in load.workers.values()}
    again = dict.fromkeys(line["id"] for line in lines if line["kind"] == "ok" and line["at"] >= since)
    said = [{key: value for key, value in envelopes[id].items() if key not in _NOT_SAID} for id in again]
    for batch in _batches(said):
        deadline, left = time.monotonic() + 60, batch
        while left := await load.send_many(workers[batch[0]["author"]], left, is_kept=True):
            if time.monotonic() > deadline:
                return  # the judge says which
            await asyncio.sleep(0.2)


def _batches(said: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Runs of one author, one of each subject: one that must wait (its case is not open again) is not overtaken."""
    batch: list[dict[str, Any]] = []
    for each in said:
        same = bool(batch) and each["author"] == batch[0]["author"]
        if batch and (not same or len(batch) == BURST or each["subject"] in {one["subject"] for one in batch}):
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch
