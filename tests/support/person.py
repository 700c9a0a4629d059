"""A member of staff at the gateway: signs in, asks, submits. As the PWA does, without a browser."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from infra.seed_ibasho import FREE_TIME, YATO
from infra.seed_people import PASSWORD
from services.contracts.tokyo import TOKYO
from services.kernel.ids import new_id
from tests.support.full_documents import document_id, full_documents
from tests.support.tokens import token_code

_MANIFEST = Path(__file__).parents[2] / "gateway" / "trusted_documents.json"


def document_ids(manifest: Path = _MANIFEST) -> dict[str, str]:
    """Operation name -> documentId of a trusted manifest."""
    documents = json.loads(manifest.read_text(encoding="utf8"))
    return {text.split("(")[0].split("{")[0].split()[-1]: digest for digest, text in documents.items()}


class Person:
    """One signed-in session; `device` when the browser profile has an id."""

    def __init__(self, url: str, login: str, password: str = PASSWORD, *, device: object = None) -> None:
        self.http = httpx.Client(base_url=url, headers={"Origin": url}, timeout=30)
        self._documents = document_ids()
        self._seq = 0
        said = {"login": login, "password": password, "device": str(device) if device else None}
        answer = self.http.post("/session", json=said)
        answer.raise_for_status()
        self.id: str = answer.json()["staff"]["id"]

    def post(self, operation: str, **variables: Any) -> httpx.Response:
        """The raw answer to a trusted document."""
        return self.http.post("/graphql", json={"documentId": self._documents[operation], "variables": variables})

    def ask_everything(self, root: str, **variables: Any) -> Any:
        """What the person gets for a root of the schema when every field is asked for; nothing when it is an error."""
        body = {"documentId": document_id(full_documents()[root]), "variables": variables}
        return (self.http.post("/graphql", json=body).json().get("data") or {}).get(root)

    def refused(self, operation: str, **variables: Any) -> str:
        """The code with which a trusted document is refused; an answer without error fails the test."""
        code: str = self.post(operation, **variables).json()["errors"][0]["extensions"]["code"]
        return code

    def ask(self, operation: str, **variables: Any) -> Any:
        """The data of a trusted document; any error fails the test."""
        answer = self.post(operation, **variables)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert "errors" not in said, said["errors"]
        return said["data"]

    def envelope(self, type: str, subject: object, payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """A command envelope as the PWA would make it."""
        self._seq += 1
        return {
            "id": str(new_id()),
            "type": type,
            "v": 1,
            "author": self.id,
            "subject": str(subject),
            "deviceSeq": self._seq,
            "capturedAt": datetime.now(UTC).isoformat(),
            "payload": payload,
            **changes,
        }

    def submit(self, *envelopes: dict[str, Any]) -> list[dict[str, Any]]:
        """One outcome each."""
        return self.ask("Submit", commands=list(envelopes))["submit"]

    def do(self, type: str, subject: object, payload: dict[str, Any]) -> dict[str, Any]:
        """Submit one command that must be accepted."""
        outcome = self.submit(self.envelope(type, subject, payload))[0]
        assert outcome["status"] == "ACCEPTED", outcome
        return outcome


def consultation_payload(unit: str = "hoya-window", **changes: Any) -> dict[str, Any]:
    """A mother phones; nothing but who and how would be needed."""
    now = datetime.now(UTC).isoformat()
    told = {"memo": "夜中に台所で音がする", "contactNote": "自宅にはかけない"}
    payload = {"unitId": unit, "openedAt": now, "callerKind": "family", "callerRelation": "mother", "channel": "phone"}
    return {**payload, "personKnows": "does_not_know", "contactRules": ["no_home_phone"], "told": told, **changes}


def package_payload(consultation_id: object, **changes: Any) -> dict[str, Any]:
    """A complete package for ひきこもり支援係."""
    return {
        "consultationId": str(consultation_id),
        "toUnit": "hikikomori-support",
        "promised": "木曜までに、母の携帯へ一度かける",
        "personKnows": "does_not_know",
        "contactRules": ["no_home_phone"],
        "safeContact": "母の携帯だけ 火・木 14:00–16:00",
        "nextAppointment": {"note": "木曜 14:00 電話"},
        **changes,
    }


def visit_payload(**changes: Any) -> dict[str, Any]:
    """A visit through the door."""
    now = datetime.now(UTC).isoformat()
    payload = {"visitId": str(new_id()), "visitedAt": now, "outcome": "through_door", "withWhom": ["person"]}
    return {**payload, "memo": "扉のすぐ内側で話された", "nextPromise": {"note": "手紙を届ける"}, **changes}


def basis_payload(type: str, basis: object, *to: Any, **changes: Any) -> dict[str, Any]:
    """A basis of a command's kind for agencies (or, to a meeting, for people), for a day."""
    until, reason = (datetime.now(UTC) + timedelta(days=1)).isoformat(), "家にいると電話があった"
    if type == "UseEmergency":
        return {"basisId": str(basis), "minutes": 60, "reason": reason, **changes}
    groups = ["identity", "contact_safety", "timeline", "person_words", "family_words", "memo", "team", "promise"]
    payload: dict[str, Any] = {"basisId": str(basis), "fieldGroups": groups, "until": until}
    match type:
        case "GiveConsent":
            payload |= {"unitIds": list(to)}
        case "ShareByLaw":
            payload |= {"unitIds": list(to), "item": "other_public_body", "reason": reason}
        case "ConveneConference":
            payload |= {"memberIds": list(to), "fromAt": datetime.now(UTC).isoformat(), "reason": reason}
    return {**payload, **changes}


def number_payload(member: Person, case: object) -> dict[str, Any]:
    """An emergency by the 受付番号 of a case, which somebody on its team reads out."""
    number = member.ask("Case", id=str(case))["case"]["receiptNumber"]
    return {"receiptNumber": number, "minutes": 60, "reason": "家にいると電話があった"}


def this_week(moment: datetime) -> datetime:
    """The moment, or the beginning of this week in Tokyo: a timetable shows one week, and a Monday night is short."""
    now = datetime.now(TOKYO)
    monday = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
    return max(moment, monday)


def session_payload(*staff: Person, **changes: Any) -> dict[str, Any]:
    """We+ at 谷戸分庁舎, from half an hour ago on."""
    begun = this_week(datetime.now(UTC) - timedelta(minutes=30))
    when = {"startsAt": begun.isoformat(), "endsAt": (begun + timedelta(hours=4)).isoformat()}
    place = {"placeId": str(YATO), "programmeId": str(FREE_TIME), "style": "free", "capacity": 20}
    return {**place, **when, "staffIds": [person.id for person in staff], **changes}


def attendance_payload(kind: str = "plus_one", **changes: Any) -> dict[str, Any]:
    """Somebody came."""
    return {"attendanceId": str(new_id()), "kind": kind, "at": datetime.now(UTC).isoformat(), **changes}


def newcomer(staff: Person) -> UUID:
    """Somebody new comes with a token to a session of this person's. Their id."""
    session, who = new_id(), new_id()
    staff.do("ScheduleSession", session, session_payload(staff))
    code = token_code(who.int % 32**5)
    new = {"participantId": str(who), "newParticipant": {"nickname": f"札 {code}", "code": code}}
    staff.do("LogAttendance", session, attendance_payload("arrived", **new))
    return who


def assignments_payload(*people: Person, unit: str = "hikikomori-support", **changes: Any) -> dict[str, Any]:
    """Each becomes a coordinator of the unit a year from now, for a day: nobody sees more today."""
    day = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()
    begins = [
        {
            **{"assignmentId": str(new_id()), "staffId": person.id, "unitId": unit},
            **{"role": "coordinator", "fromDate": day, "until": day},
        }
        for person in people
    ]
    return {"note": "4月1日の異動", "begins": begins, **changes}


def open_case(
    clerk: Person, coordinator: Person, colleague: Person | None = None, keptOff: Any = (), **told: Any
) -> UUID:
    """From the call to a case whose package has arrived. Returns the case id."""
    consultation, handoff, case = new_id(), new_id(), new_id()
    clerk.do("OpenConsultation", consultation, consultation_payload(**told))
    clerk.do("HandOff", handoff, package_payload(consultation, keptOff=list(keptOff)))
    colleagues = [colleague.id] if colleague else []
    coordinator.do("AcceptHandoff", handoff, {"caseId": str(case), "colleagueIds": colleagues})
    wait_until(
        lambda: (coordinator.ask("Case", id=str(case))["case"] or {"packagePending": True})["packagePending"] is False
    )
    return case


def wait_until(condition: Any, seconds: float = 20) -> Any:
    """Poll until the condition holds; fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")
