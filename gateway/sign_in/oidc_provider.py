"""The city's identity provider as its client: where it is found, the way there, a code for an ID token, and the token's check.

PyJWT checks the signature and the dates. Tokens never leave this module; what leaves it is who signed in.
"""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import jwt
from pydantic import BaseModel, ValidationError

from gateway.settings import OidcSettings
from services.kernel.clock import utc_now
from services.kernel.errors import Overloaded, Unauthenticated
from services.kernel.telemetry import log

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signed with a private key. `none` and the HS family, where our own secret would be the key, are never believed."""
_REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
_OPTIONS: Any = {"require": _REQUIRED, **dict.fromkeys(("verify_exp", "verify_iat", "verify_nbf"), False)}
"""PyJWT would look at the wall clock of this machine; we look at ours (`_check_moment`)."""
_KEPT_SECONDS = 600  # what was discovered; a key the provider withdrew is believed no longer than that
_SKEW = timedelta(seconds=60)
_LEEWAY_SECONDS = 30
_MAX_TOKEN_BYTES = 16 * 1024
_NO_ANSWER = (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError)


class Unavailable(Overloaded):
    """The provider does not answer as it should: try later, or another way in. The log says why to whoever runs it."""

    def __init__(self, reason: str, error: Exception | None = None) -> None:
        log.warning("oidc.unavailable", reason=reason, error=type(error).__name__ if error else None)
        super().__init__("oidc_unavailable", reason)


class NotBelieved(Unauthenticated):
    """Whatever came back shows nobody: one answer, and the reason for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__("oidc_failed", reason)


class Discovered(BaseModel):
    """What we use of the provider's discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False


@dataclass(frozen=True)
class Account:
    """Who signed in at the provider. `login` is what the city's claim says, nothing when it says none."""

    issuer: str
    subject: str
    login: str
    authenticated_at: datetime | None


@dataclass(frozen=True)
class Proofs:
    """What ties a way there to the way back: all made of one secret that only the browser's cookie holds."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def of(cls, secret: str) -> "Proofs":
        return cls(*(_base64url(f"{what}:{secret}") for what in ("state", "nonce", "verifier")))

    @property
    def challenge(self) -> str:
        """PKCE, S256."""
        return _base64url(self.verifier)


def _base64url(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


class Provider:
    """One configured provider. What it says of itself is asked when needed and kept for ten minutes."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(5.0, connect=3.0))
        self._discovered: Discovered | None = None
        self._keys: dict[str, jwt.PyJWK] = {}
        self._kept_until = 0.0

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def discover(self) -> Discovered:
        """Where it answers. Unavailable when it does not, or is not who we were told it is."""
        if self._discovered is None or time.monotonic() > self._kept_until:
            address = self._settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration"
            try:
                found = Discovered.model_validate(await self._json(address))
            except ValidationError:
                raise Unavailable("the discovery document is not one") from None
            self._check(found)
            self._keys = await self._fetch_keys(found)
            self._discovered, self._kept_until = found, time.monotonic() + _KEPT_SECONDS
        return self._discovered

    def _check(self, found: Discovered) -> None:
        if found.issuer != self._settings.oidc_issuer:
            raise Unavailable("the discovery document is another issuer's")
        schemes = {urlsplit(url).scheme for url in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)}
        if schemes - ({"https"} if self._settings.env == "production" else {"https", "http"}):
            raise Unavailable("an address of the provider is not https")

    async def _json(self, address: str) -> Any:
        try:
            answer = await self._http.get(address, headers={"Accept": "application/json"})
            answer.raise_for_status()
            return answer.json()
        except _NO_ANSWER as error:
            raise Unavailable("the provider does not answer", error) from None

    async def _fetch_keys(self, found: Discovered) -> dict[str, jwt.PyJWK]:
        said = await self._json(found.jwks_uri)
        try:
            keys = [each for each in said["keys"] if each["kty"] != "oct" and each.get("use", "sig") == "sig"]
            return {key.key_id or "": key for key in jwt.PyJWKSet(keys).keys}
        except (jwt.PyJWTError, *_NO_ANSWER):
            raise Unavailable("the provider publishes no key of use") from None

    async def address(self, proofs: Proofs, redirect_uri: str, *, ask_again: bool) -> str:
        """Where the browser goes to sign in."""
        asked = {
            **{"response_type": "code", "client_id": self._settings.oidc_client_id, "redirect_uri": redirect_uri},
            **{"scope": self._settings.oidc_scope, "state": proofs.state, "nonce": proofs.nonce},
            **{"code_challenge": proofs.challenge, "code_challenge_method": "S256"},
            **({"acr_values": " ".join(_listed(self._settings.oidc_acr))} if self._settings.oidc_acr else {}),
            **({"prompt": "login", "max_age": "0"} if ask_again else {}),
        }
        there = (await self.discover()).authorization_endpoint
        return f"{there}{'&' if urlsplit(there).query else '?'}{urlencode(asked)}"

    async def redeem(self, code: str, redirect_uri: str, proofs: Proofs) -> Account:
        """Who the code stands for. NotBelieved, or Unavailable when the provider does not answer."""
        found = await self.discover()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        form |= {"code_verifier": proofs.verifier, "client_id": self._settings.oidc_client_id}
        basic = None
        if "client_secret_basic" in found.token_endpoint_auth_methods_supported:
            secret = quote(self._settings.oidc_secret, safe="")
            basic = httpx.BasicAuth(quote(self._settings.oidc_client_id, safe=""), secret)
        else:
            form["client_secret"] = self._settings.oidc_secret
        try:
            answer = await self._http.post(found.token_endpoint, data=form, auth=basic or httpx.USE_CLIENT_DEFAULT)
            said = answer.json()
            if answer.status_code == 400 and said["error"] == "invalid_grant":
                raise NotBelieved("the provider does not know the code")
            answer.raise_for_status()
            token = str(said["id_token"])
        except _NO_ANSWER as error:
            raise Unavailable("the provider gives no token", error) from None
        return await self.verify(token, proofs.nonce)

    async def verify(self, token: str, nonce: str) -> Account:
        """Whose ID token this is; NotBelieved unless it is signed, for us, of now and of this very flow."""
        if len(token) > _MAX_TOKEN_BYTES:
            raise NotBelieved("the token is too long")
        wanted: dict[str, Any] = {"audience": self._settings.oidc_client_id, "issuer": self._settings.oidc_issuer}
        try:
            key = await self._key_of(token)
            claims = jwt.decode(token, key, ALGORITHMS, _OPTIONS, **wanted)
            _check_moment(claims)
            self._check_claims(claims, nonce)
            said = claims.get("auth_time")
            at = None if said is None else datetime.fromtimestamp(said, UTC)
        except jwt.PyJWTError as error:
            raise NotBelieved(type(error).__name__) from None
        except (ValueError, TypeError, OverflowError, OSError):
            raise NotBelieved("the token is malformed") from None
        login = claims.get(self._settings.oidc_login_claim)
        return Account(self._settings.oidc_issuer, claims["sub"], login if isinstance(login, str) else "", at)

    async def _key_of(self, token: str) -> jwt.PyJWK:
        """The key the token names. One we do not know yet is asked for: providers change theirs."""
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise NotBelieved("the algorithm is not one of ours")
        named, found = header.get("kid"), await self.discover()
        if named is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        if named not in self._keys:
            self._keys = await self._fetch_keys(found)
        if named not in self._keys:
            raise NotBelieved("no such key")
        return self._keys[named]

    def _check_claims(self, claims: dict[str, Any], nonce: str) -> None:
        """What PyJWT leaves to us. `azp` is wanted when the token is for others, too."""
        us, audience = self._settings.oidc_client_id, claims["aud"]
        if claims.get("azp", us if audience in (us, [us]) else None) != us:
            raise NotBelieved("the token was given to another client")
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise NotBelieved("the nonce is another's")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise NotBelieved("the subject is not one")
        accepted, needed = _listed(self._settings.oidc_acr), set(_listed(self._settings.oidc_amr))
        if accepted and claims.get("acr") not in accepted:
            raise NotBelieved("the acr is not enough")
        if needed and not (isinstance(claims.get("amr"), list) and needed <= set(claims["amr"])):
            raise NotBelieved("the amr is not enough")


def _check_moment(claims: dict[str, Any]) -> None:
    """Not over, and not from the future, within `_LEEWAY_SECONDS`."""
    now = utc_now().timestamp()
    if int(claims["exp"]) + _LEEWAY_SECONDS <= now:
        raise jwt.ExpiredSignatureError
    if max(int(claims["iat"]), int(claims.get("nbf", 0))) > now + _LEEWAY_SECONDS:
        raise jwt.ImmatureSignatureError


def is_since(account: Account, begun_at: datetime) -> bool:
    """True when its person showed who they are after that moment (within what two clocks may differ)."""
    return account.authenticated_at is not None and account.authenticated_at >= begun_at - _SKEW


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]
