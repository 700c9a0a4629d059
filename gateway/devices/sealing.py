"""Sealed commands: made on a device for the server's public key, with a proof that the author's unlocked vault made them.

A blob is the ephemeral P-256 public key (65 bytes, uncompressed), an iv (12) and the AES-256-GCM ciphertext with its tag.
The key is HKDF-SHA256 of the ECDH secret (salt: the 65 bytes), the additional data is the command's id. Inside lies
`{"said": "<JSON text of {device, envelope}>", "mac": base64(HMAC-SHA256(the device's secret, said))}`.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from services.kernel.errors import Malformed
from services.kernel.request import loads

POINT_BYTES, IV_BYTES = 65, 12
INFO = b"banso sealed command v1"


class Unreadable(Malformed):
    """The blob is not what its id says, or no unlocked vault of its author made it."""

    def __init__(self, reason: str) -> None:
        super().__init__("sealed_unreadable", reason)


@dataclass(frozen=True)
class Opened:
    """What lay in a blob. Believe it only when it `was_made_with` the secret of (device, author)."""

    device_id: UUID
    author_id: UUID
    envelope: dict[str, Any]
    _said: bytes
    _mac: bytes

    def was_made_with(self, secret: bytes) -> bool:
        """True when the author's vault on that device made it."""
        return hmac.compare_digest(hmac.new(secret, self._said, hashlib.sha256).digest(), self._mac)


class SealingKeys:
    """The server's private keys by id; the newest is given to devices."""

    def __init__(self, keys_dir: Path) -> None:
        self._keys: dict[str, EllipticCurvePrivateKey] = {}
        files = sorted(keys_dir.glob("sealing-*.private.pem"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        for file in files:
            key = load_pem_private_key(file.read_bytes(), password=None)
            assert isinstance(key, EllipticCurvePrivateKey)
            self._keys[file.name.removeprefix("sealing-").removesuffix(".private.pem")] = key
        self.newest = next(reversed(self._keys))

    @property
    def public_key(self) -> bytes:
        """The newest key as devices import it: 65 raw bytes."""
        return self._keys[self.newest].public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def open(self, command_id: str, kid: str, blob: str) -> Opened:
        """What was sealed under this id, or Unreadable. Nothing of it appears in the error."""
        key = self._keys.get(kid)
        if key is None:
            raise Unreadable("no such key")
        try:
            data = base64.b64decode(blob, validate=True)
            point = data[:POINT_BYTES]
            shared = key.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point))
            sealing = HKDF(algorithm=SHA256(), length=32, salt=point, info=INFO).derive(shared)
            iv, sealed = data[POINT_BYTES : POINT_BYTES + IV_BYTES], data[POINT_BYTES + IV_BYTES :]
            return _read(command_id, AESGCM(sealing).decrypt(iv, sealed, command_id.encode()))
        except (InvalidTag, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Unreadable(type(error).__name__) from None


def _read(command_id: str, plain: bytes) -> Opened:
    outer = loads(plain)
    said = outer["said"]
    inner = loads(said)
    envelope = inner["envelope"]
    if envelope["id"] != command_id or not isinstance(envelope["type"], str):
        raise ValueError("another command")
    mac = base64.b64decode(outer["mac"], validate=True)
    return Opened(UUID(inner["device"]), UUID(envelope["author"]), envelope, said.encode(), mac)
