"""Every SQL statement of 統計's read side."""

from collections import defaultdict
from datetime import date

from services.kernel.db import Connection
from services.kernel.token import Actor

_ATTENDED = """
select s.unit_id, s.day, a.* from fact_attendance a join fact_session s using (session_id)
where not exists (select 1 from fact_correction c where c.attendance_id = a.attendance_id)
"""
# What adds up over months. A session counts when it was closed or somebody came.
_COUNTS = f"""
with fact as (
    select unit_id, 'consultations' as measure, day from fact_consultation
    union all select unit_id, 'handoffs', day from fact_handoff
    union all select w.unit_id, 'visits', day from fact_visit join case_window w using (case_id)
    union all select w.unit_id, 'closings', day from fact_closing join case_window w using (case_id)
    union all select w.unit_id, 'closings_' || reason, day from fact_closing join case_window w using (case_id)
        where reason in ('linked', 'information_only')
    union all select s.unit_id, 'ibasho_sessions', s.day from fact_session s
        where exists (select 1 from fact_session_closed c where c.session_id = s.session_id)
           or exists (select 1 from ({_ATTENDED}) a where a.session_id = s.session_id))
select unit_id, measure, to_char(day, 'YYYY-MM') as month, count(*) as number
from fact where day >= $1 and day < ($2::date + interval '1 month')::date and cardinality($3::text[]) > 0
group by 1, 2, 3
"""
# 延べ: each person once a session, each ＋1 once. 実: each person once a period, so months do not add up (month is null: all).
_DISTINCT = f"""
with came as (
    select unit_id, to_char(day, 'YYYY-MM') as month, session_id, attendance_id, kind, participant_id from ({_ATTENDED}) a
    where kind in ('arrived', 'plus_one') and day >= $1 and day < ($2::date + interval '1 month')::date
    and cardinality($3::text[]) > 0),
fact as (
    select unit_id, month, 'ibasho_visits' as measure, session_id, coalesce(participant_id, attendance_id) as who from came
    union all select unit_id, month, 'ibasho_people', null, participant_id from came where kind = 'arrived')
select unit_id, measure, month, count(distinct (session_id, who)) as number
from fact group by grouping sets ((unit_id, measure, month), (unit_id, measure))
"""


async def count_by_month(
    tx: Connection, actor: Actor, first: date, last: date
) -> dict[tuple[str, str], dict[str, int]]:
    """(unit, measure) -> month -> number, and "total" -> number. Only for somebody who manages a unit today."""
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: {"total": 0})
    arguments = (first, last, actor.units_as("manager"))
    for row in await tx.fetch(_COUNTS, *arguments):
        found = counts[row["unit_id"], row["measure"]]
        found[row["month"]] = row["number"]
        found["total"] += row["number"]
    for row in await tx.fetch(_DISTINCT, *arguments):
        counts[row["unit_id"], row["measure"]][row["month"] or "total"] = row["number"]
    return counts
