"""What is held, put side by side from its owners; the page of 開示 for the person; and who must show again who they are."""

import re
from uuid import UUID

import pytest

from infra.seed import PASSWORD
from infra.stack import Stack
from services.kernel.ids import new_id
from tests.support.person import Person, open_case, visit_payload
from tests.support.rows import rows


@pytest.fixture(scope="module")
def people(city: Stack) -> dict[str, Person]:
    return {login: Person(city.url, login) for login in ("watanabe", "takahashi", "hamada", "sasaki")}


def test_a_manager_sees_what_each_owner_holds(people: dict[str, Person], city: Stack) -> None:
    case = open_case(*(people[login] for login in ("watanabe", "takahashi", "hamada")))
    found = people["sasaki"].ask("Holdings", caseId=str(case))["holdings"]
    assert {line["owner"] for line in found["held"]} == {"coordination", "intake"}
    assert found["unavailable"] == []
    assert people["takahashi"].ask("Holdings", caseId=str(case))["holdings"] is None
    assert people["sasaki"].ask("Holdings", caseId=str(new_id()))["holdings"] is None
    city.stop(["intake"])
    try:
        found = people["sasaki"].ask("Holdings", caseId=str(case))["holdings"]
        assert ({line["owner"] for line in found["held"]}, found["unavailable"]) == ({"coordination"}, ["intake"])
    finally:
        city.start(["intake"])


def test_the_page_for_the_person_is_plain_and_without_anybody_else_s_words(people: dict[str, Person]) -> None:
    case = open_case(*(people[login] for login in ("watanabe", "takahashi", "hamada")))
    words = {
        "personWords": "<b>また来て</b>",
        "familyWords": "眠れていない",
        "memo": "扉の前で",
        "withWhom": ["person"],
    }
    people["takahashi"].do("RecordVisit", case, visit_payload(**words))
    page = f"/print/disclosure/{case}"
    assert people["sasaki"].http.get(page).status_code == 404
    asked = {"requestId": str(new_id()), "kind": "disclosure"}
    people["takahashi"].do("OpenPersonRequest", case, asked)
    assert people["takahashi"].http.get(page).status_code == 404
    answer = people["sasaki"].http.get(page)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    text = answer.text
    assert "&lt;b&gt;また来て&lt;/b&gt;" in text
    assert "78条1項2号" in text
    assert "福祉丸ごと相談窓口" in text
    assert "ひきこもり" not in text, "a paper that others may see says no such word"
    assert re.search(r"令和\d+年", text)
    for apart in ("眠れていない", "夜中に台所で", "自宅にはかけない", "母の携帯", "一度かける"):
        assert apart not in text, apart
    assert not re.search(r"disclosure\.|code\.|[{}]|None", text), "no key, code or placeholder is left"


@pytest.fixture
def stale(city: Stack, people: dict[str, Person]) -> Person:
    """The manager, some time after signing in."""
    manager = people["sasaki"]
    rows(city, "gateway", "update session set fresh_until = now() where staff_id = $1", UUID(manager.id))
    return manager


@pytest.mark.parametrize("kind", ["erasure", "correction"])
def test_a_request_is_decided_only_by_somebody_who_has_just_shown_who_they_are(
    people: dict[str, Person], city: Stack, stale: Person, kind: str
) -> None:
    case = open_case(*(people[login] for login in ("watanabe", "takahashi", "hamada")))
    request = str(new_id())
    people["takahashi"].do("OpenPersonRequest", case, {"requestId": request, "kind": kind})
    decision = stale.envelope("DecidePersonRequest", case, {"requestId": request, "decision": "approve"})
    refused = stale.submit(decision)[0]
    assert (refused["status"], refused["code"]) == ("REFUSED", "not_fresh") and refused["message"]
    held = "select decision from person_request where request_id = $1"
    assert [row["decision"] for row in rows(city, "coordination", held, UUID(request))] == [None]
    assert people["takahashi"].ask("Case", id=str(case))["case"] is not None
    assert stale.http.post("/session/fresh", json={"password": PASSWORD}).status_code == 200
    assert stale.submit(decision)[0]["status"] == "ACCEPTED", "the same command, once its author is known again"


def test_the_page_of_a_disclosure_opens_only_for_somebody_who_has_just_shown_who_they_are(
    people: dict[str, Person], city: Stack, stale: Person
) -> None:
    case = open_case(*(people[login] for login in ("watanabe", "takahashi", "hamada")))
    people["takahashi"].do("OpenPersonRequest", case, {"requestId": str(new_id()), "kind": "disclosure"})
    page = f"/print/disclosure/{case}"
    shown = "select count(*)::int as n from access_log where screen = 'Disclosure' and shown->'case' ? $1"
    for asked in (stale.http.get(page), stale.http.post("/session/fresh", json={})):
        assert (asked.status_code, asked.json()["code"]) == (403, "not_fresh")
    assert stale.http.get(f"/print/disclosure/{new_id()}").json()["code"] == "not_fresh", (
        "whether it exists is not said"
    )
    assert rows(city, "coordination", shown, str(case))[0]["n"] == 0
    assert stale.http.post("/session/fresh", json={"password": PASSWORD}).status_code == 200
    assert stale.http.post("/session/fresh", json={}).status_code == 200
    assert stale.http.get(page).status_code == 200
    assert rows(city, "coordination", shown, str(case))[0]["n"] == 1
