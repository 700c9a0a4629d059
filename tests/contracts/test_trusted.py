"""What an app in the field asks stays trusted when this release's app asks otherwise."""

import json
from pathlib import Path

import pytest

from gateway.graphql.endpoint import load_documents
from gateway.graphql.trusted import collect, earlier
from gateway.settings import GatewaySettings

_OLD = "query Me { me { staff { id } } }"
_GONE = "query Me { me { shoeSize } }"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The manifests of a release whose app asked one thing more than ours, and of one before it."""
    files = {"trusted_documents.json": {**collect(), "old-one": _OLD}, "earlier_documents.json": {"older": _OLD}}
    for name, documents in files.items():
        (tmp_path / name).write_text(json.dumps(documents), encoding="utf8")
    return tmp_path


def test_what_is_asked_no_more_is_kept_and_what_is_asked_is_not_kept_twice(folder: Path) -> None:
    assert earlier(collect(), folder) == {"older": _OLD, "old-one": _OLD}


def test_a_change_that_an_app_in_the_field_would_not_survive_is_refused(folder: Path) -> None:
    (folder / "earlier_documents.json").write_text(json.dumps({"older": _GONE}), encoding="utf8")
    with pytest.raises(SystemExit, match="older, which an app in the field may ask: Cannot query field 'shoeSize'"):
        earlier(collect(), folder)


def test_the_gateway_trusts_both_manifests() -> None:
    default = GatewaySettings.model_fields["trusted_documents"].default
    assert [Path(path).name for path in default.split(":")] == ["trusted_documents.json", "earlier_documents.json"]
    assert load_documents(default).keys() >= collect().keys()
