"""In earnest: `BANSO_ENV=production` behind a proxy that speaks TLS. What a browser is given there, and that it gives it back."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path as File

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from infra.ports import free_ports
from infra.stack import Stack
from tests.support.hired import FIRST_PASSWORD, hire
from tests.support.oidc import gateway_with
from tests.support.path import Path
from tests.support.person import document_ids

HSTS = "max-age=63072000; includeSubDomains"


def certificate(folder: File) -> File:
    """Of localhost, for an hour, with its key."""
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    file = folder / "localhost.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return file


@pytest.fixture(scope="module")
def house(city: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Stack]]:
    """A browser without a screen at the front door, and the gateway behind it."""
    file, [port] = certificate(tmp_path_factory.mktemp("tls")), free_ports(1)
    inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inside.load_cert_chain(file)
    front = f"https://localhost:{port}"
    with gateway_with(city, "", front, BANSO_ENV="production") as stack:
        proxy = Path(port, stack.ports["gateway"], inside)
        proxy.heal()
        outside = ssl.create_default_context(cafile=str(file))
        with httpx.Client(base_url=front, verify=outside, headers={"Origin": front}, timeout=30) as browser:
            yield browser, stack
        proxy.end()


def given(answer: httpx.Response) -> dict[str, set[str]]:
    """Cookie -> what is said of it beside its value, but for how long."""
    cookies = {}
    for one in answer.headers.get_list("set-cookie"):
        pair, *rules = (part.strip() for part in one.split(";"))
        name = pair.split("=")[0]
        cookies[name] = {rule.lower() for rule in rules if not rule.lower().startswith(("max-age", "expires"))}
    return cookies


def test_the_cookies_are_bound_to_the_host_and_to_https_and_open_the_door(house: tuple[httpx.Client, Stack]) -> None:
    browser, stack = house
    said = {"login": hire(stack).login, "password": FIRST_PASSWORD, "device": None}
    answer = browser.post("/session", json=said)
    assert answer.status_code == 200
    bound = {"secure", "httponly", "samesite=strict", "path=/"}
    assert given(answer) == {"__Host-banso_session": bound, "__Host-banso_known": bound}, "and no Domain"
    me = {"documentId": document_ids()["Me"], "variables": {}}
    assert browser.post("/graphql", json=me).json()["data"]["me"]["staff"]["id"] == answer.json()["staff"]["id"]
    in_clear = httpx.Client(base_url=stack.url, headers={"Origin": stack.url}, cookies=browser.cookies)
    assert in_clear.post("/graphql", json=me).status_code == 401, "a browser sends them over HTTPS alone"
    plain = {"banso_session": browser.cookies["__Host-banso_session"]}
    assert httpx.post(f"{stack.url}/graphql", json=me, headers={"Origin": stack.url}, cookies=plain).status_code == 401
    ended = browser.delete("/session")
    assert given(ended) == {"__Host-banso_session": bound} and "__Host-banso_session" not in browser.cookies
    assert browser.post("/graphql", json=me).status_code == 401


@pytest.mark.parametrize("path", ["/", "/today", "/livez", "/sw.js", "/print/who-saw/x", "/nothing-here"])
def test_every_answer_asks_for_https_for_two_years(house: tuple[httpx.Client, Stack], city: Stack, path: str) -> None:
    browser, _ = house
    assert browser.get(path).headers["strict-transport-security"] == HSTS
    assert "strict-transport-security" not in httpx.get(f"{city.url}{path}").headers, "localhost has no certificate"


def test_a_refusal_at_the_wall_does_so_too(house: tuple[httpx.Client, Stack]) -> None:
    browser, _ = house
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        refused = browser.post("/session", json={}, headers=headers)
        assert (refused.status_code, refused.headers["strict-transport-security"]) == (403, HSTS)
