"""A device's vault as the browser's: seals commands to the server, with the proof of its author."""

import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDH, SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.person import Person


@dataclass(frozen=True)
class Vault:
    """What a device got at its registration."""

    device: str
    kid: str
    server_key: bytes
    secret: bytes

    @classmethod
    def of(cls, person: Person, device: object, name: str = "タブレット") -> "Vault":
        """Register the device for the person who is signed in."""
        return cls.given(
            str(device), person.ask("RegisterDevice", device={"id": str(device), "name": name})["registerDevice"]
        )

    @classmethod
    def given(cls, device: str, said: dict[str, Any]) -> "Vault":
        """From the answer to a registration."""
        return cls(device, said["kid"], base64.b64decode(said["serverKey"]), base64.b64decode(said["secret"]))

    def seal(
        self,
        envelope: dict[str, Any],
        *,
        mac: bytes | None = None,
        under: str | None = None,
        device: object = None,
        escaped: bool = False,
    ) -> dict[str, str]:
        """A `SealedCommand`. `mac`, `under` and `device` make forgeries; `escaped` as JSON.stringify writes half a character."""
        said = json.dumps({"device": device or self.device, "envelope": envelope}, ensure_ascii=escaped)
        proof = mac or hmac.new(self.secret, said.encode("utf8", "surrogatepass"), hashlib.sha256).digest()
        plain = json.dumps({"said": said, "mac": base64.b64encode(proof).decode()})
        return self.seal_bytes(plain.encode(), under or envelope["id"])

    def seal_bytes(self, plain: bytes, command_id: str) -> dict[str, str]:
        """Anything at all, sealed to the server under an id."""
        ephemeral = generate_private_key(SECP256R1())
        point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        shared = ephemeral.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), self.server_key))
        key = HKDF(algorithm=SHA256(), length=32, salt=point, info=b"banso sealed command v1").derive(shared)
        iv = os.urandom(12)
        blob = point + iv + AESGCM(key).encrypt(iv, plain, command_id.encode())
        return {"id": command_id, "kid": self.kid, "blob": base64.b64encode(blob).decode()}
