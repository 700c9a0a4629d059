"""The read side of 相談受付. Every answer is authorised in its SQL and leaves its access rows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Request

from services.contracts.birth import BirthAsTold
from services.contracts.codes import Role
from services.contracts.contact import binding
from services.contracts.intake import AsTold, HandoffPackage, NextAppointment
from services.contracts.labels import label
from services.contracts.openapi import reads_object
from services.intake import erasure_store, handoff_store, store
from services.intake.domain.who_may import OWNING_ROLES, Group, Relation, find_relation, shown_to
from services.intake.domain.working_hours import ANSWER_WITHIN_MINUTES, minutes_between
from services.kernel.access import Read
from services.kernel.errors import NotFound
from services.kernel.request import ReaderDep, read_json
from services.own_words import ABOUT, about_of

router = APIRouter()
RECEIVED_STAY = timedelta(days=7)
SENT_STAY = timedelta(days=60)


@router.get("/views/tray")
async def get_tray(reader: ReaderDep) -> dict[str, Any]:
    """引継ぎトレイ: what waits for my units, and what my unit sent."""
    async with reader.open() as read:
        received = await handoff_store.find_received(read.tx, read.actor, read.now - RECEIVED_STAY)
        sent = await handoff_store.find_sent(read.tx, read.actor, read.now - SENT_STAY)
        return {"received": _cards(received, read), "sent": _cards(sent, read)}


@router.get("/views/handoffs/{handoff_id}")
async def get_handoff(handoff_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """One handoff; with the sheet behind it while the relation allows."""
    async with reader.open() as read:
        row = await handoff_store.get_handoff(read.tx, read.actor, handoff_id, read.now - RECEIVED_STAY)
        [card] = _cards([row], read)
        try:
            sheet = await _sheet(read, row["consultation_id"])
        except NotFound:
            sheet = None
        return {"card": card, "consultation": sheet}


@router.get("/views/consultations")
async def get_consultations(reader: ReaderDep, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[dict[str, Any]]:
    """Sheets of one's own unit, newest first: codes only, no words. The words are on the sheet itself."""
    async with reader.open() as read:
        rows = await store.find_consultations(read.tx, read.actor, limit)
        ids = [row["consultation_id"] for row in rows]
        read.shows("consultation", ids, "sheet", basis=Relation.OWN_UNIT)
        handoffs = await handoff_store.find_handoffs_of(read.tx, read.actor, ids, read.now - RECEIVED_STAY)
        cards = _cards(handoffs, read, frozenset({Group.CODES}))
        of = {one: [card for card in cards if card["consultationId"] == one] for one in ids}
        return [_sheet_of(row, AsTold(), [], of[row["consultation_id"]]) for row in rows]


@router.get("/views/consultations/{consultation_id}")
async def get_consultation(consultation_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """One sheet with the handoffs the reader may see."""
    async with reader.open() as read:
        return await _sheet(read, consultation_id)


@router.get("/views/cases/{case_id}/holdings")
async def get_holdings(case_id: UUID, reader: ReaderDep) -> list[dict[str, Any]]:
    """What intake holds of what became a case: kinds, counts and days, never content."""
    async with reader.open() as read:
        consultation_id, from_unit = await erasure_store.get_answered_for(read.tx, read.actor, case_id)
        is_own = from_unit in read.actor.units_as(Role.MANAGER)
        basis = Relation.OWN_UNIT if is_own else Relation.RECEIVING_UNIT
        read.shows("consultation", [consultation_id], "holdings", basis=basis)
        return [dict(row) for row in await erasure_store.find_holdings(read.tx, read.actor, consultation_id)]


@router.get("/packages/{handoff_id}")
async def get_package(handoff_id: UUID, event_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """The claim check, for coordination's own service token only; the justifying event id is logged as the purpose."""
    if reader.actor.kind != "service" or reader.actor.service != "coordination":
        raise NotFound
    async with replace(reader, purpose=str(event_id)).open() as read:
        row = await handoff_store.get_package(read.tx, handoff_id, event_id)
        read.shows("handoff", [handoff_id], "package_words", basis="handoff_accepted")
        read.shows("consultation", [row["consultation_id"]], "sheet", "told", basis="handoff_accepted")
        return _package(row).model_dump(by_alias=True, mode="json")


@router.post("/views/own-words", openapi_extra=reads_object(ABOUT))
async def post_own_words(request: Request, reader: ReaderDep) -> dict[str, list[UUID]]:
    """Of which of these sheets and handoffs the asker may be shown nothing now, also not what they wrote themselves."""
    about = about_of(await read_json(request))
    async with reader.open() as read:
        rows = await store.find_withheld(read.tx, read.actor, about)
        if told := {row["consultation_id"]: None for row in rows if not row["is_withheld"]}:
            read.shows("consultation", list(told), Group.PACKAGE_WORDS, Group.ANSWER_WORDS, basis="author")
    return {"withheld": [row["id"] for row in rows if row["is_withheld"]]}


def _cards(
    rows: Sequence[asyncpg.Record], read: Read, at_most: frozenset[Group] = frozenset(Group)
) -> list[dict[str, Any]]:
    """Each row as a card with what its relation shows, noted for the access row."""
    cards = []
    for row in rows:
        relation = find_relation(read.actor, row["from_unit"], row["to_unit"], row["status"], row["answered_by"])
        assert relation, "the SQL gives no row without a relation"
        groups = shown_to(relation) & at_most
        read.shows("handoff", [row["handoff_id"]], *groups, basis=relation)
        cards.append(_card(row, read, groups))
    return cards


async def _sheet(read: Read, consultation_id: UUID) -> dict[str, Any]:
    row = await store.get_consultation(read.tx, read.actor, consultation_id)
    handoffs = await handoff_store.find_handoffs_of(read.tx, read.actor, [consultation_id], read.now - RECEIVED_STAY)
    is_own = row["unit_id"] in read.actor.units_as(*OWNING_ROLES)
    basis = Relation.OWN_UNIT if is_own else Relation.RECEIVING_UNIT
    read.shows("consultation", [consultation_id], "sheet", "told", basis=basis)
    return _sheet_of(row, _told(row), row["amendments"], _cards(handoffs, read))


def _card(row: asyncpg.Record, read: Read, groups: frozenset[Group]) -> dict[str, Any]:
    answered = row["answered_at"]
    package = Group.PACKAGE_WORDS in groups
    return {
        "id": row["handoff_id"],
        "consultationId": row["consultation_id"],
        "receiptNumber": row["receipt_number"],
        "label": label_of(row, (row["person_name"] or row["person_kana"]) if package else ""),
        "kind": row["kind"],
        "status": row["status"],
        "fromUnitId": row["from_unit"],
        "toUnitId": row["to_unit"],
        "handedOffById": row["handed_off_by"],
        "handedOffAt": row["handed_off_at"],
        "answerDueAt": row["answer_due_at"],
        "workingMinutesUsed": minutes_between(row["handed_off_at"], answered or read.now),
        "workingMinutesAllowed": ANSWER_WITHIN_MINUTES,
        "urgency": row["urgency"],
        "personKnows": row["person_knows"],
        "contactRules": binding(row["contact_rules"]),
        "safeContact": row["safe_contact"] if package else "",
        "promised": row["promised"] if package else "",
        "nextAppointment": {
            "at": row["next_appointment_at"],
            "note": row["next_appointment_note"] if package else "",
        },
        "concerns": row["concerns"],
        "mainConcern": row["main_concern"],
        "answeredById": row["answered_by"],
        "answeredAt": answered,
        "caseId": row["case_id"],
        "returnReason": row["return_reason"],
        "returnNote": row["return_note"] if Group.ANSWER_WORDS in groups else "",
    }


def label_of(row: asyncpg.Record, called: str) -> str:
    """What a sheet or handoff is called on a list."""
    return label(
        called=called,
        caller_kind=row["caller_kind"],
        caller_relation=row["caller_relation"],
        is_anonymous=not row["caller_name"],
    )


def _told(row: asyncpg.Record) -> AsTold:
    return AsTold(
        birth=BirthAsTold(year=row["birth_year_told"], month=row["birth_month_told"], day=row["birth_day_told"]),
        **{name: row[name] for name in AsTold.model_fields if name != "birth"},
    )


def _sheet_of(
    row: asyncpg.Record, told: AsTold, amendments: list[Any], handoffs: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "id": row["consultation_id"],
        "receiptNumber": row["receipt_number"],
        "unitId": row["unit_id"],
        "openedAt": row["opened_at"],
        "openedById": row["opened_by"],
        "callerKind": row["caller_kind"],
        "callerRelation": row["caller_relation"],
        "channel": row["channel"],
        "residence": row["residence"],
        "personKnows": row["person_knows"],
        "contactRules": binding(row["contact_rules"]),
        "concerns": row["concerns"],
        "mainConcern": row["main_concern"],
        "heardFrom": row["heard_from"],
        "isHikikomori": row["is_hikikomori"],
        "otherIssues": row["other_issues"],
        "urgency": row["urgency"],
        "label": label_of(row, told.person_name or told.person_kana),
        "told": told.model_dump(by_alias=True),
        "amendments": amendments,
        "handoffs": handoffs,
    }


def _package(row: asyncpg.Record) -> HandoffPackage:
    apart = {"told", "next_appointment", "contact_rules"}
    named = {name: row[name] for name in HandoffPackage.model_fields if name not in apart}
    appointment = NextAppointment(at=row["next_appointment_at"], note=row["next_appointment_note"])
    rules = binding(row["contact_rules"])
    return HandoffPackage(**named, told=_told(row), next_appointment=appointment, contact_rules=rules)
