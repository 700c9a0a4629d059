"""本人からの請求 at the table: found by token or nickname, decided by another, and after an erasure no word is left or comes back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.contracts.participant_request import ParticipantErased
from services.ibasho import erasure_store
from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.ibasho.conftest import NOW, Afternoon, World, fact, newcomer
from tests.support.tokens import token_code

YEARS = timedelta(days=6 * 366)


def called(session: Afternoon) -> str:
    """A nickname of the test's own."""
    return f"けやき{session.unit[-6:]}"


def line_of(session: Afternoon) -> str:
    return f"{called(session).upper()}さんと将棋。"


async def came(world: World, session: Afternoon, name: str = "", code: str | None = None) -> UUID:
    """Somebody who came with a nickname and a token."""
    made = newcomer(name or called(session), code)
    refs = await world.log(session, "arrived", participantId=new_id(), newParticipant=made)
    return UUID(refs["participantId"])


async def ask(
    world: World, session: Afternoon, who: UUID, kind: str = "erasure", actor: Actor | None = None
) -> dict[str, Any]:
    payload = {"requestId": str(new_id()), "kind": kind, "asked": f"{called(session)}を消して"}
    said = await world.act(actor or session.unit_staff, "OpenParticipantRequest", who, payload)
    return {**said, "requestId": payload["requestId"]}


async def decide(
    world: World, session: Afternoon, who: UUID, request: str, decision: str = "approve", actor: Actor | None = None
) -> dict[str, Any]:
    payload = {"requestId": request, "decision": decision, "note": f"{called(session)}に伝えた"}
    return await world.act(actor or session.lead, "DecideParticipantRequest", who, payload)


async def erase(world: World, session: Afternoon, who: UUID) -> None:
    asked = await ask(world, session, who)
    assert asked["status"] == "accepted", asked
    said = await decide(world, session, who, asked["requestId"])
    assert said["status"] == "accepted", said


async def tables_with(world: World, session: Afternoon) -> set[str]:
    """The tables in which the nickname stands, its key and the draft too."""
    tables = await world.tables.fetch(
        "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
    )
    found = set()
    for table in (row["table_name"] for row in tables):
        if await world.tables.fetchval(
            f"select exists (select 1 from {table} t where t::text ilike $1)", f"%{called(session)}%"
        ):
            found.add(table)
    return found


async def full(world: World, session: Afternoon) -> UUID:
    """Somebody about whom there is a word in every table that can hold one."""
    who = await came(world, session)
    await world.log(session, "arrived", participantId=new_id(), newParticipant=newcomer(called(session)))
    mistaken = await world.log(session, "left", participantId=who)
    corrected = {"attendanceId": mistaken["attendanceId"], "note": f"{called(session)}ではなかった"}
    await world.act(session.staff, "CorrectAttendance", session.id, corrected)
    await world.act(session.staff, "CloseSession", session.id, {"line": line_of(session)})
    draft = {"kind": "closing", "seq": 1, "body": {"sessionId": str(session.id), "line": line_of(session)}}
    saved = await world.http.put(f"/drafts/{new_id()}", json=draft, headers=world.headers(session.staff))
    assert saved.status_code == 200
    return who


async def test_an_approved_erasure_leaves_no_word_and_all_figures(world: World) -> None:
    session = await world.scheduled()
    who = await full(world, session)
    other = await came(world, session, "かえで")
    await world.act(session.staff, "CloseSession", session.id, {"line": "にぎやかだった。"})
    figures = await world.figures(session)
    asked = await ask(world, session, who)
    private = "select table_name from information_schema.tables where table_name like '%\\_private'"
    words = {row["table_name"] for row in await world.tables.fetch(private)}
    assert await tables_with(world, session) == words, "in every table that can hold one"
    said = await decide(world, session, who, asked["requestId"])
    assert said["status"] == "accepted", said
    assert await tables_with(world, session) == set()
    codes = "select code from participant where participant_id = $1 union all select code from participant_alias where participant_id = $1"
    assert [row["code"] for row in await world.tables.fetch(codes, who)] == [None, None]
    assert await world.figures(session) == figures, "who came how often stays, as nobody's"
    board = await world.board(session)
    assert [one["id"] for one in board["participants"]] == [str(other)]
    assert board["closingLines"] == ["にぎやかだった。"]
    rows = await world.tables.fetch("select type from outbox where subject = $1 order by id", who)
    assert [row["type"].split(".")[2] for row in rows] == [
        "ParticipantRequestOpened",
        "ParticipantRequestDecided",
        "ParticipantErased",
    ]
    hashes = "select count(*) from command_log where subject = $1 and payload_hash <> ''"
    assert await world.tables.fetchval(hashes, session.id) == 0, "nor can anybody try what the commands said"


async def test_the_manager_sees_what_is_held_and_then_that_it_is_gone(world: World) -> None:
    session = await world.scheduled()
    who = await full(world, session)
    asked = await ask(world, session, who)
    path = f"/views/participants/{who}/holdings"
    held = {line["kind"]: line["count"] for line in (await world.get(session.lead, path)).json()}
    lines = {"closing_line": 1, "draft": 1, "correction_note": 1}
    assert held == {"nickname": 1, "token_attendance": 3, "request": 1, **lines}
    assert (await world.accesses(session.lead))[-1]["field_groups"] == ["holdings"]
    await decide(world, session, who, asked["requestId"])
    [line] = (await world.get(session.lead, "/views/requests")).json()
    assert (line["label"], line["state"], line["owed"], line["asked"]) == ("消去済み", "erasing", ["coordination"], "")
    await erasure_store.note_done(world.tables, UUID(asked["requestId"]), "coordination", NOW)
    [line] = (await world.get(session.lead, "/views/requests")).json()
    assert (line["state"], line["owed"]) == ("done", [])
    assert (await world.get(session.unit_staff, "/views/requests")).json() == [], "only who answers for it hears that"
    assert [one["kind"] for one in (await world.get(session.lead, path)).json()] == ["token_attendance"]


async def test_two_people_erase_and_only_a_manager_of_the_place_decides(world: World) -> None:
    session, elsewhere = await world.scheduled(), await world.scheduled()
    who = await came(world, session)
    asked = await ask(world, session, who, actor=session.lead)
    said = await decide(world, session, who, asked["requestId"])
    assert (said["status"], said["code"]) == ("refused", "second_person_needed")
    for actor in (session.staff, session.unit_staff, session.second, elsewhere.lead):
        said = await decide(world, session, who, asked["requestId"], actor=actor)
        assert (said["status"], said["code"]) == ("refused", "not_found"), actor
    for actor in (session.second, elsewhere.lead, elsewhere.staff):
        said = await ask(world, session, who, actor=actor)
        assert (said["status"], said["code"]) == ("refused", "not_found"), actor
        for part in ("holdings", "disclosure", "who-saw"):
            assert (await world.get(actor, f"/views/participants/{who}/{part}")).status_code == 404
        assert (await world.get(actor, "/views/requests")).json() == []
    for part in ("holdings", "disclosure", "who-saw"):
        assert (await world.get(session.unit_staff, f"/views/participants/{who}/{part}")).status_code == 404
    assert called(session) in str(await world.board(session))


async def test_somebody_is_found_only_where_they_come_and_only_by_all_of_the_nickname(world: World) -> None:
    session, elsewhere = await world.scheduled(), await world.scheduled()
    code = token_code(900_001)
    who = await came(world, session, code=code)
    told = f"　{called(session).upper()} ", f" {code[:3].lower()}-{code[3:]}"

    async def found(actor: Actor, said: str, place: UUID = session.place) -> Any:
        answer = await world.post(actor, "/views/participants/find", {"placeId": str(place), "called": said})
        assert answer.status_code == 200, answer.text
        return answer.json()["participant"]

    for actor in (session.unit_staff, session.lead):
        for said in told:
            assert await found(actor, said) == {"id": str(who), "nickname": called(session)}
            shown = (await world.accesses(actor))[-1]
            assert (shown["shown"], shown["field_groups"]) == ({"participant": [str(who)]}, ["nicknames"])
    for actor in (session.second, elsewhere.unit_staff, elsewhere.lead):
        assert [await found(actor, said) for said in told] == [None, None]
    for said in (called(session)[:-1], code[:5]):
        assert await found(session.lead, said) is None
    assert await found(session.lead, told[0], elsewhere.place) is None
    await erase(world, session, who)
    assert [await found(session.lead, said) for said in told] == [None, None]
    answer = await world.post(session.second, "/views/token-holder", {"code": code})
    assert answer.json() == {"participantId": None}, "the paper token means nobody any more"
    answer = await world.post(session.lead, "/views/participants/find", {"called": called(session)})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_request")


async def test_who_was_erased_comes_again_as_somebody_new(world: World) -> None:
    session = await world.scheduled()
    code = token_code(900_002)
    before = await came(world, session, code=code)
    await erase(world, session, before)
    late = await world.log(session, "left", participantId=before, newParticipant=newcomer(called(session), code))
    assert late["participantId"] == str(before), "a tablet that had not heard of it appends a fact of nobody"
    assert await tables_with(world, session) == set()
    assert await came(world, session, code=code) != before


async def test_the_erasure_is_done_again_after_a_restore(world: World) -> None:
    """Where the restored database knows the person, it goes; where it does not, nothing brings them back."""
    session = await world.scheduled()
    known = await full(world, session)
    lost, lost_line = new_id(), None
    for who in (known, lost):
        about: dict[str, Any] = {"request_id": new_id(), "unit_id": session.unit, "kind": "erasure"}
        about |= {"opened_by": session.staff.id, "decided_by": session.lead.id}
        closing = world.envelope(session.staff, "CloseSession", session.id, {"line": line_of(session)})
        lost_line = closing if who == lost else lost_line
        lines = [UUID(closing["id"])] if who == lost else []
        erased = ParticipantErased(participant_id=who, also_known_as=[], lines=lines, **about)
        for _ in range(2):
            await erasure_store.erase(world.tables, erased, NOW)
    assert await tables_with(world, session) == set()
    assert lost_line and (await world.submit(session.staff, lost_line))[0]["status"] == "accepted"
    again = await world.log(session, "arrived", participantId=lost, newParticipant=newcomer(called(session)))
    assert again["participantId"] == str(lost)
    assert await tables_with(world, session) == set(), "what a device sends again says no name"


async def test_a_nickname_is_corrected_once_and_not_to_somebody_else_s(world: World) -> None:
    session = await world.scheduled()
    who, _ = await came(world, session), await came(world, session, "かえで")
    asked = await ask(world, session, who, "correction")
    payload = {"requestId": asked["requestId"], "nickname": "かえで"}
    said = await world.act(session.unit_staff, "CorrectNickname", who, payload)
    assert (said["status"], said["code"]) == ("refused", "request_not_approved")
    await decide(world, session, who, asked["requestId"])
    said = await world.act(session.unit_staff, "CorrectNickname", who, payload)
    assert (said["status"], said["code"]) == ("refused", "nickname_taken")
    said = await world.act(session.second, "CorrectNickname", who, {**payload, "nickname": "もみじ"})
    assert (said["status"], said["code"]) == ("refused", "not_found")
    assert (await world.act(session.unit_staff, "CorrectNickname", who, {**payload, "nickname": "もみじ"}))[
        "status"
    ] == "accepted"
    assert {one["nickname"] for one in (await world.board(session))["participants"]} == {"もみじ", "かえで"}
    said = await world.act(session.unit_staff, "CorrectNickname", who, payload)
    assert (said["status"], said["code"]) == ("refused", "request_not_approved"), "once"


async def test_who_has_not_come_for_years_is_proposed_and_never_goes_alone(world: World) -> None:
    session = await world.scheduled()
    who = await came(world, session)
    early = await ask(world, session, who, "retention", session.lead)
    assert (early["status"], early["code"]) == ("refused", "participant_retention_not_reached")
    assert (await world.get(session.lead, "/views/retention")).json() == []
    world.now = NOW + YEARS
    [proposal] = (await world.get(session.lead, "/views/retention")).json()
    assert (proposal["participantId"], proposal["label"]) == (str(who), f"{called(session)}（谷戸分庁舎）")
    assert (await world.get(session.unit_staff, "/views/retention")).json() == []
    assert (await ask(world, session, who, "retention", session.unit_staff))["status"] == "accepted"
    assert (await world.get(session.lead, "/views/retention")).json() == [], "it waits for a decision"


async def test_the_paper_tells_when_they_came_and_who_looked(world: World) -> None:
    session = await world.scheduled()
    who = await full(world, session)
    path = f"/views/participants/{who}/disclosure"
    assert (await world.get(session.lead, path)).status_code == 404, "only what was asked for is told"
    await ask(world, session, who, "disclosure")
    told = (await world.get(session.lead, path)).json()
    assert (told["nickname"], told["place"], [one["kind"] for one in told["attendance"]]) == (
        called(session),
        "谷戸分庁舎",
        ["arrived", "arrived"],
    )
    assert line_of(session) not in str(told) and "ではなかった" not in str(told)
    await world.board(session, session.unit_staff)
    seen = (await world.get(session.lead, f"/views/participants/{who}/who-saw")).json()
    assert [(one["staffId"], one["basis"]) for one in seen][-1] == (str(session.unit_staff.id), ["unit_staff"])
    assert {"nicknames", "attendance"} <= set(seen[-1]["fieldGroups"])


@pytest.mark.parametrize("kind", ["suspension", "nonsense"])
async def test_what_is_not_asked_here_is_malformed(world: World, kind: str) -> None:
    session = await world.scheduled()
    said = await ask(world, session, await came(world, session), kind)
    assert said["status"] in {"refused", "malformed"} and said["code"] == "malformed_payload", said
    assert (await world.act(session.staff, "LogAttendance", session.id, fact("plus_one")))["status"] == "accepted"
