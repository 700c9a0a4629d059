"""記録の閲覧 at the window: odd reads of sheets first, for who looks after them; the log, never the sheet; looking is logged."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake import access_store
from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.intake.conftest import (
    AUDITOR,
    CLERK,
    CLERK_COLLEAGUE,
    COORDINATOR,
    IBASHO,
    MANAGER,
    OTHER_CLERK,
    World,
    person,
)

LEAD = person("window-lead", ("hoya-window", "manager"))
OTHER_LEAD = person("other-window-lead", ("tanashi-window", "manager"))
TOLD = {
    "personName": "高橋 はるか",
    "callerName": "濵田 さと",
    "personAddress": "西東京市南町三丁目5番1号",
    "memo": "眠れない",
}


@pytest.fixture
def today(world: World) -> World:
    """The log's own clock is the database's."""
    world.now = datetime.now(UTC)
    return world


async def log(world: World, actor: Actor, **asked: Any) -> list[dict[str, Any]]:
    answer = await world.http.post("/views/access-log", json=asked, headers=world.headers(actor))
    assert answer.status_code == 200, answer.text
    lines: list[dict[str, Any]] = answer.json()
    return lines


async def read(world: World, actor: Actor, consultation: UUID) -> None:
    assert (await world.get(actor, f"/views/consultations/{consultation}")).status_code == 200


async def at(world: World, actor: Actor, moment: datetime) -> None:
    """The actor's reads were then."""
    await world.owner.execute("update access_log set at = $2 where actor_id = $1", actor.id, moment)


async def receipt(world: World, consultation: UUID) -> str:
    return str((await world.row("consultation", consultation))["receipt_number"])


async def test_every_read_of_a_sheet_is_a_line_by_itself_by_list_and_by_handoff(today: World) -> None:
    consultation = await today.opened(told=TOLD)
    handoff = await today.handed_off(consultation=consultation)
    await read(today, CLERK_COLLEAGUE, consultation)
    await today.get(CLERK_COLLEAGUE, "/views/consultations")
    await today.get(COORDINATOR, "/views/tray")
    await today.get(COORDINATOR, f"/views/handoffs/{handoff}")
    for actor in (LEAD, AUDITOR):
        lines = await log(today, actor)
        readers = [str(one.id) for one in (CLERK_COLLEAGUE, CLERK_COLLEAGUE, COORDINATOR, COORDINATOR)]
        assert sorted(line["staffId"] for line in lines) == sorted(readers)
        about = {(line["consultationId"], line["receiptNumber"]) for line in lines}
        assert about == {(str(consultation), await receipt(today, consultation))}
        assert not [word for word in TOLD.values() if word in str(lines)], "never the sheet"
    row = (await today.access_rows())[-1]
    assert (row["field_groups"], row["basis"]) == (["access_log"], "log")
    assert set(row["shown"]["access"]) == {line["id"] for line in await log(today, AUDITOR)}


async def test_who_may_look_into_the_log(today: World) -> None:
    consultation = await today.opened()
    handoff = await today.handed_off(consultation=consultation, keptOff=[str(MANAGER.id)])
    await read(today, CLERK, consultation)
    for other in (CLERK, COORDINATOR, OTHER_CLERK, OTHER_LEAD, IBASHO, MANAGER):
        assert await log(today, other) == []
        assert await log(today, other, receiptNumber=await receipt(today, consultation)) == []
    second = person("second-manager", ("hikikomori-support", "manager"))
    assert await log(today, second) == [], "the other unit has not taken it"
    case = new_id()
    await today.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(case)})
    assert {line["consultationId"] for line in await log(today, second)} == {str(consultation)}
    assert await log(today, MANAGER) == [], "kept off"


async def test_one_sheet_by_its_number_or_its_case_and_one_reader(today: World) -> None:
    consultation, other = await today.opened(), await today.opened()
    handoff, case = await today.handed_off(consultation=consultation), new_id()
    for each in (consultation, other):
        await read(today, CLERK, each)
        await read(today, CLERK_COLLEAGUE, each)
    await today.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(case)})
    number = await receipt(today, consultation)
    typed = (f" {number.replace('-', '－')} ", number.replace("-", " ー "))
    for asked in (*({"receiptNumber": each} for each in typed), {"caseId": str(case)}):
        lines = await log(today, LEAD, **asked)
        assert [line["consultationId"] for line in lines] == [str(consultation)] * 2
        [line] = await log(today, LEAD, staffId=str(CLERK.id), **asked)
        assert line["staffId"] == str(CLERK.id)
    assert {line["staffId"] for line in await log(today, LEAD, staffId=str(CLERK.id))} == {str(CLERK.id)}
    for asked in ({"receiptNumber": "保2026-9999"}, {"caseId": str(new_id())}):
        assert await log(today, LEAD, **asked) == []
    await at(today, CLERK, today.now - timedelta(days=40))
    assert str(CLERK.id) not in {line["staffId"] for line in await log(today, LEAD, days=31)}
    assert str(CLERK.id) in {line["staffId"] for line in await log(today, LEAD, days=60)}


async def test_own_street_and_own_surname_come_before_the_rest(today: World) -> None:
    consultation = await today.opened(told=TOLD)
    for actor in (CLERK_COLLEAGUE, CLERK):
        await read(today, actor, consultation)
    noon = today.now.replace(hour=3) - timedelta(days=1)  # 12:00 in Tokyo
    await at(today, CLERK_COLLEAGUE, noon)
    await at(today, CLERK, noon + timedelta(minutes=1))
    colleague = str(CLERK_COLLEAGUE.id)
    for asked, mark in (
        ({"surnames": {colleague: "髙橋"}}, "own_surname"),
        ({"surnames": {colleague: "浜田"}}, "own_surname"),  # the caller's
        ({"streets": {colleague: ["南町3丁目"]}}, "own_street"),
    ):
        first, second = await log(today, LEAD, **asked)
        assert (first["staffId"], first["odd"], second["odd"]) == (colleague, [mark], [])
    first, second = await log(today, LEAD, surnames={colleague: "橋"}, streets={colleague: ["北町3丁目"]})
    assert (first["staffId"], first["odd"] + second["odd"]) == (str(CLERK.id), []), "the newest first"


async def test_a_page_is_not_pushed_out_by_many_later_lists(today: World) -> None:
    consultation, other = await today.opened(), await today.opened()
    await read(today, CLERK, consultation)
    await today.get(CLERK_COLLEAGUE, "/views/consultations")
    await today.owner.execute(
        "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen, at)"
        " select actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen, at from access_log,"
        " generate_series(1, $1) where jsonb_array_length(shown -> 'consultation') = 2",
        access_store.NEWEST + 100,
    )
    lines = await log(today, LEAD)
    page = [line for line in lines if line["staffId"] == str(CLERK.id)]
    assert [line["consultationId"] for line in page] == [str(consultation)]
    assert {line["consultationId"] for line in lines} == {str(consultation), str(other)}


@pytest.mark.parametrize("action", ["read", "refused"])
async def test_what_is_the_asker_s_is_not_pushed_out_by_ids_that_are_nowhere(today: World, action: str) -> None:
    """Whoever opens thousands of ids by chance hides no read behind them, and no try."""
    consultation = await today.opened()
    await read(today, CLERK, consultation)
    assert (await today.get(OTHER_CLERK, f"/views/consultations/{consultation}")).status_code == 404
    later = "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen)"
    later += " select $1, 'staff', $3, jsonb_build_object('consultation', jsonb_build_array(gen_random_uuid())), '{}',"
    later += (
        " case $3 when 'refused' then 'refused' else 'unit' end, 'support', 'Consultation' from generate_series(1, $2)"
    )
    await today.owner.execute(later, OTHER_CLERK.id, access_store.NEWEST + 100, action)
    lines = {line["staffId"]: line["odd"] for line in await log(today, LEAD)}
    assert set(lines) == {str(CLERK.id), str(OTHER_CLERK.id)}
    assert "refused" in lines[str(OTHER_CLERK.id)]


async def test_a_read_at_night_and_many_in_a_row_are_marked(today: World) -> None:
    noon = today.now.replace(hour=3) - timedelta(days=2)
    consultation = await today.opened()
    await read(today, CLERK, consultation)
    await at(today, CLERK, noon - timedelta(hours=10))  # 2:00 in Tokyo
    assert [line["odd"] for line in await log(today, LEAD)] == [["night"]]
    for _ in range(20):
        await read(today, CLERK_COLLEAGUE, await today.opened())
    await today.owner.execute(
        "update access_log a set at = $2::timestamptz + n * interval '1 second' from (select id, row_number() over (order by id)"
        " as n from access_log where actor_id = $1) o where o.id = a.id",
        *(CLERK_COLLEAGUE.id, noon),
    )
    lines = await log(today, LEAD, staffId=str(CLERK_COLLEAGUE.id))
    assert [line["odd"] for line in lines] == [["many"], *[[]] * 19]
    [line] = await log(today, LEAD, receiptNumber=lines[0]["receiptNumber"])
    assert line["odd"] == ["many"], "also when asked for alone"


async def test_a_read_is_looked_at_once_with_a_note_and_never_by_its_reader(today: World) -> None:
    consultation, other = await today.opened(), await today.opened()
    await read(today, CLERK, consultation)
    await read(today, LEAD, consultation)
    lines = {line["staffId"]: line["id"] for line in await log(today, LEAD)}
    payload = {"accessId": lines[str(CLERK.id)], "note": "窓口の当番"}
    for actor in (CLERK, COORDINATOR, OTHER_LEAD):
        said = await today.act(actor, "ReviewSheetAccess", consultation, payload)
        assert (said["status"], said["code"]) == ("refused", "not_found")
    assert (await today.act(LEAD, "ReviewSheetAccess", other, payload))["code"] == "not_found"
    own = {**payload, "accessId": lines[str(LEAD.id)]}
    assert (await today.act(LEAD, "ReviewSheetAccess", consultation, own))["code"] == "own_reading"
    assert (await today.act(LEAD, "ReviewSheetAccess", consultation, payload))["status"] == "accepted"
    again = {**payload, "note": "別のメモ"}
    assert (await today.act(AUDITOR, "ReviewSheetAccess", consultation, again))["status"] == "accepted"
    waiting, looked = await log(today, AUDITOR, receiptNumber=await receipt(today, consultation))
    assert (waiting["staffId"], waiting["reviewedAt"]) == (str(LEAD.id), None)
    assert (looked["reviewedById"], looked["note"]) == (str(LEAD.id), "窓口の当番")


async def test_what_was_refused_is_told_to_who_looks_after_the_log_and_not_to_the_person(today: World) -> None:
    own = {"callerKind": "person", "callerRelation": None, "personKnows": "knows"}
    consultation, nowhere = await today.opened(**own), new_id()
    handoff = await today.handed_off(consultation=consultation, keptOff=[str(MANAGER.id)])
    for path in (f"/views/consultations/{consultation}", f"/views/handoffs/{handoff}"):
        for actor in (OTHER_CLERK, MANAGER):
            assert (await today.get(actor, path)).status_code == 404
    for path in (f"/views/consultations/{nowhere}", f"/views/handoffs/{nowhere}"):
        assert (await today.get(OTHER_CLERK, path)).status_code == 404
    lines = await log(today, LEAD)
    assert {(line["staffId"], line["consultationId"]) for line in lines} == {
        (str(actor.id), str(consultation)) for actor in (OTHER_CLERK, MANAGER)
    }
    assert ([line["odd"][-1] for line in lines], lines[0]["unitId"]) == (["refused"] * 4, "hoya-window")
    assert {(*line["basis"], *line["fieldGroups"]) for line in lines} == {("refused",)}
    assert await log(today, MANAGER) == [], "kept off"
    nobodys = [line for line in await log(today, AUDITOR) if line["unitId"] is None]
    assert [(line["consultationId"], line["receiptNumber"]) for line in nobodys] == [(str(nowhere), None)] * 2
    for actor, about, line in ((LEAD, consultation, lines[0]), (AUDITOR, nowhere, nobodys[0])):
        payload = {"accessId": line["id"], "note": "聞きとった"}
        assert (await today.act(actor, "ReviewSheetAccess", about, payload))["status"] == "accepted"
    payload = {"accessId": nobodys[1]["id"], "note": "聞きとった"}
    assert (await today.act(LEAD, "ReviewSheetAccess", nowhere, payload))["code"] == "not_found"
    said = (await today.get(LEAD, f"/views/consultations/{consultation}/who-saw")).json()
    assert said["reads"] == [], "nobody saw it"
