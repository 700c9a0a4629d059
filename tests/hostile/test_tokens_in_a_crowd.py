"""Tokens that come many at once: each is looked at alone, so that none counts twice and none is lost in the crowd."""

import asyncio
from collections import Counter

import httpx

from infra.stack import Stack
from services.kernel.request import current_actor
from tests.hostile.story import Tokens, bugs

ROUNDS, AT_ONCE = 5, 60


async def test_a_token_brought_many_times_at_once_counts_once(town: Stack) -> None:
    """They were verified in threads, beside each other, over one unguarded list of the used."""
    tokens, before = Tokens(town, "notify"), bugs(town)
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=town.service_url("notify"), timeout=30, limits=limits) as client:
        for _ in range(ROUNDS):
            header = tokens.header()
            answers = await asyncio.gather(*(client.get("/views/notices", headers=header) for _ in range(AT_ONCE)))
            assert Counter(answer.status_code for answer in answers) == {200: 1, 401: AT_ONCE - 1}
            assert {answer.json()["code"] for answer in answers if answer.status_code == 401} == {"token_invalid"}
    assert bugs(town) == before


async def test_tokens_are_not_looked_at_in_threads() -> None:
    """What the race needs, and what no number of rounds would prove to be gone: two threads in `Verifier.verify`."""
    assert asyncio.iscoroutinefunction(current_actor)
