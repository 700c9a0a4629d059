"""Who learns what: exact recipients, never the kept-off, never the one who did it; on the running installation."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from infra.seed import staff_id
from infra.seed_people import STAFF
from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.support.hired import FIRST_PASSWORD, hire, today
from tests.support.person import (
    Person,
    basis_payload,
    consultation_payload,
    newcomer,
    open_case,
    package_payload,
    visit_payload,
    wait_until,
)
from tests.support.rows import rows


def notices(stack: Stack, column: str, about: object) -> set[tuple[str, UUID]]:
    async def read() -> set[tuple[str, UUID]]:
        connection = await connect(stack.dsns["notify"].owner)
        try:
            rows = await connection.fetch(f"select kind, recipient_id from notice where {column} = $1", about)
            return {(row["kind"], row["recipient_id"]) for row in rows}
        finally:
            await connection.close()

    return asyncio.run(read())


def hand_off(clerk: Person, **changes: object) -> UUID:
    consultation, handoff = new_id(), new_id()
    clerk.do("OpenConsultation", consultation, consultation_payload())
    clerk.do("HandOff", handoff, package_payload(consultation, **changes))
    return handoff


def test_a_handoff_is_told_to_who_may_answer_and_never_to_kept_off_staff(city: Stack) -> None:
    handoff = hand_off(Person(city.url, "watanabe"), keptOff=[str(staff_id("hamada"))])
    told = {("handoff_arrived", staff_id(login)) for login in ("takahashi", "nakamura", "kobayashi", "sasaki")}
    wait_until(lambda: notices(city, "handoff_id", handoff) >= told)
    city.wait_settled()
    # Whom other tests of this installation assigned to the unit learns it too.
    of_the_demo = {staff_id(login) for login, *_ in STAFF}
    assert {each for each in notices(city, "handoff_id", handoff) if each[1] in of_the_demo} == told


def test_what_is_signalled_to_a_whole_unit_names_nothing(city: Stack) -> None:
    """Somebody kept off may be of it; few events say who is."""
    clerk, coordinator, lead = (Person(city.url, login) for login in ("watanabe", "takahashi", "otsuka"))
    kept_off = [str(staff_id("hamada")), str(staff_id("kobayashi"))]
    accepted, returned, withdrawn = (hand_off(clerk, keptOff=kept_off) for _ in range(3))
    coordinator.do("AcceptHandoff", accepted, {"caseId": str(new_id())})
    coordinator.do("ReturnHandoff", returned, {"reason": "question_left", "note": "かけてよい時間は"})
    clerk.do("WithdrawHandoff", withdrawn, {})
    sheet, request = new_id(), str(new_id())
    clerk.do("OpenConsultation", sheet, consultation_payload())
    clerk.do("OpenSheetRequest", sheet, {"requestId": request, "kind": "suspension"})
    lead.do("DecideSheetRequest", sheet, {"requestId": request, "decision": "approve"})
    city.wait_settled()
    signals = "select data from outbox where type like '%SignalRaised%' and data ->> 'hint' = 'tray'"
    about = [str(each) for each in (accepted, returned, withdrawn, sheet)]
    assert rows(city, "notify", f"{signals} and data ->> 'about' = any($1::text[])", about) == []
    to_clerk = rows(city, "notify", f"{signals} and data -> 'recipientIds' ? $1", clerk.id)
    assert len(to_clerk) >= 7, "three handoffs sent, three answered, one sheet: the screens look again"


def test_the_sender_always_learns(city: Stack) -> None:
    clerk, coordinator = Person(city.url, "watanabe"), Person(city.url, "takahashi")
    accepted, returned = hand_off(clerk), hand_off(clerk)
    coordinator.do("AcceptHandoff", accepted, {"caseId": str(new_id())})
    coordinator.do("ReturnHandoff", returned, {"reason": "question_left", "note": "かけてよい時間は"})
    wait_until(lambda: ("handoff_accepted", staff_id("watanabe")) in notices(city, "handoff_id", accepted))
    wait_until(lambda: ("handoff_returned", staff_id("watanabe")) in notices(city, "handoff_id", returned))


def test_a_visit_is_told_to_the_team_but_not_to_its_author(city: Stack) -> None:
    clerk, author, colleague = (Person(city.url, login) for login in ("watanabe", "takahashi", "hamada"))
    case = open_case(clerk, author, colleague)
    author.do("RecordVisit", case, visit_payload())
    wait_until(lambda: notices(city, "case_id", case) == {("visit_recorded", staff_id("hamada"))})
    city.wait_settled()
    assert notices(city, "case_id", case) == {("visit_recorded", staff_id("hamada"))}


def test_a_notice_is_read_by_its_recipient_once(city: Stack) -> None:
    clerk, author, colleague = (Person(city.url, login) for login in ("watanabe", "takahashi", "hamada"))
    case = open_case(clerk, author, colleague)
    author.do("RecordVisit", case, visit_payload())
    mine = wait_until(lambda: [n for n in colleague.ask("Notices")["notices"] if n["caseId"] == str(case)])[0]
    assert mine["read"] is False
    stranger = author.submit(author.envelope("ReadNotice", mine["id"], {}))[0]
    assert (stranger["status"], stranger["code"]) == ("REFUSED", "not_found")
    colleague.do("ReadNotice", mine["id"], {})
    colleague.do("ReadNotice", mine["id"], {})
    still_unread = {n["id"] for n in colleague.ask("Notices")["notices"] if not n["read"]}
    assert mine["id"] not in still_unread


def managers_of(city: Stack, *units: str) -> set[UUID]:
    """Everybody who is one today: other tests hire some."""
    query = (
        "select staff_id from staff_assignment where unit_id = any($1::text[]) and role = 'manager'"
        " and from_date <= $2 and (until is null or until >= $2)"
    )
    return {row["staff_id"] for row in rows(city, "notify", query, units, today())}


def test_a_record_that_waits_is_told_to_the_managers_of_the_unit(city: Stack) -> None:
    clerk, author, colleague = (Person(city.url, login) for login in ("watanabe", "takahashi", "nakamura"))
    case = open_case(clerk, author)
    outcome = colleague.do("RecordVisit", case, visit_payload())
    assert outcome["refs"]["confirming"] is True
    told = {("record_waits", manager) for manager in managers_of(city, "hikikomori-support")}
    assert ("record_waits", staff_id("sasaki")) in told
    wait_until(lambda: notices(city, "case_id", case) == told)
    city.wait_settled()
    assert notices(city, "case_id", case) == told


def test_an_emergency_is_told_to_the_supervisor_and_the_team_at_once_and_a_meeting_to_its_members(city: Stack) -> None:
    clerk, author = Person(city.url, "watanabe"), Person(city.url, "takahashi")
    case = open_case(clerk, author)
    query = "select 1 from notice where recipient_id = $1 and kind = 'pledge_asked' and case_id is null"
    before = len(rows(city, "notify", query, staff_id("mori")))
    clerk.do("UseEmergency", case, basis_payload("UseEmergency", new_id()))
    # Of the case's unit, and the clerk's own.
    told = {("emergency_used", manager) for manager in managers_of(city, "hikikomori-support", "hoya-window")}
    assert told >= {("emergency_used", staff_id(login)) for login in ("sasaki", "otsuka")}
    told |= {("emergency_used", staff_id("takahashi"))}
    wait_until(lambda: notices(city, "case_id", case) == told, 5)
    author.do("ConveneConference", case, basis_payload("ConveneConference", new_id(), str(staff_id("mori"))))
    wait_until(lambda: len(rows(city, "notify", query, staff_id("mori"))) == before + 1)
    assert {kind for kind, _ in notices(city, "case_id", case)} == {"emergency_used"}, (
        "the meeting's notice names no case"
    )


def test_a_request_about_a_sheet_is_told_to_the_managers_of_its_unit_without_saying_of_which(city: Stack) -> None:
    clerk, sheet = Person(city.url, "watanabe"), new_id()
    clerk.do("OpenConsultation", sheet, consultation_payload())
    before = len(Person(city.url, "otsuka").ask("Notices")["notices"])
    clerk.do("OpenSheetRequest", sheet, {"requestId": str(new_id()), "kind": "disclosure"})
    manager, elsewhere = Person(city.url, "otsuka"), Person(city.url, "sasaki")
    wait_until(lambda: len(manager.ask("Notices")["notices"]) == before + 1)
    newest = manager.ask("Notices")["notices"][0]
    assert (newest["kind"], newest["caseId"], newest["handoffId"]) == ("request_waits", None, None)
    city.wait_settled()
    assert "request_waits" not in {n["kind"] for n in elsewhere.ask("Notices")["notices"] if n["caseId"] is None}
    assert "request_waits" not in {n["kind"] for n in clerk.ask("Notices")["notices"]}


def test_a_request_at_the_table_is_told_to_the_managers_of_the_place_without_saying_of_whom(city: Stack) -> None:
    staff, manager = Person(city.url, "mori"), Person(city.url, "kudo")
    who = newcomer(staff)
    before = len(manager.ask("Notices")["notices"])
    staff.do("OpenParticipantRequest", who, {"requestId": str(new_id()), "kind": "erasure"})
    wait_until(lambda: len(manager.ask("Notices")["notices"]) == before + 1)
    newest = manager.ask("Notices")["notices"][0]
    assert (newest["kind"], newest["caseId"], newest["handoffId"]) == ("request_waits", None, None)
    city.wait_settled()
    assert "request_waits" not in {n["kind"] for n in staff.ask("Notices")["notices"]}


def test_what_a_closed_unit_had_is_told_to_the_managers_of_its_successor(city: Stack) -> None:
    old, new = f"old-{new_id().hex[-8:]}", f"new-{new_id().hex[-8:]}"
    rows(city, "gateway", "insert into unit (unit_id, name) values ($1, '閉じる窓口')", old)
    hired = {role: hire(city, old, role) for role in (Role.MANAGER, Role.WINDOW_STAFF)}
    manager, clerk = (Person(city.url, each.login, FIRST_PASSWORD) for each in hired.values())
    sheet = new_id()
    clerk.do("OpenConsultation", sheet, consultation_payload(old))
    begins = [
        {"assignmentId": str(new_id()), "staffId": str(each.staff_id), "unitId": new, "role": role}
        | {"fromDate": str(today())}
        for role, each in hired.items()
    ]
    closes = [{"unitId": old, "closedOn": str(today()), "successor": new}]
    act = {"opens": [{"unitId": new, "name": "引き継ぐ窓口"}], "closes": closes, "begins": begins}
    manager.do("ChangeAssignments", new_id(), act)
    clerk.do("OpenSheetRequest", sheet, {"requestId": str(new_id()), "kind": "disclosure"})
    wait_until(lambda: [each["kind"] for each in manager.ask("Notices")["notices"]] == ["request_waits"])


def test_a_manager_who_is_kept_off_is_told_nothing(city: Stack) -> None:
    clerk, author, colleague, neighbour = (
        Person(city.url, login) for login in ("watanabe", "takahashi", "hamada", "nakamura")
    )
    case = open_case(clerk, author, colleague, keptOff=[str(staff_id("sasaki"))])
    before = notices(city, "recipient_id", staff_id("sasaki"))
    neighbour.do("RecordVisit", case, visit_payload())
    clerk.do("UseEmergency", case, basis_payload("UseEmergency", new_id()))
    author.do("OpenPersonRequest", case, {"requestId": str(new_id()), "kind": "erasure"})
    author.do("ConveneConference", case, basis_payload("ConveneConference", new_id(), str(staff_id("sasaki"))))
    author.do("RecordVisit", case, visit_payload())  # told after all of those: they are in the same order
    wait_until(lambda: ("visit_recorded", staff_id("hamada")) in notices(city, "case_id", case))
    others = managers_of(city, "hikikomori-support") - {staff_id("sasaki")}
    windows = managers_of(city, "hoya-window")
    assert staff_id("otsuka") in windows, "told, as the manager of the window whose clerk used it"
    assert notices(city, "case_id", case) == {
        ("visit_recorded", staff_id("hamada")),
        *(("emergency_used", each) for each in others | windows | {staff_id("takahashi"), staff_id("hamada")}),
        *((kind, each) for kind in ("record_waits", "request_waits") for each in others),
    }
    assert notices(city, "recipient_id", staff_id("sasaki")) == before


def test_whoever_left_the_team_is_told_nothing_any_more(city: Stack) -> None:
    clerk, author, colleague = (Person(city.url, login) for login in ("watanabe", "takahashi", "hamada"))
    case = open_case(clerk, author, colleague)
    author.do("ChangeTeam", case, {"leave": [colleague.id], "join": [str(staff_id("nakamura"))]})
    author.do("RecordVisit", case, visit_payload())
    wait_until(lambda: notices(city, "case_id", case) == {("visit_recorded", staff_id("nakamura"))})


def test_whoever_is_no_coordinator_any_more_is_told_nothing_though_they_stand_on_the_team(city: Stack) -> None:
    clerk, author, manager = (Person(city.url, login) for login in ("watanabe", "takahashi", "sasaki"))
    moved = hire(city)
    case = open_case(clerk, author, Person(city.url, moved.login, FIRST_PASSWORD))
    [held] = rows(city, "gateway", "select assignment_id from assignment where staff_id = $1", moved.staff_id)
    ends = [{"assignmentId": str(held["assignment_id"]), "until": str(today() - timedelta(days=1))}]
    manager.do("ChangeAssignments", new_id(), {"note": "異動", "ends": ends})
    query = "select 1 from staff_assignment where staff_id = $1 and until is not null"
    wait_until(lambda: rows(city, "notify", query, moved.staff_id))
    clerk.do("UseEmergency", case, basis_payload("UseEmergency", new_id()))
    author.do("RecordVisit", case, visit_payload())
    city.wait_settled()
    told = {staff_id for _, staff_id in notices(city, "case_id", case)}
    assert UUID(author.id) in told and moved.staff_id not in told


def test_an_unread_notice_is_never_out_of_reach_behind_many_read_ones(city: Stack) -> None:
    old, reader = new_id(), Person(city.url, "fujiwara")

    async def write() -> None:
        connection = await connect(city.dsns["notify"].owner)
        insert = "insert into notice values ($1, $2, 'handoff_arrived', now() - $3::interval, null, null, $4)"
        await connection.execute(insert, old, UUID(reader.id), timedelta(days=90), None)
        rows = [(new_id(), UUID(reader.id), timedelta(minutes=n), datetime.now(UTC)) for n in range(120)]
        await connection.executemany(insert, rows)
        await connection.close()

    asyncio.run(write())
    assert reader.ask("Notices")["notices"][0]["id"] == str(old)


def test_a_notice_says_when_it_was_recorded_not_when_it_was_told(city: Stack) -> None:
    clerk, reader = Person(city.url, "watanabe"), Person(city.url, "takahashi")
    city.stop(["notify"])
    handoff = hand_off(clerk)
    sent = clerk.ask("Handoff", id=str(handoff))["handoff"]["card"]["handedOffAt"]
    time.sleep(2)
    city.start(["notify"])
    mine = wait_until(lambda: [n for n in reader.ask("Notices")["notices"] if n["handoffId"] == str(handoff)])
    assert datetime.fromisoformat(mine[0]["raisedAt"]) - datetime.fromisoformat(sent) < timedelta(seconds=1)


def test_a_request_of_the_person_is_told_to_the_managers_of_the_unit(city: Stack) -> None:
    clerk, member, manager = (Person(city.url, login) for login in ("watanabe", "takahashi", "sasaki"))
    case = open_case(clerk, member)
    member.do("OpenPersonRequest", case, {"requestId": str(new_id()), "kind": "erasure", "asked": "消してほしい"})
    managers = managers_of(city, "hikikomori-support")
    wait_until(lambda: notices(city, "case_id", case) == {("request_waits", each) for each in managers})
    manager.do("OpenPersonRequest", case, {"requestId": str(new_id()), "kind": "disclosure"})
    city.wait_settled()
    told = [
        row["recipient_id"] for row in rows(city, "notify", "select recipient_id from notice where case_id = $1", case)
    ]
    others = managers - {staff_id("sasaki")}
    assert sorted(told) == sorted([*others, *others, staff_id("sasaki")]), "not of what one opened oneself"
