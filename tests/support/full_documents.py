"""One document for every root of the GraphQL schema that asks for everything: what the access matrix reads with."""

import hashlib
import json
from functools import cache
from pathlib import Path

from graphql import GraphQLObjectType, GraphQLOutputType, build_schema, get_named_type

from infra.paths import ROOT

SCHEMA = build_schema((ROOT / "gateway" / "schema.graphql").read_text(encoding="utf8"))


@cache
def full_documents() -> dict[str, str]:
    """Root field of Query -> a document with every field of every type below it."""
    assert SCHEMA.query_type
    found = {}
    for name, root in SCHEMA.query_type.fields.items():
        declared = ", ".join(f"${argument}: {of.type}" for argument, of in root.args.items())
        given = ", ".join(f"{argument}: ${argument}" for argument in root.args)
        head = f"query Full{name[0].upper()}{name[1:]}" + (f"({declared})" if declared else "")
        found[name] = f"{head} {{ {name}{f'({given})' if given else ''} {_selection(root.type, ())} }}"
    return found


def document_id(document: str) -> str:
    """As the gateway knows it."""
    return hashlib.sha256(document.encode()).hexdigest()


def trusting_full_documents(home: Path) -> dict[str, str]:
    """The environment of a gateway that also trusts the documents that ask for every field; their manifest lies in `home`."""
    file = home / "full_documents.json"
    manifest = {document_id(text): text for text in full_documents().values()}
    file.write_text(json.dumps(manifest), encoding="utf8")
    return {"BANSO_TRUSTED_DOCUMENTS": f"{ROOT / 'gateway' / 'trusted_documents.json'}:{file}"}


def all_fields() -> set[str]:
    """`Type.field` of everything a query can reach."""
    assert SCHEMA.query_type
    return set().union(*map(fields_below, SCHEMA.query_type.fields))


@cache
def fields_below(root: str) -> set[str]:
    """`Type.field` of everything one root can reach."""
    assert SCHEMA.query_type
    found: dict[str, set[str]] = {}
    waiting = [get_named_type(SCHEMA.query_type.fields[root].type)]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, GraphQLObjectType) and kind.name not in found:
            found[kind.name] = {f"{kind.name}.{field}" for field in kind.fields}
            waiting += [get_named_type(field.type) for field in kind.fields.values()]
    return set().union(*found.values())


def _selection(kind: GraphQLOutputType, above: tuple[str, ...]) -> str:
    named = get_named_type(kind)
    if not isinstance(named, GraphQLObjectType):
        return ""
    below = (*above, named.name)
    parts = [
        f"{name} {_selection(field.type, below)}".strip()
        for name, field in named.fields.items()
        if get_named_type(field.type).name not in below
    ]
    return "{ " + " ".join(parts) + " }"


def seen_fields(kind: GraphQLOutputType, value: object) -> set[str]:
    """`Type.field` of every field that holds something in an answer."""
    if isinstance(value, list):
        return set().union(*(seen_fields(kind, each) for each in value)) if value else set()
    named = get_named_type(kind)
    if not isinstance(named, GraphQLObjectType) or not isinstance(value, dict):
        return set()
    found = set()
    for name, field in named.fields.items():
        inner = value.get(name)
        if inner in (None, "", [], {}):
            continue
        found |= {f"{named.name}.{name}"} | seen_fields(field.type, inner)
    return found
