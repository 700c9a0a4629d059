"""The read side of コーディネート. Every answer is authorised in its SQL and leaves its access rows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request

from services.contracts import labels
from services.contracts.codes import CallerKind, FieldGroup
from services.contracts.contact import binding
from services.contracts.messages import sentence
from services.contracts.openapi import reads_object
from services.contracts.tokyo import tokyo_day
from services.coordination import closing_store, erasure_store, quarantine_store, store
from services.coordination.domain.contact import phones_to_show
from services.coordination.domain.who_may import CONTACT_RULES, EVERYTHING, Sight, is_shown, shown, sight_of
from services.coordination.timeline import timeline_of, visit_entry
from services.kernel.access import Read
from services.kernel.request import ReaderDep, read_json
from services.manifest import MANIFEST, difference, manifest_of

router = APIRouter()
DUE_AHEAD = timedelta(days=7)


def label(row: asyncpg.Record, groups: frozenset[str] = EVERYTHING) -> str:
    """呼び名 on lists: the name, else from whom the call came, as far as the reader may know either."""
    if row["caller_kind"] is None:
        return sentence("label.pending")
    called = row["person_name"] or row["person_kana"]
    if FieldGroup.IDENTITY not in groups or not (called or FieldGroup.FAMILY_WORDS in groups):
        return sentence("label.shared")
    return labels.label(
        called=called,
        caller_kind=row["caller_kind"],
        caller_relation=row["caller_relation"],
        is_anonymous=not row["caller_name"],
    )


@router.get("/views/cases")
async def get_cases(reader: ReaderDep, closed: bool = False) -> list[dict[str, Any]]:
    """My open cases, or the closed ones; my unit's when I lead it, and those that a basis opens to me."""
    async with reader.open() as read:
        rows = await store.find_cases(read.tx, read.actor, read.now, closed=closed)
        for row in rows:
            note_sight(read, row["case_id"], sight_of(row["standings"]), _ON_CARDS)
        return [card_of(row) for row in rows]


_ON_CARDS = frozenset({FieldGroup.IDENTITY, FieldGroup.TIMELINE, FieldGroup.TEAM, FieldGroup.PROMISE, CONTACT_RULES})


def note_sight(read: Read, case_id: UUID, sight: Sight, asked: frozenset[str] | None = None) -> None:
    """What of a case the answer shows, of what was asked (None: all they see); by what (all that this case stands open to them
    by), and which basis it was."""
    by = ",".join(sight.relations)
    groups = sight.groups if asked is None else sight.groups & asked
    read.shows("case", [case_id], *groups, basis=by)
    if sight.bases:
        read.shows("basis", [UUID(one) for one in sight.bases], basis=by)


@router.get("/views/today")
async def get_today(reader: ReaderDep) -> dict[str, Any]:
    """Contacts whose agreed day comes due within a week. A reminder to staff, never a deadline of a person."""
    async with reader.open() as read:
        day = tokyo_day(read.now)
        rows = await store.find_contacts_due(read.tx, read.actor, read.now, day + DUE_AHEAD)
        if rows:
            read.shows("case", [row["case_id"] for row in rows], "identity", "promise", basis="member")
        due = [
            {"caseId": r["case_id"], "label": label(r), "on": r["next_promised_on"], "note": r["next_promise_note"]}
            for r in rows
        ]
        return {"contactsDue": due}


@router.get("/views/cases/{case_id}")
async def get_case(case_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """One case: contact safety first, then the timeline with the person's and the family's words apart."""
    async with reader.open() as read:
        row = await store.get_case(read.tx, read.actor, case_id, read.now)
        visits = (await store.find_visits(read.tx, read.actor, [case_id], read.now))[case_id]
        tokens = (await store.find_tokens(read.tx, read.actor, [case_id], read.now))[case_id]
        closings = (await closing_store.find_closings(read.tx, read.actor, [case_id], read.now))[case_id]
        sight = sight_of(row["standings"])
        note_sight(read, case_id, sight)
        return _case(row, sight, visits, closings, *tokens)


@router.post("/views/sync", openapi_extra=reads_object(MANIFEST))
async def post_sync(request: Request, reader: ReaderDep) -> dict[str, Any]:
    """What a device that holds `have` {id: etag} must put in and take out so that it equals what it may see now.

    Only the team takes a case along, and somebody of another agency nothing: what they held goes. Of an erased case every
    word goes that the device still has, not the record alone."""
    have = manifest_of(await read_json(request))
    async with replace(reader, purpose="take_along").open() as read:
        cards = {row["case_id"]: row for row in await store.find_cases(read.tx, read.actor, read.now)}
        cases = await store.find_held_cases(read.tx, read.actor, read.now)
        ids = [row["case_id"] for row in cases]
        visits = await store.find_visits(read.tx, read.actor, ids, read.now)
        tokens = await store.find_tokens(read.tx, read.actor, ids, read.now)
        closings = await closing_store.find_closings(read.tx, read.actor, ids, read.now)
        held = [
            {
                "id": one,
                "card": card_of(cards[one]),
                "record": _case(row, sight_of(row["standings"]), visits[one], closings[one], *tokens[one]),
            }
            for one, row in zip(ids, cases, strict=True)
        ]
        upsert, drop = difference(have, held)
        if upsert:
            read.shows("case", [each["id"] for each in upsert], *EVERYTHING, basis="member")
        erased = await erasure_store.find_erased(read.tx, read.actor, drop)
        incarnation = await read.tx.fetchval("select id from incarnation order by started_at desc limit 1")
    return {"upsert": upsert, "drop": drop, "erased": erased, "incarnation": incarnation}


@router.get("/views/quarantine")
async def get_quarantine(reader: ReaderDep, standing: bool = False) -> list[dict[str, Any]]:
    """確認待ち: of the units I manage, and my own. `standing`: of my own only where each stands, nothing it says."""
    async with reader.open() as read:
        if standing:
            rows = await quarantine_store.find_standing(read.tx, read.actor)
            read.shows("quarantine", [row["quarantine_id"] for row in rows], basis="author")
            return [_standing(row) for row in rows]
        rows = await quarantine_store.find(read.tx, read.actor)
        for mine in {row["mine"] for row in rows}:
            some = [row for row in rows if row["mine"] == mine]
            groups = ("person_words", "family_words") if mine else ("identity", "person_words", "family_words")
            basis = "author" if mine else "unit_lead"
            read.shows("quarantine", [row["quarantine_id"] for row in some], *groups, basis=basis)
            read.shows("case", list(dict.fromkeys(row["case_id"] for row in some)), basis=basis)
    return [_quarantined(row) for row in rows]


def _standing(row: asyncpg.Record) -> dict[str, Any]:
    return {"id": row["quarantine_id"], "caseId": row["case_id"], "state": row["decision"] or "waiting"}


def _quarantined(row: asyncpg.Record) -> dict[str, Any]:
    return {
        **_standing(row),
        "label": "" if row["mine"] else label(row),
        "authorId": row["author_id"],
        "visitedAt": row["visited_at"],
        "capturedAt": row["captured_at"],
        "outcome": row["outcome"],
        "memo": row["memo"],
        "personWords": row["person_words"],
        "familyWords": row["family_words"] or "",
        "note": row["decision_note"],
    }


def card_of(row: asyncpg.Record, asked: frozenset[str] = EVERYTHING) -> dict[str, Any]:
    """One line of a list: of what the reader may see, the groups asked for."""
    sight = sight_of(row["standings"]).groups
    groups = sight & asked
    whole = {
        "id": row["case_id"],
        "label": label(row, sight),
        "kana": row["person_kana"] or "",
        "openedAt": row["opened_at"],
        "closedAt": row["closed_at"],
        "ownerId": row["owner_id"],
        "teamIds": row["team"],
        "nextPromisedOn": row["next_promised_on"],
        "nextPromiseNote": row["next_promise_note"],
        "lastContactAt": row["visited_at"],
        "contactRules": binding(row["rules"] or []),
        "packagePending": row["fetched_at"] is None,
        "shown": sorted(groups),
    }
    return shown(whole, groups)


def _case(
    row: asyncpg.Record, sight: Sight, visits: Any, closings: Any, tokens: Any, attendance: Any
) -> dict[str, Any]:
    pending = row["fetched_at"] is None
    birth = {"year": row["birth_year_told"], "month": row["birth_month_told"], "day": row["birth_day_told"]}
    whole = {
        "id": row["case_id"],
        "label": label(row, sight.groups),
        "openedAt": row["opened_at"],
        "closedAt": row["closed_at"],
        "fromUnitId": row["from_unit"],
        "unitId": row["unit_id"],
        "teamIds": row["team"],
        "packagePending": pending,
        "receiptNumber": row["receipt_number"],
        "personName": row["person_name"] or "",
        "personKana": row["person_kana"] or "",
        "birth": None if pending else birth,
        "personAddress": row["person_address"] or "",
        "residence": row["residence"],
        "personKnows": row["person_knows"],
        "contactSafety": _contact_safety(row),
        "promised": row["promised"] or "" if _is_call_shown(row, sight) else "",
        "nextPromise": _next_promise(row, [one for one in visits if is_shown(visit_entry(one), sight.groups)], sight),
        "tokens": [{"participantId": one["participant_id"], "joinedAt": one["joined_at"]} for one in tokens],
        "timeline": timeline_of(row, visits, closings, attendance),
        "shown": sorted(sight.groups),
        "shownUntil": sight.until,
    }
    return shown(whole, sight.groups)


def _contact_safety(row: asyncpg.Record) -> dict[str, Any]:
    rules = binding(row["rules"] or [])
    phones = phones_to_show(rules, row["person_knows"], row["caller_phone"] or "", row["person_phone"] or "")
    return {
        "rules": rules,
        "callerPhone": phones.caller,
        "personPhone": phones.person,
        "safeContact": row["safe_contact"] or "",
        "contactNote": row["contact_note"] or "",
        "confirmedAt": row["confirmed_at"],
    }


def _is_call_shown(row: asyncpg.Record, sight: Sight) -> bool:
    return row["caller_kind"] == CallerKind.PERSON or FieldGroup.FAMILY_WORDS in sight.groups


def _next_promise(row: asyncpg.Record, visits: Any, sight: Sight) -> dict[str, Any]:
    """As the list has it (`store.CARD`): what was promised before a closing was settled by it; of what is shown."""
    since, is_closed = row["reopened_at"], row["closed_at"] is not None
    for visit in () if is_closed else visits:
        if (visit["next_promised_on"] or visit["next_promise_note"]) and (not since or visit["recorded_at"] >= since):
            return {"on": visit["next_promised_on"], "at": None, "note": visit["next_promise_note"]}
    if is_closed or since or not _is_call_shown(row, sight):
        return {"on": None, "at": None, "note": ""}
    at = row["next_appointment_at"]
    return {"on": tokyo_day(at) if at else None, "at": at, "note": row["next_appointment_note"] or ""}
