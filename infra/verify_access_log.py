"""`make verify-access-log`: compare every service's access log with its copy on `banso.access`, and name each difference.

deleted     the copy has a row that the log has not
changed     both have it, and they say different things (the copy as it was first made counts)
not copied  the log says it was copied, and the copy has not got it
late        it waits to be copied for longer than a minute: nobody vouches for the log meanwhile
foreign     a record of the copy (`partition@offset`) that no copier of ours made
Younger rows that the copier has not yet reached are counted as waiting. What was changed or deleted before it was copied
(about a second; while the copier stands still, as long as that) is not seen.
"""

import asyncio
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from infra.access_copy import Copied, is_same, read_copy
from infra.installation import installation
from infra.paths import SERVICES
from infra.stack import Stack
from services.copier.rows import ROWS
from services.kernel.db import connect

LATE = timedelta(minutes=1)


@dataclass(frozen=True)
class Difference:
    """One row that is not the same in both copies: where, which, and how. A foreign record: its topic and its place there."""

    service: str
    access_id: str
    how: str
    at: datetime | None = None


@dataclass
class Compared:
    """What a comparison found."""

    rows: int = 0
    waiting: int = 0
    differences: list[Difference] = field(default_factory=list)


async def compare(stack: Stack) -> Compared:
    """Both copies, as of now by PostgreSQL's clock. Works beside running services."""
    begun = {name: await _value(stack.dsns[name].owner, "select clock_timestamp()") for name in SERVICES}
    topic = f"{stack.prefix}.access"
    copy = await read_copy(stack.bootstrap, topic)
    found = Compared(differences=[Difference(topic, place, "foreign") for place in copy.foreign])
    for service in SERVICES:
        await _compare_one(stack.dsns[service].owner, service, begun[service], copy.rows, found)
    for row in copy.rows.values():  # what is left stands in no log
        found.differences.append(Difference(row.service, row.access_id, "deleted", row.at))
    return found


async def _compare_one(dsn: str, service: str, begun: datetime, copied: dict[str, Copied], found: Compared) -> None:
    connection = await connect(dsn)
    try:
        async with connection.transaction():
            async for row in connection.cursor(ROWS, service, prefetch=2000):
                found.rows += 1
                copy = copied.pop(row["key"], None)
                if how := _how(row, copy, begun):
                    found.differences.append(Difference(service, row["key"], how, copy.at if copy else row["at"]))
                elif copy is None:
                    found.waiting += 1
    finally:
        await connection.close()


def _how(row: Any, copy: Copied | None, begun: datetime) -> str:
    """How they differ; nothing when they do not, or when the row only waits its turn."""
    if copy is not None:
        return "" if is_same(copy.body, row["body"]) else "changed"
    if row["published_at"] is None:
        return "late" if row["at"] < begun - LATE else ""
    return "not copied" if row["published_at"] < begun else ""


async def _value(dsn: str, query: str) -> Any:
    connection = await connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def main() -> None:
    """Compare the installation of `make run`; exit 1 when anything differs."""
    async with installation() as (stack, _):
        found = await compare(stack)
    print(f"閲覧の記録 / access rows: {found.rows}   写しを待つ / waiting: {found.waiting}")
    for one in found.differences:
        print(f"  {one.how:<10}  {one.service}  {one.access_id}  {one.at.isoformat() if one.at else ''}")
    if late := [one.at for one in found.differences if one.how == "late" and one.at]:
        oldest = min(late).isoformat()
        print(f"1分より長く写しを待っています / waiting longer than a minute: {len(late)}   {oldest} から / since")
    if found.differences:
        sys.exit(f"二つの写しが違います / the copies differ: {len(found.differences)}")
    print("二つの写しは同じです / both copies are the same.")


if __name__ == "__main__":
    asyncio.run(main())
