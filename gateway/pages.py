"""The built PWA: hashed assets may be cached for ever, the shell never."""

from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from gateway.oidc_pages import tell_ways
from gateway.security import HEADERS
from gateway.settings import GatewaySettings
from services.kernel.errors import NotFound

router = APIRouter()
_SCREENS = (
    *("sign-in", "today", "consultations", "handoffs", "cases", "ibasho", "needs-attention", "devices", "notices"),
    *("statistics", "staff", "requests", "account", "access-log"),
)
_WORKERS = {"on": "sw.js", "off": "sw-off.js"}
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/sw.js", include_in_schema=False)
async def get_worker(request: Request) -> Response:
    """The service worker, or its kill switch (`BANSO_SERVICE_WORKER=off`).

    It ends with a hash of our headers: the kept pages carry the headers they came with, so new headers must be a new worker.
    """
    settings: GatewaySettings = request.app.state.service.settings
    file = settings.pwa_dist / _WORKERS[settings.service_worker]
    if not file.is_file():
        raise NotFound("the screens are not built")
    digest = sha256(repr(sorted(HEADERS.items())).encode()).hexdigest()[:12]
    script = f"{file.read_text(encoding='utf8')}\n// headers {digest}\n"
    answer = Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
    return tell_ways(request, answer)


@router.get("/{path:path}", include_in_schema=False)
async def get_page(request: Request, path: str) -> Response:
    """A file of the build, or the shell for the addresses of screens."""
    dist: Path = request.app.state.service.settings.pwa_dist.resolve()
    if "\x00" in path:
        raise NotFound("no such page")
    file = (dist / path).resolve()
    if path and len(path) < 250 and file.is_file() and file.is_relative_to(dist):
        if path.startswith("assets/"):
            return FileResponse(file, headers=_FOREVER)
        return tell_ways(request, FileResponse(file, headers={"Cache-Control": "no-cache"}))
    is_screen = not path or path.split("/", maxsplit=1)[0] in _SCREENS
    if not is_screen and "text/html" not in request.headers.get("accept", ""):
        raise NotFound("no such page")
    if not (dist / "index.html").is_file():
        return PlainTextResponse("画面がまだ作られていません。make run で作られます。\n", status_code=503)
    headers = {"Cache-Control": "no-cache"}  # a person at an unknown address gets the shell, which says so in Japanese
    return tell_ways(request, FileResponse(dist / "index.html", 200 if is_screen else 404, headers))
