"""SQL of 消去: every word of a case is deleted, its ids and codes stay, and the ledger says so for ever.

The same statements are run again after a restore (`infra/rebuild_bus.py`). Again changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.contracts.codes import Holder, Role
from services.contracts.person_request import RecordErased
from services.coordination import token_store
from services.kernel.db import Connection
from services.kernel.token import Actor

EXPECTED = (Holder.INTAKE, Holder.STAFF)
"""Who answers with `ErasureDone`. notify and reporting keep ids, 居場所 knows no case."""

_VISITS = "(select visit_id from visit where case_id = $1)"
_WAITING = "(select quarantine_id from quarantine where case_id = $1)"
# Table with words -> its rows of one case. tests/service/coordination/test_erasure.py holds it against the migrations.
WORDS: dict[str, str] = {
    "visit_amendment_private": f"visit_id in {_VISITS}",
    "visit_family_private": f"visit_id in {_VISITS}",
    "visit_private": f"visit_id in {_VISITS}",
    "quarantine_family_private": f"quarantine_id in {_WAITING}",
    "quarantine_private": f"quarantine_id in {_WAITING}",
    "handoff_package_family_private": "case_id = $1",
    "handoff_package_private": "case_id = $1",
    "contact_safety_private": "case_id = $1",
    "basis_private": "basis_id in (select basis_id from basis where case_id = $1)",
    "case_closing_private": "closing_id in (select closing_id from case_closing where case_id = $1)",
    "access_review_private": "case_id = $1",
    "person_request_private": "request_id in (select request_id from person_request where case_id = $1)",
    "person_private": """person_id in (select c.person_id from case_file c where c.case_id = $1 and not exists (
        select 1 from case_file o where o.person_id = c.person_id and o.case_id <> c.case_id
        and not exists (select 1 from erasure e where e.case_id = o.case_id)))""",
    "case_attendance": "case_id = $1",
    "case_token": "case_id = $1",
}


async def erase(tx: Connection, erased: RecordErased, now: datetime) -> None:
    """Delete the words of one case, and note it. What waits for a manager or for its package waits no longer."""
    case_id = erased.case_id
    await tx.execute("select 1 from case_file where case_id = $1 for update", case_id)
    for row in await tx.fetch("select participant_id from case_token where case_id = $1 order by 1", case_id):
        await token_store.lock_token(tx, row["participant_id"])
    await tx.execute("update package_fetch set fetched_at = coalesce(fetched_at, $2) where case_id = $1", case_id, now)
    await tx.execute(
        "update quarantine set decision = 'decline', decided_by = $2, decided_at = $3"
        " where case_id = $1 and decision is null",
        *(case_id, erased.decided_by, now),
    )
    for table, of_the_case in WORDS.items():
        await tx.execute(f"delete from {table} where {of_the_case}", case_id)
    by_number = "select basis_id from basis where case_id = $1 and kind = 'emergency'"  # what such commands are about
    await tx.execute(f"select forget_commands(array[$1::uuid] || array({by_number}))", case_id)
    await tx.execute(
        "update draft_private set body = '{}', finished_at = coalesce(finished_at, $2)"
        " where body ->> 'caseId' = $1::uuid::text",
        *(case_id, now),
    )
    await tx.execute(
        "insert into person_request (request_id, case_id, kind, opened_by, opened_at, decision, decided_by, decided_at)"
        " values ($1, $2, $3, $4, $5, 'approve', $6, $5)"
        " on conflict on constraint request_is_opened_once do nothing",
        *(erased.request_id, case_id, erased.kind, erased.opened_by, now, erased.decided_by),
    )
    await tx.execute(
        "insert into erasure values ($1, $2, $3, $4) on conflict do nothing",
        *(case_id, erased.request_id, now, erased.holders),
    )


async def find_erased(tx: Connection, actor: Actor, ids: Sequence[str]) -> list[UUID]:
    """Which of these ids are cases that were erased and that the actor was once on, wrote about, or has in their unit."""
    rows = await tx.fetch(
        "select c.case_id from erasure join case_file c using (case_id) where c.case_id::text = any($3::text[])"
        " and (c.unit_id = any($2::text[])"
        "      or exists (select 1 from case_member m where m.case_id = c.case_id and m.staff_id = $1)"
        "      or exists (select 1 from visit v where v.case_id = c.case_id and v.recorded_by = $1)"
        "      or exists (select 1 from quarantine q where q.case_id = c.case_id and q.author_id = $1)) order by 1",
        *(actor.id, actor.units_as(Role.COORDINATOR, Role.MANAGER), [one for one in ids if one.isprintable()]),
    )
    return [row["case_id"] for row in rows]


async def note_done(tx: Connection, request_id: UUID, holder: str, at: datetime) -> None:
    """A holder erased what it held. Again, or before anything is known of the request, is harmless. The decision itself, which
    was logged after its erasure, is forgotten now."""
    await tx.execute("insert into erasure_done values ($1, $2, $3) on conflict do nothing", request_id, holder, at)
    await tx.execute("select forget_commands(array(select case_id from erasure where request_id = $1))", request_id)
