"""The access log and its copy: whatever is changed or deleted in one is named; who may write what; kills lose nothing."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from infra.access_copy import read_back
from infra.stack import Stack
from infra.verify_access_log import Difference, compare
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.support.city import running_city
from tests.support.person import Person, open_case, wait_until
from tests.support.servers import Servers


@pytest.fixture(scope="module")
def copied(servers: Servers) -> Iterator[Stack]:
    """A house of its own, because its log is tampered with; one case was read in it."""
    with running_city(servers, "copied") as stack:
        clerk, coordinator = Person(stack.url, "watanabe"), Person(stack.url, "takahashi")
        case = open_case(clerk, coordinator)
        for _ in range(20):
            coordinator.ask("Case", id=str(case))
        stack.wait_settled()
        yield stack


def sql(dsn: str, query: str, *arguments: object) -> list[Any]:
    async def ask() -> list[Any]:
        connection = await connect(dsn)
        try:
            return [dict(row) for row in await connection.fetch(query, *arguments)]
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_both_copies_are_the_same_and_every_row_is_in_both(copied: Stack) -> None:
    found = asyncio.run(compare(copied))
    assert (found.differences, found.waiting) == ([], 0)
    rows = sum(
        sql(copied.dsns[name].owner, "select count(*)::int as n from access_log")[0]["n"]
        for name in ("gateway", "intake", "coordination", "ibasho", "notify", "reporting")
    )
    assert found.rows == rows >= 21


def test_what_was_refused_is_in_both_copies(copied: Stack) -> None:
    nowhere, coordinator = str(new_id()), Person(copied.url, "takahashi")
    assert coordinator.ask("Case", id=nowhere)["case"] is None
    query = "select published_at from access_log where action = 'refused' and actor_id = $1 and shown -> 'case' ? $2"
    owner = copied.dsns["coordination"].owner
    wait_until(lambda: sql(owner, query, UUID(coordinator.id), nowhere)[0]["published_at"])
    assert asyncio.run(compare(copied)).differences == []


def test_one_tampered_and_one_deleted_row_are_both_found_and_named(copied: Stack) -> None:
    owner = copied.dsns["coordination"].owner
    reads = "select access_id from access_log where action = 'read' and screen = 'Case' order by id desc limit 2"
    changed, deleted = (row["access_id"] for row in sql(owner, reads))
    sql(owner, "update access_log set basis = 'consent' where access_id = $1", changed)
    [kept] = sql(owner, "delete from access_log where access_id = $1 returning *", deleted)
    found = asyncio.run(compare(copied)).differences
    assert {(one.service, one.access_id, one.how) for one in found} == {
        ("coordination", str(changed), "changed"),
        ("coordination", str(deleted), "deleted"),
    }
    sql(owner, "update access_log set basis = 'member' where access_id = $1", changed)
    columns = ", ".join(kept)
    places = ", ".join(f"${n + 1}" for n in range(len(kept)))
    put_back = f"insert into access_log ({columns}) overriding system value values ({places})"
    sql(owner, put_back, *kept.values())
    assert asyncio.run(compare(copied)).differences == []


def test_a_row_that_only_claims_to_be_copied_is_found(copied: Stack) -> None:
    owner = copied.dsns["coordination"].owner
    insert = (
        "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen, published_at)"
        " values ($1, 'staff', 'read', '{}', '{}', 'none', '', '', now() - interval '1 minute') returning access_id, at"
    )
    [row] = sql(owner, insert, UUID(int=1))
    named = Difference("coordination", str(row["access_id"]), "not copied", row["at"])
    assert asyncio.run(compare(copied)).differences == [named]
    sql(owner, "delete from access_log where access_id = $1", row["access_id"])


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("app", "update access_log set basis = 'x'"),
        ("app", "update access_log set published_at = now()"),
        ("app", "delete from access_log"),
        (
            "app",
            "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen, at)"
            " values (gen_random_uuid(), 'staff', 'read', '{}', '{}', '', '', '', now())",
        ),
        ("copy", "update access_log set basis = 'x'"),
        ("copy", "delete from access_log"),
        ("copy", "insert into access_log (basis) values ('x')"),
        ("copy", "select * from case_file"),
        ("copy", "select * from person_private"),
        ("copy", "select * from outbox"),
    ],
)
def test_neither_role_may_do_the_other_s_part_nor_unmake_a_row(copied: Stack, role: str, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        sql(getattr(copied.dsns["coordination"], role), statement)


def test_a_copier_killed_between_ack_and_mark_copies_again_and_nothing_differs(copied: Stack) -> None:
    coordinator = Person(copied.url, "takahashi")
    copied.stop(["copier"])
    copied.start(["copier"], {"BANSO_CRASH_AT": "copy.after_ack"}, wait=False)
    coordinator.ask("Cases")
    wait_until(lambda: copied.exit_code("copier") == -9)
    assert asyncio.run(compare(copied)).differences == []
    copied.start(["copier"])
    copied.wait_settled()
    found = asyncio.run(compare(copied))
    assert (found.differences, found.waiting) == ([], 0)


def test_the_copier_keeps_no_answer_waiting_for_the_bus(copied: Stack) -> None:
    """The row is committed with the answer; the copy follows when it can."""
    copied.stop(["copier"])
    Person(copied.url, "takahashi").ask("Cases")
    found = asyncio.run(compare(copied))
    assert found.differences == [] and found.waiting >= 1
    copied.start(["copier"])
    copied.wait_settled()
    assert asyncio.run(compare(copied)).waiting == 0


OF_AN_HOUR_AGO = (
    "insert into access_log (at, actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen)"
    " values (now() - interval '1 hour', $1, 'staff', 'read', '{}', '{}', 'none', '', '') returning access_id, at"
)


def test_a_row_that_waits_longer_than_a_minute_is_named_and_one_that_just_came_is_not(copied: Stack) -> None:
    owner = copied.dsns["coordination"].owner
    copied.stop(["copier"])
    Person(copied.url, "takahashi").ask("Cases")
    [late] = sql(owner, OF_AN_HOUR_AGO, UUID(int=2))
    found = asyncio.run(compare(copied))
    assert found.differences == [Difference("coordination", str(late["access_id"]), "late", late["at"])]
    assert found.waiting >= 1
    copied.start(["copier"])
    copied.wait_settled()
    assert asyncio.run(compare(copied)).differences == []


async def test_the_copier_says_for_how_many_seconds_the_oldest_row_waits(copied: Stack) -> None:
    copied.stop(["copier"])
    owner = await connect(copied.dsns["coordination"].owner)
    try:
        id_ = await owner.fetchval(OF_AN_HOUR_AGO, UUID(int=3))
        async with owner.transaction():  # copied, but not to be marked
            await owner.execute("select from access_log where access_id = $1 for update", id_)
            await asyncio.to_thread(copied.start, ["copier"])
            for _ in range(100):
                if (waits := (copied.status("copier") or {}).get("oldestUnpublishedSeconds", 0)) >= 3600:
                    break
                await asyncio.sleep(0.1)
            assert 3600 <= waits < 3700
    finally:
        await owner.close()
    await asyncio.to_thread(copied.wait_settled)


def forge(stack: Stack, records: list[tuple[bytes | None, bytes | None]]) -> list[str]:
    """Put records on the topic as anybody could; answers where they lie."""

    async def send() -> list[str]:
        async with AIOKafkaProducer(bootstrap_servers=stack.bootstrap) as producer:
            sent = [await producer.send_and_wait(f"{stack.prefix}.access", body, key) for key, body in records]
            return [f"{each.partition}@{each.offset}" for each in sent]

    return asyncio.run(send())


def test_after_a_restore_the_log_gets_back_what_it_lost_and_what_was_gone_before_is_named(copied: Stack) -> None:
    owner, coordinator = copied.dsns["coordination"].owner, Person(copied.url, "takahashi")
    [gone] = sql(owner, OF_AN_HOUR_AGO, UUID(int=4))
    for _ in range(7):
        coordinator.ask("Cases")
    copied.wait_settled()
    newest = "select id from access_log where screen = 'Cases' order by id desc"
    lost = sql(owner, f"delete from access_log where id in ({newest} limit 5) returning *")
    sql(owner, "delete from access_log where access_id = $1", gone["access_id"])
    [changed] = sql(owner, f"update access_log set basis = 'x' where id in ({newest} limit 1) returning access_id, at")
    numbered = OF_AN_HOUR_AGO.replace("(at,", "(id, at,").replace("values (", "overriding system value values ($2, ")
    sql(owner, numbered, UUID(int=5), lost[0]["id"])  # as services do that work before the log is whole again
    made_up = {
        "access_id": str(new_id()),
        "service": "coordination",
        "at": "2026-11-24T00:00:00.000000Z",
        "id": 2**63 - 1,
    }
    forge(copied, [(made_up["access_id"].encode(), json.dumps(made_up).encode())])
    copied.wait_settled()
    assert len(asyncio.run(compare(copied)).differences) == 5 + 1 + 1 + 1
    back = asyncio.run(read_back(copied))
    assert (back.rows, [row.access_id for row in back.older]) == (6, [str(gone["access_id"])])
    assert [row.access_id for row in back.refused] == [made_up["access_id"]]
    there = "select * from access_log where access_id = any($1) order by access_id"
    again = sql(owner, there, [row["access_id"] for row in lost])
    not_said = {"id", "published_at"}
    assert [{key: row[key] for key in row.keys() - not_said} for row in again] == [
        {key: row[key] for key in row.keys() - not_said} for row in sorted(lost, key=lambda row: row["access_id"])
    ]
    left = {(one.access_id, one.how) for one in asyncio.run(compare(copied)).differences}
    assert left == {(str(changed["access_id"]), "changed"), (made_up["access_id"], "deleted")}
    assert asyncio.run(read_back(copied)).rows == 0
    assert coordinator.ask("Cases"), "the log still numbers its rows"


def test_a_record_that_no_copier_made_is_named_by_its_place_and_the_rest_is_compared(copied: Stack) -> None:
    before = asyncio.run(compare(copied))
    id_ = str(new_id())
    row = {"access_id": id_, "service": "intake", "at": "2026-11-24T00:00:00.000000Z"}
    strange = [
        (None, json.dumps(row)),
        (id_, None),
        (id_, "not json"),
        (id_, "[" * 100_000),
        (id_, '["a list"]'),
        (id_, json.dumps(row | {"at": 7})),
        (id_, json.dumps(row | {"service": ["intake"]})),
        (id_, json.dumps(row | {"service": "elsewhere"})),
        (id_, json.dumps(row | {"at": "0001-01-01T00:00:00+14:00"})),
        (str(new_id()), json.dumps(row)),
    ]
    places = forge(copied, [(key and key.encode(), body and body.encode()) for key, body in strange])
    places += forge(copied, [(b"\xff", b"\xff\xfe")])
    found = asyncio.run(compare(copied))
    foreign = [one for one in found.differences if one.how == "foreign"]
    assert sorted(one.access_id for one in foreign) == sorted(places)
    assert {one.service for one in foreign} == {f"{copied.prefix}.access"}
    assert [one for one in found.differences if one.how != "foreign"] == before.differences
    assert found.rows >= before.rows
