"""The gateway: sign-in, one GraphQL door, signals, the PWA. Owns staff, units, sessions; no other rule."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from gateway import disclosure, erasures, error_pages, pages, signals, who_saw
from gateway.devices import devices
from gateway.devices.sealing import SealingKeys
from gateway.graphql import endpoint
from gateway.owners import Owners
from gateway.security import SecurityWall
from gateway.settings import GatewaySettings
from gateway.sign_in import again, by_password, first_password, oidc, oidc_pages, passkeys
from gateway.sign_in.oidc_provider import Provider
from gateway.staff import leavers
from services.contracts.registry import EVENTS
from services.kernel import telemetry
from services.kernel.app import Service, harden, probes, running
from services.kernel.stream import Applier

telemetry.setup("gateway")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open what the gateway holds, and close it."""
    settings = app.state.settings
    service = app.state.service = Service("gateway", settings, {})
    hub = app.state.hub = signals.Hub()
    owners = app.state.owners = Owners(settings)
    app.state.sealing = SealingKeys(settings.keys_dir)
    provider = app.state.oidc = Provider(settings) if settings.oidc_issuer else None
    app.state.documents = endpoint.load_documents(settings.trusted_documents)
    applier = Applier(service.db, "gateway", EVENTS, erasures.REACTIONS)
    loops = [hub.listen, leavers.forget_leavers]
    async with running(service, applier, erasures.LISTENS_TO, loops, speaks=True):
        yield
    await owners.close()
    if provider:
        await provider.close()


app = FastAPI(title="banso gateway", version="1", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
app.state.settings = GatewaySettings()
for router in (
    probes(),
    by_password.router,
    again.router,
    first_password.router,
    passkeys.router,
    oidc.router,
    oidc_pages.router,
    devices.router,
    endpoint.router,
    signals.router,
    who_saw.router,
    disclosure.router,
    pages.router,
):
    app.include_router(router)
harden(app, oidc.BACK, answer=error_pages.answer)  # whose address holds a code
app.add_middleware(GZipMiddleware, minimum_size=4096, compresslevel=6)
app.add_middleware(SecurityWall, settings=lambda: app.state.settings)
