"""Bodies of a gigabyte and of a hundred thousand brackets: refused early, by a code, and never held in memory.

`BANSO_BODY_MB` (256) is sent to the end by a client that does not listen; the one that listens announces a gigabyte.
"""

import os
import select
import socket
import time

import httpx
import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from services.kernel.request import MAX_BODY_BYTES
from tests.hostile.story import Story, Tokens, bugs
from tests.hostile.vitals import rss_megabytes
from tests.support.person import Person, document_ids

MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE
STUBBORN = int(os.environ.get("BANSO_BODY_MB", "256")) * MEGABYTE
ROUTES = [
    ("gateway", "POST", "/session"),
    ("gateway", "POST", "/graphql"),
    ("gateway", "POST", "/handed-in"),
    ("coordination", "POST", "/commands"),
    ("coordination", "POST", "/views/sync"),
    ("intake", "PUT", "/drafts/{new}"),
]


def head(town: Stack, name: str, method: str, path: str, cookie: str, length: int | None) -> bytes:
    """Headers that promise `length` bytes, or a body in chunks."""
    host = f"localhost:{town.ports[name]}"
    said = [f"{method} {path.replace('{new}', str(new_id()))} HTTP/1.1", f"Host: {host}", f"Origin: {town.url}"]
    said += ["Content-Type: application/json", f"Cookie: banso_session={cookie}"]
    said += [f"{key}: {value}" for key, value in Tokens(town, name).header().items() if name != "gateway"]
    said += ["Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"]
    return "\r\n".join([*said, "", ""]).encode()


def pour(port: int, start: bytes, most: int, *, listens: bool, chunked: bool) -> tuple[bytes, int]:
    """Send up to `most` bytes of a body; one who listens stops at the answer. (first bytes of the answer, bytes sent)."""
    block = b'{"a": "' + b"a" * (65_536 - 7)
    framed = b"10000\r\n" + block + b"\r\n" if chunked else block
    sent, said = 0, b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(start)
        while sent < most:
            if select.select([line], [], [], 0)[0]:
                said += line.recv(4096)
                if listens or not said:
                    break
            line.sendall(framed)
            sent += len(block)
        until = time.monotonic() + 10
        while b"\r\n\r\n" not in said and time.monotonic() < until:
            said += line.recv(4096)
    return said, sent


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
@pytest.mark.parametrize(("name", "method", "path"), ROUTES)
def test_a_gigabyte_is_refused_before_it_is_sent(town: Stack, name: str, method: str, path: str, chunked: bool) -> None:
    cookie = Person(town.url, "takahashi").http.cookies["banso_session"]
    before, begun = rss_megabytes(town.pid(name)), time.monotonic()
    start = head(town, name, method, path, cookie, None if chunked else GIGABYTE)
    said, sent = pour(town.ports[name], start, GIGABYTE, listens=True, chunked=chunked)
    grown = rss_megabytes(town.pid(name)) - before
    print(
        f"{name} {path}: {said[:12]!r} after {sent / MEGABYTE:.1f} MB and {time.monotonic() - begun:.2f} s; RSS {grown:+.1f}"
    )
    assert said.startswith(b"HTTP/1.1 413")
    assert sent < 64 * MAX_BODY_BYTES, "refused when the whole of it was there"
    assert grown < 32


def test_who_does_not_listen_fills_no_memory(town: Stack) -> None:
    cookie = Person(town.url, "takahashi").http.cookies["banso_session"]
    for name, method, path in [*ROUTES[1:4], ("gateway", "GET", "/livez")]:
        before = rss_megabytes(town.pid(name))
        start = head(town, name, method, path, cookie, STUBBORN)
        try:
            said, sent = pour(town.ports[name], start, STUBBORN, listens=False, chunked=False)
        except ConnectionError:
            said, sent = b"cut", 0
        grown = rss_megabytes(town.pid(name)) - before
        print(f"{name} {path}: {said[:12]!r}, {sent // MEGABYTE} MB poured in; RSS {grown:+.1f} MB")
        assert grown < 32
        assert httpx.get(
            f"{town.service_url(name)}/livez", headers={"Host": f"localhost:{town.ports[name]}"}
        ).is_success


@pytest.mark.parametrize("opening", ["[", '{"a":'], ids=["lists", "objects"])
def test_a_hundred_thousand_levels_are_malformed(town: Stack, story: Story, opening: str) -> None:
    before, person = bugs(town), Person(town.url, "takahashi")
    text = opening * 100_000 + "1" + ("]" if opening == "[" else "}") * 100_000
    wrapped = f'{{"documentId": "{document_ids()["SaveDraft"]}", "variables": {text}}}'
    for name, method, path in ROUTES:
        body = wrapped if path == "/graphql" else text
        with httpx.Client(base_url=town.url if name == "gateway" else town.service_url(name), timeout=30) as client:
            headers = {"Origin": town.url, "Content-Type": "application/json"}
            client.cookies.update(person.http.cookies)
            headers |= {} if name == "gateway" else Tokens(town, name).header()
            begun = time.monotonic()
            answer = client.request(method, path.replace("{new}", str(new_id())), content=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (422, "malformed_body"), (name, path, answer.text)
            assert time.monotonic() - begun < 5
    assert bugs(town) == before


def test_a_draft_too_deep_to_be_shown_again_is_not_kept(town: Stack) -> None:
    """A body of 300 levels was stored and could then be neither answered nor listed: 500 for its author ever after."""
    tokens = Tokens(town, "intake")
    url = town.service_url("intake")
    for depth in (60, 70, 300, 900):
        text = '{"kind": "deep", "seq": 1, "body": ' + '{"a":' * depth + "1" + "}" * depth + "}"
        answer = httpx.put(f"{url}/drafts/{new_id()}", content=text, headers=tokens.header())
        assert answer.status_code == (200 if depth == 60 else 422), (depth, answer.text)
        assert httpx.get(f"{url}/drafts?kind=deep", headers=tokens.header()).status_code == 200
