"""No answer without its rows: coordination is killed again and again while many read; every answer that arrived is looked up.

`BANSO_READS` says how many answers (default 3,000; 100,000 takes some minutes). The rows of an answer are known by its screen:
at least one, one for each basis, and each record that was shown in exactly one of them.
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
from services.kernel.ids import new_id
from services.kernel.token import Signer
from tests.support.city import running_city
from tests.support.person import Person, basis_payload, open_case
from tests.support.servers import Servers

READS = int(os.environ.get("BANSO_READS", "3000"))
READERS = 12


async def read_until_enough(stack: Stack, answered: dict[str, set[str]], reader: int, case: str) -> None:
    """Read the case page and the list over and over, each time as a screen of its own; note which answers arrived, and of what."""
    signer, number = Signer(stack.keys_dir, "gateway"), 0
    async with httpx.AsyncClient(base_url=stack.service_url("coordination"), timeout=10) as client:
        while len(answered) < READS:
            number += 1
            screen = f"r{reader}-{number}"
            token = signer.sign(actor_of("takahashi"), "coordination")
            headers = {"Authorization": f"Bearer {token}", "Banso-Screen": screen}
            try:
                answer = await client.get("/views/cases" if number % 2 else f"/views/cases/{case}", headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == 200:
                said = answer.json() if number % 2 else [answer.json()]
                answered[screen] = {one["id"] for one in said}
                assert case in answered[screen]


async def kill_again_and_again(stack: Stack, answered: dict[str, set[str]]) -> int:
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


async def storm(stack: Stack, case: str) -> tuple[dict[str, set[str]], int]:
    answered: dict[str, set[str]] = {}
    readers = [read_until_enough(stack, answered, reader, case) for reader in range(READERS)]
    *_, kills = await asyncio.gather(*readers, kill_again_and_again(stack, answered))
    return answered, kills


async def logged(stack: Stack) -> dict[str, dict[str, list[str]]]:
    """Screen -> case -> the basis of every row that shows it."""
    connection = await connect(stack.dsns["coordination"].owner)
    found: dict[str, dict[str, list[str]]] = {}
    try:
        query = (
            "select screen, basis, shown -> 'case' as cases from access_log where action = 'read' and screen like 'r%'"
        )
        for row in await connection.fetch(query):
            for case in row["cases"]:
                found.setdefault(row["screen"], {}).setdefault(case, []).append(row["basis"])
        return found
    finally:
        await connection.close()


@pytest.mark.timeout(3600)
def test_no_answer_without_its_row(servers: Servers) -> None:
    with running_city(servers, "reads") as stack:
        reader, other = Person(stack.url, "takahashi"), Person(stack.url, "hamada")
        case, shared = (str(open_case(Person(stack.url, "watanabe"), owner)) for owner in (reader, other))
        reader.do("UseEmergency", shared, basis_payload("UseEmergency", new_id(), minutes=240))
        begun = time.monotonic()
        answered, kills = asyncio.run(storm(stack, case))
        rows = asyncio.run(logged(stack))
        by = {case: ["member"], shared: ["emergency"]}
        wrong = [screen for screen, of in answered.items() if rows.get(screen) != {each: by[each] for each in of}]
        assert wrong == []
        assert {len(of) for of in answered.values()} == {1, 2}, "pages, and lists by two bases"
        stack.wait_ready("coordination")
        stack.wait_settled(300)
        assert asyncio.run(compare(stack)).differences == []
        seconds = time.monotonic() - begun
        print(
            f"{len(answered)} answers, {kills} kills, {seconds:.0f} s, rows without an answer {len(rows.keys() - answered.keys())}"
        )
        assert kills >= 1
