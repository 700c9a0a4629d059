"""The column `suspended` of the access matrix: every root and every command of a case, and of a sheet that never became one, by
everybody, while its use is stopped."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from infra.stack import Stack
from services.contracts.registry import COMMAND_OWNERS
from services.kernel.ids import new_id
from tests.access.matrix import (
    COMMANDS,
    PEOPLE,
    SUSPENDED_COMMANDS,
    SUSPENDED_READERS,
    SUSPENDED_SHEET_COMMANDS,
    SUSPENDED_SHEET_READERS,
)
from tests.access.test_allowed import House, thing_for
from tests.support.person import Person, number_payload, visit_payload, wait_until

OF_A_CASE = [command for command in COMMANDS if COMMAND_OWNERS[command] == "coordination"]
RELATED = {"member", "colleague", "manager"}
OF_A_SHEET = ["HandOff", "AcceptHandoff", "ReturnHandoff", "WithdrawHandoff"]
OF_A_SHEET += [command for command in COMMANDS if "Sheet" in command]
KNOW_OF_THE_SHEET = {"clerk", "window_manager", "member", "colleague", "same_unit", "manager"}
"""Its own window, and the unit where a handoff of it waits."""


@dataclass
class Story:
    """One case, from its sheet to a visit, whose use was stopped; and a 開示請求 that waits."""

    house: House
    case: str
    consultation: str
    handoff: str
    request: str


@pytest.fixture(scope="module")
def house(city: Stack) -> Iterator[House]:
    yield House({name: Person(city.url, login) for name, login in PEOPLE.items()})


@pytest.fixture(scope="module")
def story(house: House) -> Iterator[Story]:
    clerk, member = house.people["clerk"], house.people["member"]
    case = str(house.case())
    sent = next(card for card in clerk.ask("Tray")["tray"]["sent"] if card["caseId"] == case)
    member.do("RecordVisit", case, visit_payload())
    member.ask("Case", id=case)
    request = house.granted(case, "suspension")
    house.asked(case, "disclosure")
    wait_until(lambda: clerk.ask("Consultation", id=sent["consultationId"])["consultation"] is None)
    yield Story(house, case, sent["consultationId"], sent["id"], request)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_suspended_record_is_seen_by_exactly_those_of_the_column(city: Stack, story: Story, who: str) -> None:
    person, case = story.house.people[who], story.case
    seen = {
        "case": (asked := person.ask("Case", id=case))["case"] is not None,
        "caseSuspended": asked["caseSuspended"],
        **{root: person.ask_everything(root, caseId=case) is not None for root in ("sharing", "whoSaw", "holdings")},
        "consultation": person.ask("Consultation", id=story.consultation)["consultation"] is not None,
        "handoff": person.ask("Handoff", id=story.handoff)["handoff"] is not None,
        "cases": case in {each["id"] for each in person.ask("Cases")["cases"]},
        "accessLog": case
        in {each["caseId"] for each in person.ask_everything("accessLog", days=1, caseId=case)["lines"]},
        "personRequests": story.request
        in {q["id"] for q in person.ask("PersonRequests")["personRequests"]["requests"]},
        "consultations": story.consultation
        in {each["id"] for each in person.ask("Consultations", limit=200)["consultations"]},
        "tray_sent": story.handoff in {card["id"] for card in person.ask("Tray")["tray"]["sent"]},
        "disclosure": person.http.get(f"/print/disclosure/{case}").status_code == 200,
    }
    assert seen == {root: who in readers for root, readers in SUSPENDED_READERS.items()}
    assert case not in str(person.ask_everything("sync", have=[], waiting=0)), "nor does a device take it along"
    if who not in RELATED:
        denied, absent = person.post("Case", id=case), person.post("Case", id=str(new_id()))
        assert (denied.status_code, denied.json(), {*denied.headers}) == (200, absent.json(), {*absent.headers})


@pytest.mark.parametrize("command", OF_A_CASE)
def test_a_suspended_record_takes_exactly_what_the_column_says(house: House, command: str) -> None:
    """Refused as if it were absent to whoever has no relation and may not do it at any time."""
    subject, payload = thing_for(house, command)
    case = subject
    if command == "UseEmergencyByNumber":
        case = house.case()
        payload = number_payload(house.people["member"], case)
    if command != "LiftSuspension":
        house.granted(case, "suspension")
    allowed = SUSPENDED_COMMANDS.get(command, set())
    for who in sorted(PEOPLE, key=lambda each: each in allowed):
        made = {"RecordVisit": "visitId", "OpenPersonRequest": "requestId"}.get(command)
        mine = {**payload, made: str(new_id())} if made else payload
        person = house.people[who]
        outcome = person.submit(person.envelope(command, subject, mine))[0]
        may_know = who in RELATED | (COMMANDS[command] if "Emergency" not in command else set())
        refused = {"record_suspended", "not_found"} if may_know else {"not_found"}
        assert outcome["code"] in ({None} if who in allowed else refused), (who, outcome)
    print(f"{len(PEOPLE)} cells")


def asked_of_sheet(house: House, sheet: object, kind: str, *, granted: bool) -> str:
    request = str(new_id())
    house.people["clerk"].do("OpenSheetRequest", sheet, {"requestId": request, "kind": kind})
    if granted:
        decided = {"requestId": request, "decision": "approve"}
        house.people["window_manager"].do("DecideSheetRequest", sheet, decided)
    return request


@pytest.fixture(scope="module")
def sheet(house: House) -> Iterator[tuple[str, str, str]]:
    """(sheet, handoff, request): a handoff that waits, its use stopped; and a 開示請求 that waits."""
    clerk = house.people["clerk"]
    handoff = str(house.handoff())
    made = next(card["consultationId"] for card in clerk.ask("Tray")["tray"]["sent"] if card["id"] == handoff)
    clerk.ask("Consultation", id=made)
    request = asked_of_sheet(house, made, "suspension", granted=True)
    asked_of_sheet(house, made, "disclosure", granted=False)
    yield made, handoff, request


@pytest.mark.parametrize("who", PEOPLE)
def test_a_suspended_sheet_is_seen_by_exactly_those_of_the_column(
    house: House, sheet: tuple[str, str, str], who: str
) -> None:
    (made, handoff, request), person = sheet, house.people[who]
    tray = person.ask("Tray")["tray"]
    log = person.ask_everything("accessLog", days=1, staffId=house.people["clerk"].id)["lines"]
    requests = {each["id"]: each for each in person.ask("PersonRequests")["personRequests"]["requests"]}
    seen = {
        "consultation": person.ask("Consultation", id=made)["consultation"] is not None,
        "handoff": person.ask("Handoff", id=handoff)["handoff"] is not None,
        "consultations": made in {each["id"] for each in person.ask("Consultations", limit=200)["consultations"]},
        **{f"tray_{side}": handoff in {card["id"] for card in tray[side]} for side in ("sent", "received")},
        "whoSaw": person.http.get(f"/print/sheet-who-saw/{made}").status_code == 200,
        "accessLog": made in {line["consultationId"] for line in log},
        "holdings": person.ask_everything("holdings", consultationId=made) is not None,
        "personRequests": request in requests,
        "disclosure": person.http.get(f"/print/sheet-disclosure/{made}").status_code == 200,
    }
    assert seen == {root: who in readers for root, readers in SUSPENDED_SHEET_READERS.items()}
    if request in requests:
        assert (requests[request]["label"] == "利用停止中の記録") == (who != "window_manager")


@pytest.mark.parametrize("command", OF_A_SHEET)
def test_a_suspended_sheet_takes_exactly_what_the_column_says(house: House, command: str) -> None:
    """Refused as if it were absent to whoever has no relation and may not do it at any time."""
    subject, payload = thing_for(house, command)
    made = payload.get("consultationId") or subject
    if "Handoff" in command:
        sent = house.people["clerk"].ask("Tray")["tray"]["sent"]
        made = next(card["consultationId"] for card in sent if card["id"] == str(subject))
    if command != "LiftSheetSuspension":
        asked_of_sheet(house, made, "suspension", granted=True)
    allowed = SUSPENDED_SHEET_COMMANDS.get(command, set())
    for who in sorted(PEOPLE, key=lambda each: each in allowed):
        mine = {**payload, "requestId": str(new_id())} if command == "OpenSheetRequest" else payload
        about = new_id() if command == "HandOff" else subject
        person = house.people[who]
        outcome = person.submit(person.envelope(command, about, mine))[0]
        refused = {"record_suspended", "not_found"} if who in KNOW_OF_THE_SHEET else {"not_found"}
        assert outcome["code"] in ({None} if who in allowed else refused), (who, outcome)
    print(f"{len(PEOPLE)} cells")
