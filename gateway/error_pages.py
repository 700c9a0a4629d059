"""What a person reads in a tab that could not be opened; a program gets the same answer as JSON."""

import json

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from gateway.sign_in.oidc_pages import card
from services.contracts.messages import sentence
from services.kernel.app import answer_error

SAID = {
    "not_fresh": "page.notFresh",
    "not_found": "page.notFound",
    "overloaded": "page.notNow",
    "service_unavailable": "page.notNow",
    "try_again": "page.notNow",
}
"""Where the sentence of the code speaks of what was typed or of a field, and a tab has neither."""


async def answer(request: Request, error: Exception) -> Response:
    """Status and headers are those of `answer_error`; a page for `Accept: text/html`, as a browser's tab says."""
    said = await answer_error(request, error)
    if "text/html" not in request.headers.get("accept", ""):
        return said
    known = json.loads(bytes(said.body))
    text = sentence(SAID[known["code"]]) if known["code"] in SAID else known["message"]
    target, label = ("/sign-in", "oidc.back") if said.status_code == 401 else ("/today", "oidc.today")
    page = HTMLResponse(card(request, sentence("page.title"), text, target, sentence(label)), said.status_code)
    kept = {name: value for name, value in said.headers.items() if name in {"cache-control", "retry-after", "allow"}}
    page.headers.update(kept)
    return page
