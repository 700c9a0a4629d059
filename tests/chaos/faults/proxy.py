"""A TCP path between two parts, which can be cut, stopped half-open, slowed, ended after N bytes, or deafened one way."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Awaitable, Callable

from tests.support.path import kept

SLOW_BYTES = 2_000
"""Bytes a twentieth of a second on a slow path: about 320 kbit/s."""


class Proxy:
    """Forwards 127.0.0.1:`port` to each of `targets` in turn. Whoever lost bytes is cut off at `heal()`: a stream has no holes."""

    def __init__(self, port: int, *targets: int) -> None:
        self.port, self._targets = port, deque(targets)
        self._mode, self._left = "open", 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._forgotten: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._kept = kept(port)
        self._turn = asyncio.Lock()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.heal()

    def heal(self) -> None:
        """Everything passes again."""
        broken, self._mode = self._mode not in ("open", "slow"), "open"
        self._run(lambda: self._listen(broken))

    def cut(self) -> None:
        """Every connection is reset, new ones are refused."""
        self._mode = "cut"
        self._run(self._close)

    def half_open(self) -> None:
        """Connections stay, and nothing passes."""
        self._mode = "stopped"

    def one_way(self) -> None:
        """What is asked arrives, no answer ever does: a commit without its reply."""
        self._mode = "deaf"

    def slow(self) -> None:
        """A trickle."""
        self._mode = "slow"

    def after(self, count: int) -> None:
        """`count` bytes more, then cut."""
        self._mode, self._left = "counting", count

    def forget(self) -> None:
        """As a firewall that starts anew: nothing passes over the connections of now, not after `heal()` either; new ones work."""
        self._forgotten |= self._writers

    def stop(self) -> None:
        """For good."""
        self.cut()
        self._kept.close()
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, act: Callable[[], Awaitable[None]]) -> None:
        # Two faults may end on one path at once: only one of them listens.
        async def acting() -> None:
            async with self._turn:
                await act()

        asyncio.run_coroutine_threadsafe(acting(), self._loop).result(10)

    async def _listen(self, broken: bool) -> None:
        if broken:
            await self._close()
        if self._server is None:
            self._server = await asyncio.start_server(self._forward, "127.0.0.1", self.port)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()
        self._writers.clear()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await self._reach()
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer, "asked"), self._pump(far_reader, writer, "answered"))
        self._writers -= {writer, far_writer}

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The next target that answers; OSError when none does."""
        for _ in self._targets:
            self._targets.rotate()
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", self._targets[0])
        raise ConnectionRefusedError

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: str) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if writer in self._forgotten:
                    continue
                if self._mode in ("stopped", "cut") or (self._mode == "deaf" and direction == "answered"):
                    continue  # swallowed; the connection ends at heal()
                if self._mode == "counting":
                    data = data[: self._left]
                    self._left -= len(data)
                    if self._left <= 0:
                        await self._close()
                        return
                await self._pass_on(data, writer)
        with contextlib.suppress(OSError, RuntimeError):
            writer.close()

    async def _pass_on(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        for begin in range(0, len(data), SLOW_BYTES if self._mode == "slow" else len(data)):
            if self._mode == "slow":
                await asyncio.sleep(0.05)
                writer.write(data[begin : begin + SLOW_BYTES])
            else:
                writer.write(data[begin:])
                break
        await writer.drain()
