"""Rows of a service's database, also while Playwright's own loop runs in this thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import asyncpg

from infra.stack import Stack
from services.kernel.db import connect


def rows(stack: Stack, service: str, query: str, *arguments: object) -> list[asyncpg.Record]:
    """What the query finds, asked as the owner of the database."""

    async def ask() -> list[asyncpg.Record]:
        connection = await connect(stack.dsns[service].owner)
        try:
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, ask()).result()
