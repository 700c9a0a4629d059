"""The claim check: fetches handoff packages from intake by coordination's own lawful need, outside any transaction."""

import asyncio
import random
from datetime import timedelta

import asyncpg
import httpx
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from prometheus_client import Gauge
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.contracts.intake import HandoffPackage
from services.coordination import package_store
from services.kernel.app import Service
from services.kernel.db import TRANSIENT, connect
from services.kernel.errors import Overloaded
from services.kernel.loops import UNREACHABLE, quietly
from services.kernel.telemetry import log
from services.kernel.token import Signer, service_actor

PENDING = Gauge("banso_packages_pending", "Handoff packages not fetched yet")
ALARM_AFTER = timedelta(minutes=5)
MAX_PAUSE_SECONDS = 15.0


class PackageSettings(BaseSettings):
    """Where intake answers."""

    model_config = SettingsConfigDict(env_prefix="BANSO_", frozen=True)
    intake_url: str = "http://127.0.0.1:8101"


async def fetch_packages(service: Service) -> None:
    """For ever: fetch what is pending, at once when a case opens, else with growing pauses."""
    signer, url = Signer(service.settings.keys_dir, service.name), PackageSettings().intake_url
    woken = asyncio.Event()
    async with httpx.AsyncClient(base_url=url, timeout=5.0) as client:
        HTTPXClientInstrumentor.instrument_client(client)
        while True:
            listener = None
            try:
                listener = await connect(service.settings.database_dsn)
                await listener.add_listener("package_fetch", lambda *_: woken.set())
                await _fetch_while_listening(service, client, signer, woken, listener)
            except (*TRANSIENT, asyncpg.PostgresError, Overloaded, TimeoutError) as error:
                log.warning("package_fetch.restarting", error=type(error).__name__)
            finally:
                if listener is not None:
                    await quietly(listener.close(timeout=2))
            await asyncio.sleep(1)


async def _fetch_while_listening(
    service: Service, client: httpx.AsyncClient, signer: Signer, woken: asyncio.Event, listener: asyncpg.Connection
) -> None:
    pause = 0.5
    while not listener.is_closed():
        woken.clear()
        failed = await fetch_pending(service, client, signer)
        pause = min(pause * 2, MAX_PAUSE_SECONDS) if failed else 0.5
        seconds = pause * random.uniform(0.7, 1.0) if failed else MAX_PAUSE_SECONDS  # noqa: S311 - jitter
        try:
            await asyncio.wait_for(woken.wait(), seconds)
        except TimeoutError:
            continue


async def fetch_pending(service: Service, client: httpx.AsyncClient, signer: Signer) -> int:
    """Try every pending package once. Returns how many are still missing."""
    async with service.db.transaction("package") as tx:
        pending = await package_store.find_pending(tx)
    failed = 0
    for row in pending:
        async with service.db.transaction("package") as tx:
            await package_store.count_attempt(tx, row["case_id"])
        package = await _fetch(client, signer, row)
        failed += not (package and await _store(service, row, package))
    PENDING.set(failed)
    oldest = min((row["asked_at"] for row in pending), default=None)
    if failed and oldest and service.clock() - oldest > ALARM_AFTER:
        service.alarms["package_fetch"] = f"{failed} pending since {oldest.isoformat()}"
        log.error("package_fetch.alarm", pending=failed)
    else:
        service.alarms.pop("package_fetch", None)
    return failed


async def _store(service: Service, row: asyncpg.Record, package: HandoffPackage) -> bool:
    """Store one package; one that cannot be stored waits and must not keep the others from coming."""
    try:
        async with service.db.transaction("package") as tx:
            await package_store.store_package(tx, row["case_id"], package, service.clock())
        return True
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
        log.error("package_fetch.not_storable", case_id=str(row["case_id"]), error=type(error).__name__)
        return False


async def _fetch(client: httpx.AsyncClient, signer: Signer, row: asyncpg.Record) -> HandoffPackage | None:
    token = signer.sign(service_actor("coordination"), audience="intake")
    try:
        answer = await client.get(
            f"/packages/{row['handoff_id']}",
            params={"event_id": str(row["event_id"])},
            headers={"Authorization": f"Bearer {token}", "Banso-Screen": "case", "Banso-Purpose": "open_case"},
        )
        answer.raise_for_status()
        package = HandoffPackage.model_validate_json(answer.content)
        return package if package.handoff_id == row["handoff_id"] else None
    except (*UNREACHABLE, ValidationError) as error:
        log.warning("package_fetch.failed", case_id=str(row["case_id"]), error=type(error).__name__)
        return None
