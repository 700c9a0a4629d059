"""What is opened is what was sealed; anything else is unreadable, never a crash."""

import base64
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.devices.sealing import Opened, SealingKeys, Unreadable
from infra.keys import ensure_keys
from services.kernel.ids import new_id
from tests.support.vault import Vault

SECRET = b"s" * 32


def vault_of(keys: SealingKeys) -> Vault:
    return Vault(str(new_id()), keys.newest, keys.public_key, SECRET)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SealingKeys:
    return SealingKeys(ensure_keys(tmp_path_factory.mktemp("keys")))


def envelope(memo: str = "縁側") -> dict:
    return {"id": str(new_id()), "type": "RecordVisit", "author": str(new_id()), "payload": {"memo": memo}}


@given(memo=st.text(st.characters(exclude_categories=["Cs"])))
@example(memo='"\\\x00\u2028🐈‍⬛')
def test_what_is_opened_is_what_was_sealed(keys: SealingKeys, memo: str) -> None:
    vault, said = vault_of(keys), envelope(memo)
    sealed = vault.seal(said)
    opened = keys.open(sealed["id"], sealed["kid"], sealed["blob"])
    assert (opened.envelope, str(opened.device_id), str(opened.author_id)) == (said, vault.device, said["author"])
    assert opened.was_made_with(SECRET) and not opened.was_made_with(SECRET[1:])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just(str(new_id())),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["said", "mac", "device", "envelope", "id", "type", "author"]), inner)
    ),
    max_leaves=12,
)


@given(outer=json_values, inner=json_values, nested=st.booleans())
@example(outer={"mac": ""}, inner={"device": 5, "envelope": {"id": "c", "type": "x", "author": 5}}, nested=True)
@example(outer={"said": '{"device": "\ud800"}', "mac": ""}, inner=None, nested=False)
def test_whatever_lies_inside_is_opened_or_unreadable(
    keys: SealingKeys, outer: object, inner: object, nested: bool
) -> None:
    plain = {**outer, "said": json.dumps(inner)} if nested and isinstance(outer, dict) else outer
    sealed = vault_of(keys).seal_bytes(json.dumps(plain).encode(), "c")
    try:
        opened = keys.open("c", sealed["kid"], sealed["blob"])
    except Unreadable:
        return
    assert isinstance(opened, Opened) and not opened.was_made_with(SECRET)


@given(blob=st.binary(max_size=200))
def test_noise_is_unreadable(keys: SealingKeys, blob: bytes) -> None:
    with pytest.raises(Unreadable):
        keys.open("c", keys.newest, base64.b64encode(blob).decode())


def test_deep_nonsense_is_unreadable(keys: SealingKeys) -> None:
    sealed = vault_of(keys).seal_bytes(b'{"said": ' + b"[" * 100_000, "c")
    with pytest.raises(Unreadable):
        keys.open("c", sealed["kid"], sealed["blob"])
