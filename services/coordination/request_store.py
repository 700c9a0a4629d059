"""SQL of 本人からの請求: received, decided, and where each stands."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import RequestKind, Role
from services.contracts.person_request import DecidePersonRequest, OpenPersonRequest
from services.coordination.domain.person_request import Request
from services.coordination.store import RELATED, refuse_erased, relation_arguments
from services.kernel.db import Connection
from services.kernel.errors import NotFound, Refusal
from services.kernel.token import Actor

# $1 actor, $2 units the actor manages: the cases they answer for, erased or not.
ANSWERED_FOR = """
case_file c where c.unit_id = any($2::text[])
and not exists (select 1 from case_kept_off k where k.case_id = c.case_id and k.staff_id = $1)
"""


async def insert(tx: Connection, actor: Actor, case_id: UUID, command: OpenPersonRequest, now: datetime) -> None:
    """A request and, in a table of its own, what was asked."""
    c = command
    try:
        await tx.execute(
            "insert into person_request (request_id, case_id, kind, opened_by, opened_at) values ($1, $2, $3, $4, $5)",
            *(c.request_id, case_id, c.kind, actor.id, now),
        )
    except asyncpg.UniqueViolationError:
        raise Refusal("request_exists", "this request id was recorded by another command") from None
    await tx.execute("insert into person_request_private (request_id, asked) values ($1, $2)", c.request_id, c.asked)


async def lock(tx: Connection, actor: Actor, case_id: UUID, request_id: UUID) -> Request:
    """A request behind its locked case, for a manager of the case's unit; else NotFound."""
    case = await tx.fetchrow(
        f"select c.unit_id, c.consultation_id from {ANSWERED_FOR} and c.case_id = $3 for update of c",
        *(actor.id, actor.units_as(Role.MANAGER), case_id),
    )
    row = await tx.fetchrow(
        "select * from person_request where request_id = $1 and case_id = $2 for update", request_id, case_id
    )
    if case is None or row is None:
        raise NotFound
    await refuse_erased(tx, case_id)
    return Request(
        request_id,
        RequestKind(row["kind"]),
        case["unit_id"],
        case["consultation_id"],
        row["opened_by"],
        row["decision"] is not None,
    )


async def decide(tx: Connection, actor: Actor, command: DecidePersonRequest, now: datetime) -> None:
    """Write the decision beside the request."""
    c = command
    await tx.execute(
        "update person_request set decision = $2, decided_by = $3, decided_at = $4 where request_id = $1",
        *(c.request_id, c.decision, actor.id, now),
    )
    await tx.execute("update person_request_private set decision_note = $2 where request_id = $1", c.request_id, c.note)


async def find(tx: Connection, actor: Actor, now: datetime) -> Sequence[asyncpg.Record]:
    """The requests of the cases I am related to; of an erased case only its unit's manager hears. What waits comes first.

    `owed`: who holds words still."""
    return await tx.fetch(
        f"with {RELATED} select q.*, qp.asked, qp.decision_note, c.unit_id, e.erased_at, r.relation,"
        " c.unit_id = any($2::text[]) as is_managed, hp.receipt_number, hp.caller_kind, hp.caller_relation,"
        " hf.caller_name, pp.person_name, pp.person_kana,"
        " array(select h from unnest(e.holders) h where not exists (select 1 from erasure_done d"
        "       where d.request_id = e.request_id and d.holder = h)) as owed"
        " from person_request q join case_file c using (case_id) join related_once r using (case_id)"
        " left join person_request_private qp using (request_id) left join erasure e using (case_id)"
        " left join handoff_package hp using (case_id) left join handoff_package_family_private hf using (case_id)"
        " left join person_private pp on pp.person_id = c.person_id"
        " where e.case_id is null or c.unit_id = any($2::text[])"
        " order by (q.decision is null and e.case_id is null) desc, q.opened_at desc, q.request_id limit 300",
        *relation_arguments(actor, now),
    )
