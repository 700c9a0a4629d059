"""Key pairs of this installation, made once, private parts 0600: Ed25519 of those who sign tokens, P-256 to seal to."""

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

ISSUERS = ("gateway", "coordination")


def ensure_keys(folder: Path) -> Path:
    """`<issuer>.private.pem` and `<issuer>.public.pem` for every issuer."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for issuer in ISSUERS:
        private, public = folder / f"{issuer}.private.pem", folder / f"{issuer}.public.pem"
        if private.exists() and public.exists():
            continue
        key = Ed25519PrivateKey.generate()
        _write_private(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    if not any(folder.glob("sealing-*.private.pem")):
        add_sealing_key(folder)
    return folder


def add_sealing_key(folder: Path) -> str:
    """A new key that devices seal commands to; older ones stay, for what is still on its way. Returns its id."""
    key = generate_private_key(SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    kid = hashlib.sha256(point).hexdigest()[:12]
    _write_private(
        folder / f"sealing-{kid}.private.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return kid


def _write_private(file: Path, content: bytes) -> None:
    part = file.with_suffix(".part")  # a start that is killed here leaves no half of a key
    part.touch(mode=0o600)
    part.write_bytes(content)
    part.replace(file)
