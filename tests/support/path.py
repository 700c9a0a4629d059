"""The path between a tablet and the gateway, as a TCP proxy that can be cut: not the browser's own offline flag."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager


def kept(port: int) -> socket.socket:
    """Bound and deaf: while the path is cut nobody else gets its port, and whoever knocks is refused."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    return sock


class Path:
    """Forwards 127.0.0.1:`port` to the gateway. `cut()` ends every connection and refuses new ones until `heal()`. With `tls`
    it is the proxy of an installation: HTTPS outside, HTTP behind."""

    def __init__(self, port: int, target: int, tls: ssl.SSLContext | None = None) -> None:
        self.port, self._target, self._tls = port, target, tls
        self.said = bytearray()  # everything that was sent towards the gateway
        self.held: tuple[bytes, float] = (b"", 0)  # what holds these bytes takes so many seconds to the gateway
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._kept = kept(port)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def heal(self) -> None:
        """Let everything through."""
        self._run(self._listen)

    def cut(self) -> None:
        """Nobody answers any more, and what was on its way is gone."""
        self._run(self._close)

    def end(self) -> None:
        """For good."""
        self.cut()
        self._kept.close()

    def _run(self, act: Callable[[], Awaitable[None]]) -> None:
        asyncio.run_coroutine_threadsafe(_awaited(act), self._loop).result(10)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._forward, "127.0.0.1", self.port, ssl=self._tls)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()
        self._open.clear()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far_writer}
        await asyncio.gather(_pump(reader, far_writer, self._hear), _pump(far_reader, writer))
        self._open -= {writer, far_writer}

    async def _hear(self, data: bytes) -> None:
        self.said += data
        mark, seconds = self.held
        if seconds and mark in data:
            await asyncio.sleep(seconds)


async def _awaited(act: Callable[[], Awaitable[None]]) -> None:
    await act()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hear: Callable[[bytes], Awaitable[None]] | None = None
) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            if hear is not None:
                await hear(data)
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.close()


@contextmanager
def path_to(port: int, target: int) -> Iterator[Path]:
    """An open path, cut at the end."""
    path = Path(port, target)
    path.heal()
    try:
        yield path
    finally:
        path.end()
