"""What was handed in by somebody who works here no more: nobody is left to decide about it, and no visit may be lost. Whoever
manages their unit sends it, unread: its owner judges it by what its author was when they wrote it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.context import Context, uuid_of
from gateway.devices import device_store
from gateway.devices.devices import moment_of, open_row, settle
from gateway.sign_in.sessions import require_fresh
from gateway.submit import submit
from services.contracts.tokyo import tokyo_day
from services.kernel import access
from services.kernel.errors import NotFound

SENT_ON = frozenset(
    {
        *("RecordVisit", "LogAttendance", "CorrectAttendance", "OpenSession", "CloseSession"),
        *("ViewedOffline", "ViewedSessionOffline", "ReadNotice", "OpenConsultation", "HandOff"),
    }
)
"""What happened, and what a call began: its handoff, whose unit the manager is told before they send it. Nothing else that lets
somebody in, decides or takes on: nobody would answer for it."""


async def find(context: Context) -> list[dict[str, Any]]:
    """Whose it is, of what kind and of when, and which unit a handoff is to; no word of it. Of the units I manage, oldest
    first."""
    units = await context.units()
    service, session = context.service, context.session
    async with service.db.transaction("read") as tx:
        rows = await device_store.find_left(tx, session, tokyo_day(service.clock()))
        opened = [(row, open_row(context, row).envelope) for row in rows]
        said = [(row, envelope) for row, envelope in opened if envelope["type"] in SENT_ON]
        if said:
            shown = {"handed_in": [row["command_id"] for row, _ in said]}
            await access.record(tx, session.actor, "read", shown, basis="unit_lead", screen=context.screen)
    return [
        {
            "id": str(row["command_id"]),
            "staffId": row["author_id"],
            "type": envelope["type"],
            "toUnitId": _unit_in(envelope, units),
            "capturedAt": moment_of(envelope, row["received_at"]).isoformat(),
            "receivedAt": row["received_at"],
        }
        for row, envelope in said
    ]


def _unit_in(envelope: dict[str, Any], units: Mapping[str, Any]) -> str | None:
    """The unit that a handoff would let in; other words in its place are not told on."""
    payload = envelope.get("payload")
    said = payload.get("toUnit") if isinstance(payload, dict) else None
    return said if isinstance(said, str) and said in units else None


async def send(context: Context, command_id: str) -> dict[str, Any]:
    """Send it as its author, with what they were assigned to when it was written. Refused by its owner, it goes on waiting.
    NotFound for what is no leaver's of my units, and for what is not sent on."""
    require_fresh(context)
    service, session, now = context.service, context.session, context.service.clock()
    async with service.db.transaction("handed_in") as tx:
        row = await device_store.find_one_left(tx, session, tokyo_day(now), uuid_of(command_id))
        if row is None:
            raise NotFound
        envelope = open_row(context, row).envelope
        if envelope["type"] not in SENT_ON:
            raise NotFound
        # What is no moment is this one, in which a leaver is nobody.
        written_on = tokyo_day(min(moment_of(envelope, now), now))
        then = await device_store.find_assignments(tx, row["author_id"], written_on)
    author = replace(session, staff_id=row["author_id"], device_id=row["device_id"], assignments=then, heir_of=())
    as_author = Context(service, context.owners, context.sealing, replace(author, fresh_until=None), context.screen)
    [outcome] = await submit(as_author, [envelope])
    await settle(context, row, outcome, by=session.staff_id)
    return outcome
