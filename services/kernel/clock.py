"""The time is PostgreSQL's, carried on by the monotonic clock: a wall clock that is wrong or set back dates nothing."""

import time
from datetime import UTC, datetime
from typing import Any

_TRUSTED_SECONDS = 0.5
_ahead: float | None = None  # PostgreSQL's seconds since 1970, less monotonic ones


def utc_now() -> datetime:
    """Now, aware. Before PostgreSQL's first answer: the wall clock."""
    return datetime.fromtimestamp(time.time() if _ahead is None else time.monotonic() + _ahead, UTC)


async def learn(connection: Any) -> None:
    """Ask PostgreSQL. An answer is as vague as it was slow: a slow one is only better than none."""
    global _ahead  # noqa: PLW0603 - one clock a process
    begun = time.monotonic()
    said = float(await connection.fetchval("select extract(epoch from clock_timestamp())::float8"))
    ended = time.monotonic()
    if _ahead is None or ended - begun < _TRUSTED_SECONDS:
        _ahead = said - (begun + ended) / 2
