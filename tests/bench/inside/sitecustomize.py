"""Python reads this at its start where a bench puts this folder first on the path: a server then notes its event loop's lag.

Into the file `BANSO_LAG_FILE`, a number a line: the milliseconds by which a sleep of 10 ms was late.
"""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import uvicorn.server

_startup = uvicorn.server.Server.startup


async def _note(file: Path) -> None:
    with file.open("a") as lags:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.01)
            lags.write(f"{(time.perf_counter() - begun) * 1000 - 10:.1f}\n")
            lags.flush()


async def _startup_and_note(self: uvicorn.server.Server, *said: Any, **named: Any) -> None:
    await _startup(self, *said, **named)
    self._noting = asyncio.ensure_future(_note(Path(os.environ["BANSO_LAG_FILE"])))  # type: ignore[attr-defined]


uvicorn.server.Server.startup = _startup_and_note  # type: ignore[method-assign]
