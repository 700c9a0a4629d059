"""統計 can be made again from the first event: forget everything here, read the topics from offset 0."""

import asyncpg

from services.kernel.db import connect

FACTS = (
    *("fact_closing", "fact_visit", "fact_consultation", "fact_handoff", "case_window"),
    *("fact_correction", "fact_attendance", "fact_session_closed", "fact_session"),
)


async def reset(owner_dsn: str) -> None:
    """Forget facts, seen versions and offsets in one transaction, as the owner. A running consumer turns stale and restarts."""
    connection = await connect(owner_dsn)
    try:
        async with connection.transaction():
            await connection.execute("lock table consumer_offset in exclusive mode")
            await connection.execute(f"truncate {', '.join(FACTS)}, seen")
            await connection.execute("update consumer_offset set next_offset = 0")
    finally:
        await connection.close()


async def figures(dsn: str) -> list[asyncpg.Record]:
    """All facts counted by kind, unit and month, in a fixed order: equal lists mean equal statistics."""
    connection = await connect(dsn)
    try:
        return await connection.fetch(
            "select kind, unit_id, to_char(day, 'YYYY-MM') as month, count(*) from ("
            " select 'consultation' as kind, unit_id, day from fact_consultation"
            " union all select 'handoff', unit_id, day from fact_handoff"
            " union all select 'visit', w.unit_id, day from fact_visit join case_window w using (case_id)"
            " union all select 'closing ' || reason, w.unit_id, day from fact_closing join case_window w using (case_id)"
            " union all select 'session', unit_id, day from fact_session"
            " union all select 'session closed', unit_id, day from fact_session_closed join fact_session using (session_id)"
            " union all select 'attendance ' || kind, unit_id, day from fact_attendance join fact_session using (session_id)"
            " union all select distinct 'person ' || participant_id, unit_id, day"
            "  from fact_attendance join fact_session using (session_id) where participant_id is not null"
            " union all select 'correction', unit_id, day from fact_correction"
            "  join fact_attendance using (attendance_id) join fact_session using (session_id)) facts"
            " group by 1, 2, 3 order by 1, 2, 3"
        )
    finally:
        await connection.close()
