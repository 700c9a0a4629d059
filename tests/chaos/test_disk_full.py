"""The disk is full, first PostgreSQL's (data, then the write-ahead log), then Kafka's: nothing acknowledged is lost, and all of it
runs again by itself when there is space.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from infra.paths import SERVICES
from infra.run import revive
from services.kernel.db import connect
from tests.chaos.faults.disk import fill, mounted
from tests.chaos.faults.faults import Faults
from tests.chaos.faults.town import PathedKafka, running_town
from tests.chaos.round import Plan, play, report
from tests.chaos.test_fast_profile import SEED
from tests.support.servers import running_servers

FULL_SECONDS, BACK_WITHIN, STAYS_SECONDS = 8.0, 30.0, 5.0
PG_MEGABYTES, KAFKA_MEGABYTES = 320, 120
_WAL = "select pg_logical_emit_message(true, 'fill', repeat(md5(random()::text), 30000)) from generate_series(1, 20)"


@contextmanager
def small_disks(home: Path) -> Iterator[None]:
    """One for PostgreSQL and one for Kafka."""
    try:
        with mounted(home / "pg", PG_MEGABYTES), mounted(home / "kafka", KAFKA_MEGABYTES):
            yield
    except PermissionError as refused:
        pytest.skip(f"this machine mounts no tmpfs for us: {refused}")


@pytest.mark.timeout(900)
def test_a_full_disk_loses_nothing_acknowledged_and_is_left_behind_when_there_is_space() -> None:
    back, ended, watching = dict[str, float](), set[str](), list["asyncio.Task[None]"]()
    with running_servers(PathedKafka, small_disks) as servers, running_town(servers, "full") as town:

        async def fill_both(faults: Faults) -> None:
            for name, what in (("pg", "database"), ("kafka", "bus")):
                await asyncio.sleep(6)
                await faults.note("disk", f"full: {what}")
                ballast = fill(servers.home / name)
                if name == "pg":
                    await asyncio.sleep(FULL_SECONDS / 2)
                    await use_up_the_log(faults)
                await asyncio.sleep(FULL_SECONDS)
                ballast.unlink()
                back[what] = await seconds_until(lambda what=what: is_back(faults, what))

        async def watch() -> None:
            """As `make run` does, until everything is judged: a broker whose disk was full may end a moment after there is space."""
            while True:
                ended.update(["bus"] if not servers.kafka.pid else [])
                ended.update(["database"] if not servers.postgres.is_running() else [])
                await asyncio.to_thread(revive, servers.postgres, servers.kafka)
                await asyncio.sleep(0.2)

        async def watched_over(faults: Faults) -> None:
            watching.append(asyncio.ensure_future(watch()))  # ends with the loop
            await fill_both(faults)
            assert not watching[0].done(), watching[0]

        verdict = asyncio.run(play(town, servers.home, Plan(SEED, 0, armed=0, script=watched_over)))
    print(report(verdict), back)
    assert not verdict.violations, verdict.violations
    assert max(back.values()) <= BACK_WITHIN, back
    assert ended == {"database", "bus"}, "neither could write any more, and both ended"


async def use_up_the_log(faults: Faults) -> None:
    """Until PostgreSQL finds no room for its write-ahead log, and ends."""
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection = await connect(faults.town.stack.admin_dsn)
        try:
            for _ in range(60):
                await connection.execute(_WAL)
        finally:
            await connection.close(timeout=2)


async def is_back(faults: Faults, what: str) -> bool:
    """Every service says so."""
    said = [await asyncio.to_thread(faults.town.stack.status, name) for name in SERVICES]
    return all(status and status["database"] == "ok" and status[what] == "ok" for status in said)


async def seconds_until(holds: Callable[[], Awaitable[bool]]) -> float:
    """From now until it holds to stay: a broker that met a full disk may be believed for a moment, and end then."""
    begun = time.monotonic()
    since: float | None = None
    while since is None or time.monotonic() < since + STAYS_SECONDS:
        assert time.monotonic() < begun + 90, "never"
        since = (since or time.monotonic()) if await holds() else None
        await asyncio.sleep(0.1)
    return round(since - begun, 1)
