"""What a process holds, seen from outside: memory, open files, threads, its connections to PostgreSQL."""

from pathlib import Path
from typing import NamedTuple

import httpx

from infra.stack import Stack
from services.kernel.db import connect


class Vitals(NamedTuple):
    """Counts of one process and of its database."""

    tasks: int
    files: int
    connections: int
    in_transaction: int


def rss_megabytes(pid: int) -> float:
    """Resident memory."""
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def open_files(pid: int) -> int:
    """Sockets and files a process holds open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def tasks(town: Stack, name: str) -> int:
    """Of its event loop, the one that answers this included."""
    headers = {"Host": f"localhost:{town.ports[name]}"}
    async with httpx.AsyncClient(base_url=town.service_url(name), headers=headers, timeout=30) as client:
        said = (await client.get("/metrics")).text
    return int(float(next(line for line in said.splitlines() if line.startswith("banso_tasks ")).split()[1]))


async def vitals(town: Stack, name: str) -> Vitals:
    """Of one service, now."""
    admin = await connect(town.admin_dsn)
    try:
        row = await admin.fetchrow(
            "select count(*)::int as all, count(*) filter (where state <> 'idle')::int as busy from pg_stat_activity"
            " where datname = $1 and backend_type = 'client backend' and usename like '%app'",
            f"{town.prefix}_{name}",
        )
    finally:
        await admin.close()
    assert row is not None
    return Vitals(await tasks(town, name), open_files(town.pid(name)), row["all"], row["busy"])
