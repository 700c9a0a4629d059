"""One command, one effect, for ever."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.kernel.commands import Outcome, execute
from services.kernel.ids import event_id, new_id
from services.kernel.token import Actor
from tests.kernel.conftest import COMMANDS, Room

ANNA, BERT = (Actor(uuid4(), "staff", (("unit-a", "window_staff"),)) for _ in range(2))


def envelope(actor: Actor = ANNA, step: object = 1, **changes: object) -> dict[str, object]:
    return {
        "id": str(new_id()),
        "type": "Tick",
        "v": 1,
        "author": str(actor.id),
        "subject": str(new_id()),
        "deviceSeq": 1,
        "capturedAt": "2026-11-24T12:00:00+09:00",
        "payload": {"step": step},
        **changes,
    }


async def run(room: Room, item: object, actor: Actor = ANNA) -> Outcome:
    return await execute(room.db, COMMANDS, item, actor, datetime.now(UTC))


async def effects(room: Room) -> tuple[object, object, object]:
    return (
        await room.value("select coalesce(sum(value), 0)::int from counter"),
        await room.value("select count(*)::int from outbox"),
        await room.value("select count(*)::int from command_log"),
    )


async def test_same_id_twice_has_one_effect_and_one_answer(room: Room) -> None:
    command = envelope()
    first, second = await run(room, command), await run(room, command)
    assert (first.status, second.status) == ("accepted", "accepted")
    assert first.refs == second.refs == {"counterId": command["subject"]}
    assert await effects(room) == (1, 1, 1)


async def test_same_id_sent_twenty_times_at_once_has_one_effect(room: Room) -> None:
    command = envelope()
    outcomes = await asyncio.gather(*(run(room, command) for _ in range(20)))
    assert {outcome.status for outcome in outcomes} == {"accepted"}
    assert await effects(room) == (1, 1, 1)


async def test_same_id_with_another_payload_is_refused(room: Room) -> None:
    command = envelope()
    await run(room, command)
    outcome = await run(room, {**command, "payload": {"step": 2}})
    assert (outcome.status, outcome.error and outcome.error.code) == ("refused", "command_id_reused")
    assert await effects(room) == (1, 1, 1)


async def test_same_id_by_another_person_is_refused(room: Room) -> None:
    command = envelope()
    await run(room, command)
    outcome = await run(room, {**command, "author": str(BERT.id)}, BERT)
    assert outcome.error and outcome.error.code == "command_id_reused"
    assert await effects(room) == (1, 1, 1)


async def test_a_refused_command_leaves_its_id_free(room: Room) -> None:
    command = envelope(step=13)
    outcome = await run(room, command)
    assert (outcome.status, outcome.error and outcome.error.code) == ("refused", "not_possible")
    assert await effects(room) == (0, 0, 0)
    retried = await run(room, {**command, "payload": {"step": 1}})
    assert retried.status == "accepted"
    assert await effects(room) == (1, 1, 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "Dance"}, "unknown_command"),
        ({"v": 0}, "version_too_old"),
        ({"v": 9}, "version_unknown"),
        ({"payload": {"step": "many"}}, "malformed_payload"),
        ({"payload": {"step": 1, "extra": 1}}, "malformed_payload"),
        ({"id": "not-a-uuid"}, "malformed_envelope"),
        ({"capturedAt": "2026-11-24T12:00:00"}, "malformed_envelope"),
        ({"author": str(BERT.id)}, "not_the_author"),
        ({"baseVersion": 7}, "changed_meanwhile"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_a_code_and_no_value(
    room: Room, change: dict[str, object], code: str
) -> None:
    outcome = await run(room, envelope(**change))
    assert (outcome.status, outcome.error and outcome.error.code) == ("refused", code)
    assert "many" not in str(outcome.as_json()["reason"])
    assert await effects(room) == (0, 0, 0)


async def test_what_a_handler_noted_stays_when_it_gives_its_refusal_back(room: Room) -> None:
    command = envelope(step=14, baseVersion=7)
    for _ in range(2):  # no id is taken: a later try is a fresh one
        outcome = await run(room, command)
        assert (outcome.status, outcome.error and outcome.error.code) == ("refused", "not_possible")
    assert await effects(room) == (28, 0, 0)
    assert await room.value("select count(*)::int from access_log") == 0, "no write is said to have been done"


async def test_an_event_id_follows_from_its_command(room: Room) -> None:
    command = envelope()
    await run(room, command)
    from uuid import UUID

    assert await room.value("select event_id from outbox") == event_id(UUID(str(command["id"])), 0)


async def test_a_command_whose_words_were_erased_is_known_by_its_id_and_author(room: Room) -> None:
    command, other = envelope(), envelope()
    first = await run(room, command)
    await run(room, other)
    async with room.db.transaction() as tx:
        await tx.execute("select forget_commands(array[$1::uuid])", command["subject"])
    assert await room.value("select count(*)::int from command_log where payload_hash = ''") == 1
    assert (await run(room, {**command, "payload": {"step": 2}})).refs == first.refs
    assert (await run(room, {**other, "payload": {"step": 2}})).status == "refused"
    assert await effects(room) == (2, 2, 2)


async def test_versions_of_a_subject_are_gap_free_under_concurrency(room: Room) -> None:
    subject = str(new_id())
    await asyncio.gather(*(run(room, envelope(subject=subject, step=13 if n % 5 == 0 else 1)) for n in range(40)))
    assert await room.value("select array_agg(version order by id) from outbox") == list(range(1, 33))


async def test_the_write_leaves_an_access_row_and_the_log_is_append_only(room: Room) -> None:
    await run(room, envelope())
    assert await room.value("select count(*)::int from access_log where action = 'write'") == 1
    import asyncpg

    for statement in (
        "update access_log set screen = 'x'",
        "delete from access_log",
        "delete from outbox",
        "delete from command_log",
        "update command_log set payload_hash = ''",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with room.db.transaction() as tx:
                await tx.execute(statement)
