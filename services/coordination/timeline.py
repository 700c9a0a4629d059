"""The timeline of a case as its page tells it: visits, closings, attendance, and how the case came here."""

from typing import Any

import asyncpg

from services.kernel.ids import derived_id

_ENTRY: dict[str, Any] = dict.fromkeys(("outcome", "callerKind", "callerRelation", "channel", "nextPromise", "byId"))
_ENTRY |= {"withWhom": [], "personWords": "", "familyWords": "", "memo": "", "amendments": []}


def timeline_of(row: asyncpg.Record, visits: Any, closings: Any, attendance: Any) -> list[dict[str, Any]]:
    """What happened, the newest first; below it the handoff, and the consultation once its package is there."""
    ended = [entry for closing in closings for entry in _closing_entries(closing)]
    entries = [*map(visit_entry, visits), *ended, *map(_attendance_entry, attendance)]
    return [*sorted(entries, key=lambda entry: entry["at"], reverse=True), *_handoff_entries(row)]


def _attendance_entry(heard: asyncpg.Record) -> dict[str, Any]:
    about = {"id": heard["attendance_id"], "kind": "attendance", "outcome": heard["kind"]}
    return {**_ENTRY, **about, "at": heard["at"], "recordedAt": heard["recorded_at"]}


def _closing_entries(closing: asyncpg.Record) -> list[dict[str, Any]]:
    closed_at, reopened_at = closing["closed_at"], closing["reopened_at"]
    about = {"id": closing["closing_id"], "kind": "closed", "outcome": closing["reason"], "byId": closing["closed_by"]}
    closed = {**_ENTRY, **about, "at": closed_at, "recordedAt": closed_at, "memo": closing["note"]}
    if reopened_at is None:
        return [closed]
    about = {"id": derived_id(about["id"], "reopened"), "kind": "reopened", "byId": closing["reopened_by"]}
    return [closed, {**_ENTRY, **about, "at": reopened_at, "recordedAt": reopened_at, "memo": closing["reopen_note"]}]


def visit_entry(visit: asyncpg.Record) -> dict[str, Any]:
    """One visit, as it stands there."""
    return {
        **_ENTRY,
        "id": visit["visit_id"],
        "kind": "visit",
        "at": visit["visited_at"],
        "recordedAt": visit["recorded_at"],
        "byId": visit["recorded_by"],
        "outcome": visit["outcome"],
        "withWhom": visit["with_whom"],
        "personWords": visit["person_words"],
        "familyWords": visit["family_words"] or "",
        "memo": visit["memo"],
        "amendments": visit["amendments"],
        "nextPromise": {"on": visit["next_promised_on"], "at": None, "note": visit["next_promise_note"]},
    }


def _handoff_entries(row: asyncpg.Record) -> list[dict[str, Any]]:
    accepted = {
        **_ENTRY,
        "id": row["handoff_id"],
        "kind": "handoff_accepted",
        "at": row["opened_at"],
        "recordedAt": row["opened_at"],
        "byId": row["accepted_by"],
    }
    if row["told_at"] is None:
        return [accepted]
    told = {
        **_ENTRY,
        "id": row["consultation_id"],
        "kind": "consultation",
        "at": row["told_at"],
        "recordedAt": row["told_at"],
        "byId": row["told_to"],
        "callerKind": row["caller_kind"],
        "callerRelation": row["caller_relation"],
        "channel": row["channel"],
        "personWords": row["person_words"],
        "familyWords": row["family_words"],
        "amendments": row["amendments"],
    }
    return [accepted, told]
