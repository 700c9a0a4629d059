"""What runs in the copier: one copy for each service, and what the probes say of them."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.copier.copy import Copy
from services.kernel.telemetry import log


class CopierSettings(BaseSettings):
    """The copying role's address in each service's database."""

    model_config = SettingsConfigDict(env_prefix="BANSO_", frozen=True, hide_input_in_errors=True)
    copy_dsns: dict[str, str]
    kafka_bootstrap_servers: str = Field(validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    topic_prefix: str = "banso"


@asynccontextmanager
async def copying(app: FastAPI) -> AsyncIterator[None]:
    """Start every copy; one that dies takes the process with it."""
    settings = CopierSettings()
    topic = f"{settings.topic_prefix}.access"
    copies = [Copy(name, dsn, settings.kafka_bootstrap_servers, topic) for name, dsn in settings.copy_dsns.items()]
    app.state.copies, tasks = copies, [asyncio.ensure_future(copy.run()) for copy in copies]
    for task in tasks:
        task.add_done_callback(_die_loudly)
    try:
        yield
    finally:
        for task in tasks:
            task.remove_done_callback(_die_loudly)
            task.cancel()
        await asyncio.wait(tasks, timeout=8)


def _die_loudly(task: "asyncio.Future[None]") -> None:
    if not task.cancelled():
        log.error("loop.died", exc_info=task.exception())
        os._exit(71)


def status(copies: list[Copy]) -> dict[str, object]:
    """As the services say it: connected, and for how many seconds the oldest row waits."""
    up = "ok" if all(copy.connected for copy in copies) else "down"
    waits = max((copy.age for copy in copies), default=0.0)
    return {"database": up, "bus": up, "oldestUnpublishedSeconds": round(waits, 1), "consumerBehind": 0}
