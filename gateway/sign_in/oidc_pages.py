"""What somebody reads who comes back from the city's sign-in and goes no further; and how the app learns of that way in."""

import re
from html import escape
from pathlib import Path
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gateway.settings import GatewaySettings
from gateway.sign_in import sessions
from services.contracts.messages import sentence
from services.kernel.errors import NotFound
from services.kernel.request import service_of

router = APIRouter()
SAID = {
    "failed": ("error.oidc_failed", "/sign-in", "oidc.back"),
    "unavailable": ("error.oidc_unavailable", "/sign-in", "oidc.back"),
    "no-access": ("error.oidc_no_access", "/sign-in", "oidc.back"),
    "revoked": ("error.device_revoked", "/sign-in", "oidc.back"),
    "done": ("oidc.done", "/today", "oidc.today"),
    "confirmed": ("oidc.confirmed", "/today", "oidc.today"),
}
_STYLES = re.compile(r'<link rel="stylesheet"[^>]*>')
Answer = TypeVar("Answer", bound=Response)


@router.get("/session/oidc/{said}", include_in_schema=False)
async def get_said(request: Request, said: str) -> HTMLResponse:
    """One sentence and one way on: what happened, what is safe, what to do. Nothing of the provider's answer."""
    if said not in SAID:
        raise NotFound("no such page")
    key, target, label = SAID[said]
    return HTMLResponse(card(request, sentence("oidc.title"), sentence(key), target, sentence(label)))


def card(request: Request, title: str, said: str, target: str, label: str) -> str:
    """A page of one sentence and one way on, in the app's own style."""
    settings: GatewaySettings = request.app.state.settings
    title, said, label = (escape(text) for text in (title, said, label))
    return (
        f'<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{_styles(settings.pwa_dist)}</head>'
        f'<body><main class="gate"><section class="card stack"><h1>{title}</h1><p>{said}</p>'
        f'<a class="btn" href="{target}">{label}</a></section></main></body></html>'
    )


def _styles(dist: Path) -> str:
    """The app's own, so that the page is of the same house."""
    shell = dist / "index.html"
    return "".join(_STYLES.findall(shell.read_text(encoding="utf8"))) if shell.is_file() else ""


def tell_ways(request: Request, answer: Answer) -> Answer:
    """A cookie that scripts may read says whether the city's account opens here: the sign-in page asks nobody."""
    service = service_of(request)
    name, settings = sessions.cookie_name(service, "ways"), request.app.state.settings
    rules = sessions.rules(service) | {"httponly": False}
    if settings.oidc_issuer:
        answer.set_cookie(name, "city", max_age=int(sessions.KNOWN_FOR.total_seconds()), **rules)
    elif name in request.cookies:
        answer.delete_cookie(name, **rules)
    return answer
