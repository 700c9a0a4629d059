"""No answer without its row: coordination is killed again and again while many read; every answer that arrived is looked up.

`BANSO_READS` says how many answers (default 3,000; 100,000 takes some minutes). The row of an answer is known by its screen.
"""

import asyncio
import os
import time

import httpx
import pytest

from infra.seed import actor_of
from infra.stack import Stack
from infra.verify_access_log import compare
from services.kernel.db import connect
from services.kernel.token import Signer
from tests.support.city import running_city
from tests.support.person import Person, open_case
from tests.support.servers import Servers

READS = int(os.environ.get("BANSO_READS", "3000"))
READERS = 12


async def read_until_enough(stack: Stack, answered: list[str], reader: int, case: str) -> None:
    """Read the case page over and over, each time as a screen of its own; note which answers arrived."""
    signer, number = Signer(stack.keys_dir, "gateway"), 0
    async with httpx.AsyncClient(base_url=stack.service_url("coordination"), timeout=10) as client:
        while len(answered) < READS:
            number += 1
            screen = f"r{reader}-{number}"
            token = signer.sign(actor_of("takahashi"), "coordination")
            headers = {"Authorization": f"Bearer {token}", "Banso-Screen": screen}
            try:
                answer = await client.get(f"/views/cases/{case}", headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == 200:
                assert answer.json()["id"] == case
                answered.append(screen)


async def kill_again_and_again(stack: Stack, answered: list[str]) -> int:
    """Some seconds after it is ready again, every time. Started in this thread: a child ends with the thread that made it."""
    kills = 0
    while len(answered) < READS:
        await asyncio.sleep(6)
        stack.kill("coordination")
        stack.start(["coordination"], wait=False)
        kills += 1
        await asyncio.to_thread(stack.wait_ready, "coordination", bus=False)
        print(f"{kills} kills, {len(answered)} answers", flush=True)
    return kills


async def storm(stack: Stack, case: str) -> tuple[list[str], int]:
    answered: list[str] = []
    readers = [read_until_enough(stack, answered, reader, case) for reader in range(READERS)]
    *_, kills = await asyncio.gather(*readers, kill_again_and_again(stack, answered))
    return answered, kills


async def logged(stack: Stack) -> set[str]:
    connection = await connect(stack.dsns["coordination"].owner)
    try:
        rows = await connection.fetch("select screen from access_log where action = 'read' and screen like 'r%'")
        return {row["screen"] for row in rows}
    finally:
        await connection.close()


@pytest.mark.timeout(3600)
def test_no_answer_without_its_row(servers: Servers) -> None:
    with running_city(servers, "reads") as stack:
        case = str(open_case(Person(stack.url, "watanabe"), Person(stack.url, "takahashi")))
        begun = time.monotonic()
        answered, kills = asyncio.run(storm(stack, case))
        rows = asyncio.run(logged(stack))
        assert [screen for screen in answered if screen not in rows] == []
        stack.wait_ready("coordination")
        stack.wait_settled(300)
        assert asyncio.run(compare(stack)).differences == []
        seconds = time.monotonic() - begun
        print(
            f"{len(answered)} answers, {kills} kills, {seconds:.0f} s, rows without an answer {len(rows - set(answered))}"
        )
        assert kills >= 1
