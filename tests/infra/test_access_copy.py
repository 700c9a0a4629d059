"""The access log and its copy: whatever is changed or deleted in one is named; who may write what; kills lose nothing."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

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
        " values ($1, 'staff', 'read', '{}', '{}', 'none', '', '', now() - interval '1 minute') returning access_id"
    )
    [row] = sql(owner, insert, UUID(int=1))
    assert asyncio.run(compare(copied)).differences == [Difference("coordination", str(row["access_id"]), "not copied")]
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
