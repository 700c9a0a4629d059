"""Manifest sync: after one round trip the device holds exactly what its person may see, whatever happened in between."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts.tokyo import tokyo_day
from services.kernel.ids import new_id
from services.kernel.token import Actor
from services.manifest import difference
from tests.service.coordination.conftest import Case, World
from tests.service.coordination.test_basis import do

CHANGES = ("leave", "come back", "keep off", "let in", "close", "reopen", "leave tonight", "a day passes")
STEPS = ("visit", "visit", "visit", *CHANGES)
HEALTHY = ("reopen", "come back", "let in")


async def sync(world: World, actor: Actor, device: dict[str, Any]) -> dict[str, Any]:
    """One round trip; `device` becomes what it holds afterwards."""
    body = {"have": {id_: held["etag"] for id_, held in device.items()}}
    answer = await world.http.post("/views/sync", json=body, headers=world.headers(actor))
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    for held in said["upsert"]:
        device[held["id"]] = held
    for gone in said["drop"]:
        del device[gone]
    return said


async def step(world: World, case: Case, what: str) -> None:
    """Something happens to a case."""
    member, day = (case.id, case.colleague.id), tokyo_day(world.now)
    match what:
        case "visit":
            await world.record(case.owner, case)
        case "leave":
            query = "update case_member set until = $3 where case_id = $1 and staff_id = $2 and until is null"
            await world.tables.execute(query, *member, day - timedelta(days=1))
        case "leave tonight":
            query = "update case_member set until = $3 where case_id = $1 and staff_id = $2 and until is null"
            await world.tables.execute(query, *member, day)
        case "a day passes":
            world.now += timedelta(days=1)
        case "come back":
            query = "update case_member set until = null where case_id = $1 and staff_id = $2"
            await world.tables.execute(query, *member)
        case "keep off":
            await world.tables.execute("insert into case_kept_off values ($1, $2) on conflict do nothing", *member)
        case "let in":
            await world.tables.execute("delete from case_kept_off where case_id = $1 and staff_id = $2", *member)
        case "close":
            closing = {"closingId": str(new_id()), "reason": "concluded", "promiseSettled": True}
            await do(world, case.owner, case, "CloseCase", **closing)
        case "reopen":
            await do(world, case.owner, case, "ReopenCase")


async def what_the_server_shows(world: World, actor: Actor) -> dict[str, Any]:
    """Each open case of the team, through the views of the screens."""
    cards = (await world.get(actor, "/views/cases")).json()
    return {card["id"]: (card, (await world.get(actor, f"/views/cases/{card['id']}")).json()) for card in cards}


async def test_the_device_equals_what_the_server_shows(world: World) -> None:
    """Random histories of two cases; one round trip anywhere between them. Every history begins with both cases open."""
    cases = [await world.settled() for _ in range(2)]
    actor = cases[0].colleague
    query = "insert into case_member values ($1, $2, '2026-11-01')"
    await world.tables.execute(query, cases[1].id, actor.id)
    cases[1].colleague = actor
    loop, device = asyncio.get_running_loop(), dict[str, Any]()
    seen = Counter[str]()

    async def history(steps: list[tuple[int, str]]) -> None:
        before = dict(device)
        for which, what in [(0, each) for each in HEALTHY] + [(1, each) for each in HEALTHY] + steps:
            await step(world, cases[which], what)
        said = await sync(world, actor, device)
        shown = await what_the_server_shows(world, actor)
        assert {id_: (held["card"], held["record"]) for id_, held in device.items()} == shown
        seen.update(changed=len(before.keys() & {each["id"] for each in said["upsert"]}), dropped=len(said["drop"]))
        again = await sync(world, actor, device)
        assert (again["upsert"], again["drop"]) == ([], [])

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(STEPS)), max_size=6))
    def histories(steps: list[tuple[int, str]]) -> None:
        asyncio.run_coroutine_threadsafe(history(steps), loop).result(60)

    await asyncio.to_thread(histories)
    print(dict(seen))
    assert seen["changed"] > 10 and seen["dropped"] > 10, "the histories are worth something"


async def test_taking_along_is_an_access_row_and_a_second_round_shows_nothing(world: World) -> None:
    case = await world.settled()
    device: dict[str, Any] = {}
    await sync(world, case.owner, device)
    await sync(world, case.owner, device)
    first, second = (await world.accesses(case.owner))[-2:]
    assert (first["purpose"], first["shown"], first["basis"]) == ("take_along", {"case": [str(case.id)]}, "member")
    assert second["shown"] == {}
    await world.record(case.owner, case, memo="もう一度")
    assert [held["id"] for held in (await sync(world, case.owner, device))["upsert"]] == [str(case.id)]


async def test_a_lead_takes_nothing_along_and_a_stranger_s_id_is_dropped(world: World) -> None:
    case = await world.settled()
    device: dict[str, Any] = {str(case.id): {"etag": "x"}}
    said = await sync(world, case.staff("manager"), device)
    assert (said["upsert"], said["drop"]) == ([], [str(case.id)])


async def test_a_manifest_that_cannot_be_read_is_refused(world: World) -> None:
    case = await world.settled()
    for body in ({}, {"have": []}, {"have": {"a": 1}}, [1]):
        answer = await world.http.post("/views/sync", json=body, headers=world.headers(case.owner))
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed_body")


def test_a_changed_answer_has_another_etag() -> None:
    [held], _ = difference({}, [{"id": "a", "memo": "x"}])
    assert difference({"a": held["etag"]}, [{"id": "a", "memo": "x"}]) == ([], [])
    upsert, drop = difference({"a": held["etag"], "b": "?"}, [{"id": "a", "memo": "y"}])
    assert ([each["id"] for each in upsert], drop) == (["a"], ["b"])
