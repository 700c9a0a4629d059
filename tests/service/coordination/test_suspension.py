"""利用停止 (98条): from the commit of the decision nobody reads the case and nobody writes to it, but what the law needs goes on;
a later act with a reason gives everything back. Nothing recorded on a device meanwhile is lost."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import NOW, Case, World, visit
from tests.service.coordination.test_basis import TOLD, give, partner
from tests.service.coordination.test_erasure import act, ask, decide, tables_with
from tests.service.coordination.test_sync import sync

PARTNER = partner()
REASON = "本人が求めを取りやめた"
PAGES = ("", "/sharing")


async def suspended(world: World, **changes: Any) -> tuple[Case, Actor, str]:
    """A case with a visit, shared with an agency, whose use was stopped; its manager; the request."""
    case = await world.settled(told=TOLD, **changes)
    await world.record(case.owner, case, memo=world.word)
    await give(world, case, "consent", PARTNER)
    request = await ask(world, case.owner, case, "suspension")
    manager = case.staff("manager")
    assert (await decide(world, manager, case, request))["status"] == "accepted"
    return case, manager, request


async def lift(world: World, actor: Actor, case: Case, request: str) -> dict[str, Any]:
    return await act(world, actor, case, "LiftSuspension", requestId=request, reason=REASON)


async def all_seen(world: World, actor: Actor, case: Case) -> str:
    """Everything that a screen shows this person of the case, as text; nothing is `404 [] []…`."""
    paths = [f"/views/cases/{case.id}{page}" for page in PAGES]
    answers = [await world.get(actor, path) for path in (*paths, "/views/cases", "/views/today", "/views/quarantine")]
    return " ".join("404" if one.status_code == 404 else one.text for one in answers)


async def test_nobody_reads_a_suspended_case_and_lifting_gives_back_exactly_what_was(world: World) -> None:
    case, agency = await world.settled(told=TOLD), partner()
    await world.record(case.owner, case, nextPromise={"on": "2026-11-26", "note": "手紙"})
    await give(world, case, "consent", agency)
    manager = case.staff("manager")
    everybody = (case.owner, case.colleague, manager, agency)
    before = [await all_seen(world, one, case) for one in everybody]
    request = await ask(world, case.owner, case, "suspension")
    assert [await all_seen(world, one, case) for one in everybody] == before, "asking changes nothing"
    await decide(world, manager, case, request)
    for one in everybody:
        seen = await all_seen(world, one, case)
        is_theirs = one is not agency  # what can be ended, below
        assert seen.count(str(case.id)) == is_theirs and seen.startswith("404 {" if is_theirs else "404 404 []"), seen
    assert (await lift(world, manager, case, request))["status"] == "accepted"
    assert [await all_seen(world, one, case) for one in everybody] == before


async def test_its_team_and_lead_alone_are_told_why_and_each_try_is_a_line_of_the_log(world: World) -> None:
    """To anybody else it is as absent as ever: kept-off staff, a colleague of the unit, an agency with a consent."""
    case, manager, _ = await suspended(world)
    absent = (await world.get(case.owner, f"/views/cases/{new_id()}")).json()
    for one in (case.owner, case.colleague, manager):
        said = await world.get(one, f"/views/cases/{case.id}")
        assert (said.status_code, said.json()["code"]) == (404, "record_suspended")
        assert set(said.json()) == set(absent) and "本人の求めで" in said.json()["message"]
        tried = (await world.accesses(one))[-1]
        assert (tried["action"], tried["shown"]) == ("refused", {"case": [str(case.id)]})
    for other in (case.kept_off, case.staff(), case.staff("manager", "elsewhere"), PARTNER):
        said = await world.get(other, f"/views/cases/{case.id}")
        assert (said.status_code, said.json()) == (404, absent)
    erasure = await ask(world, case.owner, case, "erasure")
    assert (await decide(world, case.staff("manager"), case, erasure))["status"] == "accepted"
    assert (await world.get(case.owner, f"/views/cases/{case.id}")).json() == absent, "erased since"


async def test_a_declined_request_suspends_nothing(world: World) -> None:
    case = await world.settled()
    request = await ask(world, case.owner, case, "suspension")
    await decide(world, case.staff("manager"), case, request, "decline")
    assert (await world.case(case.owner, case))["id"] == str(case.id)


async def test_the_tablet_drops_it_at_its_next_sync_and_has_it_again_after_lifting(world: World) -> None:
    case = await world.settled()
    device: dict[str, Any] = {}
    await sync(world, case.owner, device)
    assert set(device) == {str(case.id)}
    request, manager = await ask(world, case.owner, case, "suspension"), case.staff("manager")
    await decide(world, manager, case, request)
    said = await sync(world, case.owner, device)
    assert (said["upsert"], said["drop"]) == ([], [str(case.id)])
    await lift(world, manager, case, request)
    assert [held["id"] for held in (await sync(world, case.owner, device))["upsert"]] == [str(case.id)]


async def test_nobody_writes_to_it_but_what_the_law_needs(world: World) -> None:
    """Every other act is refused with what to do, and changes nothing; strangers learn nothing."""
    case, manager, _ = await suspended(world)
    correction = await ask(world, case.owner, case, "correction")
    await decide(world, manager, case, correction)
    before = await world.everything()
    groups = {"fieldGroups": ["timeline"], "until": (NOW + timedelta(days=1)).isoformat()}
    law = {"unitIds": ["a-unit"], "item": "special_reason", "reason": world.word}
    meeting = {"memberIds": [str(new_id())], "fromAt": NOW.isoformat(), "reason": world.word}
    emergency = {"basisId": str(new_id()), "minutes": 60, "reason": world.word}
    acts: list[tuple[Actor, str, dict[str, Any]]] = [
        (case.owner, "CorrectPerson", {"requestId": correction, "personName": world.word}),
        (case.owner, "JoinToken", {"participantId": str(new_id())}),
        (case.owner, "ChangeTeam", {"join": [str(new_id())]}),
        (manager, "LetIn", {"staffId": str(case.kept_off.id)}),
        (case.owner, "GiveConsent", {"basisId": str(new_id()), "unitIds": ["wakamono-station"], **groups}),
        (case.owner, "ConveneConference", {"basisId": str(new_id()), **groups, **meeting}),
        (manager, "ShareByLaw", {"basisId": str(new_id()), **groups, **law}),
        (case.colleague, "UseEmergency", emergency),
    ]
    for actor, type_, payload in acts:
        said = await act(world, actor, case, type_, **payload)
        assert (said["status"], said["code"]) == ("refused", "record_suspended"), (type_, said)
    for stranger in (case.kept_off, case.staff("coordinator", "another-unit")):
        assert (await act(world, stranger, case, "ChangeTeam", join=[str(new_id())]))["code"] == "not_found"
        assert (await act(world, stranger, case, "UseEmergency", **emergency))["code"] == "not_found"
    assert await world.everything() == before


async def test_what_the_law_needs_goes_on(world: World) -> None:
    """開示, 誰が見たか, 持っている記録, taking a consent back, and an erasure with its second person."""
    case, manager, _ = await suspended(world)
    for page in ("who-saw", "holdings"):
        assert (await world.get(manager, f"/views/cases/{case.id}/{page}")).status_code == 200
    assert (await world.get(manager, f"/views/cases/{case.id}/disclosure")).status_code == 404, "nobody asked for it"
    await ask(world, case.owner, case, "disclosure")
    said = (await world.get(manager, f"/views/cases/{case.id}/disclosure")).json()
    assert (said["person"]["name"], len(said["visits"]), len(said["consents"])) == (TOLD["personName"], 1, 1)
    for other in (case.owner, case.staff("manager", "another-unit")):
        assert (await world.get(other, f"/views/cases/{case.id}/disclosure")).status_code == 404
    assert (await world.get(manager, f"/views/cases/{case.id}")).status_code == 404, "the paper alone, not the page"
    erasure = await ask(world, case.owner, case, "erasure")
    assert (await decide(world, case.staff("manager"), case, erasure))["status"] == "accepted"
    assert await tables_with(world, world.word) == set()


async def test_a_consent_is_taken_back_while_it_stands(world: World) -> None:
    case = await world.settled()
    basis = await give(world, case, "consent", PARTNER)
    request, manager = await ask(world, case.owner, case, "suspension"), case.staff("manager")
    await decide(world, manager, case, request)
    assert (await act(world, case.owner, case, "EndBasis", basisId=str(basis)))["status"] == "accepted"
    await lift(world, manager, case, request)
    assert (await world.get(PARTNER, f"/views/cases/{case.id}")).status_code == 404


async def test_meanwhile_the_team_sees_of_the_sharing_what_it_takes_to_end_it(world: World) -> None:
    """To whom and until when: neither what it opens, nor why, nor who was kept off, nor what is over."""
    case, over = await world.settled(told=TOLD), partner()
    basis = await give(world, case, "consent", over, ["identity"])
    await act(world, case.owner, case, "EndBasis", basisId=str(basis))
    nosy, called = case.staff("window_staff", "elsewhere"), case.staff("coordinator", "elsewhere")
    open_ = {
        kind: str(await give(world, case, kind, to))
        for kind, to in {"consent": PARTNER, "emergency": nosy, "conference": called, "article_69_2": PARTNER}.items()
    }
    request, manager = await ask(world, case.owner, case, "suspension"), case.staff("manager")
    await decide(world, manager, case, request)
    for one in (case.owner, case.colleague, manager):
        answer = await world.get(one, f"/views/cases/{case.id}/sharing")
        said = answer.json()
        assert (said["caseId"], said["keptOffIds"]) == (str(case.id), [])
        assert {each["kind"]: each["id"] for each in said["bases"]} == open_
        for each in said["bases"]:
            assert (each["reason"], each["item"], each["fieldGroups"], each["pledgedIds"]) == ("", None, [], [])
            assert each["givenById"] == (str(nosy.id) if each["kind"] == "emergency" else None)
            assert each["membersIds"] == ([str(called.id)] if each["kind"] == "conference" else [])
        assert not any(told in answer.text for told in (*TOLD.values(), "家族の安全"))
        row = (await world.accesses(one))[-1]
        assert (row["action"], row["shown"], row["field_groups"]) == ("read", {"case": [str(case.id)]}, ["sharing"])
    for other in (case.kept_off, case.staff(), case.staff("manager", "elsewhere"), PARTNER, nosy, called):
        assert (await world.get(other, f"/views/cases/{case.id}/sharing")).status_code == 404
        assert (await world.accesses(other))[-1]["action"] == "refused"
    for basis_id in open_.values():
        assert (await act(world, case.colleague, case, "EndBasis", basisId=basis_id))["status"] == "accepted"
    page = f"/views/cases/{case.id}/sharing"
    assert (await world.get(case.owner, page)).json() == {"caseId": str(case.id), "bases": [], "keptOffIds": []}
    erasure = await ask(world, case.owner, case, "erasure")
    await decide(world, case.staff("manager"), case, erasure)
    assert (await world.get(case.owner, page)).status_code == 404, "erased since"


@pytest.mark.parametrize("minutes", [-60, 60], ids=["before it", "while it stands"])
async def test_a_visit_queued_on_a_device_is_not_lost(world: World, minutes: int) -> None:
    """Whenever the device says it was written, it waits unread until the use is taken up again."""
    case, manager, request = await suspended(world)
    decided_at = world.now
    world.now += timedelta(hours=2)
    at = decided_at + timedelta(minutes=minutes)
    payload = visit(visitedAt=at.isoformat(), memo="階段で書いた")
    envelope = world.envelope(case.owner, case.id, payload, capturedAt=at.isoformat())
    [outcome] = await world.submit(case.owner, envelope)
    assert (outcome["status"], outcome["refs"].get("confirming")) == ("accepted", True)
    for reader in (case.owner, manager):
        assert (await world.get(reader, "/views/quarantine")).json() == []
    decision = {"quarantineId": payload["visitId"], "decision": "admit"}
    [standing] = (await world.get(case.owner, "/views/quarantine?standing=true")).json()
    assert (standing["id"], standing["state"]) == (payload["visitId"], "waiting")
    assert (await act(world, manager, case, "DecideQuarantine", **decision))["code"] == "record_suspended"
    await lift(world, manager, case, request)
    assert (await act(world, manager, case, "DecideQuarantine", **decision))["status"] == "accepted"
    assert "階段で書いた" in {entry["memo"] for entry in (await world.case(case.owner, case))["timeline"]}


async def test_what_is_typed_about_it_is_kept_and_held_back_from_its_author_until_it_is_lifted(world: World) -> None:
    case, other, draft, stays = await world.settled(), await world.settled(), new_id(), new_id()

    async def save(draft_id: Any, seq: int, about: Case = case, **known: list[int]) -> dict[str, Any]:
        said = {"kind": "visit", "seq": seq, "body": {"caseId": str(about.id), "memo": f"{world.word}{seq}"}, **known}
        return dict((await world.http.put(f"/drafts/{draft_id}", json=said, headers=world.headers(case.owner))).json())

    async def given() -> dict[str, str]:
        answer = await world.http.get("/drafts", headers=world.headers(case.owner))
        return {each["id"]: each["body"]["memo"] for each in answer.json()}

    await save(draft, 1)
    await save(stays, 1, other)
    request, manager = await ask(world, case.owner, case, "suspension"), case.staff("manager")
    assert set(await given()) == {str(draft), str(stays)}
    await decide(world, manager, case, request)
    assert set(await given()) == {str(stays)}
    shown = len(await world.accesses(case.owner))
    saved, refused = await save(draft, 2), await save(draft, 3, known=[1])
    assert ([saved["saved"], refused["saved"]], refused["seq"], refused["body"]) == ([True, False], 2, {})
    assert set(await given()) == {str(stays)}
    rows = (await world.accesses(case.owner))[shown:]
    assert [row["shown"] for row in rows] == [{"draft": [str(stays)]}], "nor is it said to have been shown"
    await lift(world, manager, case, request)
    assert await given() == {str(draft): f"{world.word}2", str(stays): f"{world.word}1"}, "nothing typed was lost"


async def test_what_somebody_typed_is_held_back_while_they_are_kept_off_the_case_and_from_nobody_else(
    world: World,
) -> None:
    case, other, draft, stays = await world.settled(), await world.settled(), new_id(), new_id()

    async def save(who: Actor, draft_id: Any, about: Case) -> None:
        said = {"kind": "visit", "seq": 1, "body": {"caseId": str(about.id).upper(), "memo": world.word}}
        await world.http.put(f"/drafts/{draft_id}", json=said, headers=world.headers(who))

    async def given(who: Actor) -> set[str]:
        answer = await world.http.get("/drafts", headers=world.headers(who))
        return {each["id"] for each in answer.json()}

    for who in (case.colleague, case.owner):
        await save(who, draft, case)
    await save(case.colleague, stays, other)
    assert await given(case.colleague) == {str(draft), str(stays)}
    await world.tables.execute("insert into case_kept_off values ($1, $2)", case.id, case.colleague.id)
    assert (await given(case.colleague), await given(case.owner)) == ({str(stays)}, {str(draft)})
    await world.tables.execute("delete from case_kept_off where case_id = $1", case.id)
    assert await given(case.colleague) == {str(draft), str(stays)}, "nothing typed was lost"


async def test_of_their_own_words_elsewhere_an_author_is_told_by_the_owner_what_is_withheld_and_the_log_the_rest(
    world: World,
) -> None:
    """Asked by the gateway, which keeps commands handed in and owns no case."""
    stopped, _, _ = await suspended(world)
    kept, open_, author = await world.settled(), await world.settled(), partner()
    await world.tables.execute("insert into case_kept_off values ($1, $2)", kept.id, author.id)
    about = {"about": [str(one) for one in (stopped.id, kept.id, open_.id, new_id())]}
    answer = await world.http.post("/views/own-words", json=about, headers=world.headers(author))
    assert set(answer.json()["withheld"]) == {str(stopped.id), str(kept.id)}
    [row] = [row for row in await world.accesses(author) if row["action"] == "read"]
    assert (row["shown"], row["basis"]) == ({"case": [str(open_.id)]}, "author")
    for bad in ({}, {"about": "x"}, {"about": ["x"]}, {"about": [7]}, {"about": [str(new_id())] * 2001}):
        answer = await world.http.post("/views/own-words", json=bad, headers=world.headers(author))
        assert answer.status_code == 422, bad


async def test_the_managers_of_the_unit_alone_see_whose_it_is(world: World) -> None:
    case, manager, request = await suspended(world)
    [line] = (await world.get(manager, "/views/requests")).json()
    assert (line["id"], line["state"], line["mayLift"], line["asked"]) == (request, "suspended", True, world.word)
    assert TOLD["personName"] in line["label"]
    answer = await world.get(case.owner, "/views/requests")
    [line] = answer.json()
    assert (line["label"], line["state"], line["mayLift"]) == ("利用停止中の記録", "suspended", False)
    assert world.word not in answer.text and TOLD["personName"] not in answer.text
    assert (await world.accesses(case.owner))[-1]["field_groups"] == ["request"]
    assert (await world.get(PARTNER, "/views/requests")).json() == []


async def test_a_manager_of_the_unit_lifts_it_once_and_says_why(world: World) -> None:
    case, manager, request = await suspended(world)
    for other in (case.owner, case.kept_off, case.staff("manager", "another-unit")):
        assert (await lift(world, other, case, request))["code"] == "not_found"
    short = await act(world, manager, case, "LiftSuspension", requestId=request, reason="短い")
    assert short["code"] == "malformed_payload"
    envelope = world.envelope(manager, case.id, {"requestId": request, "reason": REASON}, type="LiftSuspension")
    first, second = await world.submit(manager, envelope, envelope)
    assert first["status"] == second["status"] == "accepted"
    assert (await lift(world, manager, case, request))["code"] == "suspension_not_in_force"
    name, _, _, data = (await world.events(case))[-1]
    assert (name, set(data)) == ("SuspensionLifted", {"caseId", "requestId", "unitId", "liftedBy"})
    [line] = (await world.get(case.owner, "/views/requests")).json()
    assert (line["state"], line["liftNote"], line["liftedById"]) == ("lifted", REASON, str(manager.id))


async def test_only_a_suspension_is_lifted_and_one_of_two_lifts_nothing(world: World) -> None:
    case, manager, request = await suspended(world)
    second = await ask(world, case.owner, case, "suspension")
    assert (await lift(world, manager, case, second))["code"] == "suspension_not_in_force", "not decided yet"
    await decide(world, manager, case, second)
    await lift(world, manager, case, request)
    assert (await world.get(case.owner, f"/views/cases/{case.id}")).status_code == 404
    await lift(world, manager, case, second)
    assert (await world.get(case.owner, f"/views/cases/{case.id}")).status_code == 200
    disclosure = await ask(world, case.owner, case, "disclosure")
    await decide(world, manager, case, disclosure)
    assert (await lift(world, manager, case, disclosure))["code"] == "suspension_not_in_force"


@pytest.mark.parametrize("_", range(4))
async def test_an_act_and_the_decision_at_once(world: World, _: int) -> None:
    """Whoever is first: done and then withheld, or refused. Never done after the decision."""
    case = await world.settled()
    request, manager = await ask(world, case.owner, case, "suspension"), case.staff("manager")
    joins = [act(world, case.owner, case, "ChangeTeam", join=[str(new_id())]) for _ in range(4)]
    *said, decided = await asyncio.gather(*joins, decide(world, manager, case, request))
    assert decided["status"] == "accepted"
    names = [name for name, *_ in await world.events(case)]
    assert names[-1] == "PersonRequestDecided"
    assert names.count("TeamChanged") == sum(one["status"] == "accepted" for one in said)
