"""A request whose head is not whole in time or in bounds is cut off (uvicorn's own protocol waits and collects for ever).

`uvicorn --http services.bounded_head:BoundedHead`. What comes after the head is bounded by whoever reads it.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES, HEAD_SECONDS = 64 * 1024, 10.0
"""A token has at most 16 KiB, everything else is small. Ten seconds are enough for that on the slowest line."""
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedHead(HttpToolsProtocol):
    """Counts bytes and seconds from the first moment of a connection, and from the first byte of each later request."""

    _clock: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _in_body = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._in_body:
            self._begin_head()
        was_in_head = self._clock is not None
        super().data_received(data)
        if not was_in_head or self._clock is None:
            return
        self._head_bytes += len(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        self._end_head()
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()

    def _begin_head(self) -> None:
        if self._clock is None:
            self._head_bytes, self._clock = 0, self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _end_head(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
