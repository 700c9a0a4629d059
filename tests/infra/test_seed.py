"""The demo data: the same on two machines on the same day, and completed by a later run when the first one was killed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from infra import seed
from infra.paths import ROOT, SERVICES
from infra.ports import free_ports
from infra.stack import Stack
from services.contracts.tokyo import TOKYO, tokyo_day
from services.kernel.db import connect
from tests.infra.conftest import Machine

COMPARED = {
    "gateway": ["select assignment_id, staff_id, unit_id, role, from_date from assignment"],
    "intake": [
        "select event_id, type, subject, version, time, recorded_at, data from outbox",
        "select * from consultation",
        "select * from consultation_told",
        "select * from handoff",
        "select * from handoff_told",
    ],
    "coordination": [
        "select event_id, type, subject, version, time, data from outbox",
        "select visit_id, case_id, recorded_by, visited_at, recorded_at, outcome, with_whom, next_promised_on from visit",
        "select * from visit_private",
        "select * from visit_family_private",
        "select * from handoff_package",
        "select * from handoff_package_private",
        "select * from handoff_package_family_private",
    ],
    "ibasho": [
        "select * from session where closed_at is not null",
        "select * from attendance",
        "select * from participant",
        "select nickname from participant_private",
    ],
}
CRASHES = (40, 100, 160, 400)
"""After which command the seed dies: among the sheets, among the handoffs, among the visits, among the sessions."""


@asynccontextmanager
async def installation(machine: Machine, prefix: str, var: Path) -> AsyncIterator[Stack]:
    """Databases of their own; the services that the seed waits for run: coordination opens the cases, notify tells the visits
    to whom the gateway says that they work here."""
    ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
    stack = Stack(machine.postgres.admin_dsn, machine.kafka.bootstrap, var, prefix, ports)
    await stack.prepare()
    await asyncio.to_thread(stack.start, ("gateway", "intake", "coordination", "notify"))
    try:
        yield stack
    finally:
        stack.stop()


async def content(stack: Stack) -> dict[str, list[str]]:
    """Everything the seed wrote, but for the moments at which coordination learned of it."""
    found = {}
    for service, queries in COMPARED.items():
        connection = await connect(stack.dsns[service].owner)
        for query in queries:
            found[f"{service}: {query}"] = sorted(str(tuple(row)) for row in await connection.fetch(query))
        await connection.close()
    return found


def seed_until_killed(machine: Machine, stack: Stack, commands: int) -> int:
    """`python -m infra.seed` that dies after so many commands. How it ended."""
    environment = {
        **os.environ,
        "BANSO_VAR_DIR": str(stack.var),
        "DATABASE_URL": machine.postgres.admin_dsn,
        "BANSO_CRASH_AT": f"command.after_commit:{commands}",
    }
    command = [sys.executable, "-m", "infra.seed"]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=120, check=False).returncode


async def past_midnight() -> None:
    """A seed in a process of its own begins from its own day: a midnight that is near is let go by first."""
    now = datetime.now(TOKYO)
    left = datetime.combine(now.date() + timedelta(days=1), time(), TOKYO) - now
    if left < timedelta(minutes=3):
        await asyncio.sleep(left.total_seconds() + 1)


async def test_a_killed_seed_is_completed_on_another_day_as_if_nothing_had_been(
    machine: Machine, tmp_path: Path
) -> None:
    await past_midnight()
    today = tokyo_day(datetime.now(UTC))
    async with installation(machine, "whole", tmp_path / "whole") as stack:
        await seed.seed(stack.dsns, today)
        whole = await content(stack)
        await seed.seed(stack.dsns, today + timedelta(days=4))
        assert await content(stack) == whole, "a second run changes nothing"
        sizes = await size(stack)
    assert sizes["consultations"] == seed.CONSULTATIONS == 60
    assert sizes["cases"] == sizes["packages"] == seed.CASES == 25
    assert sizes["last"] < today and sizes["last"] - sizes["first"] > timedelta(days=690), "over two years"
    async with installation(machine, "banso", tmp_path / "banso") as stack:
        for crash in CRASHES:
            assert await asyncio.to_thread(seed_until_killed, machine, stack, crash) == -9
            assert await content(stack) != whole
        await seed.seed(stack.dsns, today + timedelta(days=4))
        completed = await content(stack)
    for query, rows in whole.items():
        assert completed[query] == rows, query
    print({query.split(" from ")[-1]: len(rows) for query, rows in whole.items()})


async def size(stack: Stack) -> dict[str, int | date]:
    """How much there is, and when it began and ended."""
    intake, coordination = await connect(stack.dsns["intake"].owner), await connect(stack.dsns["coordination"].owner)
    row = await intake.fetchrow(
        "select count(*) as consultations, min(opened_at)::date as first, max(opened_at)::date as last from consultation"
    )
    cases = await coordination.fetchval("select count(*) from case_file")
    packages = await coordination.fetchval("select count(*) from package_fetch where fetched_at is not null")
    await intake.close()
    await coordination.close()
    return {**dict(row), "cases": cases, "packages": packages}
