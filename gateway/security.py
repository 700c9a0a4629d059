"""The gateway's outer wall, as pure ASGI: known hosts, same-origin writes, headers on every answer."""

from collections.abc import Callable
from typing import Any

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.settings import GatewaySettings
from services.kernel.errors import Refusal
from services.kernel.telemetry import log

# Chromium takes a worker's address only through a Trusted Types policy: this one, of one address, is all a page may make.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types banso-worker"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), browsing-topics=()",
}
_SAFE = {"GET", "HEAD"}


class Forbidden(Refusal):
    status = 403


class SecurityWall:
    """Refuses foreign hosts and cross-site writes before anything else looks at the request."""

    def __init__(self, app: ASGIApp, settings: Callable[[], GatewaySettings]) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        settings = self._settings()

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
                if settings.is_production:
                    headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
            await send(message)

        refusal = refusal_of(scope, settings)
        if refusal is not None:
            log.warning("request.refused", code=refusal.code)
            return await JSONResponse(refusal.as_json(), refusal.status)(scope, receive, with_headers)
        return await self._app(scope, receive, with_headers)


def refusal_of(scope: Scope | dict[str, Any], settings: GatewaySettings) -> Refusal | None:
    """Why a request may not pass: foreign_host, cross_site (CSRF by Origin and Sec-Fetch-Site), not_json."""
    headers = Headers(scope=scope)
    if headers.get("host", "") not in settings.hosts:
        return Forbidden("foreign_host", "Host is not one of ours")
    if scope["method"] in _SAFE:
        return None
    if headers.get("origin", "") not in settings.origins:
        return Forbidden("cross_site", "Origin is not one of ours")
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return Forbidden("cross_site", "Sec-Fetch-Site is not same-origin")
    media = headers.get("content-type", "").split(";")[0].strip().lower()
    if scope["method"] != "DELETE" and media != "application/json":
        return Forbidden("not_json", "writes are application/json")
    return None
