"""Devices that keep records, sealed commands, and `POST /handed-in`: a queue that arrives without its author."""

import base64
import secrets
from contextlib import suppress
from datetime import datetime
from typing import Any
from unicodedata import category
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, ValidationError

from gateway.context import Context, uuid_of
from gateway.devices import device_store
from gateway.devices.sealing import Opened, SealingKeys, Unreadable
from gateway.graphql.device_types import SealedCommand
from gateway.graphql.write_types import OutcomeStatus
from gateway.sign_in import session_store, sessions, throttle
from gateway.submit import MAX_COMMANDS, outcome_of, submit
from services.contracts.tokyo import tokyo_day
from services.kernel import access
from services.kernel.app import Service
from services.kernel.db import Connection
from services.kernel.errors import BansoError, Malformed, NotFound, Unauthenticated, malformed
from services.kernel.request import read_json, service_of

TRACES = {"ViewedOffline", "ViewedSessionOffline", "ReadNotice"}
"""What the page notes by itself when something is read (pwa/src/sync/commandQueue.ts)."""
RECORD_OWNERS = ("coordination", "intake")
router = APIRouter()
READABLE_HOURS = 72
MAX_NAME = 40


async def register(context: Context, device_id: str, name: str) -> dict[str, Any]:
    """Give a device what its vault needs: the server's key to seal to, and its person's proof key."""
    if not 1 <= len(name.strip()) <= MAX_NAME or any(category(each) in {"Cc", "Cs"} for each in name):
        raise Malformed(
            "malformed_request", f"name must have 1 to {MAX_NAME} characters, none a control or half of one"
        )
    service, session = context.service, context.session
    async with service.db.transaction("device") as tx:
        if await device_store.is_revoked(tx, uuid_of(device_id)):
            raise sessions.revoked()
        if await device_store.is_of_another_device(tx, session, uuid_of(device_id)):
            raise Unauthenticated("signed_out", "the session is another device's: sign in on this one")
        secret = await device_store.register(
            tx, uuid_of(device_id), session.staff_id, name.strip(), secrets.token_bytes(32), service.clock()
        )
        await device_store.bind_session(tx, session, uuid_of(device_id))
    keys = context.sealing
    given = {"kid": keys.newest, "serverKey": _text(keys.public_key), "secret": _text(secret)}
    return {**given, "readableHours": READABLE_HOURS}


async def find_visible(context: Context) -> list[dict[str, Any]]:
    """My devices, and those of people in units I manage, also after they left."""
    service = context.service
    async with service.db.transaction("device") as tx:
        rows = await device_store.find_visible(tx, context.session, tokyo_day(service.clock()))
    return [
        {
            "id": row["device_id"],
            "name": row["name"],
            "staffId": row["staff_id"],
            "registeredAt": row["registered_at"],
            "lastContactAt": row["last_contact_at"],
            "waiting": row["waiting"],
            "revokedAt": row["revoked_at"],
        }
        for row in rows
    ]


async def revoke(context: Context, device_id: str) -> bool:
    """Effective with the next statement: sessions and streams of the device end, its vault forgets at next contact."""
    sessions.require_fresh(context)
    service, now = context.service, context.service.clock()
    async with service.db.transaction("device") as tx:
        if not await device_store.revoke(tx, context.session, uuid_of(device_id), tokyo_day(now), now):
            raise NotFound
    return True


async def submit_sealed(context: Context, commands: list[SealedCommand]) -> list[dict[str, Any]]:
    """Open each blob and send what it holds the usual road. One outcome each, in their order.

    What a revoked device made is handed in instead, and waits for its author's decision.
    """
    if len(commands) > MAX_COMMANDS:
        raise Malformed("too_many_commands", f"at most {MAX_COMMANDS}")
    opened = await open_all(
        context.service, context.sealing, [(str(c.id), c.kid, c.blob) for c in commands], is_handed_in=False
    )
    envelopes = [found.envelope for found in opened if isinstance(found, Opened)]
    answers = iter(await submit(context, envelopes))
    return [
        next(answers) if isinstance(found, Opened) else outcome_of(str(command.id), found)
        for command, found in zip(commands, opened, strict=True)
    ]


async def open_all(
    service: Service, keys: SealingKeys, blobs: list[tuple[str, str, str]], *, is_handed_in: bool
) -> list[Opened | BansoError]:
    """Each blob opened and its proof checked, or why not. A revoked device may only have its commands handed in."""
    opened: list[Opened | BansoError] = []
    for blob in blobs:
        try:
            opened.append(keys.open(*blob))
        except Unreadable as error:
            opened.append(error)
    owners = [(found.device_id, found.author_id) for found in opened if isinstance(found, Opened)]
    async with service.db.transaction("device") as tx:
        keys_of = await device_store.find_keys(tx, owners)
    for index, found in enumerate(opened):
        if isinstance(found, Opened):
            opened[index] = _checked(found, keys_of.get((found.device_id, found.author_id)), is_handed_in)
    return opened


def _checked(found: Opened, key: Any, is_handed_in: bool) -> Opened | BansoError:
    if key is None or not found.was_made_with(key["secret"]):
        return Unreadable("no vault of this author on this device made it")
    return sessions.revoked() if key["is_revoked"] and not is_handed_in else found


class Sealed(BaseModel):
    """One sealed command as a device holds it."""

    id: UUID
    kid: str = Field(max_length=40)
    blob: str


class HandedInBody(BaseModel):
    """A queue that somebody else brings, or a revoked device."""

    commands: list[Sealed] = Field(max_length=MAX_COMMANDS)


@router.post("/handed-in")
async def post_handed_in(request: Request) -> dict[str, Any]:
    """Keep sealed commands for their author. Needs no session: only what a vault of the author made is kept.

    Anything else counts as a failed try, once however often it is brought again: 429 too_many_tries for an address that
    goes on bringing such things. A revoked device is told so.
    """
    try:
        body = HandedInBody.model_validate(await read_json(request))
    except ValidationError as error:
        raise malformed(error, "malformed_request") from None
    service = service_of(request)
    keys = {"handed_in": throttle.key_of("handed_in", throttle.address_of(request))}
    async with service.db.transaction("handed_in") as tx:
        await throttle.begin(tx, keys, service.clock())
        # Asked before anything is kept: a database restored in between is then one that the device does not believe.
        incarnation = str(await tx.fetchval("select id from incarnation order by started_at desc limit 1"))
    opened = await open_all(
        service, request.app.state.sealing, [(str(c.id), c.kid, c.blob) for c in body.commands], is_handed_in=True
    )
    kept, refused = [], []
    async with service.db.transaction("handed_in") as tx:
        for command, found in zip(body.commands, opened, strict=True):
            code = await _keep(tx, command, found, service.clock()) if isinstance(found, Opened) else found.code
            if code is None:
                kept.append(str(command.id))
            else:
                refused.append({"id": str(command.id), "code": code})
        if not await _are_new(
            tx,
            [c for c, found in zip(body.commands, opened, strict=True) if not isinstance(found, Opened)],
            service.clock(),
        ):
            await throttle.succeeded(tx, keys)
        is_revoked = await sessions.is_told_revoked(tx, request)
    return {"kept": kept, "refused": refused, "deviceRevoked": is_revoked, "incarnation": incarnation}


async def _are_new(tx: Connection, bad: list[Sealed], now: datetime) -> bool:
    """True when one of these was never brought before: a device brings what it cannot get rid of each minute."""
    keys = {throttle.key_of("sealed", str(each.id), each.kid, each.blob) for each in bad}
    known = await session_store.lock_failures(tx, keys)
    for key in sorted(keys):
        await session_store.count_try(tx, key, now, now - throttle.FORGET_AFTER)
    return not keys <= known.keys()


async def _keep(tx: Connection, command: Sealed, found: Opened, now: datetime) -> str | None:
    """Why it is not kept: another person's command waits under its id. A device forgets only what is its author's."""
    who, sealed = (found.device_id, found.author_id), base64.b64decode(command.blob)
    is_kept = await device_store.keep(tx, command.id, who, command.kid, sealed, _about(found.envelope), now)
    return None if is_kept else "command_id_reused"


def _about(envelope: dict[str, Any]) -> list[UUID]:
    """The records whose erasure is to reach it. A line for the log of reads has no words, and is never lost."""
    payload, ids = envelope.get("payload"), set()
    named = [payload.get(name) for name in ("caseId", "consultationId")] if isinstance(payload, dict) else []
    for said in (envelope.get("subject"), *named):
        with suppress(ValueError, TypeError, AttributeError):  # as a device said it: no owner has checked it yet
            ids.add(UUID(said))
    return [] if envelope["type"] in TRACES else sorted(ids)


async def find_handed_in(context: Context) -> list[dict[str, Any]]:
    """My own commands that somebody handed in: what each says, so that I can decide. A read like any other.

    Of what is withheld from them now no word is told; it goes on waiting.
    What the page noted by itself is not for its author to decide: it is sent on now, and shown to nobody."""
    service, session = context.service, context.session
    await _send_traces(context)
    async with service.db.transaction("read") as tx:
        rows = await device_store.find_handed_in(tx, session.staff_id)
        shown = {"handed_in": [row["command_id"] for row in rows]}
        await access.record(tx, session.actor, "read", shown, basis="author", screen=context.screen)
    opened = [(row, open_row(context, row).envelope) for row in rows]
    said = [(row, envelope) for row, envelope in opened if envelope["type"] not in TRACES]
    withheld = await _withheld(context, {one for _, envelope in said for one in _about(envelope)})
    return [
        _handed_in(row, envelope, is_told=withheld is not None and withheld.isdisjoint(_about(envelope)))
        for row, envelope in said
    ]


async def _withheld(context: Context, about: set[UUID]) -> set[UUID] | None:
    """Of these records, those of which the owners show the author nothing now, their own words neither: suspended, or kept
    off. None while one of them does not say: then nothing is shown. What is shown, they note in the log of the record."""
    if not about:
        return set()
    body = {"about": [str(one) for one in sorted(about)]}
    said, _ = await context.ask_each(RECORD_OWNERS, "/views/own-words", method="POST", body=body)
    if len(said) < len(RECORD_OWNERS):
        return None
    return {UUID(one) for answer in said.values() for one in answer["withheld"]}


async def _send_traces(context: Context) -> None:
    """One after the other; what its owner does not take now waits for the next look."""
    async with context.service.db.transaction("read") as tx:
        rows = await device_store.find_handed_in(tx, context.session.staff_id)
    for row in rows:
        if open_row(context, row).envelope["type"] in TRACES:
            await decide_handed_in(context, str(row["command_id"]), send=True)


def _handed_in(row: Any, envelope: dict[str, Any], *, is_told: bool) -> dict[str, Any]:
    received_at = row["received_at"]
    captured_at = moment_of(envelope, received_at).isoformat()
    payload = (is_told and envelope.get("payload")) or {}
    said = {"type": envelope["type"], "capturedAt": captured_at, "payload": payload}
    return {**said, "id": str(row["command_id"]), "receivedAt": received_at}


def moment_of(envelope: dict[str, Any], otherwise: datetime) -> datetime:
    """When a device says it was; what is no moment is not told on: `otherwise`."""
    try:
        return datetime.fromisoformat(envelope.get("capturedAt")).astimezone()  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return otherwise


def open_row(context: Context, row: Any) -> Opened:
    """What was handed in, opened."""
    return context.sealing.open(str(row["command_id"]), row["kid"], _text(row["sealed"]))


async def decide_handed_in(context: Context, command_id: str, send: bool) -> dict[str, Any]:
    """Send it now as its author, or withdraw it. Refused by its owner, it goes on waiting."""
    service, author = context.service, context.session.staff_id
    async with service.db.transaction("handed_in") as tx:
        row = await device_store.find_one_handed_in(tx, author, uuid_of(command_id))
    if row is None or (not send and open_row(context, row).envelope["type"] in TRACES):
        raise NotFound
    [outcome] = await submit(context, [open_row(context, row).envelope]) if send else [outcome_of(command_id, None)]
    await settle(context, row, outcome, is_sent=send)
    return outcome


async def settle(
    context: Context, row: Any, outcome: dict[str, Any], *, is_sent: bool = True, by: UUID | None = None
) -> None:
    """What was accepted, or is about what is no more, waits no longer. `by`: who did it for an author who left."""
    is_erased = outcome["code"] == "record_erased"
    if outcome["status"] is OutcomeStatus.ACCEPTED or is_erased:
        state = "sent" if is_sent and not is_erased else "withdrawn"
        async with context.service.db.transaction("handed_in") as tx:
            now = context.service.clock()
            await device_store.decide(tx, row["author_id"], row["command_id"], state, now, by)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
