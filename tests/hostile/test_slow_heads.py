"""Slow-loris: connections that send their headers byte by byte, or for ever. Everybody else is served meanwhile.

`BANSO_SLOW` connections (300).
"""

import asyncio
import contextlib
import os
import resource
import time
from pathlib import Path

import httpx

from infra.stack import Stack
from services.bounded_head import HEAD_SECONDS, MAX_HEAD_BYTES
from tests.hostile.vitals import rss_megabytes
from tests.support.person import Person

SLOW = int(os.environ.get("BANSO_SLOW", "300"))
MEGABYTE = 1024 * 1024


async def drip(port: int, closed: list[float]) -> None:
    """A byte each half second, until the server has had enough; notes after how long that was."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun = time.monotonic()
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    with contextlib.suppress(ConnectionError):
        while time.monotonic() - begun < HEAD_SECONDS * 2:
            writer.write(b"a")
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                if not await asyncio.wait_for(reader.read(1), 0.5):
                    break
    closed.append(time.monotonic() - begun)
    writer.transport.abort()


async def test_slow_heads_keep_nobody_waiting_and_are_cut(town: Stack) -> None:
    person, closed = Person(town.url, "takahashi"), list[float]()
    dripping = [asyncio.ensure_future(drip(town.ports["gateway"], closed)) for _ in range(SLOW)]
    await asyncio.sleep(2)
    took = []
    async with httpx.AsyncClient(base_url=town.url, cookies=person.http.cookies, timeout=10) as client:
        for _ in range(20):
            begun = time.monotonic()
            assert (await client.get("/livez")).status_code == 200
            took.append(time.monotonic() - begun)
    assert person.post("Today").status_code == 200
    await asyncio.gather(*dripping)
    print(f"{SLOW} slow heads; /livez at worst {max(took) * 1000:.0f} ms; cut after at most {max(closed):.1f} s")
    assert max(took) < 1
    assert max(closed) < HEAD_SECONDS + 3, "a head that never ends holds its connection"


async def test_a_head_without_end_is_cut_and_not_collected(town: Stack) -> None:
    """Measured without the bound: the process kept every byte of a header, and joined them again with each packet."""
    for name in ("gateway", "coordination"):
        before, sent = rss_megabytes(town.pid(name)), 0
        reader, writer = await asyncio.open_connection("127.0.0.1", town.ports[name])
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
        with contextlib.suppress(ConnectionError):
            while sent < 64 * MEGABYTE and not reader.at_eof():
                writer.write(b"a" * 65_536)
                await writer.drain()
                sent += 65_536
                await asyncio.sleep(0)
        said = await asyncio.wait_for(_read(reader), 5)
        grown = rss_megabytes(town.pid(name)) - before
        print(
            f"{name}: a head was cut after {sent // 1024} KiB of at most {MAX_HEAD_BYTES // 1024}; RSS {grown:+.1f} MB"
        )
        assert sent < 16 * MEGABYTE and grown < 16
        assert said in (b"", b"HTTP/1.1 431 ")
        writer.transport.abort()


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(13)
    except ConnectionError:
        return b""


async def test_a_rested_connection_and_a_slow_body_are_no_slow_heads(town: Stack) -> None:
    """The clock is for heads only: a connection may rest between two requests, and a body may take its time."""
    host = f"localhost:{town.ports['gateway']}"
    livez = f"GET /livez HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    rested, resting = await asyncio.open_connection("127.0.0.1", town.ports["gateway"])
    resting.write(livez)
    assert (await rested.readuntil(b"}")).startswith(b"HTTP/1.1 200 OK")
    body = b'{"login": "x", "password": "y"}'
    head = f"POST /session HTTP/1.1\r\nHost: {host}\r\nOrigin: {town.url}\r\nContent-Type: application/json\r\n"
    slow, slowly = await asyncio.open_connection("127.0.0.1", town.ports["gateway"])
    slowly.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
    await asyncio.sleep(HEAD_SECONDS + 1)
    resting.write(livez)
    slowly.write(body[5:])
    assert (await asyncio.wait_for(rested.readuntil(b"}"), 10)).startswith(b"HTTP/1.1 200 OK")
    answered = await asyncio.wait_for(slow.readuntil(b"}"), 10)
    assert b"sign_in_failed" in answered or b"too_many_tries" in answered
    for writer in (resting, slowly):
        writer.close()


async def test_empty_lines_between_two_requests_keep_no_connection_open(town: Stack) -> None:
    """They put off the end of an idle connection and begin no request, so that no clock of uvicorn's ran."""
    reader, writer = await asyncio.open_connection("127.0.0.1", town.ports["gateway"])
    host = f"localhost:{town.ports['gateway']}"
    writer.write(f"GET /livez HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert (await reader.read(4096)).startswith(b"HTTP/1.1 200 OK")
    begun = time.monotonic()
    with contextlib.suppress(ConnectionError):
        while time.monotonic() - begun < HEAD_SECONDS * 2:
            writer.write(b"\r\n")
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                if not await asyncio.wait_for(reader.read(1), 0.5):
                    break
    assert time.monotonic() - begun < HEAD_SECONDS + 3
    writer.transport.abort()


def test_a_thousand_connections_are_not_all_a_server_may_hold(town: Stack) -> None:
    """Started from a shell whose processes may open 1,024 files: so many slow clients, and nobody else gets in."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    try:
        town.stop(["gateway"])
        town.start(["gateway"])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    limits = Path(f"/proc/{town.pid('gateway')}/limits").read_text().splitlines()
    assert next(line for line in limits if line.startswith("Max open files")).split()[3:5] == [str(hard), str(hard)]
