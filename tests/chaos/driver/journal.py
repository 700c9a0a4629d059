"""What was asked and what was answered, one JSON line each, on the disk before anybody goes on.

`invoke` (about to be sent), then `ok` (acknowledged), `fail` (a definite no) or `info` (unknown: cut, timed out). Also
`queued` (a tablet said it is on its disk), `read` (what an answer showed), `registered` (an assignment of staff), `fault`, `poison` and `restored`. Lines that
come together share one fsync.
"""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any


class Journal:
    """Append-only. `await say(...)` returns when the line is durable."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._waiting: list[bytes] = []
        self._flushing: asyncio.Task[None] | None = None
        self._said = self._durable = 0

    async def say(self, kind: str, **said: Any) -> None:
        """One line, with the moment (seconds since 1970)."""
        await self.say_all(kind, [said])

    async def say_all(self, kind: str, lines: list[dict[str, Any]]) -> None:
        """Several of one kind."""
        for said in lines:
            self._waiting.append(json.dumps({"at": time.time(), "kind": kind, **said}, default=str).encode() + b"\n")
        self._said += len(lines)
        mine = self._said
        while self._durable < mine:
            if self._flushing is None or self._flushing.done():
                self._flushing = asyncio.ensure_future(self._flush())
            await asyncio.shield(self._flushing)

    async def _flush(self) -> None:
        lines, self._waiting = self._waiting, []
        await asyncio.to_thread(self._write, b"".join(lines))
        self._durable += len(lines)

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Nothing is said any more."""
        self._file.close()


def is_unanswered(lines: list[dict[str, Any]]) -> bool:
    """True while something was sent and neither answered nor given up."""
    waiting: set[str] = set()
    for line in lines:
        if line["kind"] == "invoke":
            waiting.add(line["id"])
        elif line["kind"] in ("ok", "fail", "info"):
            waiting.discard(line["id"])
    return bool(waiting)


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Every whole line, in order."""
    return [json.loads(line) for line in path.read_bytes().splitlines() if line.endswith(b"}")]
