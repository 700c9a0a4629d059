"""緊急 by a 受付番号: it opens the case at once, or says the same of everything that it does not open; each try is in the log."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import Case, World
from tests.service.coordination.test_access_log import auditor, log
from tests.service.coordination.test_basis import partner, story
from tests.service.coordination.test_erasure import act, ask, decide

WHY = "家にいると電話があった"


@pytest.fixture
def number() -> str:
    """Of one call alone."""
    return f"保2026-{new_id().int % 10**8:08}"


async def use(world: World, actor: Actor, number: str, **changes: Any) -> dict[str, Any]:
    payload = {"receiptNumber": number, "minutes": 60, "reason": WHY}
    subject = changes.pop("subject", new_id())
    envelope = world.envelope(actor, subject, payload, **{"type": "UseEmergencyByNumber", **changes})
    return (await world.submit(actor, envelope))[0]


def clerk(case: Case) -> Actor:
    return case.staff("window_staff", "elsewhere")


async def test_it_opens_the_case_for_its_hours_and_tells_the_supervisors(world: World, number: str) -> None:
    case = await world.settled(receiptNumber=number)
    nosy, basis = clerk(case), new_id()
    assert (await world.get(nosy, f"/views/cases/{case.id}")).status_code == 404
    outcome = await use(world, nosy, number, subject=basis)
    assert (outcome["status"], outcome["refs"]) == ("accepted", {"caseId": str(case.id), "basisId": str(basis)})
    name, _, _, data = (await world.events(case))[-1]
    assert (name, data["unitIds"], data["usedBy"]) == ("EmergencyUsed", [case.unit, "elsewhere"], str(nosy.id))
    assert (await world.case(nosy, case))["shown"] == [
        "caller_phone",
        "contact_rules",
        "contact_safety",
        "identity",
        "promise",
        "team",
        "timeline",
    ]
    [shared] = (await world.get(case.owner, f"/views/cases/{case.id}/sharing")).json()["bases"]
    assert (shared["id"], shared["kind"], shared["reason"]) == (str(basis), "emergency", WHY)
    world.now += timedelta(minutes=60)
    assert (await world.get(nosy, f"/views/cases/{case.id}")).status_code == 404


@pytest.mark.parametrize("typed", ["{}", " {}　", "full width", "another dash"])
async def test_a_number_is_known_however_it_is_typed(world: World, number: str, typed: str) -> None:
    case = await world.settled(receiptNumber=number)
    full = number.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789-"})
    told = {"full width": full, "another dash": number.replace("-", "ー")}.get(typed, typed.format(number))
    assert (await use(world, clerk(case), told))["refs"]["caseId"] == str(case.id)


async def test_of_several_cases_of_one_call_an_open_one_is_opened(world: World, number: str) -> None:
    first, second = await world.settled(receiptNumber=number), await world.settled(receiptNumber=number)
    closing = {"closingId": str(new_id()), "reason": "concluded", "promiseSettled": True}
    assert (await act(world, second.owner, second, "CloseCase", **closing))["status"] == "accepted"
    assert (await use(world, clerk(first), number))["refs"]["caseId"] == str(first.id)


async def test_the_same_command_twice_is_one_emergency(world: World, number: str) -> None:
    case = await world.settled(receiptNumber=number)
    nosy, one = clerk(case), {"id": str(new_id()), "subject": new_id()}
    outcomes = [await use(world, nosy, number, **one) for _ in range(2)]
    assert [outcome["status"] for outcome in outcomes] == ["accepted"] * 2
    assert [name for name, *_ in await world.events(case)].count("EmergencyUsed") == 1


async def withheld(world: World, number: str, kind: str) -> Case:
    """A case whose use is suspended, or that was erased."""
    case = await world.settled(receiptNumber=number)
    request = await ask(world, case.owner, case, kind)
    assert (await decide(world, case.staff("manager"), case, request))["status"] == "accepted"
    return case


async def tries(world: World, number: str) -> list[tuple[Actor, str, dict[str, Any]]]:
    """Whatever opens nothing: who tries, which number, and how."""
    case, taken = await story(world), new_id()
    theirs = f"{number}1"
    real = await world.settled(receiptNumber=theirs)
    await use(world, clerk(real), theirs, subject=taken)
    suspended, erased = f"{number}2", f"{number}3"
    own = (await withheld(world, suspended, "suspension")).owner
    await withheld(world, erased, "erasure")
    return [
        (clerk(case), number, {}),  # nowhere
        (clerk(case), "ねこ", {}),
        (real.kept_off, theirs, {}),
        (clerk(real), theirs, {"baseVersion": 1}),
        (clerk(real), theirs, {"subject": taken}),
        (partner(), theirs, {}),
        (case.staff("auditor"), theirs, {}),
        (clerk(case), suspended, {}),
        (own, suspended, {}),
        (clerk(case), erased, {}),
    ]


async def test_whatever_opens_nothing_has_one_answer_changes_nothing_and_is_told_to_the_auditors(
    world: World, number: str
) -> None:
    world.now = datetime.now(UTC)  # as the log's own clock
    tried = await tries(world, number)
    before = await world.everything()
    for who, which, how in tried:
        outcome = await use(world, who, which, **how)
        assert outcome.pop("id")
        assert outcome == {
            **{
                "status": "refused",
                "code": "not_found",
                "message": "見つかりませんでした。担当でない記録は表示できません。書いた内容は残っています。番号や担当を確かめて、わからないときは係長に聞いてください。",
            },
            **{"reason": "absent, or not visible to this actor", "fields": [], "refs": {}},
        }
        [row] = [row for row in await world.accesses(who) if row["action"] == "refused"]
        [line] = [line for line in await log(world, auditor(), staffId=str(who.id)) if line["basis"] == ["refused"]]
        assert (line["id"], line["purpose"], line["unitId"]) == (str(row["access_id"]), "emergency", None)
        assert (line["odd"][-1], line["receiptNumber"]) == ("refused", None), "the log does not tell it either"
        assert row["shown"] == {"case": [line["caseId"]]}
    assert await world.everything() == before


async def test_a_try_leaves_its_line_under_no_id_that_the_client_chose(world: World, number: str) -> None:
    """Under the id of a case of their own it would be no question, and nobody would be told."""
    world.now = datetime.now(UTC)
    case = await story(world)
    assert (await use(world, case.owner, number, subject=case.id))["code"] == "not_found"
    [line] = [line for line in await log(world, auditor(), staffId=str(case.owner.id)) if line["basis"] == ["refused"]]
    assert line["caseId"] != str(case.id)


async def test_an_erasure_forgets_what_the_command_said(world: World, number: str) -> None:
    case, basis = await world.settled(receiptNumber=number), new_id()
    assert (await use(world, clerk(case), number, subject=basis))["status"] == "accepted"
    said = "select payload_hash from command_log where subject = $1"
    assert await world.tables.fetchval(said, basis)
    request = await ask(world, case.owner, case, "erasure")
    assert (await decide(world, case.staff("manager"), case, request))["status"] == "accepted"
    assert await world.tables.fetchval(said, basis) == b""
