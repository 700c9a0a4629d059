"""The same draft in two windows: the second learns that it moved on, and nothing that was typed is overwritten."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.drafts.retention import forget_old
from services.kernel.ids import new_id
from tests.service.intake.conftest import CLERK, NOW, OPEN, World


async def save(
    world: World, draft: UUID, seq: int, memo: str, known: list[int] | None, status: int = 200
) -> dict[str, Any]:
    body = {"kind": "consultation", "seq": seq, "body": {"memo": memo}, "known": known}
    answer = await world.http.put(f"/drafts/{draft}", json=body, headers=world.headers(CLERK))
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def test_the_second_window_learns_what_the_first_wrote_and_overwrites_nothing(world: World) -> None:
    draft = new_id()
    assert (await save(world, draft, 10, "朝に書いた", []))["saved"] is True
    assert (await save(world, draft, 20, "第一の窓", [10]))["saved"] is True
    second = await save(world, draft, 30, "第二の窓", [10])
    assert (second["saved"], second["seq"], second["body"]) == (False, 20, {"memo": "第一の窓"})
    third = await save(world, draft, 40, "第二の窓、読んだうえで", [10, 20])
    assert (third["saved"], third["body"]) == (True, {"memo": "第二の窓、読んだうえで"})


async def test_a_save_whose_answer_was_lost_does_not_stand_in_its_own_way(world: World) -> None:
    draft = new_id()
    await save(world, draft, 10, "一", [])
    await save(world, draft, 20, "二", [10])  # the answer never came: the window knows only that it sent it
    assert (await save(world, draft, 30, "三", [10, 20]))["saved"] is True
    late = await save(world, draft, 20, "二", [10])
    assert (late["saved"], late["seq"]) == (False, 30)


async def test_a_first_save_beside_one_that_is_there_already(world: World) -> None:
    draft = new_id()
    await save(world, draft, 10, "先", [])
    assert (await save(world, draft, 20, "後", []))["saved"] is False


async def test_an_older_app_says_nothing_of_what_it_knows_and_its_newest_save_wins(world: World) -> None:
    draft = new_id()
    await save(world, draft, 10, "古い", None)
    assert (await save(world, draft, 20, "新しい", None))["saved"] is True
    assert (await save(world, draft, 15, "遅れて着いた", None))["body"] == {"memo": "新しい"}


async def test_what_a_window_knows_is_bounded(world: World) -> None:
    await save(world, new_id(), 10, "", list(range(51)), status=422)


async def test_a_save_that_comes_late_brings_no_ended_draft_back(world: World) -> None:
    """The command was accepted, or the draft thrown away, while a last save was on its way."""
    draft = new_id()
    await save(world, draft, 10, "書きかけ", [])
    await world.http.delete(f"/drafts/{draft}", headers=world.headers(CLERK))
    late = await save(world, draft, 20, "遅れて着いた", [10])
    assert (late["saved"], late["body"]) == (False, {})
    assert (await world.http.get("/drafts", headers=world.headers(CLERK))).json() == []
    assert await world.owner.fetchval("select body from draft_private where draft_id = $1", draft) == {}


async def test_reading_drafts_is_a_read(world: World) -> None:
    draft = new_id()
    await save(world, draft, 10, "書きかけ", [])
    await world.http.get("/drafts?kind=consultation", headers=world.headers(CLERK))
    row = await world.owner.fetchrow("select * from access_log where action = 'read' order by id desc limit 1")
    assert (row["basis"], str(draft) in row["shown"]["draft"]) == ("author", True)
    assert (await world.http.get("/drafts?kind=%00", headers=world.headers(CLERK))).status_code == 422


async def test_six_typed_characters_are_no_nul(world: World) -> None:
    assert (await save(world, new_id(), 10, r"C:\u0000 という文字", []))["saved"] is True
    for body in ({"memo": "a\x00"}, {"a\x00": 1}, {"deep": [{"x": "\x00"}]}):
        said = {"kind": "consultation", "seq": 1, "body": body}
        answer = await world.http.put(f"/drafts/{new_id()}", json=said, headers=world.headers(CLERK))
        assert (answer.status_code, answer.json()["code"]) == (422, "text_not_storable")


async def test_a_window_left_behind_learns_that_the_draft_was_sent(world: World) -> None:
    draft = new_id()
    await save(world, draft, 10, "二つの窓で開いた", [])
    assert (await world.act(CLERK, "OpenConsultation", draft, OPEN))["status"] == "accepted"
    late = await save(world, draft, 20, "残された窓の続き", [10])
    assert (late["saved"], late["body"]) == (False, {})
    assert late["seq"] < 20, "so the window can tell it from a later save of its own"


async def test_what_another_window_wrote_is_a_read_of_it_and_one_s_own_words_are_none(world: World) -> None:
    draft = new_id()

    async def reads() -> list[dict[str, Any]]:
        return [row for row in await world.access_rows() if draft_of(row) == str(draft)]

    def draft_of(row: dict[str, Any]) -> str | None:
        return next(iter(row["shown"].get("draft", [])), None)

    await save(world, draft, 10, "第一の窓", [])
    await save(world, draft, 10, "第一の窓", [])
    await save(world, draft, 20, "つづき", [10])
    assert await reads() == []
    assert (await save(world, draft, 15, "第二の窓", []))["body"] == {"memo": "つづき"}
    [row] = await reads()
    assert (row["action"], row["basis"], row["field_groups"]) == ("read", "author", ["own_words"])


async def test_a_draft_that_nobody_went_on_with_for_as_long_as_a_record_is_kept_loses_its_words(world: World) -> None:
    old, young = new_id(), new_id()
    for draft in (old, young):
        await save(world, draft, 10, "呼び鈴が鳴った", [])
    query = "update draft_private set saved_at = saved_at - make_interval(years => $2) where draft_id = $1"
    await world.owner.execute(query, old, 5)
    await world.owner.execute(query, young, 4)
    await forget_old(world.owner, NOW + timedelta(days=1), 5)
    rows = await world.owner.fetch("select draft_id, body from draft_private where draft_id = any($1)", [old, young])
    assert {row["draft_id"]: row["body"] for row in rows} == {old: {}, young: {"memo": "呼び鈴が鳴った"}}
    assert (await save(world, old, 20, "遅れて着いた", [10]))["saved"] is False
