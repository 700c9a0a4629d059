"""The access matrix, generated from the routes and the GraphQL schema: every cell tried on the real stack."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from graphql import build_schema

from infra.paths import ROOT
from infra.seed import actor_of
from infra.seed_people import demo_id
from infra.stack import Stack
from services.contracts.tokyo import tokyo_day
from services.kernel.db import connect
from services.kernel.ids import new_id
from services.kernel.token import Actor, Signer, service_actor
from tests.access.matrix import COMMANDS, OWN_THINGS, PEOPLE, ROUTES, STORY_LISTS, STORY_READERS
from tests.access.test_allowed import OF_PARTICIPANTS, OF_REQUESTS
from tests.support.person import (
    Person,
    assignments_payload,
    attendance_payload,
    basis_payload,
    consultation_payload,
    number_payload,
    open_case,
    package_payload,
    session_payload,
    visit_payload,
    wait_until,
)
from tests.support.tokens import token_code

SERVICES = ("intake", "coordination", "ibasho", "notify", "reporting")


@dataclass
class Story:
    """One accepted thread, one handoff still open, one afternoon of We+, and everybody signed in."""

    people: dict[str, Person]
    case: UUID
    consultation: str
    handoff: str
    open_consultation: UUID
    open_handoff: UUID
    session: UUID
    participant: UUID
    code: str
    attendance: str
    consent: str
    meeting: str
    read: str
    request: str
    sheet_request: str
    sheet_read: str
    participant_request: str


@pytest.fixture(scope="module")
def story(city: Stack) -> Iterator[Story]:
    people = {name: Person(city.url, login) for name, login in PEOPLE.items()}
    clerk, kept_off = people["clerk"], {"keptOff": [people["kept_off"].id]}
    case = open_case(clerk, people["member"], people["colleague"], **kept_off)
    consultation, handoff = new_id(), new_id()
    clerk.do("OpenConsultation", consultation, consultation_payload())
    clerk.do("HandOff", handoff, package_payload(consultation, **kept_off))
    sent = next(card for card in clerk.ask("Tray")["tray"]["sent"] if card["caseId"] == str(case))
    session, participant, code = new_id(), new_id(), token_code(new_id().int % 32**5)
    ibasho_staff = people["other_unit"]
    ibasho_staff.do("ScheduleSession", session, session_payload(ibasho_staff, people["member"]))
    came = attendance_payload(
        "arrived", participantId=str(participant), newParticipant={"nickname": f"ねこ{code}", "code": code}
    )
    ibasho_staff.do("LogAttendance", session, came)
    consent, meeting = str(new_id()), str(new_id())
    people["member"].do("GiveConsent", case, basis_payload("GiveConsent", consent, "agency-nobody-works-for"))
    people["member"].do("ConveneConference", case, basis_payload("ConveneConference", meeting, ibasho_staff.id))
    people["member"].ask("Case", id=str(case))
    everything = {"days": 1, "staffId": people["member"].id, "caseId": str(case)}
    read = people["auditor"].ask_everything("accessLog", **everything)["lines"][0]["id"]
    request = str(new_id())
    people["member"].do("OpenPersonRequest", case, {"requestId": request, "kind": "erasure"})
    sheet_request = str(new_id())
    clerk.do("OpenSheetRequest", consultation, {"requestId": sheet_request, "kind": "erasure"})
    for sheet in (sent["consultationId"], str(consultation)):
        clerk.ask("Consultation", id=sheet)
    lines = people["auditor"].ask_everything("accessLog", days=1, staffId=clerk.id)["lines"]
    sheet_read = next(line["id"] for line in lines if line["consultationId"] == str(consultation))
    participant_request = str(new_id())
    asked = {"requestId": participant_request, "kind": "erasure"}
    ibasho_staff.do("OpenParticipantRequest", participant, asked)
    ids = (session, participant, code, came["attendanceId"], consent, meeting, read, request, sheet_request, sheet_read)
    yield Story(people, case, sent["consultationId"], sent["id"], consultation, handoff, *ids, participant_request)


def test_every_query_and_mutation_has_a_row() -> None:
    schema = build_schema((ROOT / "gateway" / "schema.graphql").read_text(encoding="utf8"))
    assert schema.query_type and schema.mutation_type
    known = {name.removeprefix("open_").removeprefix("sheet_").removeprefix("participant_") for name in STORY_READERS}
    known |= {n.split("_")[0] for n in STORY_LISTS} | OWN_THINGS
    assert set(schema.query_type.fields) == known
    assert set(schema.mutation_type.fields) == {
        *("submit", "saveDraft", "discardDraft"),
        *(
            "submitSealed",
            "registerDevice",
            "revokeDevice",
            "decideHandedIn",
            "sendLeft",
            "endSignIn",
            "issueSetUpCode",
            "removePasskey",
        ),
    }


async def test_every_route_has_a_row_and_refuses_without_its_guard(city: Stack) -> None:
    """Walks the OpenAPI of every service: a route nobody listed is red, a listed one answers 401 without a token."""
    tried = 0
    listed = set().union(*ROUTES.values())
    async with httpx.AsyncClient(timeout=10) as client:
        for service in SERVICES:
            found = (await client.get(f"{city.service_url(service)}/openapi.json")).json()["paths"]
            assert set(found) <= listed, f"{service}: {set(found) - listed}"
            for path, methods in found.items():
                for method in methods:
                    concrete = path
                    for part in ("draft_id", "handoff_id", "consultation_id", "case_id", "session_id"):
                        concrete = concrete.replace("{" + part + "}", str(new_id()))
                    answer = await client.request(
                        method, f"{city.service_url(service)}{concrete}?from=2026-01&to=2026-01&event_id={new_id()}"
                    )
                    if path in ROUTES["token"]:
                        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing"), (service, path)
                    tried += 1
        for path in ROUTES["session"]:
            method = "GET" if path == "/signals" or path.startswith("/print/") else "POST"
            answer = await client.request(
                method, f"{city.url}{re.sub('{.*}', str(new_id()), path)}", headers={"Origin": city.url}, json={}
            )
            assert answer.status_code == 401
            tried += 1
    print(f"{tried} routes tried without a guard")


def reads(story: Story, person: Person, field: str) -> object:
    """What the person gets for one root of the story."""
    asked: dict[str, dict[str, object]] = {
        "case": {"id": str(story.case)},
        "consultation": {"id": story.consultation},
        "handoff": {"id": story.handoff},
        "open_consultation": {"id": str(story.open_consultation)},
        "open_handoff": {"id": str(story.open_handoff)},
        "statistics": {"fromMonth": "2026-11", "toMonth": "2026-11"},
        "session": {"id": str(story.session)},
        "staffing": {},
        "tokenHolder": {"code": story.code},
    }
    if field == "participant":
        return person.ask("FindParticipant", placeId=str(demo_id("place", 1)), called=f"ねこ{story.code}")[
            "participant"
        ]
    if field == "participant_whoSaw":
        page = person.http.get(f"/print/participant-who-saw/{story.participant}")
        return page.text if page.status_code == 200 else None
    if field == "participant_holdings":
        return person.ask_everything("holdings", participantId=str(story.participant))
    if field == "sheet_whoSaw":
        page = person.http.get(f"/print/sheet-who-saw/{story.open_consultation}")
        return page.text if page.status_code == 200 else None
    if field == "sheet_holdings":
        return person.ask_everything("holdings", consultationId=str(story.open_consultation))
    if field in ("sharing", "whoSaw", "holdings"):
        return person.ask_everything(field, caseId=str(story.case))
    root = field.removeprefix("open_")
    return person.ask(root[0].upper() + root[1:], **asked[field])[root]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("field", STORY_READERS)
def test_one_thing_is_seen_by_exactly_those_of_the_table(story: Story, field: str, who: str) -> None:
    found = reads(story, story.people[who], field)
    assert (found is not None) == (who in STORY_READERS[field])


@pytest.mark.parametrize("who", PEOPLE)
def test_lists_hold_exactly_what_the_table_says(story: Story, who: str) -> None:
    person = story.people[who]
    tray = person.ask("Tray")["tray"]
    story.people["member"].ask("Case", id=str(story.case))
    log = person.ask_everything("accessLog", days=1, staffId=None, caseId=str(story.case), receiptNumber=None)["lines"]
    by_clerk = person.ask_everything("accessLog", days=1, staffId=story.people["clerk"].id)["lines"]
    requests = {q["id"] for q in person.ask("PersonRequests")["personRequests"]["requests"]}
    held = {
        "cases": str(story.case) in {c["id"] for c in person.ask("Cases")["cases"]},
        "accessLog": str(story.case) in {line["caseId"] for line in log},
        "accessLog_sheet": story.consultation in {line["consultationId"] for line in log},
        "accessLog_open": str(story.open_consultation) in {line["consultationId"] for line in by_clerk},
        "logReaders": person.id in {each["staff"]["id"] for each in person.ask("LogReaders")["logReaders"]},
        "personRequests": story.request in requests,
        "personRequests_sheet": story.sheet_request in requests,
        "personRequests_participant": story.participant_request in requests,
        "consultations": story.consultation
        in {c["id"] for c in person.ask("Consultations", limit=200)["consultations"]},
        "tray_received": str(story.open_handoff) in {c["id"] for c in tray["received"]},
        "tray_sent": story.handoff in {c["id"] for c in tray["sent"]},
        "colleagues": bool(person.ask("Colleagues", unitId="hikikomori-support")["colleagues"]),
        "staffOf": bool(person.ask("StaffOf", unitId="wakamono-station")["staffOf"]),
        "sessions": str(story.session) in {one["id"] for one in person.ask("Sessions", **around_now())["sessions"]},
        "ibashoPlaces": bool(person.ask("IbashoPlaces")["ibashoPlaces"]),
    }
    assert held == {name: who in readers for name, readers in STORY_LISTS.items()}


def around_now() -> dict[str, str]:
    day = tokyo_day(datetime.now(UTC))
    return {"from": str(day - timedelta(days=1)), "to": str(day + timedelta(days=1))}


def test_not_yours_and_absent_are_the_same_answer(story: Story) -> None:
    for who, operation, theirs in (
        ("other_unit", "Case", story.case),
        ("other_unit", "Consultation", story.consultation),
        ("other_unit", "Handoff", story.handoff),
        ("colleague", "Session", story.session),
    ):
        stranger = story.people[who]
        denied, absent = stranger.post(operation, id=str(theirs)), stranger.post(operation, id=str(new_id()))
        assert (denied.status_code, denied.json()) == (absent.status_code, absent.json())
        assert set(denied.headers) == set(absent.headers)


async def totals(city: Stack) -> dict[str, int]:
    """Rows that any write would add to."""
    found = {}
    for service in ("gateway", "intake", "coordination", "ibasho", "notify"):
        connection = await connect(city.dsns[service].owner)
        for table in ("command_log", "outbox", "access_log"):
            query = f"select count(*) from {table}" + (" where action = 'write'" if table == "access_log" else "")
            found[f"{service}.{table}"] = await connection.fetchval(query)
        await connection.close()
    return found


def attempt(story: Story, person: Person, command: str, **changes: object) -> dict:
    """The command on the story's things."""
    match command:
        case "OpenConsultation":
            envelope = person.envelope(command, new_id(), consultation_payload())
        case "HandOff":
            envelope = person.envelope(command, new_id(), package_payload(story.consultation))
        case "AcceptHandoff":
            envelope = person.envelope(command, story.open_handoff, {"caseId": str(new_id())})
        case "ReturnHandoff":
            envelope = person.envelope(
                command, story.open_handoff, {"reason": "question_left", "note": "かけてよい時間は"}
            )
        case "WithdrawHandoff":
            envelope = person.envelope(command, story.open_handoff, {})
        case "RecordVisit":
            envelope = person.envelope(command, story.case, visit_payload())
        case "ViewedOffline":
            envelope = person.envelope(command, story.case, {"viewedAt": "2026-11-24T03:00:00Z"})
        case "DecideQuarantine":
            envelope = person.envelope(command, story.case, {"quarantineId": str(new_id()), "decision": "admit"})
        case "ReadNotice":
            notices = story.people["colleague"].ask("Notices")["notices"]
            envelope = person.envelope(command, notices[0]["id"], {})
        case _:
            envelope = ibasho_envelope(story, person, command)
    return person.submit({**envelope, **changes})[0]


def ibasho_envelope(story: Story, person: Person, command: str) -> dict:
    """The command on the story's afternoon, or on its token."""
    match command:
        case "ScheduleSession":
            return person.envelope(command, new_id(), session_payload(person))
        case "OpenSession" | "CloseSession":
            return person.envelope(command, story.session, {})
        case "LogAttendance":
            return person.envelope(command, story.session, attendance_payload())
        case "CorrectAttendance":
            return person.envelope(command, story.session, {"attendanceId": story.attendance})
        case "ViewedSessionOffline":
            return person.envelope(command, story.session, {"viewedAt": "2026-11-24T03:00:00Z"})
        case "JoinToken" | "SeparateToken":
            return person.envelope(command, story.case, {"participantId": str(story.participant)})
        case "RegisterStaff":
            return person.envelope(command, new_id(), {"login": f"new-{new_id().hex}", "name": "新任 試"})
        case "NoteHomeStreet":
            return person.envelope(command, story.people["member"].id, {"homeStreet": "南町3丁目"})
        case "ChangeAssignments":
            return person.envelope(command, new_id(), assignments_payload(story.people["other_clerk"]))
    return record_envelope(story, person, command)


def record_envelope(story: Story, person: Person, command: str) -> dict:
    """The command about one of the story's records, and who sees it."""
    if command in OF_PARTICIPANTS:
        return participant_envelope(story, person, command)
    return (sheet_envelope if "Sheet" in command else sharing_envelope)(story, person, command)


def participant_envelope(story: Story, person: Person, command: str) -> dict:
    """A request about who came to the story's afternoon."""
    payload: dict[str, object] = {
        "OpenParticipantRequest": {"requestId": str(new_id()), "kind": "disclosure"},
        "DecideParticipantRequest": {"requestId": story.participant_request, "decision": "approve"},
        "CorrectNickname": {"requestId": story.participant_request, "nickname": "別の名"},
    }[command]
    return person.envelope(command, story.participant, payload)


def sheet_envelope(story: Story, person: Person, command: str) -> dict:
    """A request about the story's sheet that nobody took, or the log of it."""
    payload: dict[str, object] = {
        "OpenSheetRequest": {"requestId": str(new_id()), "kind": "erasure"},
        "DecideSheetRequest": {"requestId": story.sheet_request, "decision": "approve"},
        "LiftSheetSuspension": {"requestId": story.sheet_request, "reason": "求めの取りやめ"},
        "CorrectSheet": {"requestId": story.sheet_request, "personName": "別人"},
        "ReviewSheetAccess": {"accessId": story.sheet_read, "note": "当番"},
    }[command]
    return person.envelope(command, story.open_consultation, payload)


def sharing_envelope(story: Story, person: Person, command: str) -> dict:
    """The command about who sees the story's case."""
    match command:
        case "ChangeTeam":
            return person.envelope(command, story.case, {"join": [person.id]})
        case "KeepOff":
            return person.envelope(command, story.case, {"staffId": story.people["same_unit"].id})
        case "LetIn":
            return person.envelope(command, story.case, {"staffId": person.id})
        case "PledgeSecrecy":
            return person.envelope(command, story.case, {"basisId": story.meeting})
        case "ReviewAccess":
            return person.envelope(command, story.case, {"accessId": story.read, "note": "当番"})
        case "EndBasis":
            return person.envelope(command, story.case, {"basisId": story.consent})
        case "UseEmergencyByNumber":
            return person.envelope(command, new_id(), number_payload(story.people["member"], story.case))
    if command in ("CloseCase", "ReopenCase"):
        closing = {"closingId": str(new_id()), "reason": "concluded", "promiseSettled": True}
        return person.envelope(command, story.case, closing if command == "CloseCase" else {})
    if command in OF_REQUESTS:
        return request_envelope(story, person, command)
    to = person.id if command == "ConveneConference" else "wakamono-station"
    return person.envelope(command, story.case, basis_payload(command, new_id(), to))


def request_envelope(story: Story, person: Person, command: str) -> dict:
    """The command about what the person asked, of the story's case."""
    match command:
        case "OpenPersonRequest":
            return person.envelope(command, story.case, {"requestId": str(new_id()), "kind": "erasure"})
        case "CorrectPerson":
            amendment = {"visitId": str(new_id()), "words": "ちがう"}
            corrected = {"requestId": story.request, "personName": "別人", "amendment": amendment}
            return person.envelope(command, story.case, corrected)
        case "LiftSuspension":
            return person.envelope(command, story.case, {"requestId": story.request, "reason": "求めの取りやめ"})
        case "DecidePersonRequest":
            return person.envelope(command, story.case, {"requestId": story.request, "decision": "approve"})
    raise AssertionError(command)


def test_denied_commands_change_nothing_emit_nothing_reveal_nothing(story: Story, city: Stack) -> None:
    city.wait_settled()
    before = asyncio.run(totals(city))
    cells = 0
    for command, allowed in COMMANDS.items():
        for who, person in story.people.items():
            if who in allowed:
                continue
            outcome = attempt(story, person, command)
            assert outcome["status"] == "REFUSED", (command, who)
            knowing = attempt(story, person, command, baseVersion=1)
            assert (knowing["code"], knowing["reason"]) == (outcome["code"], outcome["reason"]), (
                "a version is no oracle"
            )
            expected = "not_your_unit" if command == "OpenConsultation" else "not_found"
            if command == "KeepOff" and who in (
                "member",
                "colleague",
            ):  # they know the case; what they may not is to shut out
                expected = "keep_off_needs_manager"
            assert outcome["code"] == expected, (command, who, outcome)
            assert outcome["refs"] == {}
            cells += 1
    assert asyncio.run(totals(city)) == before
    print(f"{cells} denied cells")


def test_every_command_is_in_the_table() -> None:
    from services.contracts.registry import COMMANDS as LANGUAGE

    assert set(COMMANDS) == set(LANGUAGE)


async def test_a_service_token_opens_only_its_claim_check(city: Stack, story: Story) -> None:
    """Coordination's own token is nobody at the views; another service cannot sign as coordination; staff never get packages."""
    signer, gateway = Signer(city.keys_dir, "coordination"), Signer(city.keys_dir, "gateway")
    service = service_actor("coordination")

    def signed(by: Signer, actor: Actor, audience: str = "intake") -> dict[str, str]:
        return {"Authorization": f"Bearer {by.sign(actor, audience)}"}

    clerk = (("hoya-window", "window_staff"),)
    package = f"/packages/{story.handoff}?event_id={new_id()}"
    async with httpx.AsyncClient(base_url=city.service_url("intake")) as intake:
        assert (await intake.get(package, headers=signed(signer, service))).status_code == 404, (
            "without the justifying event"
        )
        assert (await intake.get(package, headers=signed(gateway, actor_of("takahashi")))).status_code == 404
        for disguised in (service, replace(service, assignments=clerk)):
            answer = await intake.get(f"/views/handoffs/{story.handoff}", headers=signed(signer, disguised))
            assert answer.status_code == 404, "a service has no unit, whatever its token says"
        for by, who in ((signer, replace(service, kind="x", assignments=clerk)), (gateway, replace(service, kind="x"))):
            answer = await intake.get(f"/views/handoffs/{story.handoff}", headers=signed(by, who))
            assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    async with httpx.AsyncClient(base_url=city.service_url("coordination")) as coordination:
        refused = await coordination.get("/views/cases", headers=signed(signer, actor_of("sasaki"), "coordination"))
        assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")


def test_every_read_left_its_row(city: Stack, story: Story) -> None:
    """At least one access row per answer, with ids and no content."""
    story.people["member"].ask("Case", id=str(story.case))

    async def rows() -> list:
        connection = await connect(city.dsns["coordination"].owner)
        try:
            return await connection.fetch(
                "select * from access_log where actor_id = $1 and action = 'read' order by id desc limit 1",
                UUID(story.people["member"].id),
            )
        finally:
            await connection.close()

    [row] = wait_until(lambda: asyncio.run(rows()))
    assert row["shown"] == {"case": [str(story.case)]}
    assert (row["basis"], row["screen"]) == ("member", "Case")
    assert "family_words" in row["field_groups"]


async def test_every_record_of_an_answer_is_in_exactly_one_of_its_rows(city: Stack, story: Story) -> None:
    """Of all answers of this installation, whatever they were asked by: the rows of one answer are of one moment."""
    member, manager = story.people["member"], story.people["manager"]
    for person in (member, manager, story.people["other_unit"]):
        for operation in ("Cases", "Today", "Tray", "Consultations", "Quarantine", "PersonRequests"):
            person.ask(operation, **({"limit": 50} if operation == "Consultations" else {}))
    twice = (
        "select r.actor_id, r.screen, k.kind, i.id, count(*) from access_log r, jsonb_each(r.shown) k (kind, ids),"
        " lateral (select distinct id from jsonb_array_elements_text(k.ids) d (id)) i"
        " where r.action = 'read' group by r.actor_id, r.at, r.screen, k.kind, i.id having count(*) > 1"
    )
    answers = 0
    for service in ("gateway", *SERVICES):
        connection = await connect(city.dsns[service].owner)
        try:
            assert [dict(row) for row in await connection.fetch(twice)] == [], service
            several = "select count(*) from (select 1 from access_log where action = 'read' group by actor_id, at having count(*) > 1) a"
            answers += await connection.fetchval(several)
        finally:
            await connection.close()
    assert answers > 0, "somebody's list was open to them by several bases"
