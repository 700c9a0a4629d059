"""What a device takes along: what the screens show, no more, and nothing is dropped because an owner is away."""

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from services.manifest import MAX_HELD
from tests.service.gateway.test_devices import devices_of
from tests.support.person import (
    Person,
    attendance_payload,
    consultation_payload,
    open_case,
    session_payload,
    visit_payload,
    wait_until,
)
from tests.support.vault import Vault

OWNERS = {"staff", "coordination", "ibasho", "intake", "notify"}
Tablet = tuple[Person, Vault, UUID]


@pytest.fixture(scope="module")
def tablet(city: Stack) -> Tablet:
    """A coordinator's tablet, and a case with a visit that was recorded on it."""
    device = new_id()
    person = Person(city.url, "kobayashi", device=device)
    vault = Vault.of(person, device)
    case = open_case(Person(city.url, "watanabe"), person)
    envelope = person.envelope("RecordVisit", case, visit_payload(memo="縁側で猫と" * 300, familyWords="眠れていない"))
    [outcome] = person.ask("SubmitSealed", commands=[vault.seal(envelope)])["submitSealed"]
    assert outcome["status"] == "ACCEPTED"
    return person, vault, case


def sync(person: Person, *have: dict[str, str], waiting: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = person.ask("Sync", have=list(have), waiting=waiting)["sync"]
    return found


def held(answer: dict[str, Any]) -> list[dict[str, str]]:
    return [{"kind": "case", "id": each["id"], "etag": each["etag"]} for each in answer["cases"]] + [
        {"kind": "session", "id": each["id"], "etag": each["etag"]} for each in answer["sessions"]
    ]


def without_minutes(value: Any) -> Any:
    """The working minutes of a handoff go on between two answers."""
    if isinstance(value, list):
        return [without_minutes(each) for each in value]
    if isinstance(value, dict):
        return {name: without_minutes(each) for name, each in value.items() if name != "workingMinutesUsed"}
    return value


def test_what_comes_along_is_what_the_screens_show(city: Stack, tablet: Tablet) -> None:
    person, _, case = tablet
    city.wait_settled()  # no notice of another test's arrives between the two questions
    answer = sync(person)
    shown = {card["id"]: card for card in person.ask("Cases")["cases"]}
    assert str(case) in shown
    assert {each["id"]: each["card"] for each in answer["cases"]} == shown
    for each in answer["cases"]:
        assert each["record"] == person.ask("Case", id=each["id"])["case"]
    assert without_minutes(answer["today"]) == without_minutes(person.ask("Today")["today"])
    assert (answer["drop"], answer["unavailable"], answer["readableHours"]) == ([], [], 72)
    assert len(answer["incarnations"]) == len(OWNERS), "of everybody who owns a command"


def test_what_is_held_already_is_not_sent_again_and_what_is_not_one_s_own_leaves(tablet: Tablet, city: Stack) -> None:
    person, _, case = tablet
    foreign = {"kind": "case", "id": str(open_case(Person(city.url, "watanabe"), Person(city.url, "nakamura")))}
    before = held(sync(person))
    answer = sync(person, *before, {**foreign, "etag": "x"})
    assert (answer["cases"], answer["sessions"], answer["drop"]) == ([], [], [foreign["id"]])
    person.do("RecordVisit", case, visit_payload(memo="もう一度"))
    assert [each["id"] for each in sync(person, *before)["cases"]] == [str(case)]


def test_a_session_comes_along_as_its_board_shows_it(city: Stack) -> None:
    staff, session = Person(city.url, "mori"), str(new_id())
    staff.do("ScheduleSession", session, session_payload(staff))
    staff.do("LogAttendance", session, attendance_payload("plus_one"))
    [taken] = [each for each in sync(staff)["sessions"] if each["id"] == session]
    assert taken["board"] == staff.ask("Session", id=session)["session"]
    mine = {"kind": "session", "id": session, "etag": taken["etag"]}
    again = sync(staff, mine)
    assert (session in {each["id"] for each in again["sessions"]}, again["drop"]) == (False, [])
    assert sync(staff, {**mine, "kind": "case"})["drop"] == [session], "each owner speaks for its own kind only"
    stranger = sync(Person(city.url, "nakamura"), mine)
    assert (stranger["sessions"], stranger["drop"]) == ([], [session])


def test_what_an_owner_acknowledged_is_of_an_incarnation_that_sync_knows(city: Stack, tablet: Tablet) -> None:
    """Else a device would send what is acknowledged again and again."""
    person, _, case = tablet
    manager = Person(city.url, "sasaki")
    waits = Person(city.url, "nakamura").do("RecordVisit", case, visit_payload())
    notice = wait_until(lambda: [n for n in manager.ask("Notices")["notices"] if n["caseId"] == str(case)])[0]
    read = manager.do("ReadNotice", notice["id"], {})
    opened = Person(city.url, "watanabe").do("OpenConsultation", new_id(), consultation_payload())
    said = {each["incarnation"] for each in (waits, read, opened)}
    assert len(said) == 3 and said < set(sync(person)["incarnations"])


def test_a_device_says_how_much_waits_on_it(city: Stack, tablet: Tablet) -> None:
    person, vault, _ = tablet
    key, stranger = (vault.device, person.id), Person(city.url, "kobayashi", device=new_id())
    sync(person, waiting=3)
    first = devices_of(person)[key]
    assert first["waiting"] == 3
    sync(stranger, waiting=9)
    assert devices_of(person)[key] == first, "another device's contact is not this one's"
    sync(person, waiting=-1)
    later = devices_of(person)[key]
    assert later["waiting"] == 0
    assert datetime.fromisoformat(later["lastContactAt"]) > datetime.fromisoformat(first["lastContactAt"])


def test_an_owner_that_is_away_is_named_and_none_of_its_things_is_dropped(city: Stack, tablet: Tablet) -> None:
    person, _, _ = tablet
    whole = sync(person)
    have = held(whole)
    gone = {"kind": "case", "id": str(new_id()), "etag": "x"}
    city.stop(["coordination"])
    try:
        answer = sync(person, *have, gone, {**gone, "kind": "session"})
        assert answer["unavailable"] == ["coordination"]
        assert (answer["cases"], answer["drop"]) == ([], [gone["id"]]), "the session, by its own owner"
        assert answer["confirming"] is None, "not: none waits any more"
        assert set(answer["incarnations"]) < set(whole["incarnations"])
        assert sync(person, *have, gone)["drop"] == []
    finally:
        city.start(["coordination"])
    assert sync(person, *have, gone)["drop"] == [gone["id"]]


def test_what_an_owner_cannot_read_is_said_and_is_not_an_owner_that_is_away(tablet: Tablet) -> None:
    person, _, _ = tablet
    have = [{"kind": "case", "id": str(n), "etag": ""} for n in range(MAX_HELD + 1)]
    assert person.refused("Sync", have=have, waiting=0) == "malformed_body"


def test_of_what_waits_for_a_manager_its_author_takes_along_where_it_stands_and_nobody_what_it_says(
    city: Stack,
) -> None:
    """A manager's tablet would else hold every waiting visit of the unit, for a screen that no tablet shows."""
    author, owner, manager = (Person(city.url, login) for login in ("nakamura", "kobayashi", "sasaki"))
    case = open_case(Person(city.url, "watanabe"), owner)
    visit = visit_payload(memo="夜半の雨どい")
    author.do("RecordVisit", case, visit)
    assert "夜半の雨どい" in str(manager.ask("Quarantine")), "it waits"
    taken = {each["id"]: each for each in sync(author)["confirming"]}
    mine = {"id": visit["visitId"], "caseId": str(case), "state": "waiting"}
    assert taken[visit["visitId"]] == mine
    assert visit["visitId"] not in {each["id"] for each in sync(manager)["confirming"]}
    decision = {"quarantineId": visit["visitId"], "decision": "decline", "note": "別の日の記録と同じ"}
    manager.do("DecideQuarantine", case, decision)
    assert [each for each in sync(author)["confirming"] if each["id"] == visit["visitId"]] == [
        {**mine, "state": "decline"}
    ]


def test_long_answers_are_compressed_short_ones_and_signals_never(tablet: Tablet) -> None:
    person, _, _ = tablet
    raw = {operation: person.post(operation, **variables) for operation, variables in QUERIES.items()}
    assert [len(raw[name].content) >= 4096 for name in QUERIES] == [True, False]
    assert [raw[name].headers.get("content-encoding") for name in QUERIES] == ["gzip", None]
    with person.http.stream(
        "GET", "/signals", headers={"Accept-Encoding": "gzip"}, timeout=httpx.Timeout(5)
    ) as signals:
        assert "content-encoding" not in signals.headers
        assert signals.headers["content-type"].startswith("text/event-stream")
        assert next(signals.iter_raw()), "and it comes at once"


QUERIES: dict[str, dict[str, Any]] = {"Sync": {"have": [], "waiting": 0}, "Me": {}}
