"""A second gateway of the city that knows an identity provider, the package's provider, and a browser without a screen."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

import httpx

from infra.ports import free_ports
from infra.process import die_with_parent
from infra.stack import Stack
from tests.support.issuer import CLIENT, SECRET
from tests.support.person import document_ids


@contextmanager
def gateway_with(city: Stack, issuer: str, front: str = "", **more: str) -> Iterator[Stack]:
    """The city's own database and services behind a gateway of its own, configured for this issuer (or none), and known by
    the origin `front` too."""
    [port] = free_ports(1)
    here = city.var.parent / f"gateway-{port}"
    for folder in ("log", "run"):
        (here / folder).mkdir(parents=True)
    origins = f"http://localhost:{port},http://127.0.0.1:{port}" + (f",{front}" if front else "")
    known = {"BANSO_OIDC_ISSUER": issuer, "BANSO_OIDC_CLIENT_ID": CLIENT, "BANSO_OIDC_CLIENT_SECRET": SECRET}
    environment = {**city.environment, "BANSO_KEYS_DIR": str(city.keys_dir), "BANSO_PUBLIC_ORIGINS": origins}
    ports = {**city.ports, "gateway": port}
    stack = Stack(city.admin_dsn, city.bootstrap, here, city.prefix, ports, {**environment, **known, **more})
    stack.dsns = city.dsns
    try:
        stack.start(["gateway"], wait=False)
        stack.wait_ready("gateway", bus=False)  # the city's own gateway holds the relay
        yield stack
    finally:
        stack.stop()


@contextmanager
def real_provider() -> Iterator[str]:
    """`oidc-provider-mock` as a process of its own; its address is the issuer."""
    [port] = free_ports(1)
    command = [
        sys.executable,
        "-m",
        "oidc_provider_mock",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--require-nonce",
        "true",
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent
    )
    issuer = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{issuer}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


def know(issuer: str, subject: str, login: str) -> None:
    """The package's provider learns of an account."""
    httpx.put(f"{issuer}/users/{subject}", json={"preferred_username": login}).raise_for_status()


class Browser:
    """Cookies and the two steps: away to the provider, and back."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.http = httpx.Client(base_url=stack.url, headers={"Origin": stack.url}, timeout=30)

    def begin(self, **said: object) -> httpx.Response:
        return self.http.post("/session/oidc", json=said)

    def away(self, **said: object) -> str:
        """The provider's address for this browser."""
        answer = self.begin(**said)
        assert answer.status_code == 200, answer.text
        url: str = answer.json()["url"]
        return url

    def back(self, address: str, code: str, **changes: str) -> str:
        """Where the browser is sent on to after the provider sent it back. Strict cookies do not come along."""
        asked = dict(parse_qsl(urlsplit(address).query))
        said = {"code": code, "state": asked["state"], **changes}
        answer = httpx.get(asked["redirect_uri"], params=said, cookies=self._lax(), timeout=30)
        assert answer.status_code == 303, answer.text
        if 'banso_oidc=""' in answer.headers["set-cookie"]:
            self.http.cookies.delete("banso_oidc")
        self.http.cookies.update(answer.cookies)
        self.last = answer
        target: str = answer.headers["location"]
        return target

    def _lax(self) -> dict[str, str]:
        kept = self.http.cookies.get("banso_oidc")
        return {"banso_oidc": kept} if kept else {}

    def signed_in(self) -> str | None:
        """Who this browser is, by the id of the staff; nobody otherwise."""
        me = self.http.post("/graphql", json={"documentId": document_ids()["Me"], "variables": {}})
        return me.json()["data"]["me"]["staff"]["id"] if me.status_code == 200 else None
