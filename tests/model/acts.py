"""Acts of a few people, as Hypothesis draws them: numbers that become a command once it is known what is there to act on.

A number picks among the things of its kind that are there, and mostly somebody who would do it; 11 picks what is not there, or not
allowed. When nothing is there to act on, the act becomes the one that makes it: a visit without a case is a handoff to be accepted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from infra.seed_ibasho import FREE_TIME, YATO
from infra.seed_people import staff_id
from services.kernel.ids import new_id
from tests.model.town import Town
from tests.support.person import attendance_payload, basis_payload, consultation_payload, package_payload, visit_payload
from tests.support.tokens import token_code

PEOPLE = ("watanabe", "yoshida", "takahashi", "hamada", "nakamura", "sasaki", "mori", "ishii")
LOGINS = {str(staff_id(login)): login for login in PEOPLE}
WINDOWS = {"hoya-window": "watanabe", "tanashi-window": "yoshida"}
COORDINATORS = ("takahashi", "hamada", "nakamura")
OTHER_UNITS = ("tanashi-window", "yato-ibasho", "wakamono-station", "hoya-window")
OF_CASE = (
    *("RecordVisit", "RecordVisit", "RecordVisit", "DecideQuarantine", "DecideQuarantine", "ChangeTeam", "ChangeTeam"),
    *("KeepOff", "LetIn", "GiveConsent", "GiveConsent", "ShareByLaw", "ConveneConference", "PledgeSecrecy"),
    *("PledgeSecrecy", "UseEmergency", "EndBasis", "EndBasis"),
)
OF_HANDOFF = ("AcceptHandoff", "AcceptHandoff", "ReturnHandoff", "WithdrawHandoff")
OF_SESSION = ("LogAttendance", "LogAttendance", "LogAttendance", "CorrectAttendance", "OpenSession", "CloseSession")
MAKING = ("OpenConsultation", "HandOff", "ScheduleSession")


@dataclass(frozen=True)
class Staff:
    """Somebody with one assignment."""

    id: str
    unit: str
    role: str

    def works_at(self, unit: str, *roles: str) -> bool:
        return self.unit == unit and self.role in roles


@dataclass(frozen=True)
class Act:
    """`n` are numbers to pick with. `how`: "" (a new command), "again" (an earlier one), "reused" (its id, other words),
    "forged" (another author). `base`: the version its author believes in, from that of now; None: none."""

    type: str
    n: tuple[int, int, int, int, int]
    how: str
    base: int | None


BEGINNING = (
    Act("OpenConsultation", (0, 0, 0, 0, 0), "", None),
    Act("HandOff", (0, 0, 0, 0, 0), "", None),
    Act("AcceptHandoff", (0, 10, 0, 0, 0), "", None),
    Act("ScheduleSession", (0, 1, 0, 0, 0), "", None),
)
"""A case with its team, and a session: what most acts are about."""
_number = st.integers(0, 11)
_act = st.builds(
    Act,
    st.sampled_from([*OF_CASE, *OF_HANDOFF, *OF_SESSION, *MAKING]),
    st.tuples(_number, _number, _number, _number, _number),
    st.sampled_from([""] * 15 + ["again", "reused", "forged"]),
    st.sampled_from([None] * 12 + [0, 0, -1, 1]),
)
acts = st.lists(_act, min_size=15, max_size=30)


def possible(act: Act, town: Town) -> Act:
    """The act, or the one that makes what it needs."""
    made_by = {
        "ScheduleSession": act.type in OF_SESSION and not town.sessions,
        "LogAttendance": act.type == "CorrectAttendance" and not town.facts,
        "RecordVisit": act.type == "DecideQuarantine" and not town.waiting,
        "ConveneConference": act.type == "PledgeSecrecy" and not _meetings(town),
        "GiveConsent": act.type == "EndBasis" and not town.bases,
    }
    type_ = next((maker for maker, is_needed in made_by.items() if is_needed), act.type)
    if type_ in OF_CASE and not town.cases:
        type_ = "AcceptHandoff"
    if type_ in OF_HANDOFF and (not town.handoffs or (not _acceptable(town) and act.n[4] < 9)):
        type_ = "HandOff"
    if type_ == "HandOff" and (not town.consultations or (not _free(town) and act.n[4] < 9)):
        type_ = "OpenConsultation"
    return replace(act, type=type_)


def _meetings(town: Town) -> list[str]:
    return [id for id, basis in town.bases.items() if basis["members"]]


def _acceptable(town: Town) -> list[str]:
    return [id for id, each in town.handoffs.items() if (each["status"], each["to"]) == ("open", "hikikomori-support")]


def _free(town: Town) -> list[str]:
    return [id for id in town.consultations if id not in [each["of"] for each in town.handoffs.values()]]


def who_acts(act: Act, town: Town, subject: str, payload: dict[str, Any]) -> str:
    """Somebody who would do it; of nine and more, anybody."""
    n = act.n[3]
    would = [] if n >= 9 else _would(act.type, town, subject, payload)
    return would[n % len(would)] if would else PEOPLE[act.n[4] % len(PEOPLE)]


def _would(type_: str, town: Town, subject: str, payload: dict[str, Any]) -> Sequence[str]:
    sheet = town.consultations.get(payload.get("consultationId", ""))
    case, session, handoff = (things.get(subject) for things in (town.cases, town.sessions, town.handoffs))
    if type_ == "OpenConsultation":
        return [WINDOWS.get(payload["unitId"], "takahashi")]
    if type_ == "PledgeSecrecy":
        return [LOGINS[one] for one in town.bases.get(payload["basisId"], {}).get("members", ())]
    if type_ in ("DecideQuarantine", "KeepOff", "LetIn", "ShareByLaw"):
        return ["sasaki"]
    if sheet or (handoff and type_ == "WithdrawHandoff"):
        return [WINDOWS.get((sheet or {"unit": handoff and handoff["from"]})["unit"], "takahashi")]
    if handoff:
        return COORDINATORS
    if case and type_ != "UseEmergency":
        return [*(LOGINS[one] for one in sorted(case["team"])), "sasaki", *COORDINATORS]
    return ["mori", *(LOGINS[one] for one in sorted(session["staff"]))] if session else ["mori"]


def _pick(things: Sequence[Any], n: int) -> Any:
    """The newest first; 11 is nobody's id."""
    return list(things)[-1 - n % len(things)] if things and n < 11 else str(new_id())


def _id(things: Sequence[Any], n: int) -> Any:
    """A new id; 11 is one that is taken already."""
    return _pick(things, 0) if n == 11 else str(new_id())


def _people(n: int) -> list[str]:
    """Nobody, one, or two."""
    return [str(staff_id(PEOPLE[(n + each) % len(PEOPLE)])) for each in range(n % 3)]


def _when(n: int) -> str:
    """Now, mostly; 10 is in an hour, 11 was yesterday."""
    shift = {10: timedelta(hours=1), 11: timedelta(days=-1)}.get(n, timedelta())
    return (datetime.now(UTC) + shift).isoformat()


def _until(n: int) -> str:
    """Tomorrow, mostly; 10 is past, 11 is beyond what is allowed."""
    shift = {10: timedelta(days=-1), 11: timedelta(days=400)}.get(n, timedelta(days=1))
    return (datetime.now(UTC) + shift).isoformat()


def _somebody(town: Town, life: int, n: int) -> dict[str, Any]:
    """Who came: known, new, or new under a nickname or token that is known."""
    new = {"nickname": f"ねこ {life} {n % 4}", "code": token_code(life * 8 + n % 3)}
    known = {"participantId": _pick([*town.also_known], n)}
    return known if n % 3 == 0 else {**({"participantId": str(new_id())} if n < 11 else {}), "newParticipant": new}


def command(act: Act, town: Town, life: int) -> tuple[Any, dict[str, Any]]:
    """(subject, payload). `life` keeps nicknames and tokens of examples apart."""
    for of in (_of_intake, _of_the_team, _of_sharing):
        if (found := of(act, town)) is not None:
            return found
    return _of_ibasho(act, town, life)


def _of_intake(act: Act, town: Town) -> tuple[Any, dict[str, Any]] | None:
    a, b, c, _, e = act.n
    ready = _acceptable(town)
    handoff = _pick([*(id for id in town.handoffs if id not in ready), *ready], a // 4 if a < 11 else a)
    rules = {7: ["any_way"], 8: [], 9: ["any_way", "no_visit"]}.get(b, ["no_home_phone"])
    match act.type:
        case "OpenConsultation":
            unit = "hikikomori-support" if c == 10 else [*WINDOWS][c % 2]
            said = {"openedAt": _when(e), "contactRules": rules}
            return _id([*town.consultations], a), consultation_payload(unit, **said)
        case "HandOff":
            to = OTHER_UNITS[c % 4] if c > 8 else "hikikomori-support"
            said = {"contactRules": rules, "toUnit": to, "kind": "parallel" if e == 10 else "lead"}
            said |= {"keptOff": _people(a) if e in (7, 8) else []} | ({"safeContact": " "} if e == 11 else {})
            sheet = _pick((c < 8 and _free(town)) or [*town.consultations], a)
            return _id([*town.handoffs], b), package_payload(sheet, **said)
        case "AcceptHandoff":
            return handoff, {"caseId": _id([*town.cases], c), "colleagueIds": _people(b) if b > 5 else []}
        case "ReturnHandoff":
            return handoff, {"reason": ["question_left", "other"][b % 2], "note": ["いつ", ""][c > 6]}
        case "WithdrawHandoff":
            return handoff, {"note": ""}
    return None


def _of_the_team(act: Act, town: Town) -> tuple[Any, dict[str, Any]] | None:
    a, b, c, _, e = act.n
    case, person = _pick([*town.cases], a), str(staff_id(PEOPLE[b % len(PEOPLE)]))
    match act.type:
        case "RecordVisit":
            whom = {8: ["nobody"], 9: ["family", "person"], 10: ["nobody", "person"]}.get(b, ["person"])
            visit = _id([*town.visits, *town.waiting], c)
            return case, visit_payload(visitId=visit, visitedAt=_when(e), withWhom=whom)
        case "DecideQuarantine":
            undecided = [id for id, row in town.waiting.items() if row["decision"] is None or e > 8]
            waiting = _pick(undecided or [*town.waiting], b)
            case = town.waiting[waiting]["case"] if waiting in town.waiting and c < 10 else case
            return case, {"quarantineId": waiting, "decision": ["admit", "decline"][c % 2]}
        case "ChangeTeam":
            return case, {"join": _people(b), "leave": _people(c), "ownerId": person if e > 5 else None}
        case "KeepOff" | "LetIn":
            return case, {"staffId": person}
    return None


def _of_sharing(act: Act, town: Town) -> tuple[Any, dict[str, Any]] | None:
    a, b, c, _, e = act.n
    known = _pick([*town.bases], b)
    case = town.bases[known]["case"] if known in town.bases and c < 10 else _pick([*town.cases], a)
    match act.type:
        case "GiveConsent" | "ShareByLaw":
            units = [OTHER_UNITS[b % 4], *([OTHER_UNITS[(b + 1) % 4]] if e % 2 else [])]
            return _pick([*town.cases], a), basis_payload(act.type, _id([*town.bases], c), *units, until=_until(e))
        case "ConveneConference":
            members = [str(staff_id(PEOPLE[(b + each) % len(PEOPLE)])) for each in (0, 2, 5)]
            return _pick([*town.cases], a), basis_payload(act.type, _id([*town.bases], c), *members, until=_until(e))
        case "UseEmergency":
            return _pick([*town.cases], a), basis_payload(act.type, _id([*town.bases], c))
        case "PledgeSecrecy" | "EndBasis":
            if act.type == "PledgeSecrecy" and _meetings(town) and c < 10:
                known = _pick(_meetings(town), b)
                case = town.bases[known]["case"] if known in town.bases else case
            return case, {"basisId": known}
    return None


def _of_ibasho(act: Act, town: Town, life: int) -> tuple[Any, dict[str, Any]]:
    a, b, c, _, e = act.n
    session = _pick([*town.sessions], a)
    match act.type:
        case "ScheduleSession":
            when = {"startsAt": _when(0), "endsAt": _until(c)}
            place = {"placeId": str(YATO) if b < 11 else str(new_id()), "programmeId": str(FREE_TIME), "style": "free"}
            return _id([*town.sessions], a), {**place, **when, "staffIds": _people(b)}
        case "LogAttendance":
            kind = ["arrived", "plus_one", "left", "at_door"][b % 4]
            who = _somebody(town, life, c) if kind != "plus_one" or c == 10 else {}
            return session, attendance_payload(kind, attendanceId=_id([*town.facts], e), at=_when(e), **who)
        case "CorrectAttendance":
            facts = [id for id, fact in town.facts.items() if fact["session"] == session] or [*town.facts]
            return session, {"attendanceId": _pick(facts, b), "note": ""}
        case "CloseSession":
            return session, {"line": ["", "しずか"][b % 2]}
    return session, {}
