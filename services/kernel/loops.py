"""Loops that run as long as the process: they try again after any error of the moment, and close what may be dead."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
from aiokafka.errors import KafkaError

from services.kernel.db import TRANSIENT
from services.kernel.telemetry import log

# AttributeError: anyio's answer when a peer dies between connect and the first look at the new socket (httpx lets it pass).
UNREACHABLE = (httpx.HTTPError, AttributeError)
KAFKA_TIMES = {"request_timeout_ms": 10_000, "metadata_max_age_ms": 30_000}
OF_THE_MOMENT = (*TRANSIENT, asyncpg.PostgresError, KafkaError, TimeoutError)


async def again_and_again(name: str, attempt: Callable[[], Awaitable[None]]) -> None:
    """For ever: when the attempt ended (the lock was taken) or failed for the moment, try again half a second later."""
    while True:
        try:
            await attempt()
        except OF_THE_MOMENT as error:
            log.warning(f"{name}.restarting", error=type(error).__name__)
        await asyncio.sleep(0.5)


async def quietly(closing: Any, seconds: float = 3.0) -> None:
    """Close something that may already be dead; a slow close must not hold up the restart."""
    try:
        await asyncio.wait_for(closing, seconds)
    except (Exception, asyncio.CancelledError) as error:
        log.debug("close.failed", error=type(error).__name__)
