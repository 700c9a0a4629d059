"""How the gateway asks the owners: one signed token per call, for exactly one service; ids go out, JSON comes back."""

import json
import re
from typing import Any

import httpx
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

from gateway.settings import GatewaySettings
from gateway.sign_in.session_store import Session
from services.kernel.errors import BansoError, Malformed, NotFound, Overloaded
from services.kernel.loops import UNREACHABLE
from services.kernel.telemetry import log
from services.kernel.token import Signer

PURPOSES = dict.fromkeys(("Cases", "ClosedCases", "Today", "Consultations", "Notices", "Sessions"), "overview") | {
    **dict.fromkeys(("Tray", "Handoff"), "handoff"),
    **{"Sync": "take_along", "Sharing": "sharing", "AccessLog": "audit", "WhoSaw": "answer_person"},
    **dict.fromkeys(("PersonRequests", "Holdings", "RetentionProposals", "Disclosure"), "answer_person"),
}
"""Why somebody reads, by the screen they read from (`code.read_purpose.*`); else to support."""
SERVICES = ("intake", "coordination", "ibasho", "notify", "reporting")


class Owners:
    """Keep-alive clients to every service."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._signer = Signer(settings.keys_dir, "gateway")
        limits = httpx.Limits(max_connections=50, max_keepalive_connections=20)
        self._clients = {
            name: httpx.AsyncClient(
                base_url=settings.owner_url(name), timeout=httpx.Timeout(5.0, read=30.0), limits=limits
            )
            for name in SERVICES
        }
        for client in self._clients.values():
            HTTPXClientInstrumentor.instrument_client(client)

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()

    async def ask(
        self,
        session: Session,
        service: str,
        method: str,
        path: str,
        *,
        body: object = None,
        screen: str = "",
        **query: Any,
    ) -> Any:
        """The owner's JSON. `path` may hold what a client said: anything but letters, figures, - and _ is no id of ours.

        Raises what the owner said (NotFound, Malformed …) or Overloaded `service_unavailable`."""
        if not re.fullmatch(r"(/[\w-]+)+", path, re.ASCII):
            raise NotFound
        headers = {
            "Authorization": f"Bearer {self._signer.sign(session.actor, service)}",
            "Content-Type": "application/json",
            "Banso-Screen": screen,
            "Banso-Purpose": PURPOSES.get(screen, "support"),
        }
        # A lone surrogate passes, so that it reaches the owner, who refuses the one field that holds it.
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf8", "surrogatepass")
        try:
            answer = await self._clients[service].request(method, path, params=query, content=content, headers=headers)
            said = answer.json()
        except (UnicodeEncodeError, httpx.InvalidURL):
            raise Malformed("malformed_request", "what was asked for fits no address") from None
        except (*UNREACHABLE, ValueError) as error:
            log.warning("owner.unavailable", owner=service, error=type(error).__name__)
            raise Overloaded("service_unavailable", f"{service} does not answer") from None
        if answer.is_success:
            return said
        raise _error(service, answer.status_code, said)


def _error(service: str, status: int, said: Any) -> BansoError:
    if status == 404:
        missing = NotFound()
        missing.code = said.get("code", missing.code) if isinstance(said, dict) else missing.code
        return missing
    if status in {400, 409, 413, 422} and isinstance(said, dict):
        error = Malformed(str(said.get("code", "malformed_request")), str(said.get("reason", "")))
        error.status = status
        return error
    return Overloaded("service_unavailable", f"{service} answered {status}")
