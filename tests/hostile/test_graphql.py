"""GraphQL: a stranger's document never runs, and behind the door no document of any shape is a server error."""

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, parse_value
from hypothesis import strategies as st
from schemathesis.graphql import nodes, scalar

from infra.paths import ROOT
from infra.stack import Stack
from tests.hostile.fuzzing import EXAMPLES, cases_of, operations_of, schemathesis
from tests.hostile.story import Story, bugs
from tests.support.person import Person
from tests.support.rows import rows

SCHEMA = (ROOT / "gateway" / "schema.graphql").read_text(encoding="utf8")
SECONDS, DOCUMENTS = 2.0, max(2, EXAMPLES // 4)
"""Nothing hostile takes longer to refuse than this, also on a busy machine; documents of each kind for each root."""
scalar("Date", st.dates().map(str).map(nodes.String))
scalar("DateTime", st.datetimes(timezones=st.timezones()).map(lambda at: nodes.String(at.isoformat())))
_JSON = ("{}", '{a: "x", b: [1, null, {c: 1.5}]}', '"text"', "1", "[]")
scalar("JSON", st.sampled_from([parse_value(text) for text in _JSON]))


def generated() -> list[tuple[str, str]]:
    """(operation, document) of every root of the schema, right and wrong, the same at every run."""
    found: list[tuple[str, str]] = []
    for operation in operations_of(schemathesis.graphql.from_file(SCHEMA)):
        cases_of(operation, DOCUMENTS, lambda case, label=operation.label: found.append((label, named(case.body))))
    return found


def named(document: str) -> str:
    """Ours have a name each: the screen they belong to."""
    kind, brace, rest = document.partition("{")
    return f"{kind.strip() or 'query'} Fuzzed {brace}{rest}"


@pytest.fixture(scope="module")
def documents() -> list[tuple[str, str]]:
    return generated()


def test_a_strangers_document_never_runs(town: Stack, documents: list[tuple[str, str]]) -> None:
    person, before = Person(town.url, "sasaki"), bugs(town)
    for _, document in documents:
        answer = person.http.post("/graphql", json={"query": document})
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_document"), document
    print(f"{len(documents)} documents of a stranger: 0 executed")
    assert bugs(town) == before


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("deep", "{" + "a{" * 100_000 + "b" + "}" * 100_001),
        ("aliases", "{" + "".join(f"a{n}:me{{staff{{id}}}} " for n in range(30_000)) + "}"),
        ("fragments in a ring", "{...A} fragment A on Query{...B} fragment B on Query{...A}"),
        ("directives", "{me" + "@a" * 100_000 + "{staff{id}}}"),
        ("introspection", "{__schema{types{name}}}"),
    ],
)
def test_a_flood_in_one_document_is_refused_unread(town: Stack, name: str, document: str) -> None:
    person, before = Person(town.url, "sasaki"), bugs(town)
    begun = time.monotonic()
    answer = person.http.post("/graphql", json={"query": document, "variables": {}})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_document"), name
    assert time.monotonic() - begun < SECONDS
    assert bugs(town) == before


@pytest.fixture
def open_door(town: Stack, documents: list[tuple[str, str]], tmp_path: Path) -> Any:
    """The gateway with every generated document (and floods) in its manifest, as if our own app had sent them."""
    floods = ["query Deep {" + "cases{person{" * 12 + "name" + "}}" * 12 + "}"]
    floods += ["query Aliases {" + " ".join(f"a{n}:me{{staff{{id}}}}" for n in range(500)) + "}"]
    said = [*documents, *(("flood", text) for text in floods)]
    manifest = {hashlib.sha256(text.encode()).hexdigest(): text for _, text in said}
    file = tmp_path / "hostile_documents.json"
    file.write_text(json.dumps(manifest), encoding="utf8")
    ours = ROOT / "gateway" / "trusted_documents.json"
    town.stop(["gateway"])
    town.start(["gateway"], {"BANSO_TRUSTED_DOCUMENTS": f"{ours}:{file}"})
    yield said
    town.stop(["gateway"])
    town.start(["gateway"])


@pytest.mark.timeout(900)
def test_behind_the_door_no_document_is_a_server_error(
    town: Stack, story: Story, open_door: list[tuple[str, str]]
) -> None:
    before, findings, executed, codes = bugs(town), {}, 0, dict[str, int]()
    person = Person(town.url, "sasaki")
    for label, document in open_door:
        parse(document)
        body = {"documentId": hashlib.sha256(document.encode()).hexdigest()}
        answer = person.http.post("/graphql", json=body)
        if answer.status_code == 401:  # the document before signed this session out
            rows(town, "gateway", "delete from sign_in_failure")
            person = Person(town.url, "sasaki")
            answer = person.http.post("/graphql", json=body)
        said = answer.json()
        found = [error["extensions"]["code"] for error in said.get("errors", [])]
        executed += not found
        for code in found:
            codes[code] = codes.get(code, 0) + 1
        if answer.status_code != 200 or {"unexpected", "service_unavailable", "try_again"} & set(found):
            findings.setdefault(label, f"{document}\n  -> {answer.status_code} {answer.text[:400]}")
    operations = len({label for label, _ in open_door}) - 1
    print(f"{operations} roots, {len(open_door)} documents, {executed} without error, refusals {codes}")
    assert not findings, "\n\n".join(findings.values())
    assert bugs(town) == before
