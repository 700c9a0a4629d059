"""写し: the second copy of every access log, kept where no service writes. A process with credentials of its own."""

from fastapi import FastAPI, Request

from services.copier.running import copying, status
from services.kernel import telemetry

telemetry.setup("copier")
app = FastAPI(title="banso copier", lifespan=copying, docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/livez")
async def livez() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@app.get("/readyz")
async def readyz(request: Request) -> dict[str, object]:
    """Whether every log is being copied, and whether something still waits."""
    return status(request.app.state.copies)
