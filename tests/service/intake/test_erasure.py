"""消去 at the window: what was told goes with every package of it, by intake's own fact, and does not come back."""

from typing import Any
from uuid import UUID

from services.contracts.person_request import RecordErased
from services.contracts.registry import EVENTS
from services.intake import erasure_store
from services.intake.reactions import REACTIONS
from services.kernel.ids import new_id
from services.kernel.stream import Applier
from services.kernel.token import Actor
from tests.service.coordination.conftest import FakeRecord
from tests.service.intake.conftest import AUDITOR, CLERK, COORDINATOR, HAND_OFF, MANAGER, NOW, OPEN, World, person

WORD = "けしてほしい言葉"
TOLD = {
    name: WORD
    for name in ("personName", "personKana", "personPhone", "personAddress", "callerName", "callerPhone", "memo")
}
TOLD |= {"contactNote": WORD}
PACKAGE = {"promised": WORD, "safeContact": WORD, "nextAppointment": {"note": WORD}}


def erased(case: UUID, consultation: UUID) -> RecordErased:
    return RecordErased(
        case_id=case,
        request_id=new_id(),
        unit_id="hikikomori-support",
        kind="erasure",
        consultation_id=consultation,
        opened_by=new_id(),
        decided_by=new_id(),
        holders=["intake"],
    )


async def hear(world: World, said: Any, version: int = 1, event_id: UUID | None = None) -> None:
    """The event as the consumer applies it."""
    await world.owner.execute("insert into consumer_offset values ('coordination', 0, 0) on conflict do nothing")
    offset = await world.owner.fetchval("select next_offset from consumer_offset where topic = 'coordination'")
    id_ = str(event_id or new_id())
    headers = {"ce_type": said.type_name(), "ce_id": id_, "ce_subject": str(said.case_id), "ce_correlationid": id_}
    headers |= {"ce_aggregateversion": str(version), "ce_time": NOW.isoformat(), "ce_recordedtime": NOW.isoformat()}
    body = said.model_dump_json(by_alias=True).encode()
    record: Any = FakeRecord(offset, [(key, value.encode()) for key, value in headers.items()], body)
    await Applier(world.service.db, "intake", EVENTS, REACTIONS).apply("coordination", 0, [record])
    assert not await world.owner.fetchval("select count(*) from dead_letter where resolved_at is null")


async def accepted(world: World) -> tuple[UUID, UUID, UUID]:
    """(consultation, handoff, case) of a sheet full of words that was returned once, then taken; drafts lie about."""
    consultation, case = await world.opened(told=TOLD), new_id()
    first = await world.handed_off(consultation=consultation, **PACKAGE)
    await world.act(COORDINATOR, "ReturnHandoff", first, {"reason": "other", "note": WORD})
    handoff = await world.handed_off(consultation=consultation, **PACKAGE)
    await world.handed_off(consultation=consultation, kind="parallel", toUnit="welfare", **PACKAGE)
    await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(case)})
    await save_draft(world, consultation)
    await asked_and_looked_at(world, consultation)
    return consultation, handoff, case


async def asked_and_looked_at(world: World, consultation: UUID) -> None:
    """A request that waits, and a read with a note about it: words in the last of the tables but one."""
    said = await world.act(
        CLERK, "OpenSheetRequest", consultation, {"requestId": str(new_id()), "kind": "disclosure", "asked": WORD}
    )
    assert said["status"] == "accepted", said
    assert (await world.get(CLERK, f"/views/consultations/{consultation}")).status_code == 200
    read = (await world.access_rows())[-1]["access_id"]
    said = await world.act(AUDITOR, "ReviewSheetAccess", consultation, {"accessId": str(read), "note": WORD})
    assert said["status"] == "accepted", said


async def noted(world: World, consultation: UUID, words: str = WORD) -> UUID:
    """The sheet with 訂正の付記."""
    request, lead = str(new_id()), person("window-lead", ("hoya-window", "manager"))
    for actor, type_, payload in (
        (CLERK, "OpenSheetRequest", {"kind": "correction"}),
        (lead, "DecideSheetRequest", {"decision": "approve"}),
        (CLERK, "CorrectSheet", {"amendment": words}),
    ):
        said = await world.act(actor, type_, consultation, {"requestId": request, **payload})
        assert said["status"] == "accepted", said
    return consultation


async def save_draft(world: World, consultation: UUID, draft: UUID | None = None) -> None:
    said = {"kind": "handoff", "seq": 1, "body": {"consultationId": str(consultation), "promised": WORD}}
    headers = {"Authorization": f"Bearer {world.token(CLERK)}"}
    await world.http.put(f"/drafts/{draft or new_id()}", json=said, headers=headers)


async def tables_with(world: World, word: str = WORD) -> set[str]:
    names = await world.owner.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    query = "select exists (select 1 from {} t where t::text like $1)"
    return {name for (name,) in names if await world.owner.fetchval(query.format(name), f"%{word}%")}


async def test_an_erased_case_leaves_no_word_of_its_consultation(world: World) -> None:
    consultation, handoff, case = await accepted(world)
    await noted(world, consultation)
    other = await world.opened(told={**TOLD, "memo": "ほかの人"})
    assert await tables_with(world) == {*erasure_store.WORDS, "draft_private"}
    said = erased(case, consultation)
    await hear(world, said)
    assert await tables_with(world, WORD) == {"consultation_told"}, "the other sheet's alone"
    assert (await world.row("consultation_told", other))["memo"] == "ほかの人"
    assert [(type_, data) for type_, _, data in await world.events(case)] == [
        ("banso.intake.ErasureDone.v1", {"requestId": str(said.request_id), "caseId": str(case)})
    ]
    for actor in (CLERK, COORDINATOR, MANAGER):
        for path in (f"/views/consultations/{consultation}", f"/views/handoffs/{handoff}"):
            assert (await world.get(actor, path)).status_code == 404
        tray = (await world.get(actor, "/views/tray")).json()
        assert not [c for c in (*tray["received"], *tray["sent"]) if c["consultationId"] == str(consultation)]


async def test_heard_twice_it_says_it_once(world: World) -> None:
    """The same event again, and the same erasure under another version, as after a restore."""
    consultation, _, case = await accepted(world)
    said, event_id = erased(case, consultation), new_id()
    for version in (1, 1, 3):
        await hear(world, said, version, event_id)
    assert len(await world.events(case)) == 1
    assert await tables_with(world) == set()


async def test_the_package_is_given_out_no_more(world: World, coordination: Actor) -> None:
    consultation, handoff, case = await accepted(world)
    event = await world.owner.fetchval(
        "select event_id from outbox where subject = $1 and type like '%HandoffAccepted%'", handoff
    )
    assert (await world.get(coordination, f"/packages/{handoff}", event_id=str(event))).status_code == 200
    await hear(world, erased(case, consultation))
    answer = await world.get(coordination, f"/packages/{handoff}", event_id=str(event))
    assert (answer.status_code, answer.json()["code"]) == (409, "record_erased")
    assert WORD not in answer.text


async def test_no_command_and_no_draft_brings_words_back(world: World) -> None:
    consultation, _, case = await accepted(world)
    waiting = await world.owner.fetchval("select handoff_id from handoff where kind = 'parallel'")
    await hear(world, erased(case, consultation))
    manager = Actor(new_id(), "staff", (("welfare", "coordinator"),))
    again = {**HAND_OFF, **PACKAGE, "consultationId": str(consultation), "kind": "parallel"}
    for actor, type_, subject, payload in (
        (CLERK, "HandOff", new_id(), again),
        (CLERK, "OpenConsultation", consultation, {**OPEN, "told": TOLD}),
        (CLERK, "WithdrawHandoff", waiting, {"note": WORD}),
        (manager, "ReturnHandoff", waiting, {"reason": "other", "note": WORD}),
        (manager, "AcceptHandoff", waiting, {"caseId": str(new_id())}),
    ):
        said = await world.act(actor, type_, subject, payload)
        assert (said["status"], said["code"]) == ("refused", "record_erased"), type_
    await save_draft(world, consultation)
    await save_draft(world, consultation, consultation)
    assert await tables_with(world) == set()


async def test_an_erasure_of_before_the_sheet_refuses_it_when_it_is_sent_again(world: World) -> None:
    """After a restore the bus knows an erasure of a case that intake has not heard of yet; devices send the sheet again."""
    consultation = new_id()
    await hear(world, erased(new_id(), consultation))
    said = await world.act(CLERK, "OpenConsultation", consultation, {**OPEN, "told": TOLD})
    assert (said["status"], said["code"]) == ("refused", "record_erased")
    open_still = await world.opened(told=TOLD)
    handoff = await world.handed_off(consultation=open_still, **PACKAGE)
    case = new_id()
    await hear(world, erased(case, open_still))
    assert (await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(case)}))["code"] == "record_erased"
    assert await tables_with(world) == set()


async def test_a_case_that_is_not_of_this_consultation_erases_nothing_of_it(world: World) -> None:
    """By intake's own fact: another case cannot take it along, whatever the event names."""
    consultation, _, case = await accepted(world)
    await hear(world, erased(new_id(), consultation))
    assert (await world.row("consultation_told", consultation))["memo"] == WORD
    assert (await world.get(CLERK, f"/views/consultations/{consultation}")).status_code == 200
    await hear(world, erased(case, new_id()))
    assert await tables_with(world) == set(), "its own case does, whatever consultation is named"
