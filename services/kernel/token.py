"""The signed token of the person (or service) acting: Ed25519, 60 seconds, one audience, one request."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from services.kernel.clock import utc_now
from services.kernel.errors import Unauthenticated

LIFETIME_SECONDS, LEEWAY_SECONDS = 60, 5
_REQUIRED = ("exp", "iat", "aud", "iss", "sub", "jti")
_SERVICES = UUID("0d9be9c2-5a0f-5b43-9e2f-62616e736f01")
_ALGORITHM, _MAX_TOKEN_BYTES = "EdDSA", 16 * 1024


@dataclass(frozen=True)
class Actor:
    """Who acts now. `assignments`: today's (unit, role) pairs; `heir_of`: closed units among them. A service has a name."""

    id: UUID
    kind: str
    assignments: tuple[tuple[str, str], ...] = ()
    device: str = ""
    service: str = ""
    heir_of: tuple[str, ...] = ()

    def units_as(self, *roles: str) -> tuple[str, ...]:
        """The units where this actor holds one of the roles today."""
        return tuple(dict.fromkeys(unit for unit, role in self.assignments if role in roles))


def service_actor(name: str) -> Actor:
    """The actor a service is when it fetches by its own lawful need."""
    return Actor(id=uuid5(_SERVICES, name), kind="service", service=name)


class Signer:
    """Signs for one issuer with `<issuer>.private.pem`."""

    def __init__(self, keys_dir: Path, issuer: str) -> None:
        key = load_pem_private_key((keys_dir / f"{issuer}.private.pem").read_bytes(), password=None)
        assert isinstance(key, Ed25519PrivateKey)
        self._key, self._issuer = key, issuer

    def sign(self, actor: Actor, audience: str) -> str:
        """A bearer token for exactly one service."""
        now = int(utc_now().timestamp())
        who = {"sub": str(actor.id), "kind": actor.kind, "device": actor.device, "service": actor.service}
        what = {"iss": self._issuer, "aud": audience, "iat": now, "exp": now + LIFETIME_SECONDS, "jti": str(uuid4())}
        claims = {**who, **what, "assignments": list(actor.assignments), "heir_of": list(actor.heir_of)}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM, headers={"kid": self._issuer})


class Verifier:
    """Accepts tokens for one audience, signed by an issuer whose public key lies in `keys_dir`."""

    def __init__(self, keys_dir: Path, audience: str) -> None:
        # Each replica remembers the tokens it was shown, as long as they would be good.
        self._audience, self._keys, self._used = audience, dict[str, Ed25519PublicKey](), dict[str, float]()
        for file in sorted(keys_dir.glob("*.public.pem")):
            key = load_pem_public_key(file.read_bytes())
            assert isinstance(key, Ed25519PublicKey)
            self._keys[file.name.removesuffix(".public.pem")] = key

    def verify(self, token: str) -> Actor:
        """The actor, or Unauthenticated: token_missing, token_expired, wrong_audience, token_invalid."""
        if not token:
            raise Unauthenticated("token_missing", "no bearer token")
        if len(token) > _MAX_TOKEN_BYTES:
            raise Unauthenticated("token_invalid", "token too long")
        try:
            issuer = str(jwt.get_unverified_header(token).get("kid"))
            options = {"require": list(_REQUIRED), "verify_exp": False, "verify_iat": False}  # both by our clock
            wanted = {"audience": self._audience, "issuer": issuer, "options": options}
            claims = jwt.decode(token, self._keys[issuer], algorithms=[_ALGORITHM], **wanted)  # type: ignore[arg-type]
            now, jti, until = utc_now().timestamp(), str(claims["jti"]), int(claims["exp"]) + LEEWAY_SECONDS
            if until <= now:
                raise jwt.ExpiredSignatureError
            for old in [one for one, over in islice(self._used.items(), 2) if over < now]:
                del self._used[old]
            if jti in self._used or int(claims["iat"]) > now + LEEWAY_SECONDS:
                raise jwt.InvalidTokenError
            self._used[jti] = until
            return _actor(issuer, claims)
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("token_expired", "the token's 60 seconds are over") from None
        except jwt.InvalidAudienceError:
            raise Unauthenticated("wrong_audience", f"the token is not for {self._audience}") from None
        except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, OverflowError):
            raise Unauthenticated("token_invalid", "the token cannot be verified") from None


def _actor(issuer: str, claims: dict[str, object]) -> Actor:
    kind = str(claims["kind"])
    if kind == "service" and claims.get("service") == issuer:
        return service_actor(issuer)
    if kind != "staff" or issuer != "gateway":
        raise ValueError("only the gateway speaks for staff, and a service for itself alone")
    pairs, heir_of = claims.get("assignments") or [], claims.get("heir_of") or []
    assert isinstance(pairs, list) and isinstance(heir_of, list)
    held = tuple((str(unit), str(role)) for unit, role in pairs)
    return Actor(UUID(str(claims["sub"])), kind, held, str(claims.get("device", "")), heir_of=tuple(map(str, heir_of)))
