"""The keys of an installation: made once, nobody else's to read, never lost; devices get the newest."""

import os
import resource
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from gateway.devices.sealing import SealingKeys, Unreadable
from infra.keys import add_sealing_key, ensure_keys
from infra.paths import ROOT
from services.kernel.ids import new_id
from tests.support.vault import Vault


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def age(folder: Path, seconds: int) -> None:
    """As if everything there had been made earlier."""
    for file in folder.iterdir():
        moment = file.stat().st_mtime - seconds
        os.utime(file, (moment, moment))


def vault_for(keys: SealingKeys) -> Vault:
    return Vault(str(new_id()), keys.newest, keys.public_key, b"s" * 32)


def envelope() -> dict[str, str]:
    return {"id": str(new_id()), "type": "RecordVisit", "author": str(new_id())}


def test_keys_are_made_once_and_are_nobody_else_s(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        folder = ensure_keys(tmp_path / "keys")
    finally:
        os.umask(umask)
    before = contents(folder)
    [sealing] = (name for name in before if name.startswith("sealing-"))
    assert {name for name in before if name.endswith(".private.pem")} - {sealing} == {
        *("gateway.private.pem", "coordination.private.pem")
    }
    for name in before:
        if ".private." in name:
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert contents(ensure_keys(folder)) == before
    key = load_pem_private_key(before[sealing], password=None)
    assert isinstance(key, EllipticCurvePrivateKey)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert (SealingKeys(folder).public_key, len(point)) == (point, 65)


def test_devices_get_the_newest_key_and_what_was_sealed_to_an_older_one_is_still_read(tmp_path: Path) -> None:
    folder = ensure_keys(tmp_path / "keys")
    age(folder, 60)
    old, said = vault_for(SealingKeys(folder)), envelope()
    sealed = old.seal(said)
    kid = add_sealing_key(folder)
    assert contents(ensure_keys(folder)).keys() >= {f"sealing-{each}.private.pem" for each in (kid, old.kid)}
    keys = SealingKeys(folder)
    new = vault_for(keys)
    assert (keys.newest, new.kid) == (kid, kid) != (old.kid, old.kid)
    assert keys.open(said["id"], sealed["kid"], sealed["blob"]).envelope == said
    with pytest.raises(Unreadable):
        keys.open(said["id"], kid, sealed["blob"])


def test_a_start_that_dies_while_it_writes_a_key_leaves_no_half_of_one(tmp_path: Path) -> None:
    """The next start would find a key, make none, and be unable to read it: for ever."""
    folder = ensure_keys(tmp_path / "keys")
    for file in folder.glob("sealing-*"):
        file.unlink()
    code = f"import pathlib; from infra.keys import ensure_keys; ensure_keys(pathlib.Path({str(folder)!r}))"
    full_disk = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (16, 16))
    died = subprocess.run([sys.executable, "-c", code], cwd=ROOT, preexec_fn=full_disk, capture_output=True)
    assert died.returncode != 0 and b"File too large" in died.stderr
    said = envelope()
    keys = SealingKeys(ensure_keys(folder))
    sealed = vault_for(keys).seal(said)
    assert keys.open(said["id"], sealed["kid"], sealed["blob"]).envelope == said
