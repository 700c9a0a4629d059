"""An identity provider that says what a test wants it to say, true or false. It checks its client as a strict one would."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "banso-client", "s3cret:with/signs"


@dataclass
class Key:
    """A signing key and its public half as it is published."""

    kid: str
    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def public(self) -> dict[str, Any]:
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key()))
        return {"kid": self.kid, "use": "sig", **jwk}


@dataclass
class Issuer:
    """`code_for` is its whole sign-in page; `lies` replace claims (None takes one away); `sign` makes the token."""

    port: int
    key: Key = field(default_factory=lambda: Key("first"))
    published: list[dict[str, Any]] = field(default_factory=list)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    status: int = 200
    discovery: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.published = [self.key.public]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key.private, "RS256", headers={"kid": self.key.kid})

    def code_for(self, address: str, subject: str, login: str, **lies: Any) -> str:
        """A code for somebody who was sent here and signed in."""
        asked = dict(parse_qsl(urlsplit(address).query))
        now = int(time.time())
        true = {"iss": self.url, "aud": CLIENT, "sub": subject, "preferred_username": login, "nonce": asked["nonce"]}
        claims = {**true, "iat": now, "exp": now + 300, "auth_time": now, **lies}
        code = f"code-marker-{len(self.codes)}"
        said = {name: value for name, value in claims.items() if value is not None}
        self.codes[code] = {"asked": asked, "claims": said, "sign": self.sign}
        return code

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint; a code counts once."""
        basic = base64.b64encode(f"{CLIENT}:s3cret%3Awith%2Fsigns".encode()).decode()
        if authorization != f"Basic {basic}":
            self.refused.append("client")
            return 401, {"error": "invalid_client"}
        kept = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        asked = kept["asked"] if kept else {}
        is_right = asked.get("code_challenge_method") == "S256" and asked["code_challenge"] == challenge
        if kept is None or not is_right or form.get("redirect_uri") != asked["redirect_uri"]:
            self.refused.append("code")
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": kept["sign"](kept["claims"])}

    def answer(self, path: str) -> dict[str, Any]:
        if path == "/jwks":
            return {"keys": self.published}
        at = {name: f"{self.url}/{name}" for name in ("authorization_endpoint", "token_endpoint")}
        return {"issuer": self.url, **at, "jwks_uri": f"{self.url}/jwks", **self.discovery}


@contextmanager
def running_issuer(port: int) -> Iterator[Issuer]:
    """It answers until the block ends."""
    issuer = Issuer(port)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(issuer.status, issuer.answer(urlsplit(self.path).path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*issuer.token(form, self.headers.get("Authorization", "")))

        def _say(self, status: int, said: object) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
