"""The marks of the canary: one for every field of words that any command has, read from the contracts themselves."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from services.contracts.registry import COMMANDS
from tests.support.person import Person

STEM = "鴨脚木の葉かげ"
"""Every mark begins with it: one search tells that a file has none, and half a mark is found as well."""
_DATES = ("year", "month", "day")
WITHOUT = {
    f"{birth}.{part}": "refused unless it is a date, and two digits are everywhere by chance"
    for birth in ("OpenConsultation.told.birth", "CorrectPerson.birth", "CorrectSheet.birth")
    for part in _DATES
}
"""Fields of words that have no mark, with the reason."""
NO_WORDS = {"format", "enum", "const", "pattern"}
"""An id, a moment, one of our own codes, a code by its pattern: nobody can write a sentence into it."""
OF_THE_DEVICE = {f"RecordVisit.memo, {how}" for how in ("sealed", "handed in", "undecided")}
"""The same field once more, as it comes from a tablet."""


def fields_of_words(schema: dict[str, Any], path: str, defs: dict[str, Any]) -> Iterator[str]:
    """The paths below `path` into which somebody may type what they like, on the wire."""
    if "$ref" in schema:
        schema = defs[schema["$ref"].rsplit("/", 1)[-1]]
    for each in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])):
        yield from fields_of_words(each, path, defs)
    for name, inner in schema.get("properties", {}).items():
        yield from fields_of_words(inner, f"{path}.{name}", defs)
    takes_words = schema.get("type", "string") in ("string", "object")  # no type at all: anything may stand there
    if takes_words and not (NO_WORDS | {"properties", "anyOf"}) & schema.keys():
        yield path


def all_fields_of_words() -> set[str]:
    """Of every command: `Command.field.field`."""
    schemas = {name: command.model_json_schema() for name, command in COMMANDS.items()}
    return {path for name, one in schemas.items() for path in fields_of_words(one, name, one.get("$defs", {}))}


MARKS = {
    path: f"{STEM}{number:03}番目"
    for number, path in enumerate(sorted((all_fields_of_words() - WITHOUT.keys()) | OF_THE_DEVICE))
}


class Teller(Person):
    """Whatever command they send, every field of words in it holds its mark."""

    def envelope(self, type: str, subject: object, payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
        payload = deepcopy(payload)
        for path, mark in MARKS.items():
            command, *names = path.split(".")
            if command == type and path not in OF_THE_DEVICE:
                _put(payload, names, mark)
        return super().envelope(type, subject, payload, **changes)


def _put(into: dict[str, Any], names: list[str], mark: str) -> None:
    name, *rest = names
    if not rest:
        into[name] = mark
        return
    inner = into.setdefault(name, {})
    for each in inner if isinstance(inner, list) else [inner]:
        _put(each, rest, mark)
