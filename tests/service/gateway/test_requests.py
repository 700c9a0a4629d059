"""What is held, put side by side from its owners; and the page of 開示 for the person."""

import re

import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.support.person import Person, open_case, visit_payload


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
