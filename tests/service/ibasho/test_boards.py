"""Who stands on a session's board: it is taken along, so it has an end."""

from datetime import timedelta
from uuid import UUID

from services.ibasho.store import MOST_KNOWN
from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.ibasho.conftest import NOW, Afternoon, World, fact, newcomer


async def _arrives(world: World, session: Afternoon, **who: object) -> str:
    refs = await world.log(session, "arrived", **{"participantId": new_id(), **who})
    return str(refs["participantId"])


async def test_a_board_has_who_came_last_within_a_year_and_no_more(world: World) -> None:
    """A board is taken along: it must not grow for ever, nor keep nicknames in sight of who no longer comes."""
    long_ago = await world.scheduled(NOW - timedelta(days=400))
    last_month = await world.scheduled(NOW - timedelta(days=30), place_of=long_ago)
    today = await world.scheduled(place_of=long_ago)
    faraway = await world.scheduled()
    former, guest = newcomer("むかし"), newcomer("よその人")
    gone = await _arrives(world, long_ago, newParticipant=former)
    regular = await _arrives(world, last_month, newParticipant=newcomer("いつも"))
    elsewhere = await _arrives(world, faraway, newParticipant=guest)
    await _arrives(world, today, participantId=UUID(elsewhere))

    async def on(session: Afternoon) -> set[str]:
        return {one["id"] for one in (await world.board(session))["participants"]}

    assert await on(today) == {regular, elsewhere}
    assert await on(last_month) == {regular}, "a guest of today is not shown to another day"
    assert await on(long_ago) == {gone}, "who came to a session stays on it, who came later is not shown to it"
    assert await _arrives(world, today, newParticipant=former) == gone, "back after a year: the same person"
    assert await on(today) == {regular, elsewhere, gone}


async def test_boards_taken_along_together_show_whom_each_shows_alone(world: World) -> None:
    today = await world.scheduled()
    yesterday = await world.scheduled(NOW - timedelta(days=1), place_of=today)
    regular = await _arrives(world, yesterday, newParticipant=newcomer("いつも"))
    first_today = await _arrives(world, today, newParticipant=newcomer("きょうから"))
    upsert = (await world.post(today.staff, "/views/sync", {"have": {}})).json()["upsert"]
    along = {each["id"]: {one["id"] for one in each["board"]["participants"]} for each in upsert}
    assert along[str(today.id)] == {regular, first_today}
    assert along[str(yesterday.id)] == {regular}, "who came a day later is not named on the board of the day before"


async def test_a_board_shows_those_who_came_last(world: World) -> None:
    session = await world.scheduled()
    earlier = await world.scheduled(NOW - timedelta(days=2), place_of=session)
    first = await _arrives(world, earlier, newParticipant=newcomer("さいしょ"))
    facts = [fact("arrived", participantId=new_id(), newParticipant=newcomer(f"札 {n}")) for n in range(MOST_KNOWN)]
    for n in range(0, MOST_KNOWN, 50):
        sent = [world.envelope(session.staff, "LogAttendance", session.id, one) for one in facts[n : n + 50]]
        assert {one["status"] for one in await world.submit(session.staff, *sent)} == {"accepted"}
    tomorrow = await world.scheduled(NOW + timedelta(days=1), place_of=session)
    shown = [one["id"] for one in (await world.board(tomorrow))["participants"]]
    assert len(shown) == MOST_KNOWN and first not in shown


async def test_who_moved_to_other_work_reads_no_board_of_theirs_and_still_hands_in_late_facts(world: World) -> None:
    session = await world.scheduled()
    moved = Actor(session.second.id, "staff", (("window", "window_staff"),))
    assert (await world.act(moved, "LogAttendance", session.id, fact("plus_one")))["status"] == "accepted"
    assert (await world.get(moved, f"/views/sessions/{session.id}")).status_code == 404
    day = NOW.date().isoformat()
    assert (await world.get(moved, "/views/sessions", **{"from": day, "to": day})).json() == []
    assert (await world.post(moved, "/views/sync", {"have": {}})).json()["upsert"] == []
    assert (await world.board(session, session.second))["session"]["visits"] == 1
