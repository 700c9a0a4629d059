"""J12 without a screen: a clerk opens a case they have nothing to do with, by an emergency; the manager's list shows it first;
the person's page names it, by unit and purpose, and by name only where the city's rule says so."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.stack import Stack
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.support.city import running_city
from tests.support.person import Person, basis_payload, open_case, visit_payload
from tests.support.servers import Servers


@pytest.fixture(scope="module")
def naming(servers: Servers) -> Iterator[Stack]:
    """A city whose rule names staff."""
    with running_city(servers, "naming", {"BANSO_WHO_SAW_NAMES": "true"}) as stack:
        yield stack


def nosy_read(stack: Stack) -> str:
    """A case that its member reads at work, and a clerk of another office by an emergency."""
    clerk, member, nosy = (Person(stack.url, login) for login in ("watanabe", "takahashi", "yoshida"))
    case = str(open_case(clerk, member))
    assert nosy.ask("Case", id=case)["case"] is None
    nosy.do("UseEmergency", case, basis_payload("UseEmergency", new_id()))
    assert nosy.ask("Case", id=case)["case"]["label"] == "共有されたケース"
    member.do("RecordVisit", case, visit_payload())  # the person was met: they know of it
    member.ask("Case", id=case)
    return case


def page(stack: Stack, login: str, case: str) -> Any:
    return Person(stack.url, login).http.get(f"/print/who-saw/{case}", headers={"Accept": "text/html"})


async def answers_logged(stack: Stack, case: str) -> int:
    connection = await connect(stack.dsns["coordination"].owner)
    query = "select count(*)::int from access_log where purpose = 'answer_person' and shown->'answered' ? $1"
    try:
        return int(await connection.fetchval(query, case))
    finally:
        await connection.close()


def test_the_manager_s_list_shows_it_first_and_the_person_s_page_names_it(city: Stack) -> None:
    case = nosy_read(city)
    lines = Person(city.url, "sasaki").ask_everything("accessLog", days=1, staffId=None, caseId=case)["lines"]
    assert (lines[0]["staff"]["name"], lines[0]["odd"][0]) == ("𠮷田 美咲", "no_relation")
    said = page(city, "sasaki", case)
    assert said.status_code == 200 and said.headers["cache-control"] == "no-store"
    for told in ("田無庁舎 生活サポート相談窓口", "緊急", "福祉丸ごと相談窓口", "支援のため", "令和"):
        assert told in re.sub("<[^>]+>", "", said.text), told
    for kept in ("𠮷田", "髙橋", "家族の言葉", "ひきこもり", "<script", "style="):
        assert kept not in said.text, kept
    assert asyncio.run(answers_logged(city, case)) == 1


def test_only_who_answers_for_the_case_gets_the_page_and_an_absent_case_looks_the_same(city: Stack) -> None:
    case = nosy_read(city)
    for login in ("takahashi", "yoshida", "mori", "ishii"):
        denied, absent = page(city, login, case), page(city, login, str(new_id()))
        assert (denied.status_code, denied.text) == (404, absent.text)
    assert page(city, "sasaki", "x").status_code == 404
    assert asyncio.run(answers_logged(city, case)) == 0


def test_staff_are_named_where_the_city_s_rule_says_so(naming: Stack) -> None:
    case = nosy_read(naming)
    said = page(naming, "sasaki", case).text
    assert "𠮷田 美咲" in said and "髙橋 直子" in said
