"""The outer wall: hosts, origins, headers, trusted documents, sizes."""

import json
import socket
import time

import httpx
import pytest

from infra.stack import Stack
from tests.support.person import Person, document_ids


@pytest.fixture(scope="module")
def person(city: Stack) -> Person:
    return Person(city.url, "watanabe")


def me(person: Person, **changes: str | None) -> httpx.Response:
    headers = {name.replace("_", "-"): value for name, value in changes.items() if value is not None}
    request = person.http.build_request("POST", "/graphql", json={"documentId": document_ids()["Me"]}, headers=headers)
    for name in (name for name, value in changes.items() if value is None):
        del request.headers[name.replace("_", "-")]
    return person.http.send(request)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"Sec_Fetch_Site": "same-origin"}, 200),
        ({"Origin": None}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Content_Type": "text/plain"}, 403),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example", "X_Forwarded_Host": "localhost"}, 403),
    ],
)
def test_only_our_own_pages_may_write(person: Person, changes: dict[str, str | None], status: int) -> None:
    assert me(person, **changes).status_code == status


def test_headers_cannot_choose_who_one_is(person: Person) -> None:
    answer = me(person, X_User_Id="sasaki", X_Forwarded_User="sasaki", Authorization="Bearer x")
    assert answer.json()["data"]["me"]["staff"]["name"] == "渡邉 健"


def test_every_answer_carries_the_security_headers(city: Stack) -> None:
    for path in ("/", "/today", "/graphql", "/nothing-here"):
        headers = httpx.get(f"{city.url}{path}").headers
        assert "require-trusted-types-for 'script'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert httpx.get(f"{city.url}/livez").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{ me { staff { name } } }"},
        {"documentId": "0" * 64},
        {"documentId": ["x"]},
        {"query": "{ __schema { types { name } } }", "documentId": None},
        [{"documentId": "x"}],
        {},
    ],
)
def test_only_trusted_documents_run(person: Person, body: object) -> None:
    answer = person.http.post("/graphql", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_document")


def test_an_app_of_before_says_longer_ids_and_is_answered(person: Person) -> None:
    """What it has not sent must arrive: it takes a new version only when nothing waits."""
    answer = person.http.post("/graphql", json={"documentId": f"{document_ids()['Me']}abcd"})
    assert answer.status_code == 200 and answer.json()["data"]["me"]


def test_get_never_runs_a_document(person: Person) -> None:
    answer = person.http.get("/graphql", params={"documentId": document_ids()["Me"], "query": "{me{staff{name}}}"})
    assert answer.status_code in {404, 405}


def test_a_body_of_ten_megabytes_is_refused(person: Person) -> None:
    answer = person.http.post(
        "/graphql", json={"documentId": document_ids()["Me"], "variables": {"x": "a" * 10_000_000}}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert answer.json()["message"]


def test_variables_that_do_not_fit_are_masked(person: Person) -> None:
    answer = person.post("Submit", commands=[{"id": "鴨脚木の秘密", "nonsense": 1}])
    assert "鴨脚木" not in answer.text
    assert answer.json()["errors"][0]["extensions"]["code"] == "malformed_request"
    assert json.loads(answer.text)["errors"][0]["message"]


def test_files_outside_the_build_are_not_served(city: Stack) -> None:
    for path in ("/../README.md", "/%2e%2e/README.md", "/assets/../../README.md", "//etc/passwd"):
        assert "Banso(伴走)" not in httpx.get(f"{city.url}{path}").text


def test_an_unknown_address_is_told_by_the_screen_to_people_and_by_a_code_to_programs(city: Stack) -> None:
    person = httpx.get(f"{city.url}/nothing/here", headers={"Accept": "text/html,*/*"})
    assert (person.status_code, "text/html" in person.headers["content-type"]) == (404, True)
    for path in ("nothing/here", "cases/%00", "assets/%00.js"):
        program = httpx.get(f"{city.url}/{path}", headers={"Accept": "application/json"})
        assert (program.status_code, program.json()["code"]) == (404, "not_found")


def test_somebody_who_leaves_in_mid_sentence_is_no_error(city: Stack) -> None:
    """Seen in the gateway's log: every page left while it saved a draft was logged as a bug of ours."""
    cookie = Person(city.url, "watanabe").http.cookies["banso_session"]
    before = city.log_file("gateway").read_text().count("request.failed")
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", city.ports["gateway"])) as line:
            head = f"POST /graphql HTTP/1.1\r\nHost: localhost:{city.ports['gateway']}\r\nOrigin: {city.url}\r\n"
            head += (
                f"Cookie: banso_session={cookie}\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{{"
            )
            line.sendall(head.encode())
            time.sleep(0.2)
    assert me(Person(city.url, "watanabe")).status_code == 200
    assert city.log_file("gateway").read_text().count("request.failed") == before
