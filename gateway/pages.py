"""The built PWA: hashed assets may be cached for ever, the shell never; packed as the build packed it."""

import gzip
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from gateway.security import HEADERS
from gateway.settings import GatewaySettings
from gateway.sign_in.oidc_pages import tell_ways
from services.kernel.errors import NotFound

router = APIRouter()
_SCREENS = (
    *("sign-in", "today", "consultations", "handoffs", "cases", "ibasho", "needs-attention", "devices", "notices"),
    *("statistics", "staff", "requests", "account", "access-log"),
)
_WORKERS = {"on": "sw.js", "off": "sw-off.js"}
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_ASKED_FOR = {"Cache-Control": "no-cache"}
_GZIP = {"Content-Encoding": "gzip"}


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
    script = f"{file.read_text(encoding='utf8')}\n// headers {digest}\n".encode()
    headers = _ASKED_FOR | {"Vary": "Accept-Encoding"}
    if _takes_gzip(request):
        script, headers = gzip.compress(script, mtime=0), headers | _GZIP
    return tell_ways(request, Response(script, media_type="text/javascript", headers=headers))


@router.get("/{path:path}", include_in_schema=False)
async def get_page(request: Request, path: str) -> Response:
    """A file of the build, or the shell for the addresses of screens."""
    dist: Path = request.app.state.service.settings.pwa_dist.resolve()
    if "\x00" in path or path.endswith(".gz"):  # what is packed is no page of its own
        raise NotFound("no such page")
    file = (dist / path).resolve()
    if path and len(path) < 250 and file.is_file() and file.is_relative_to(dist):
        if path.startswith("assets/"):
            return _file(request, file, _FOREVER)
        return tell_ways(request, _file(request, file, _ASKED_FOR))
    is_screen = not path or path.split("/", maxsplit=1)[0] in _SCREENS
    if not is_screen and "text/html" not in request.headers.get("accept", ""):
        raise NotFound("no such page")
    if not (dist / "index.html").is_file():
        return PlainTextResponse("画面がまだ作られていません。make run で作られます。\n", status_code=503)
    # a person at an unknown address gets the shell, which says so in Japanese
    return tell_ways(request, _file(request, dist / "index.html", _ASKED_FOR, 200 if is_screen else 404))


def _file(request: Request, file: Path, headers: dict[str, str], status: int = 200) -> FileResponse:
    """A file of the build: packed, where the build did so (pwa/build/packed.ts) and the browser takes gzip."""
    packed = file.with_name(f"{file.name}.gz")
    if not packed.is_file():
        return FileResponse(file, status, headers)
    headers = headers | {"Vary": "Accept-Encoding"}
    if not _takes_gzip(request):
        return FileResponse(file, status, headers)
    return FileResponse(packed, status, headers | _GZIP, guess_type(file.name)[0])


def _takes_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")  # as Starlette's own middleware asks
