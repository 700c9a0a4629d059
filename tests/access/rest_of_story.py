"""The rest of the matrix's story, beside its sheet, its case and its afternoon: a lost tablet and what was handed in from it, a
passkey, visits that wait for the manager, records kept long enough, a case whose use is stopped, one without a visit whose people
leave, one that was erased, and a handoff that was returned. So that every row of `fields.json` shows something to somebody.
"""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx

from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.ids import new_id
from tests.service.gateway.test_left_queues import Leaver
from tests.support.hired import hire
from tests.support.person import (
    Person,
    attendance_payload,
    consultation_payload,
    open_case,
    package_payload,
    session_payload,
    visit_payload,
    wait_until,
)
from tests.support.rows import rows
from tests.support.tokens import token_code
from tests.support.vault import Vault

LONG_AGO = timedelta(days=5 * 366 + 1)
People = dict[str, Person]


def lost_tablet(city: Stack) -> tuple[str, str]:
    """(device, command): a revoked tablet of the coordinator who is kept off, and a sheet that somebody handed in from it."""
    device = new_id()
    on_it = Person(city.url, "kobayashi", device=device)
    vault = Vault.of(on_it, device)
    envelope = on_it.envelope("OpenConsultation", new_id(), consultation_payload())
    on_it.ask("RevokeDevice", id=str(device))
    sealed = {"commands": [vault.seal(envelope)]}
    kept = httpx.post(f"{city.url}/handed-in", json=sealed, headers={"Origin": city.url}, timeout=30).json()["kept"]
    assert kept == [envelope["id"]]
    return str(device), envelope["id"]


def passkey(city: Stack, person: Person) -> str:
    """One that was used; nobody can sign in with it. Its id as the gateway says it."""
    added = datetime.now(UTC)
    insert = "insert into passkey_private values ($1, $2, '', 0, '試しの鍵', $3, $3)"
    credential = new_id().bytes
    rows(city, "gateway", insert, credential, UUID(person.id), added)
    return base64.urlsafe_b64encode(credential).decode().rstrip("=")


def waits_for_manager(people: People, case: str) -> None:
    """Two visits of somebody who is not on the team: one waits, one was sent back with a word."""
    for decided in (False, True):
        visit = visit_payload(personWords="また来て", familyWords="眠れていない")
        people["same_unit"].do("RecordVisit", case, visit)
        if decided:
            about = {"quarantineId": visit["visitId"], "decision": "decline", "note": "担当へ伝えてください"}
            people["manager"].do("DecideQuarantine", case, about)


def kept_long_enough(city: Stack, people: People) -> tuple[str, str]:
    """(case, sheet): both were over more than five years ago."""
    case, sheet = str(open_case(people["clerk"], people["member"])), str(new_id())
    then = datetime.now(UTC) - LONG_AGO
    closing = {"closingId": str(new_id()), "reason": "concluded", "promiseSettled": True}
    people["member"].do("CloseCase", case, closing)
    rows(city, "coordination", "update case_file set closed_at = $2 where case_id = $1", UUID(case), then)
    people["clerk"].do("OpenConsultation", sheet, consultation_payload(openedAt=then.isoformat()))
    return case, sheet


def not_come_for_long(city: Stack, people: People) -> str:
    """Somebody who came to the table of 居場所 once, more than five years ago."""
    host, session, who, code = people["other_unit"], new_id(), str(new_id()), token_code(new_id().int % 32**5)
    host.do("ScheduleSession", session, session_payload(host))
    new = {"participantId": who, "newParticipant": {"nickname": f"いぬ{code}", "code": code}}
    host.do("LogAttendance", session, attendance_payload("arrived", **new))
    then = datetime.now(UTC) - LONG_AGO
    rows(city, "ibasho", "update attendance set at = $2 where participant_id = $1", UUID(who), then)
    return who


def left_queue(city: Stack) -> str:
    """A command of somebody who left, brought on their tablet; its id."""
    leaver = Leaver(city, "hikikomori-support", Role.COORDINATOR)
    envelope = leaver.person.envelope("HandOff", new_id(), package_payload(new_id()))
    leaver.leave(envelope)
    return str(envelope["id"])


def granted(people: People, kind: str, case: str = "") -> tuple[str, str]:
    """(case, request): of the team's case, or a new one, what the person asked was approved."""
    case = case or str(open_case(*(people[who] for who in ("clerk", "member", "colleague"))))
    request = str(new_id())
    people["member"].do("OpenPersonRequest", case, {"requestId": request, "kind": kind})
    people["manager"].do("DecidePersonRequest", case, {"requestId": request, "decision": "approve"})
    return case, request


def noted(people: People, case: str, visit: str) -> None:
    """訂正の付記 at a visit of the team's case."""
    _, request = granted(people, "correction", case)
    amendment = {"visitId": visit, "words": "声は私のものではありません"}
    people["member"].do("CorrectPerson", case, {"requestId": request, "amendment": amendment})


def noted_at_sheet(people: People, sheet: str) -> None:
    """訂正の付記 at a sheet of the window."""
    about = {"requestId": str(new_id())}
    people["clerk"].do("OpenSheetRequest", sheet, {**about, "kind": "correction"})
    people["window_manager"].do("DecideSheetRequest", sheet, {**about, "decision": "approve"})
    people["clerk"].do("CorrectSheet", sheet, {**about, "amendment": "夜ではなく朝です"})


def without_visit(city: Stack, people: People) -> str:
    """A case whose person knows of it, to be phoned at an hour; its use was stopped and taken up again. Its owner leaves soon,
    one of its team left."""
    sheet, handoff, case = (str(new_id()) for _ in range(3))
    told, at = {"personName": "試しの名", "personPhone": "042-000-1111"}, {"at": "2030-01-10T05:00:00Z", "note": "電話"}
    knows = {"personKnows": "knows", "contactRules": ["any_way"]}
    people["clerk"].do("OpenConsultation", sheet, consultation_payload(told=told, **knows))
    people["clerk"].do("HandOff", handoff, package_payload(sheet, nextAppointment=at, **knows))
    member = people["member"]
    member.do("AcceptHandoff", handoff, {"caseId": case, "colleagueIds": []})
    wait_until(lambda: (one := member.ask("Case", id=case)["case"]) and not one["packagePending"])
    _, request = granted(people, "suspension", case)
    people["manager"].do("LiftSuspension", case, {"requestId": request, "reason": "求めの取りやめ"})
    leaves, left = hire(city), hire(city)
    join = [str(each.staff_id) for each in (leaves, left)]
    member.do("ChangeTeam", case, {"join": join, "leave": [], "ownerId": join[0]})
    leaves.reassign(until_days=10)
    left.reassign(until_days=-1)
    return case


def returned(people: People) -> str:
    """A handoff that came back with a word."""
    sheet, handoff = str(new_id()), str(new_id())
    people["clerk"].do("OpenConsultation", sheet, consultation_payload())
    people["clerk"].do("HandOff", handoff, package_payload(sheet))
    people["member"].do("ReturnHandoff", handoff, {"reason": "question_left", "note": "かけてよい時間は"})
    return handoff
