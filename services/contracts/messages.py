"""The one message file (`ja.json`): every Japanese sentence a person may read, by key."""

import json
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("ja.json")


@cache
def catalogue() -> dict[str, str]:
    """All sentences by key, e.g. `error.not_found`."""
    loaded: dict[str, str] = json.loads(_FILE.read_text(encoding="utf8"))
    return loaded


def sentence(key: str, **values: str) -> str:
    """The sentence for `key` with its `{placeholders}` filled; an unknown key falls back to `error.unexpected`."""
    text = catalogue().get(key) or catalogue()["error.unexpected"]
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
