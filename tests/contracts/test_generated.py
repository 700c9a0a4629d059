"""The language stays readable: generated = committed, golden events parse, nothing personal rides in an event."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from services.contracts.base import EventData, Line, Text
from services.contracts.codes import Role
from services.contracts.generate import files
from services.contracts.registry import COMMANDS, EVENTS, SPEAKERS
from services.kernel.stream import UnreadableError, parse_event

GOLDEN = Path(__file__).parent / "golden"


def test_what_is_generated_is_what_is_committed() -> None:
    different = [file.name for file, text in files().items() if file.read_text(encoding="utf8") != text]
    assert different == []


def test_every_event_has_a_golden_file_and_every_golden_file_an_event() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(EVENTS)


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.stem)
def test_golden_events_parse_and_survive_unknown_fields(file: Path) -> None:
    stored = json.loads(file.read_text(encoding="utf8"))
    body = json.dumps({**stored["data"], "addedLater": 1}).encode()
    event = parse_event("any", stored["headers"], body, EVENTS)
    again = event.data.model_dump_json(by_alias=True).encode()
    assert parse_event("any", stored["headers"], again, EVENTS).data == event.data


def test_an_unknown_type_is_unreadable_not_ignored() -> None:
    with pytest.raises(UnreadableError):
        parse_event("any", {"ce_type": "banso.intake.Unheard.v1"}, b"{}", EVENTS)


FORBIDDEN = ("name", "kana", "address", "phone", "mail", "birth", "memo", "note", "words", "told", "text", "promise")


def fields(model: type[EventData]) -> list[tuple[str, Any]]:
    return [(name, found.annotation) for name, found in model.model_fields.items()]


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.__name__)
def test_an_event_carries_ids_codes_times_and_counts_only(event: type[EventData]) -> None:
    for name, annotation in fields(event):
        assert not any(part in FORBIDDEN for part in name.split("_")), name
        flat = [annotation, *get_args(annotation)]
        assert Text not in flat and Line not in flat, name
        metadata = event.model_fields[name].metadata
        is_plain_text = annotation is str and not any(getattr(m, "pattern", None) for m in metadata)
        assert not is_plain_text, f"{event.__name__}.{name} is free text"


def test_the_walk_would_catch_a_memo() -> None:
    class Leaky(EventData):
        SERVICE = "intake"
        memo: str

    with pytest.raises(AssertionError):
        test_an_event_carries_ids_codes_times_and_counts_only(Leaky)


def test_names_are_past_tense_events_and_imperative_commands() -> None:
    assert all(module.EVENTS is not None for module in SPEAKERS.values())
    assert not any(name.endswith("ed") for name in COMMANDS)
    assert set(Role) >= {"window_staff", "coordinator", "manager", "auditor"}
