"""A right thing with one part of it replaced by what nobody expects there, for every part and every such value."""

import json
import os
from collections.abc import Iterator
from copy import deepcopy
from itertools import count
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    parse,
    type_from_ast,
)
from graphql.language import OperationDefinitionNode

from services.kernel.ids import new_id
from tests.support.full_documents import SCHEMA

NOW = "2026-04-01T10:00:00+09:00"
EVERY = int(os.environ.get("BANSO_NASTY_EVERY", "11"))
"""Of all that can be spoilt each n-th is tried; 1 tries everything (some 6,000 requests)."""
_numbers = count()


def nested(depth: int) -> Any:
    """Objects and lists in turn."""
    said: Any = 1
    for level in range(depth):
        said = {"a": said} if level % 2 else [said]
    return said


VALUES: dict[str, Any] = {
    "NUL": "a\x00b",
    "half a character": "\ud83d",
    "half a character as key": {"\udc00": 1},
    "NUL as key": {"\x00": "x"},
    "long": "あ" * 20_000,
    "nothing": None,
    "empty": "",
    "object": {},
    "list": [],
    "not a number": float("nan"),
    "infinite": float("inf"),
    "beyond bigint": 2**63,
    "negative": -1,
    "300 digits": 10**300,
    "fraction": 0.5,
    "before the calendar": "0001-01-01T00:00:00+00:00",
    "after the calendar": "9999-12-31T23:59:59-12:00",
    "no day": "2026-13-45",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "60 deep": nested(60),
    "400 deep": nested(400),
    "900 deep": nested(900),
}


def spoilt(right: Any, every: int = EVERY) -> Iterator[tuple[str, Any]]:
    """(where and what, the whole thing with that one part replaced)."""
    for path in _paths(right):
        for name, value in VALUES.items():
            if next(_numbers) % every:
                continue
            whole = deepcopy(right)
            parent = whole
            for step in path[:-1]:
                parent = parent[step]
            parent[path[-1]] = value
            yield f"{'.'.join(map(str, path))} = {name}", whole


def _paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*above, key)
        yield from _paths(part, (*above, key))


def wire(said: Any) -> bytes:
    """As a client without scruples writes it: NaN, Infinity and half characters included."""
    return json.dumps(said).encode()


def variables_of(document: str) -> dict[str, Any]:
    """Something that fits each variable of a document."""
    operation = parse(document).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return {
        declared.variable.name.value: _fits(type_from_ast(SCHEMA, declared.type))  # type: ignore[arg-type]
        for declared in operation.variable_definitions or ()
    }


def _fits(kind: GraphQLInputType) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return _fits(kind.of_type)
    if isinstance(kind, GraphQLList):
        return [_fits(kind.of_type)]
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        return {name: _fits(field.type) for name, field in named.fields.items()}
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    plain = {"Int": 1, "Float": 1, "Boolean": True, "Date": "2026-04-01", "DateTime": NOW, "JSON": {"a": 1}}
    return plain.get(named.name, str(new_id()) if named.name == "ID" else "x")
