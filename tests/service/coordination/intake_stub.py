"""Intake's side of the claim check: a real HTTP server on a real port that can be away."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI, Header, HTTPException

from infra.ports import free_ports
from services.contracts.intake import HandoffPackage
from services.kernel.token import Actor, Verifier


class IntakeStub:
    """Answers `GET /packages/{handoff_id}` by the contract; remembers who asked, with which event."""

    def __init__(self, keys: Path) -> None:
        self.packages: dict[tuple[str, str], dict[str, Any]] = {}
        self.asked: list[tuple[Actor, str, str]] = []
        self.garbled: set[str] = set()
        [self._port] = free_ports(1)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._app = FastAPI()
        verifier = Verifier(keys, "intake")

        @self._app.get("/packages/{handoff_id}")
        def get_package(handoff_id: str, event_id: str, authorization: str = Header()) -> Any:
            actor = verifier.verify(authorization.removeprefix("Bearer "))
            self.asked.append((actor, handoff_id, event_id))
            if handoff_id in self.garbled:
                return {"handoffId": handoff_id}
            if (handoff_id, event_id) not in self.packages:
                raise HTTPException(404)
            return self.packages[handoff_id, event_id]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def offer(self, package: HandoffPackage, event_id: UUID) -> None:
        """This package is to be had, for the reason of this event."""
        self.packages[str(package.handoff_id), str(event_id)] = package.model_dump(mode="json", by_alias=True)

    def times_asked(self, handoff_id: UUID) -> int:
        return sum(1 for _, asked, _ in self.asked if asked == str(handoff_id))

    def start(self) -> None:
        config = uvicorn.Config(
            self._app, host="127.0.0.1", port=self._port, log_config=None, timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        _wait(lambda: self._server is not None and self._server.started)

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(10)
        self._server = self._thread = None


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
