"""消去: a manager decides, the words are gone at that commit, and nothing brings them back. The ids and codes stay."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.contracts import intake, staff
from services.coordination import erasure_store, package_store
from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import NOW, Case, World, package_of, visit
from tests.service.coordination.test_tokens import hear


async def act(world: World, actor: Actor, case: Case, type_: str, **payload: Any) -> dict[str, Any]:
    """The outcome of one command on a case."""
    return (await world.submit(actor, world.envelope(actor, case.id, payload, type=type_)))[0]


async def ask(world: World, actor: Actor, case: Case, kind: str = "erasure", **payload: Any) -> str:
    """A request that waits; its id."""
    request = str(new_id())
    said = await act(world, actor, case, "OpenPersonRequest", requestId=request, kind=kind, asked=world.word, **payload)
    assert said["status"] == "accepted", said
    return request


async def decide(world: World, actor: Actor, case: Case, request: str, decision: str = "approve") -> dict[str, Any]:
    return await act(
        world, actor, case, "DecidePersonRequest", requestId=request, decision=decision, note=f"聞いた: {world.word}"
    )


async def full_case(world: World) -> Case:
    """A case with words in every table that holds any, but for the notes at its visits."""
    told = {
        name: world.word
        for name in ("personName", "personKana", "personPhone", "personAddress", "callerName", "callerPhone", "memo")
    }
    told |= {"contactNote": world.word, "birth": {"year": world.word, "month": "", "day": ""}}
    appointment = {"at": None, "note": world.word}
    case = await world.settled(told=told, promised=world.word, safeContact=world.word, nextAppointment=appointment)
    words = {
        "personWords": world.word,
        "familyWords": world.word,
        "memo": world.word,
        "nextPromise": {"note": world.word},
    }
    assert (await world.record(case.owner, case, **words))["status"] == "accepted"
    waits = await world.record(case.staff("coordinator"), case, **words)
    assert waits["refs"]["confirming"]
    until = (NOW + timedelta(days=30)).isoformat()
    groups = {"fieldGroups": ["timeline"], "until": until}
    consent = {"basisId": str(new_id()), "unitIds": ["wakamono-station"], "note": world.word}
    assert (await act(world, case.owner, case, "GiveConsent", **groups, **consent))["status"] == "accepted"
    token = new_id()
    await hear(world, token, "arrived")
    assert (await act(world, case.owner, case, "JoinToken", participantId=str(token)))["status"] == "accepted"
    draft = {"kind": "visit", "seq": 1, "body": {"caseId": str(case.id), "memo": world.word}}
    saved = await world.http.put(f"/drafts/{new_id()}", json=draft, headers=world.headers(case.owner))
    assert saved.json()["saved"]
    closing = {"closingId": str(new_id()), "reason": "other", "note": world.word, "promiseSettled": True}
    for type_, payload in (("CloseCase", closing), ("ReopenCase", {"note": world.word})):
        assert (await act(world, case.owner, case, type_, **payload))["status"] == "accepted"
    await world.case(case.owner, case)
    auditor = Actor(new_id(), "staff", (("audit-office", "auditor"),))
    read = (await world.accesses(case.owner))[-1]["access_id"]
    assert (await act(world, auditor, case, "ReviewAccess", accessId=str(read), note=world.word))[
        "status"
    ] == "accepted"
    return case


async def noted_case(world: World) -> Case:
    """The same with 訂正の付記 at its visit."""
    case = await full_case(world)
    request = await ask(world, case.owner, case, "correction")
    await decide(world, case.staff("manager"), case, request)
    timeline = (await world.case(case.owner, case))["timeline"]
    visit_id = next(entry["id"] for entry in timeline if entry["kind"] == "visit")
    amendment = {"visitId": visit_id, "words": world.word}
    said = await act(world, case.owner, case, "CorrectPerson", requestId=request, amendment=amendment)
    assert said["status"] == "accepted", said
    return case


async def tables_with(world: World, word: str) -> set[str]:
    """Every table of the database in which the word stands anywhere."""
    names = await world.tables.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    found = set()
    for (name,) in names:
        if await world.tables.fetchval(f"select exists (select 1 from {name} t where t::text like $1)", f"%{word}%"):
            found.add(name)
    return found


async def erased_case(world: World) -> tuple[Case, Actor, str]:
    case = await full_case(world)
    request = await ask(world, case.owner, case)
    manager = case.staff("manager")
    said = await decide(world, manager, case, request)
    assert said["status"] == "accepted", said
    return case, manager, request


_COMPARED = "select count(*)::int from command_log where subject = $1 and payload_hash <> ''"


async def test_a_command_of_an_erased_case_is_known_by_its_id_alone(world: World) -> None:
    case = await noted_case(world)
    envelope = world.envelope(case.owner, case.id, visit(memo=world.word), type="RecordVisit")
    [first] = await world.submit(case.owner, envelope)
    assert await world.tables.fetchval(_COMPARED, case.id) > 3
    await decide(world, case.staff("manager"), case, await ask(world, case.owner, case))
    assert await world.tables.fetchval(_COMPARED, case.id) == 1, "of the decision, until the first holder answers"
    assert await world.submit(case.owner, envelope) == [first]
    stranger = case.staff("coordinator")
    [said] = await world.submit(stranger, {**envelope, "author": str(stranger.id)})
    assert said["code"] == "command_id_reused"


async def test_an_approved_erasure_leaves_no_word_in_any_table(world: World) -> None:
    case = await noted_case(world)
    request = await ask(world, case.owner, case)
    with_words = await tables_with(world, world.word)
    tables = await world.tables.fetch("select relname from pg_class where relkind = 'r' and relname like '%\\_private'")
    assert with_words == {name for (name,) in tables}, "the story writes into every table for words that there is"
    assert (await decide(world, case.staff("manager"), case, request))["status"] == "accepted"
    assert await tables_with(world, world.word) == set()
    for table in ("case_token", "case_attendance"):
        assert not await world.tables.fetchval(f"select count(*) from {table} where case_id = $1", case.id)
    names = [name for name, *_ in await world.events(case)]
    assert names[-3:] == ["PersonRequestOpened", "PersonRequestDecided", "RecordErased"]
    data = (await world.events(case))[-1][3]
    assert (data["requestId"], data["consultationId"], data["holders"]) == (
        request,
        str(case.accepted.consultation_id),
        ["intake", "staff"],
    )


async def test_every_table_for_words_is_on_the_list(world: World) -> None:
    """A new one that nobody thought of erasing is red; the drafts are ended, not deleted."""
    tables = await world.tables.fetch("select relname from pg_class where relkind = 'r' and relname like '%\\_private'")
    assert {name for (name,) in tables} - {"draft_private"} == erasure_store.WORDS.keys() - {
        "case_token",
        "case_attendance",
    }


async def test_a_device_is_told_which_of_its_cases_were_erased_and_nobody_else_is(world: World) -> None:
    """Drafts and accepted commands about it may lie on the devices of whoever was there, or wrote from outside."""
    case, left, other = await full_case(world), await world.settled(), await world.settled()
    visitor, stranger = case.staff(), case.staff("coordinator", "another-unit")
    await world.record(visitor, case)
    await act(world, case.owner, case, "ChangeTeam", leave=[str(case.colleague.id)])
    await world.tables.execute("update case_member set until = '2026-01-01' where case_id = $1", left.id)
    have = {"have": {str(each): "" for each in (case.id, left.id, other.id, new_id())} | {"nothing": ""}}

    async def erased(actor: Actor) -> list[str]:
        answer = await world.http.post("/views/sync", json=have, headers=world.headers(actor))
        assert {str(case.id)} & set(answer.json()["drop"]) or actor == case.owner
        found: list[str] = answer.json()["erased"]
        return found

    assert await erased(case.colleague) == []
    request = await ask(world, case.owner, case)
    assert (await decide(world, case.staff("manager"), case, request))["status"] == "accepted"
    for actor in (case.owner, case.colleague, visitor, case.staff("manager")):
        assert await erased(actor) == [str(case.id)]
    for actor in (stranger, case.staff("partner"), left.owner):
        assert await erased(actor) == []


async def test_nobody_sees_an_erased_case_but_its_manager_a_line(world: World) -> None:
    case, manager, request = await erased_case(world)
    partner = Actor(new_id(), "staff", (("wakamono-station", "partner"),))
    for actor in (case.owner, case.colleague, manager, partner):
        assert (await world.get(actor, f"/views/cases/{case.id}")).status_code == 404
        assert (await world.get(actor, "/views/cases")).json() == []
        assert (await world.get(actor, f"/views/cases/{case.id}/sharing")).status_code == 404
    for actor in (case.owner, partner, case.staff("manager", "another-unit")):
        assert (await world.get(actor, "/views/requests")).json() == []
    [line] = (await world.get(manager, "/views/requests")).json()
    assert (line["id"], line["label"], line["state"], line["owed"]) == (
        request,
        "消去済み",
        "erasing",
        ["intake", "staff"],
    )
    assert (line["asked"], line["note"], line["mayDecide"]) == ("", "", False)


async def test_the_tablet_s_next_sync_drops_it(world: World) -> None:
    case = await full_case(world)
    held = (await world.http.post("/views/sync", json={"have": {}}, headers=world.headers(case.owner))).json()["upsert"]
    have = {each["id"]: each["etag"] for each in held}
    assert set(have) == {str(case.id)}
    await decide(world, case.staff("manager"), case, await ask(world, case.owner, case))
    said = await world.http.post("/views/sync", json={"have": have}, headers=world.headers(case.owner))
    assert (said.json()["upsert"], said.json()["drop"]) == ([], [str(case.id)])


async def test_the_request_is_complete_when_every_holder_has_answered(world: World) -> None:
    """Heard twice, or of a request nobody knows: harmless."""
    case, manager, request = await erased_case(world)
    for version in (1, 2):
        await world.apply(case.id, intake.ErasureDone(request_id=request, case_id=case.id), version, NOW, new_id())
    await world.apply(unknown := new_id(), intake.ErasureDone(request_id=new_id(), case_id=unknown), 1, NOW, new_id())
    [line] = (await world.get(manager, "/views/requests")).json()
    assert (line["state"], line["owed"]) == ("erasing", ["staff"])
    assert await world.tables.fetchval(_COMPARED, case.id) == 0, "nor can anybody try words against a hash"
    await world.apply(case.id, staff.ErasureDone(request_id=request, case_id=case.id), 1, NOW, new_id())
    [line] = (await world.get(manager, "/views/requests")).json()
    assert (line["state"], line["owed"]) == ("done", [])


async def test_no_command_brings_words_back(world: World) -> None:
    """A queued visit of the team, of a former colleague, every act: refused, with what to do; strangers learn nothing."""
    case, manager, request = await erased_case(world)
    before = await world.everything()
    until = (NOW + timedelta(days=1)).isoformat()
    groups = {"fieldGroups": ["timeline"], "until": until}
    by_law = {"unitIds": ["a-unit"], "item": "special_reason", "reason": world.word}
    acts: list[tuple[Actor, str, dict[str, Any]]] = [
        (case.owner, "RecordVisit", visit(memo=world.word)),
        (case.staff("coordinator"), "RecordVisit", visit(memo=world.word)),
        (case.owner, "OpenPersonRequest", {"requestId": str(new_id()), "kind": "disclosure", "asked": world.word}),
        (manager, "DecidePersonRequest", {"requestId": request, "decision": "approve"}),
        (case.owner, "CorrectPerson", {"requestId": request, "personName": world.word}),
        (case.owner, "JoinToken", {"participantId": str(new_id())}),
        (case.owner, "ChangeTeam", {"join": [str(new_id())]}),
        (
            case.owner,
            "GiveConsent",
            {"basisId": str(new_id()), "unitIds": ["wakamono-station"], **groups, "note": world.word},
        ),
        (manager, "ShareByLaw", {"basisId": str(new_id()), **groups, **by_law}),
        (manager, "UseEmergency", {"basisId": str(new_id()), "minutes": 60, "reason": world.word}),
    ]
    for actor, type_, payload in acts:
        said = await act(world, actor, case, type_, **payload)
        assert (said["status"], said["code"]) == ("refused", "record_erased"), (type_, said)
    stranger = case.staff("coordinator", "another-unit")
    assert (await world.record(stranger, case))["code"] == "not_found"
    emergency = {"basisId": str(new_id()), "minutes": 60, "reason": world.word}
    assert (await act(world, stranger, case, "UseEmergency", **emergency))["code"] == "not_found"
    shown = [row for row in await world.accesses(case.owner) if row["action"] == "read" and "case" in row["shown"]]
    read = shown[-1]["access_id"]
    auditor = Actor(new_id(), "staff", (("audit-office", "auditor"),))
    assert (await act(world, auditor, case, "ReviewAccess", accessId=str(read), note=world.word))[
        "code"
    ] == "record_erased"
    assert await world.everything() == before
    assert await tables_with(world, world.word) == set()


async def test_a_late_draft_keeps_nothing(world: World) -> None:
    case, *_ = await erased_case(world)
    draft = {"kind": "visit", "seq": 9, "body": {"caseId": str(case.id), "memo": world.word}}
    await world.http.put(f"/drafts/{new_id()}", json=draft, headers=world.headers(case.owner))
    assert (await world.http.get("/drafts", headers=world.headers(case.owner))).json() == []
    assert await tables_with(world, world.word) == set()


async def test_a_package_that_comes_after_the_erasure_is_not_stored(world: World) -> None:
    case = await world.accept(offered=False)
    await decide(world, case.staff("manager"), case, await ask(world, case.owner, case))
    async with world.service.db.transaction() as tx:
        assert not await package_store.store_package(tx, case.id, package_of(case.accepted, {"memo": world.word}), NOW)
        assert case.id not in {row["case_id"] for row in await package_store.find_pending(tx)}
    assert await tables_with(world, world.word) == set()


async def test_a_case_that_opens_again_after_its_erasure_asks_for_no_package(world: World) -> None:
    """As after a restore to a moment before the case: the ledger is there first."""
    case = await world.settled(told={"memo": world.word})
    ledger = "insert into erasure values ($1, $2, $3, '{intake}')"
    again = case.accepted.model_copy(update={"case_id": new_id(), "handoff_id": new_id()})
    await world.tables.execute(ledger, again.case_id, new_id(), NOW)
    event_id = new_id()
    world.intake.offer(package_of(again, {"memo": world.word * 2}), event_id)
    await world.apply(again.handoff_id, again, 1, NOW, event_id)
    await world.wake()
    await asyncio.sleep(0.3)
    assert await tables_with(world, world.word * 2) == set()
    assert (await world.get(case.owner, f"/views/cases/{again.case_id}")).status_code == 404


@pytest.mark.parametrize("_", range(6))
async def test_a_visit_and_the_erasure_at_once_leave_no_word(world: World, _: int) -> None:
    """Whoever is first: recorded and then erased, or refused."""
    case = await world.settled()
    request = await ask(world, case.owner, case)
    draft = {"kind": "visit", "seq": 1, "body": {"caseId": str(case.id), "memo": world.word}}
    results = await asyncio.gather(
        *(world.record(case.owner, case, memo=world.word, familyWords=world.word) for _ in range(3)),
        decide(world, case.staff("manager"), case, request),
        *(world.record(case.staff("coordinator"), case, memo=world.word) for _ in range(2)),
        world.http.put(f"/drafts/{new_id()}", json=draft, headers=world.headers(case.owner)),
    )
    assert results[3]["status"] == "accepted"
    assert {r.get("code") for r in (*results[:3], *results[4:6])} <= {None, "record_erased"}
    assert await tables_with(world, world.word) == set()


async def test_who_asks_to_erase_does_not_decide_it(world: World) -> None:
    case = await full_case(world)
    manager = case.staff("manager")
    request = await ask(world, manager, case)
    said = await decide(world, manager, case, request)
    assert (said["status"], said["code"]) == ("refused", "second_person_needed")
    assert (await decide(world, manager, case, request, "decline"))["status"] == "accepted", "only taken back"
    assert (await world.record(case.owner, case))["status"] == "accepted", "nothing was erased"
    own = await ask(world, manager, case, "disclosure")
    assert (await decide(world, manager, case, own))["status"] == "accepted", "what erases nothing, one manager may do"


async def test_a_request_is_decided_by_a_manager_of_the_unit_once(world: World) -> None:
    case = await full_case(world)
    request = await ask(world, case.owner, case)
    for actor in (case.owner, case.staff("coordinator"), case.staff("manager", "another-unit"), case.kept_off):
        assert (await decide(world, actor, case, request))["code"] == "not_found"
    kept_off = case.staff("manager")
    await act(world, case.staff("manager"), case, "KeepOff", staffId=str(kept_off.id))
    assert (await decide(world, kept_off, case, request))["code"] == "not_found"
    manager = case.staff("manager")
    assert (await decide(world, manager, case, request, "decline"))["status"] == "accepted"
    assert (await decide(world, manager, case, request))["code"] == "already_decided"
    [line] = (await world.get(manager, "/views/requests")).json()
    assert (line["state"], line["asked"], line["note"]) == ("declined", world.word, f"聞いた: {world.word}")


async def test_a_request_sent_twice_is_one(world: World) -> None:
    case = await world.settled()
    payload = {"requestId": str(new_id()), "kind": "disclosure", "asked": world.word}
    envelope = world.envelope(case.owner, case.id, payload, type="OpenPersonRequest")
    first, second = await world.submit(case.owner, envelope, envelope)
    assert first["refs"] == second["refs"]
    assert [name for name, *_ in await world.events(case)].count("PersonRequestOpened") == 1
    again = await act(world, case.owner, case, "OpenPersonRequest", **payload)
    assert again["code"] == "request_exists"
    for stranger in (case.kept_off, case.staff("coordinator"), case.staff("manager", "another-unit")):
        payload = {"requestId": str(new_id()), "kind": "erasure"}
        assert (await act(world, stranger, case, "OpenPersonRequest", **payload))["code"] == "not_found"


async def test_the_end_of_the_retention_period_is_brought_up_only_when_it_is_over(world: World) -> None:
    case = await full_case(world)
    manager, close = case.staff("manager"), "update case_file set closed_at = $2 where case_id = $1"
    payload = {"requestId": str(new_id()), "kind": "retention"}
    for closed_at in (None, NOW - timedelta(days=5 * 365)):
        await world.tables.execute(close, case.id, closed_at)
        assert (await act(world, manager, case, "OpenPersonRequest", **payload))["code"] == "retention_not_reached"
    await world.tables.execute(close, case.id, NOW - timedelta(days=5 * 366))
    assert (await act(world, manager, case, "OpenPersonRequest", **payload))["status"] == "accepted"
    assert (await decide(world, manager, case, payload["requestId"]))["code"] == "second_person_needed"
    assert (await decide(world, case.staff("manager"), case, payload["requestId"]))["status"] == "accepted"
    assert await tables_with(world, world.word) == set()


async def test_the_ledger_is_append_only(world: World, dsns: Any) -> None:
    app = await asyncpg.connect(dsns.app)
    for act_ in (
        "update erasure set request_id = case_id",
        "delete from erasure",
        "delete from erasure_done",
        "delete from visit",
        "update visit_amendment_private set words = ''",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(act_)
    await app.close()
