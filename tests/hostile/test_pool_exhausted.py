"""Every place in a pool taken, and a crowd behind them: 503 with Retry-After for whoever waited too long, never 500."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import httpx
import pytest

from infra.stack import Stack
from services.kernel.db import connect
from services.kernel.ids import new_id
from services.kernel.settings import Settings
from tests.hostile.story import SERVICES, Tokens, bugs
from tests.support.person import Person, document_ids, visit_payload

READS = {
    "intake": "/views/tray",
    "coordination": "/views/cases",
    "ibasho": "/views/places",
    "notify": "/views/notices",
    "reporting": "/views/statistics?from=2026-01&to=2026-12",
}
CROWD = Settings.model_fields["pool_size"].default * 4


async def held_up(
    town: Stack, name: str, table: str, client: httpx.AsyncClient, said: list[httpx.Request]
) -> Counter[str]:
    """The answers while the table is locked away: (status, with or without Retry-After)."""
    owner = await connect(town.dsns[name].owner)
    try:
        async with owner.transaction():
            await owner.execute(f"lock table {table} in access exclusive mode")
            answers = await asyncio.gather(*(client.send(one) for one in said))
    finally:
        await owner.close()
    return Counter(f"{one.status_code}{' again' if 'retry-after' in one.headers else ''}" for one in answers)


def commands(person: Person) -> Mapping[str, object]:
    """One visit; what becomes of it is said in its outcome."""
    return {"commands": [person.envelope("RecordVisit", new_id(), visit_payload())]}


@pytest.mark.timeout(120)
async def test_a_service_without_a_free_connection_says_when_to_come_again(town: Stack) -> None:
    before = bugs(town)
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=500)) as client:

        def asked(name: str) -> list[httpx.Request]:
            url, tokens = f"{town.service_url(name)}{READS[name]}", Tokens(town, name)
            return [client.build_request("GET", url, headers=tokens.header()) for _ in range(CROWD)]

        tried = [held_up(town, name, "access_log", client, asked(name)) for name in SERVICES]
        found = dict(zip(SERVICES, await asyncio.gather(*tried), strict=True))
        print({name: dict(counts) for name, counts in found.items()})
        assert all(set(counts) == {"503 again"} for counts in found.values())
        for name in SERVICES:
            answers = await asyncio.gather(*(client.send(one) for one in asked(name)))
            assert {one.status_code for one in answers} == {200}, name
    assert bugs(town) == before


@pytest.mark.timeout(120)
async def test_the_gateway_without_a_free_connection_says_when_to_come_again(town: Stack) -> None:
    before, person = bugs(town), Person(town.url, "takahashi")
    body = {"documentId": document_ids()["Me"], "variables": {}}
    limits = httpx.Limits(max_connections=500)
    async with httpx.AsyncClient(
        base_url=town.url, timeout=60, limits=limits, cookies=person.http.cookies, headers={"Origin": town.url}
    ) as client:
        said = [client.build_request("POST", "/graphql", json=body) for _ in range(CROWD)]
        said += [client.build_request("GET", "/signals") for _ in range(4)]
        found = await held_up(town, "gateway", "session", client, said)
        print(dict(found))
        assert set(found) == {"503 again"}
        answers = await asyncio.gather(*(client.post("/graphql", json=body) for _ in range(CROWD)))
        assert {one.status_code for one in answers} == {200}
    assert bugs(town) == before


@pytest.mark.timeout(120)
async def test_a_command_without_a_free_connection_is_to_be_sent_again(town: Stack) -> None:
    before, person = bugs(town), Person(town.url, "takahashi")
    tokens = Tokens(town, "coordination", None)
    async with httpx.AsyncClient(base_url=town.service_url("coordination"), timeout=60) as client:
        envelope = person.envelope("RecordVisit", new_id(), visit_payload(), author=str(tokens.actor.id))
        said = [
            client.build_request("POST", "/commands", json={"commands": [envelope]}, headers=tokens.header())
            for _ in range(CROWD)
        ]
        found = await held_up(town, "coordination", "command_log", client, said)
        print(dict(found))
        assert set(found) <= {"200", "503 again"}
    assert bugs(town) == before
