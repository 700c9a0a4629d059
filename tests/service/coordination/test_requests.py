"""本人からの請求: what is held, what is told to the person, and which closed cases have been kept long enough."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import NOW, Case, World
from tests.service.coordination.test_basis import give, partner
from tests.service.coordination.test_erasure import act, ask, decide, full_case, tables_with

OTHERS = ("familyWords", "callerName", "callerPhone")


async def held(world: World, actor: Actor, case: Case) -> dict[str, tuple[int, str, str]]:
    lines = (await world.get(actor, f"/views/cases/{case.id}/holdings")).json()
    return {line["kind"]: (line["count"], line["oldest"], line["newest"]) for line in lines}


async def test_a_manager_sees_how_much_is_held_and_no_word_of_it(world: World) -> None:
    case, manager = await full_case(world), Actor(new_id(), "staff", ())
    manager = case.staff("manager")
    request = await ask(world, case.owner, case)
    answer = await world.get(manager, f"/views/cases/{case.id}/holdings")
    assert world.word not in answer.text
    day = "2026-11-24"
    once = dict.fromkeys(
        ("person", "visit", "quarantine", "basis", "closing", "link", "attendance", "draft", "request"), (1, day, day)
    )
    found = await held(world, manager, case)
    assert found | once == found
    assert (found["package"], found["contact_safety"]) == ((1, "2026-11-19", "2026-11-19"),) * 2
    assert (found["family_words"], found["access_review"][0]) == ((2, "2026-11-19", day), 1)
    shown = (await world.accesses(manager))[-1]
    assert (shown["shown"], shown["field_groups"]) == ({"case": [str(case.id)]}, ["holdings"])
    for actor in (case.owner, case.staff("coordinator"), case.staff("manager", "another-unit"), case.kept_off):
        assert (await world.get(actor, f"/views/cases/{case.id}/holdings")).status_code == 404
    await decide(world, manager, case, request)
    assert await held(world, manager, case) == {}


async def disclosure(world: World, **changes: Any) -> tuple[Case, Actor, dict[str, Any]]:
    """A case with a visit together with the family, one with the family alone, and what the person is told of it all."""
    told = {"personName": "鈴木 一郎", "callerName": "母の名", "callerPhone": "090-1111-2222", "memo": "相談のことば"}
    case = await world.settled(told=told, **changes)
    both = {"personWords": "本人のことば", "familyWords": "家族のことば", "memo": "母の前での覚え書き"}
    await world.record(case.owner, case, **both)
    await world.record(
        case.owner, case, withWhom=["person"], personWords="ひとりで話した", familyWords="", memo="覚え書き"
    )
    await world.record(
        case.owner, case, outcome="family_only", withWhom=["family"], familyWords="母だけのことば", memo="母から"
    )
    for outcome, met in (("voice_only", []), ("through_door", []), ("absent", ["nobody"]), ("met", ["person"])):
        said = {"outcome": outcome, "withWhom": met, "personWords": "", "familyWords": "家族のことば"}
        said |= {"memo": "家族のことばを聞いた"}
        assert (await world.record(case.owner, case, **said))["status"] == "accepted", "whoever was ticked"
    manager = case.staff("manager")
    path = f"/views/cases/{case.id}/disclosure"
    assert (await world.get(manager, path)).status_code == 404, "nobody asked for it"
    await ask(world, case.owner, case, "disclosure")
    for actor in (case.owner, case.colleague, case.kept_off, case.staff("manager", "another-unit")):
        assert (await world.get(actor, path)).status_code == 404
    answer = await world.get(manager, path)
    assert answer.status_code == 200
    said: dict[str, Any] = answer.json()
    return case, manager, {**said, "text": answer.text}


async def test_the_person_is_told_nobody_else_s_words(world: World) -> None:
    case, manager, said = await disclosure(world)
    for apart in (
        "母の名",
        "1111",
        "相談のことば",
        "家族のことば",
        "母だけ",
        "母から",
        "母の前",
        "母の携帯",
        "一度かける",
        "火・木",
    ):
        assert apart not in said["text"], apart
    assert (said["person"]["name"], said["person"]["phone"], said["ownCall"]) == ("鈴木 一郎", "042-000-1188", None)
    assert {(one["words"], one["memo"]) for one in said["visits"]} - {("", "")} == {
        ("本人のことば", ""),
        ("ひとりで話した", "覚え書き"),
    }
    row = (await world.accesses(manager))[-1]
    assert (row["basis"], row["shown"]) == ("request", {"case": [str(case.id)]})


async def test_what_the_person_said_themself_is_told(world: World) -> None:
    _, _, said = await disclosure(world, callerKind="person", callerRelation=None)
    call = said["ownCall"]
    assert (call["words"], call["safeContact"], call["receiptNumber"]) == (
        "相談のことば",
        "母の携帯だけ",
        "保2026-0007",
    )
    assert "1111" not in said["text"]


async def papers(world: World, case: Case) -> list[Any]:
    """What of either paper there is to hand over, to the manager of the case's unit."""
    manager = case.staff("manager")
    disclosed = (await world.get(manager, f"/views/cases/{case.id}/disclosure")).json()
    return [disclosed["person"], (await world.get(manager, f"/views/cases/{case.id}/who-saw")).json()["reads"]]


async def test_there_is_no_paper_of_a_case_the_person_may_not_know_of(world: World) -> None:
    """A paper would say that somebody else consulted (81条): not a day, not a name, not that staff looked."""
    case = await world.settled(told={"personName": "鈴木 一郎"}, personKnows="unclear")
    await ask(world, case.owner, case, "disclosure")
    for nobody_met in (
        {"outcome": "family_only", "withWhom": ["family"]},
        {"outcome": "voice_only", "withWhom": ["family"]},
        {"outcome": "letter_left", "withWhom": []},
        {"outcome": "absent", "withWhom": ["nobody"]},
    ):
        assert (await world.record(case.owner, case, **nobody_met))["status"] == "accepted"
    await world.case(case.owner, case)
    assert await papers(world, case) == [None, None]
    answer = await world.get(case.staff("manager"), f"/views/cases/{case.id}/disclosure")
    assert answer.json() == {"caseId": str(case.id), "unitId": case.unit, "person": None}
    assert (await papers(world, await pending(world)))[1] is None, "what the window heard is not here yet"


async def pending(world: World) -> Case:
    case = await world.accept(offered=False)
    await world.tables.execute("update package_fetch set fetched_at = now() where case_id = $1", case.id)
    await ask(world, case.owner, case, "disclosure")
    return case


@pytest.mark.parametrize(
    "known_by", ["the package", "their own call", "a visit", "a voice through the door", "their consent"]
)
async def test_once_the_person_knows_of_the_case_there_are_papers(world: World, known_by: str) -> None:
    said = {"the package": {"personKnows": "knows"}, "their own call": {"callerKind": "person", "callerRelation": None}}
    case = await world.settled(told={"personName": "鈴木 一郎"}, **said.get(known_by, {}))
    await ask(world, case.owner, case, "disclosure")
    match known_by:
        case "a visit":
            await world.record(case.owner, case, withWhom=["person"])
        case "a voice through the door":
            await world.record(case.owner, case, outcome="voice_only", withWhom=[])
        case "their consent":
            await give(world, case, "consent", partner())
    await world.case(case.owner, case)
    person, reads = await papers(world, case)
    assert person["name"] == "鈴木 一郎"
    assert str(case.owner.id) in {each["staffId"] for each in reads}


@pytest.mark.parametrize("decision", ["decline", "approve"])
async def test_a_declined_request_opens_no_draft(world: World, decision: str) -> None:
    case, manager = await world.settled(), Actor(new_id(), "staff", ())
    manager = case.staff("manager")
    await decide(world, manager, case, await ask(world, case.owner, case, "disclosure"), decision)
    status = (await world.get(manager, f"/views/cases/{case.id}/disclosure")).status_code
    assert status == (200 if decision == "approve" else 404)


async def test_closed_cases_are_proposed_when_they_were_kept_long_enough(world: World) -> None:
    """Never an open one, never one of another unit; and not again while somebody has it before them."""
    case = await world.settled()
    manager, close = case.staff("manager"), "update case_file set closed_at = $2 where case_id = $1"

    async def proposed(actor: Actor = manager) -> list[str]:
        return [line["caseId"] for line in (await world.get(actor, "/views/retention")).json()]

    assert await proposed() == []
    await world.tables.execute(close, case.id, NOW - timedelta(days=4 * 365))
    assert await proposed() == []
    await world.tables.execute(close, case.id, NOW.replace(year=2021))
    assert await proposed() == [str(case.id)]
    assert await proposed(case.owner) == await proposed(case.staff("manager", "another-unit")) == []
    payload = {"requestId": str(new_id()), "kind": "retention"}
    assert (await act(world, manager, case, "OpenPersonRequest", **payload))["status"] == "accepted"
    assert await proposed() == []
    [line] = (await world.get(manager, "/views/requests")).json()
    assert (line["state"], line["mayDecide"]) == ("waiting", True), "to take it back: test_erasure.py"
    [line] = (await world.get(case.staff("manager"), "/views/requests")).json()
    assert line["mayDecide"] is True


async def test_what_waits_comes_first_and_the_team_sees_it_too(world: World) -> None:
    case = await world.settled()
    done = await ask(world, case.owner, case, "disclosure")
    await decide(world, case.staff("manager"), case, done, "decline")
    waits = await ask(world, case.colleague, case, "correction")
    for actor in (case.owner, case.staff("manager")):
        assert [line["id"] for line in (await world.get(actor, "/views/requests")).json()] == [waits, done]
    for actor in (case.kept_off, case.staff("coordinator")):
        assert (await world.get(actor, "/views/requests")).json() == []


async def corrected(world: World, actor: Actor, case: Case, request: str, **fields: Any) -> dict[str, Any]:
    return await act(world, actor, case, "CorrectPerson", requestId=request, **fields)


async def test_an_approved_correction_replaces_what_stood_there_and_closes_the_request(world: World) -> None:
    case = await world.settled(told={"personName": world.word, "birth": {"year": "平10", "month": "", "day": ""}})
    manager = case.staff("manager")
    request = await ask(world, case.owner, case, "correction")
    said = {"personName": "鈴木 二郎", "birth": {"year": "平11", "month": "4", "day": "2"}}
    assert (await corrected(world, case.owner, case, request, **said))["code"] == "request_not_approved"
    await decide(world, manager, case, request)
    for stranger in (case.kept_off, case.staff("coordinator"), case.staff("manager", "another-unit")):
        assert (await corrected(world, stranger, case, request, **said))["code"] == "not_found"
    assert (await corrected(world, case.owner, case, request))["code"] == "correction_empty"
    wrong = {"birth": {"year": "平99", "month": "", "day": ""}}
    assert (await corrected(world, case.owner, case, request, **wrong))["status"] == "refused"
    assert (await corrected(world, case.owner, case, request, **said))["status"] == "accepted"
    found = await world.case(case.owner, case)
    assert (found["personName"], found["birth"]) == ("鈴木 二郎", said["birth"])
    assert found["contactSafety"]["personPhone"] is not None, "what was not given stays"
    row = await world.tables.fetchrow(
        "select p.* from person_private p join case_file using (person_id) where case_id = $1", case.id
    )
    assert row is not None
    assert (row["person_phone"], str(row["birth_date"])) == ("042-000-1188", "1999-04-02")
    name, _, _, data = (await world.events(case))[-1]
    assert (name, set(data)) == ("PersonCorrected", {"caseId", "requestId", "unitId"})
    assert (await corrected(world, case.owner, case, request, **said))["code"] == "request_not_approved", "once"
    [line] = (await world.get(manager, "/views/requests")).json()
    assert line["state"] == "done"
    assert "person_private" not in await tables_with(world, world.word), "nothing of the old is kept there"


async def test_only_a_correction_corrects(world: World) -> None:
    case = await world.settled()
    request = await ask(world, case.owner, case, "disclosure")
    await decide(world, case.staff("manager"), case, request)
    said = await corrected(world, case.owner, case, request, personName="鈴木 二郎")
    assert said["code"] == "request_not_approved"


async def test_what_the_window_noted_at_its_sheet_stands_with_what_was_told(world: World) -> None:
    """It came with the package: in 経過, and on the paper when it was their own call."""
    noted = [{"at": NOW.isoformat(), "words": "付記のことば"}]
    case = await world.settled(told={"memo": "ことば"}, callerKind="person", callerRelation=None, amendments=noted)
    entry = await entry_of(world, case.owner, case, str(case.accepted.consultation_id))
    assert [(datetime.fromisoformat(one["at"]), one["words"]) for one in entry["amendments"]] == [(NOW, "付記のことば")]
    await ask(world, case.owner, case, "disclosure")
    told = (await world.get(case.staff("manager"), f"/views/cases/{case.id}/disclosure")).json()
    assert [one["words"] for one in told["ownCall"]["amendments"]] == ["付記のことば"]


async def to_amend(world: World) -> tuple[Case, str, str]:
    """A case with a visit, and an approved 訂正 that waits to be made: (case, visit, request)."""
    case = await world.settled(personKnows="knows")
    visit_id = (await world.record(case.owner, case, memo="扉は開かなかった"))["refs"]["visitId"]
    request = await ask(world, case.owner, case, "correction")
    await decide(world, case.staff("manager"), case, request)
    return case, visit_id, request


async def entry_of(world: World, actor: Actor, case: Case, visit_id: str) -> dict[str, Any]:
    timeline = (await world.case(actor, case))["timeline"]
    return next(entry for entry in timeline if entry["id"] == visit_id)


async def test_what_is_wrong_in_a_visit_is_noted_at_it_and_the_visit_stays(world: World) -> None:
    case, visit_id, request = await to_amend(world)
    noted = {"amendment": {"visitId": visit_id, "words": f"  {world.word}\n"}}
    before = await world.tables.fetchrow("select * from visit_private where visit_id = $1", UUID(visit_id))
    for stranger in (case.kept_off, case.staff("coordinator"), case.staff("manager", "another-unit")):
        assert (await corrected(world, stranger, case, request, **noted))["code"] == "not_found"
    assert (await corrected(world, case.owner, case, request, **noted))["status"] == "accepted"
    for actor in (case.owner, case.colleague, case.staff("manager")):
        entry = await entry_of(world, actor, case, visit_id)
        assert [one["words"] for one in entry["amendments"]] == [world.word]
        assert datetime.fromisoformat(entry["amendments"][0]["at"]) == NOW
    assert await world.tables.fetchrow("select * from visit_private where visit_id = $1", UUID(visit_id)) == before
    name, _, _, data = (await world.events(case))[-1]
    assert (name, set(data)) == ("PersonCorrected", {"caseId", "requestId", "unitId"})
    assert await tables_with(world, world.word) == {"visit_amendment_private", "person_request_private"}
    assert (await corrected(world, case.owner, case, request, **noted))["code"] == "request_not_approved", "once"
    held = (await world.http.post("/views/sync", json={"have": {}}, headers=world.headers(case.owner))).json()
    [record] = [each["record"] for each in held["upsert"] if each["id"] == str(case.id)]
    assert [entry["amendments"] for entry in record["timeline"] if entry["id"] == visit_id] == [entry["amendments"]]


async def test_a_second_note_follows_the_first_and_a_name_may_be_corrected_with_it(world: World) -> None:
    case, visit_id, request = await to_amend(world)
    again = await ask(world, case.owner, case, "correction")
    await decide(world, case.staff("manager"), case, again)
    for number, (each, also) in enumerate(((request, {}), (again, {"personName": "鈴木 二郎"}))):
        world.now = NOW + timedelta(minutes=number)
        noted = {"amendment": {"visitId": visit_id, "words": str(number)}, **also}
        assert (await corrected(world, case.owner, case, each, **noted))["status"] == "accepted"
    entry = await entry_of(world, case.owner, case, visit_id)
    assert [one["words"] for one in entry["amendments"]] == ["0", "1"]
    assert (await world.case(case.owner, case))["personName"] == "鈴木 二郎"


async def test_a_note_that_is_refused_leaves_the_request_to_be_made(world: World) -> None:
    """At a visit of another case, at none, without words; and of a request that nobody approved."""
    (case, visit_id, request), (other, elsewhere, _) = await to_amend(world), await to_amend(world)
    said = {"words": "ちがう", "visitId": elsewhere}
    for wrong, code in (
        (said, "not_found"),
        ({**said, "visitId": str(new_id())}, "not_found"),
        ({"words": " ", "visitId": visit_id}, "malformed_payload"),
        ({"words": "ちがう"}, "malformed_payload"),
    ):
        assert (await corrected(world, case.owner, case, request, amendment=wrong))["code"] == code
    waits = await ask(world, case.owner, case, "correction")
    declined = await ask(world, case.owner, case, "correction")
    await decide(world, case.staff("manager"), case, declined, "decline")
    right = {"words": "ちがう", "visitId": visit_id}
    for each in (waits, declined):
        assert (await corrected(world, case.owner, case, each, amendment=right))["code"] == "request_not_approved"
    assert [
        (await entry_of(world, one.owner, one, of))["amendments"] for one, of in ((case, visit_id), (other, elsewhere))
    ] == [[], []]
    assert (await corrected(world, case.owner, case, request, amendment=right))["status"] == "accepted"


async def test_a_note_is_told_with_its_visit_and_not_with_one_to_the_family_alone(world: World) -> None:
    case, visit_id, request = await to_amend(world)
    family = {"outcome": "family_only", "withWhom": ["family"]}
    apart = (await world.record(case.owner, case, **family))["refs"]["visitId"]
    again = await ask(world, case.owner, case, "correction")
    await decide(world, case.staff("manager"), case, again)
    for each, at, words in ((request, visit_id, "付記のことば"), (again, apart, "母の訪問の付記")):
        noted = {"visitId": at, "words": words}
        assert (await corrected(world, case.owner, case, each, amendment=noted))["status"] == "accepted"
    await ask(world, case.owner, case, "disclosure")
    told = (await world.get(case.staff("manager"), f"/views/cases/{case.id}/disclosure")).json()
    assert [[one["words"] for one in visit["amendments"]] for visit in told["visits"]] == [["付記のことば"]]
