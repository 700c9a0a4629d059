"""The only place that opens a transaction for a command.

    begin · same id already accepted? its stored answer · decide and store (the handler) · command id · access row ·
    outbox rows · commit

A refusal or a bug rolls everything back, the id included: a later retry is a fresh try. What a handler wrote that gives its
refusal back, instead of raising it, stays."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from services.contracts.base import Command, CommandEnvelope, EventData
from services.kernel import access, outbox
from services.kernel.db import TRANSIENT, Connection, Database
from services.kernel.errors import BansoError, Malformed, Overloaded, Refusal, malformed
from services.kernel.outbox import Cause
from services.kernel.telemetry import COMMANDS, UNSAID, log, tracer
from services.kernel.token import Actor

Refs = dict[str, Any]


@dataclass
class Work:
    """What a handler or reaction may use: its transaction, the moment, who acts (nobody for an event), and `emit`."""

    tx: Connection
    now: datetime
    actor: Actor
    cause: Cause
    captured_at: datetime | None = None
    base_version: int | None = None
    _emitted: int = field(default=0, init=False)

    async def emit(self, subject: UUID, data: EventData, time: datetime | None = None) -> None:
        """Write an event to the outbox. Lock the aggregate's row first; `time` is when it happened (default: now)."""
        await outbox.insert(self.tx, self.cause, self._emitted, subject, data, time or self.now, self.now)
        self._emitted += 1


Handler = Callable[[Any, UUID, Work], Awaitable[Refs | Refusal | None]]
"""`await handler(payload, subject, work)`; returns ids and codes for the answer."""


@dataclass(frozen=True)
class CommandSpec:
    """How one command type is read and run. `upcasts[n]` turns a payload of version n into n+1."""

    payload: type[Command]
    handler: Handler
    upcasts: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)

    def parse(self, version: int, payload: dict[str, Any]) -> Command:
        """The payload of today, or Malformed: version_too_old, version_unknown, malformed_payload."""
        if version > self.payload.VERSION:
            raise Malformed("version_unknown", f"newest version here is {self.payload.VERSION}")
        while version < self.payload.VERSION:
            upcast = self.upcasts.get(version)
            if upcast is None:
                raise Malformed("version_too_old", f"version {version} is no longer read")
            payload, version = upcast(payload), version + 1
        try:
            return self.payload.model_validate(payload)
        except ValidationError as error:
            raise malformed(error, "malformed_payload") from None


def specs(*handlers: tuple[type[Command], Handler]) -> dict[str, CommandSpec]:
    """A command map from (payload, handler) pairs."""
    return {payload.__name__: CommandSpec(payload, handler) for payload, handler in handlers}


@dataclass(frozen=True)
class Outcome:
    """The answer to one command: accepted, refused (for good) or retry (nothing happened, send it again)."""

    id: str | None
    status: str
    error: BansoError | None = None
    refs: Refs = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        said = self.error.as_json() if self.error else {"code": None, "message": None, "reason": None, "fields": []}
        return {**said, "id": self.id, "status": self.status, "refs": {**said.get("refs", {}), **self.refs}}


async def execute(
    db: Database, commands: Mapping[str, CommandSpec], item: object, actor: Actor, now: datetime
) -> Outcome:
    """Run one command envelope to its outcome. Never raises for anything the client or the moment caused."""
    claimed = item.get("id") if isinstance(item, dict) else None
    command_id = claimed if isinstance(claimed, str) and len(claimed) <= 36 and claimed.isascii() else None
    kind = "unknown"
    try:
        try:
            envelope = CommandEnvelope.model_validate(item)
        except ValidationError as error:
            raise malformed(error, "malformed_envelope") from None
        spec = _spec(commands, envelope, actor)
        kind = envelope.type
        payload = spec.parse(envelope.v, envelope.payload)
        with tracer.start_as_current_span(f"command {kind}", **UNSAID):
            refs = await _run(db, spec, envelope, payload, actor, now)
        if isinstance(refs, Refusal):
            raise refs
        outcome = Outcome(command_id, "accepted", refs=refs)
    except BansoError as error:
        outcome = Outcome(command_id, "retry" if isinstance(error, Overloaded) else "refused", error)
    except (*TRANSIENT, TimeoutError) as error:
        log.warning("command.retry", type=kind, command_id=command_id, error=type(error).__name__)
        outcome = Outcome(command_id, "retry", Overloaded("try_again", type(error).__name__))
    except Exception:
        log.exception("command.failed", type=kind, command_id=command_id)
        outcome = Outcome(command_id, "retry", Overloaded("unexpected", "a bug; it is logged"))
    COMMANDS.labels(kind, outcome.status, outcome.error.code if outcome.error else "").inc()
    return outcome


def _spec(commands: Mapping[str, CommandSpec], envelope: CommandEnvelope, actor: Actor) -> CommandSpec:
    if envelope.author != actor.id or actor.kind != "staff":
        raise Refusal("not_the_author", "a command is submitted only by its author")
    spec = commands.get(envelope.type)
    if spec is None:
        raise Malformed("unknown_command", "no command of this type here")
    return spec


def payload_hash(envelope: CommandEnvelope) -> bytes:
    """SHA-256 of what the command says: the same id must always say the same."""
    said = [envelope.type, envelope.v, str(envelope.subject), envelope.base_version, envelope.payload]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).digest()


async def _run(
    db: Database, spec: CommandSpec, envelope: CommandEnvelope, payload: Command, actor: Actor, now: datetime
) -> Refs | Refusal:
    said = payload_hash(envelope)
    async with db.transaction("command") as tx:
        # Two sends of one id wait for each other here; the primary key below is the guard that stays.
        await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", str(envelope.id))
        stored = await tx.fetchrow("select * from command_log where command_id = $1", envelope.id)
        if stored is not None:
            if stored["actor_id"] != actor.id or stored["payload_hash"] not in (said, b""):  # b"": erased since
                raise Refusal("command_id_reused", "this id was accepted with another payload or author")
            return dict(stored["refs"])
        known = envelope.base_version is None or await _version(tx, envelope.subject) == envelope.base_version
        work = Work(tx, now, actor, Cause(envelope.id, envelope.id), envelope.captured_at, envelope.base_version)
        refs = await spec.handler(payload, envelope.subject, work) or {}
        if isinstance(refs, Refusal):
            return refs
        if not known:  # said only now: whoever may not touch the subject learns nothing of its version
            raise Refusal("changed_meanwhile", "the subject has moved on from baseVersion")
        await tx.execute(
            "insert into command_log (command_id, actor_id, command_type, payload_hash, refs, recorded_at, subject)"
            " values ($1, $2, $3, $4, $5, $6, $7)",
            *(envelope.id, actor.id, envelope.type, said, refs, now, envelope.subject),
        )
        await access.record(tx, actor, "write", {envelope.type: [envelope.subject]}, basis="command")
    return refs


async def _version(tx: Connection, subject: UUID) -> int:
    return await tx.fetchval("select version from subject_version where subject = $1 for update", subject) or 0
