"""J5 without its browser: an afternoon of We+, its figures and statistics, its signals, a token joined and taken back."""

import asyncio
from datetime import datetime
from typing import Any

from infra.seed_people import staff_id
from infra.stack import Stack
from services.contracts.tokyo import tokyo_day
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.support.person import Person, attendance_payload, open_case, session_payload, wait_until
from tests.support.tokens import token_code


def fetch(stack: Stack, service: str, query: str, *values: Any) -> list[Any]:
    async def read() -> list[Any]:
        connection = await connect(stack.dsns[service].owner)
        try:
            return await connection.fetch(query, *values)
        finally:
            await connection.close()

    return asyncio.run(read())


def figures(manager: Person, month: str) -> dict[str, int]:
    """This month of 谷戸分庁舎."""
    rows = manager.ask("Statistics", fromMonth=month, toMonth=month)["statistics"]["rows"]
    return {row["measure"]: row["total"] for row in rows if row["unit"]["id"] == "yato-ibasho"}


def test_an_afternoon_of_we_plus(city: Stack) -> None:
    staff, second, clerk, manager = (Person(city.url, who) for who in ("mori", "takahashi", "watanabe", "sasaki"))
    colleagues = sorted(one["name"] for one in staff.ask("Colleagues", unitId="yato-ibasho")["colleagues"])
    assert colleagues == ["工藤 由紀", "森 あかり"], "its manager and its staff"
    session, payload = new_id(), session_payload(staff, second)
    month = f"{tokyo_day(datetime.fromisoformat(payload['startsAt'])):%Y-%m}"
    codes = [token_code(new_id().int % 32**5) for _ in range(4)]
    people = {code: str(new_id()) for code in codes}
    before = figures(manager, month)
    staff.do("ScheduleSession", session, payload)
    assert staff.ask("Session", id=str(session))["session"]["session"]["status"] == "scheduled"
    staff.do("OpenSession", session, {})
    for code, person in people.items():
        new = {"participantId": person, "newParticipant": {"nickname": f"札 {code}", "code": code}}
        (staff if code == codes[0] else second).do("LogAttendance", session, attendance_payload("arrived", **new))
    for kind in ("plus_one", "plus_one", "at_door"):
        second.do("LogAttendance", session, attendance_payload(kind))
    staff.do("CloseSession", session, {"line": "雨で静か。"})

    board = second.ask("Session", id=str(session))["session"]
    found = board["session"]
    assert (found["visits"], found["people"], found["atDoor"], found["status"]) == (6, 4, 1, "closed")
    assert board["closingLines"] == ["雨で静か。"]
    assert clerk.ask("Session", id=str(session))["session"] is None
    after = {
        name: before.get(name, 0) + n
        for name, n in (("ibasho_sessions", 1), ("ibasho_visits", 6), ("ibasho_people", 4))
    }
    wait_until(lambda: figures(manager, month) == after)
    told = "select recipient_ids from (select array(select jsonb_array_elements_text(data->'recipientIds')) as recipient_ids,"
    told += (
        " data from outbox where type like '%SignalRaised%') s where data->>'about' = $1 and data->>'hint' = 'session'"
    )
    signals = wait_until(lambda: len(found := fetch(city, "notify", told, str(session))) >= 9 and found)
    assert {frozenset(row["recipient_ids"]) for row in signals} == {
        frozenset(map(str, map(staff_id, ("mori", "takahashi"))))
    }

    joined_and_taken_back(city, second, Person(city.url, "hamada"), clerk, codes[0], people[codes[0]])


def joined_and_taken_back(
    city: Stack, coordinator: Person, colleague: Person, clerk: Person, code: str, participant: str
) -> None:
    case = open_case(clerk, coordinator, colleague)
    city.wait_settled()
    outbox = "select count(*) from outbox where data::text like $1 or subject = $2"
    said = {service: fetch(city, service, outbox, f"%{participant}%", case) for service in ("coordination", "notify")}

    def timeline(person: Person) -> list[str]:
        found = person.ask("Case", id=str(case))["case"]["timeline"]
        return [entry["outcome"] for entry in found if entry["kind"] == "attendance"]

    holder = coordinator.ask("TokenHolder", code=code)["tokenHolder"]
    assert holder == participant and clerk.ask("TokenHolder", code=code)["tokenHolder"] is None
    coordinator.do("JoinToken", case, {"participantId": holder})
    assert timeline(colleague) == ["arrived"]
    assert [t["participantId"] for t in colleague.ask("Case", id=str(case))["case"]["tokens"]] == [participant]
    colleague.do("SeparateToken", case, {"participantId": holder})
    assert timeline(coordinator) == [] and coordinator.ask("Case", id=str(case))["case"]["tokens"] == []
    city.wait_settled()
    assert said == {service: fetch(city, service, outbox, f"%{participant}%", case) for service in said}
