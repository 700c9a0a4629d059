"""`make rebuild-bus`: after a restore, make Kafka again from the outboxes, as a new incarnation.

Every event ever committed is in an outbox, so the topics are deleted, made anew and filled by the relays. What Kafka knew
and the restored outboxes do not is listed first: those events were published, then lost with the database; the devices
that keep their acknowledged commands send them again. What erased a record or closed it to somebody is not left to anybody
(an erasure, the end of a consent or of another basis, a keep-off, a 利用停止): each that was lost is done again in its owner's
restored database before a topic is filled, and every holder hears it again. So is the last day of an assignment. What opened
a record is not. Nobody stays signed in: a backup has sessions that were ended since.
The access logs get back from their copy, which is kept, every row they lost; what a backup should have had is named.
Works beside running services. Safe to repeat.
"""

import asyncio
import json
import uuid
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from gateway.sign_in import session_store
from gateway.staff import staff_store
from infra.access_copy import ReadBack, read_back
from infra.installation import installation
from infra.leases import held
from infra.paths import SERVICES, SPEAKERS, VAR
from infra.stack import Stack
from infra.topics import create_topics, delete_topics, read_topic
from services.contracts.base import EventData
from services.contracts.coordination import BasisEnded, ConsentWithdrawn, TeamChanged
from services.contracts.participant_request import ParticipantErased
from services.contracts.person_request import PersonRequestDecided, RecordErased
from services.contracts.sheet_request import SheetErased, SheetRequestDecided
from services.contracts.staff import StaffAssigned
from services.coordination import basis_store, erasure_store, request_store
from services.ibasho import erasure_store as participant_erasure_store
from services.intake import erasure_store as sheet_erasure_store
from services.intake import request_store as sheet_request_store
from services.kernel import outbox
from services.kernel.ids import event_id
from services.kernel.outbox import Cause


@dataclass(frozen=True)
class KnownEvent:
    """An event as the broker knew it: ids, type and version; its body (ids alone) only when it may have erased or closed."""

    topic: str
    event_id: uuid.UUID
    type: str
    subject: str
    version: str
    time: str
    cause: str = ""
    correlation: str = ""
    narrowed: str = ""


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did. `missing`: known to Kafka, absent from the outboxes; of these `narrowed_again` were done again."""

    incarnation: uuid.UUID
    missing: list[KnownEvent]
    to_publish: int
    narrowed_again: int
    read_back: ReadBack


async def rebuild_bus(stack: Stack, report: Path | None = None) -> Rebuilt:
    """Rebuild the topics of one installation; the relays of its services fill them. `report`: where to list `missing`."""
    incarnation = uuid.uuid4()
    async with AsyncExitStack() as leases:
        databases = {
            name: await leases.enter_async_context(held(stack.admin_dsn, stack.dsns[name].owner)) for name in SERVICES
        }
        missing = await find_missing(stack, databases)
        if report and missing:  # written before anything is deleted
            _write(report, missing)
        narrowed_again = await _narrow_again(databases, missing)
        await delete_topics(stack.bootstrap, stack.prefix)
        await session_store.revoke_all(databases["gateway"], datetime.now(UTC))
        counts = [await _begin_again(owner, incarnation) for owner in databases.values()]
        await create_topics(stack.bootstrap, stack.prefix)
    return Rebuilt(incarnation, missing, sum(counts), narrowed_again, await read_back(stack))


def _write(report: Path, missing: list[KnownEvent]) -> None:
    report.write_text(json.dumps([asdict(event) for event in missing], indent=1, default=str))


NARROWS: dict[str, tuple[str, type[EventData], Any]] = {
    RecordErased.type_name(): ("coordination", RecordErased, erasure_store.erase),
    SheetErased.type_name(): ("intake", SheetErased, sheet_erasure_store.erase_sheet),
    ParticipantErased.type_name(): ("ibasho", ParticipantErased, participant_erasure_store.erase),
    ConsentWithdrawn.type_name(): ("coordination", ConsentWithdrawn, basis_store.end_again),
    BasisEnded.type_name(): ("coordination", BasisEnded, basis_store.end_again),
    TeamChanged.type_name(): ("coordination", TeamChanged, basis_store.keep_off_again),
    PersonRequestDecided.type_name(): ("coordination", PersonRequestDecided, request_store.suspend_again),
    SheetRequestDecided.type_name(): ("intake", SheetRequestDecided, sheet_request_store.suspend_again),
    StaffAssigned.type_name(): ("gateway", StaffAssigned, staff_store.end_again),
}
"""Type of an event that may have erased, or closed a record to somebody -> whose it is, and how it is done again. That answers
False when there is nothing to close, or another event when the old one would say too much."""
MOST_EVENTS = 3_000
"""Of one command: a 4月1日 ends and begins up to 500 assignments each, and those of the units it closes."""
SIGN_IN_AGAIN = """全員をサインアウトしました。
バックアップのあとの、端末の使用停止、パスワードの変更、パスキーの取り外しは元に戻っています。もう一度行ってください。
Everybody is signed out. Devices revoked, passwords changed and passkeys removed since the backup
are as before it: do it again."""


async def _narrow_again(databases: dict[str, "asyncpg.Connection[Any]"], missing: list[KnownEvent]) -> int:
    """What erased or closed since the backup, re-applied: the same act, the same event with the same id, at the subject's next
    version. What opened is not. Answers how many."""
    lost, done = [event for event in missing if event.narrowed], 0
    for event in lost:
        speaker, data, act = NARROWS[event.type]
        owner, said = databases[speaker], data.model_validate_json(event.narrowed)
        at = datetime.fromisoformat(event.time)
        cause = Cause(uuid.UUID(event.cause), uuid.UUID(event.correlation))
        place = next((n for n in range(MOST_EVENTS) if event_id(cause.id, n) == event.event_id), None)
        if place is None:  # none of ours ever said it
            continue
        async with owner.transaction():
            if (found := await act(owner, said, at)) is False:
                continue
            if isinstance(found, EventData):
                cause, place, said = Cause(event.event_id, cause.correlation_id), 0, found
            await outbox.insert(owner, cause, place, uuid.UUID(event.subject), said, at, at)
        done += 1
    return done


async def _begin_again(owner: "asyncpg.Connection[Any]", incarnation: uuid.UUID) -> int:
    """All unpublished, all to be read from 0, under a new incarnation. Returns the number of events to publish.

    An offset row that is absent means 0; deleting it also fences a batch that a consumer still holds from the old topic.
    """
    async with owner.transaction():
        await owner.execute("delete from consumer_offset")
        await owner.execute("update outbox set published_at = null where published_at is not null")
        await owner.execute(
            "insert into incarnation (id, started_at) values ($1, clock_timestamp()) on conflict do nothing",
            incarnation,
        )
        return int(await owner.fetchval("select count(*) from outbox"))


async def find_missing(stack: Stack, databases: dict[str, "asyncpg.Connection[Any]"]) -> list[KnownEvent]:
    """Events on the topics whose ids the owner's outbox does not hold, in the order of each partition."""
    missing = []
    for speaker in SPEAKERS:
        owner = databases["gateway" if speaker == "staff" else speaker]
        topic = f"{stack.prefix}.{speaker}"
        async for records in read_topic(stack.bootstrap, topic):
            known = [_known(topic, dict(record.headers), record.value) for record in records]
            batch = [event for event in known if event]
            ids = [event.event_id for event in batch]
            absent = await owner.fetch("select id from unnest($1::uuid[]) id except select event_id from outbox", ids)
            lost = {row["id"] for row in absent}
            missing += [event for event in batch if event.event_id in lost]
    return list(dict.fromkeys(missing))


def _known(topic: str, headers: dict[str, bytes], body: bytes | None) -> KnownEvent | None:
    """Nothing for what is no event of ours: the broker takes records from anybody, and no listener applied it."""
    said = {name.removeprefix("ce_"): value.decode("utf8", "replace") for name, value in headers.items()}
    names = ("type", "subject", "aggregateversion", "time", "causationid", "correlationid")
    type_, subject, version, time, cause, correlation = (said.get(name, "") for name in names)
    narrowed = (body or b"").decode("utf8", "replace") if type_ in NARROWS else ""
    try:
        if narrowed:
            NARROWS[type_][1].model_validate_json(narrowed)
            uuid.UUID(cause), uuid.UUID(correlation)
        return KnownEvent(topic, uuid.UUID(said["id"]), type_, subject, version, time, cause, correlation, narrowed)
    except (KeyError, ValueError):
        return None


def _tell(back: ReadBack) -> None:
    print(f"写しから戻した閲覧の記録 / access rows read back from the copy: {back.rows}")
    told = (
        (back.older, "うち、バックアップより前に消えていたもの / of these, gone before the backup"),
        (back.refused, "写しにあるが戻せないもの / in the copy, and not to be put back"),
    )
    for rows, words in told:
        for row in rows:
            print(f"  {row.service}  {row.access_id}  {row.at.isoformat()}")
        if rows:
            print(f"{words}: {len(rows)}")


async def main() -> None:
    """Rebuild the installation of `make run`."""
    async with installation() as (stack, is_running):
        report = VAR / f"rebuild-bus-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
        rebuilt = await rebuild_bus(stack, report)
        print(f"新しい incarnation / new incarnation: {rebuilt.incarnation}")
        print(f"配り直す出来事 / events to publish again: {rebuilt.to_publish}")
        for event in rebuilt.missing:
            print(f"  {event.topic}  {event.event_id}  {event.type}  {event.subject} v{event.version}  {event.time}")
        where = f" → {report}" if rebuilt.missing else ""
        print(f"バスだけが知っていた出来事 / known to Kafka alone: {len(rebuilt.missing)}{where}")
        print(f"あらためて行った消去・取りやめ・利用停止など / erased or closed again: {rebuilt.narrowed_again}")
        print(SIGN_IN_AGAIN)
        _tell(rebuilt.read_back)
        if not is_running:
            print("次の make run で配り直します / they are published at the next make run.")


if __name__ == "__main__":
    asyncio.run(main())
