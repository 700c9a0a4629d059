"""1,000 times two coordinators accept and the clerk withdraws at the same moment: exactly one wins, every time."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from infra.seed import actor_of
from infra.stack import Stack
from services.kernel.db import connect
from services.kernel.ids import new_id
from services.kernel.token import Actor, Signer
from tests.support.city import running_city
from tests.support.person import consultation_payload, package_payload
from tests.support.servers import Servers

ROUNDS = 1000
AT_ONCE = 8


def signed(stack: Stack, actor: Actor) -> dict[str, str]:
    return {"Authorization": f"Bearer {Signer(Path(stack.keys_dir), 'gateway').sign(actor, 'intake')}"}


async def post(client: httpx.AsyncClient, stack: Stack, login: str, type: str, subject: UUID, payload: dict) -> dict:
    """One command, straight at the owner, as a device would send it: the same id again while the answer is "later"."""
    actor = actor_of(login)
    envelope = {"id": str(new_id()), "type": type, "v": 1, "author": str(actor.id), "subject": str(subject)}
    envelope |= {"deviceSeq": 1, "capturedAt": "2026-11-24T00:00:00Z", "payload": payload}
    for _ in range(50):
        with contextlib.suppress(httpx.TransportError):  # no answer: unknown, so the same id once more
            answer = await client.post("/commands", json={"commands": [envelope]}, headers=signed(stack, actor))
            outcome: dict = answer.json()["outcomes"][0]
            if outcome["status"] != "retry":
                return outcome
        await asyncio.sleep(0.2)
    raise AssertionError("no definite answer")


async def one_round(client: httpx.AsyncClient, stack: Stack) -> tuple[UUID, list[dict]]:
    consultation, handoff = new_id(), new_id()
    await post(client, stack, "watanabe", "OpenConsultation", consultation, consultation_payload())
    await post(client, stack, "watanabe", "HandOff", handoff, package_payload(consultation))
    outcomes = await asyncio.gather(
        post(client, stack, "takahashi", "AcceptHandoff", handoff, {"caseId": str(new_id())}),
        post(client, stack, "watanabe", "WithdrawHandoff", handoff, {}),
        post(client, stack, "hamada", "AcceptHandoff", handoff, {"caseId": str(new_id())}),
    )
    return handoff, outcomes


@pytest.fixture
def city(servers: Servers) -> Iterator[Stack]:
    """An installation of its own: a thousand handoffs are nothing that other tests should have on their screens."""
    with running_city(servers, "race") as stack:
        yield stack


async def test_accept_withdraw_accept_exactly_one_wins(city: Stack) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(base_url=city.service_url("intake"), timeout=60) as client:

        async def guarded() -> tuple[UUID, list[dict]]:
            async with gate:
                return await one_round(client, city)

        rounds = await asyncio.gather(*(guarded() for _ in range(ROUNDS)))
    winners = Counter(sum(outcome["status"] == "accepted" for outcome in outcomes) for _, outcomes in rounds)
    assert winners == {1: ROUNDS}
    codes = Counter(o["code"] for _, outcomes in rounds for o in outcomes if o["status"] != "accepted")
    assert set(codes) <= {"already_accepted", "handoff_is_closed"}
    who = Counter([o["status"] for o in outcomes].index("accepted") for _, outcomes in rounds)
    assert len(who) >= 2, "the race never went the other way"
    connection = await connect(city.dsns["intake"].owner)
    answered = await connection.fetchval(
        "select count(*) from outbox where subject = any($1::uuid[]) and version = 2",
        [handoff for handoff, _ in rounds],
    )
    more = await connection.fetchval(
        "select count(*) from outbox where subject = any($1::uuid[]) and version > 2", [h for h, _ in rounds]
    )
    await connection.close()
    assert (answered, more) == (ROUNDS, 0)
    print(f"{ROUNDS} races; won by takahashi/clerk/hamada: {[who[n] for n in range(3)]}")
