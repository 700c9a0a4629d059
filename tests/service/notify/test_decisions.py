"""Who learns that a request was decided: who received it, and a case's team; on the running installation."""

from uuid import UUID

from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.ids import new_id
from tests.support.hired import FIRST_PASSWORD, hire
from tests.support.person import (
    Person,
    consultation_payload,
    newcomer,
    open_case,
    package_payload,
    wait_until,
)


def hired(city: Stack, unit: str, role: Role) -> Person:
    return Person(city.url, hire(city, unit, role).login, FIRST_PASSWORD)


def told(person: Person) -> list[tuple[str, str | None]]:
    """What this person was told of decisions, the newest first: (kind, the case it names)."""
    kinds = ("request_decided", "record_erased")
    return [(n["kind"], n["caseId"]) for n in person.ask("Notices")["notices"] if n["kind"] in kinds]


def ask_and_decide(opener: Person, manager: Person, about: str, subject: UUID, kind: str, decision: str) -> None:
    asked = str(new_id())
    opener.do(f"Open{about}Request", subject, {"requestId": asked, "kind": kind})
    manager.do(f"Decide{about}Request", subject, {"requestId": asked, "decision": decision, "note": "決めたわけ"})


def test_about_a_case_the_team_and_the_manager_who_received_it(city: Stack) -> None:
    clerk, author = Person(city.url, "watanabe"), Person(city.url, "takahashi")
    opener, manager = (hired(city, "hikikomori-support", Role.MANAGER) for _ in range(2))
    case = open_case(clerk, author)
    ask_and_decide(opener, manager, "Person", case, "disclosure", "approve")
    for person in (author, opener):
        wait_until(lambda person=person: ("request_decided", str(case)) in told(person))
    ask_and_decide(opener, manager, "Person", case, "erasure", "approve")
    wait_until(lambda: told(opener)[0] == ("record_erased", None) == told(author)[0], 20)
    city.wait_settled()
    assert told(manager) == [], "who decided knows"
    assert str(case) not in str(told(clerk))


def test_about_a_sheet_who_received_it_unless_they_are_kept_off_now(city: Stack) -> None:
    clerk, neighbour = (hired(city, "hoya-window", Role.WINDOW_STAFF) for _ in range(2))
    manager, author, lead = (Person(city.url, login) for login in ("otsuka", "takahashi", "sasaki"))
    sheet, handoff, case = new_id(), new_id(), new_id()
    clerk.do("OpenConsultation", sheet, consultation_payload())
    ask_and_decide(clerk, manager, "Sheet", sheet, "disclosure", "decline")
    wait_until(lambda: told(clerk) == [("request_decided", None)])
    asked = str(new_id())
    neighbour.do("OpenSheetRequest", sheet, {"requestId": asked, "kind": "disclosure"})
    clerk.do("HandOff", handoff, package_payload(sheet))
    author.do("AcceptHandoff", handoff, {"caseId": str(case), "colleagueIds": []})
    wait_until(lambda: author.ask("Case", id=str(case))["case"])
    lead.do("KeepOff", case, {"staffId": neighbour.id})
    city.wait_settled()
    manager.do("DecideSheetRequest", sheet, {"requestId": asked, "decision": "approve"})
    ask_and_decide(clerk, manager, "Sheet", sheet, "disclosure", "decline")
    wait_until(lambda: len(told(clerk)) == 2)
    city.wait_settled()
    assert told(neighbour) == []


def test_about_who_takes_part_who_received_it(city: Stack) -> None:
    staff, manager = Person(city.url, "mori"), Person(city.url, "kudo")
    who = newcomer(staff)
    before = told(staff)
    ask_and_decide(staff, manager, "Participant", who, "erasure", "approve")
    wait_until(lambda: told(staff) == [("record_erased", None), *before])
