"""An open stream of signals, as a screen keeps one: what was heard, and when."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.support.person import Person

WITHIN_SECONDS = 3.0
"""The promise is one second. On two cores that other suites fill, this is what a test may wait; the figure is printed."""


class Ear(threading.Thread):
    """Listens until the server ends the stream. Moments are those of `time.monotonic()`."""

    def __init__(self, person: Person) -> None:
        super().__init__(daemon=True)
        self._person = person
        self._opened, self._changed = threading.Event(), threading.Condition()
        self._heard: list[tuple[float, dict[str, object]]] = []
        self._ended_at: float | None = None
        self.start()
        assert self._opened.wait(10), "the stream did not open"

    def run(self) -> None:
        with self._person.http.stream("GET", "/signals", timeout=20) as stream:
            for line in stream.iter_lines():
                self._opened.set()
                if line.startswith("data:"):
                    with self._changed:
                        self._heard.append((time.monotonic(), json.loads(line[5:])))
                        self._changed.notify_all()
        with self._changed:
            self._ended_at = time.monotonic()
            self._changed.notify_all()

    def wait_for(self, signal: dict[str, object], seconds: float = 15) -> float:
        """When exactly this signal came."""
        with self._changed:
            found = self._changed.wait_for(lambda: [at for at, heard in self._heard if heard == signal], seconds)
        assert found, f"{signal} was not heard"
        return found[0]

    def wait_for_end(self, seconds: float = 15) -> float:
        """When the server ended the stream."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._ended_at, seconds), "the stream goes on"
        assert self._ended_at
        return self._ended_at


@contextmanager
def listening(person: Person) -> Iterator[Ear]:
    """An open stream; the person signs out at the end, which ends it."""
    ear = Ear(person)
    try:
        yield ear
    finally:
        copy = httpx.Client(base_url=person.http.base_url, headers=person.http.headers, cookies=person.http.cookies)
        copy.delete("/session")
        ear.join(10)
