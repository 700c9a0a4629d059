"""Demo data of 居場所: the same every time, twice changes nothing, and it adds up."""

from datetime import UTC, date, datetime
from typing import Any

from infra.postgres import Dsns
from infra.seed_ibasho import NICKNAMES, YATO, seed_places, seed_sessions
from infra.seed_people import Seeder, actor_of
from services.ibasho.commands import COMMANDS
from services.kernel.db import Database
from tests.service.ibasho.conftest import World


async def test_the_demo_adds_up_and_a_second_run_changes_nothing(app: Any, dsns: Dsns, world: World) -> None:
    today = date(2031, 5, 7)  # far from every other test
    world.now = datetime(2031, 5, 7, 3, 0, tzinfo=UTC)
    await world.tables.execute("delete from correction_private; delete from correction; delete from attendance")
    db = Database(dsns.app, 2)
    await db.open()
    for _ in range(2):
        await seed_places(dsns.app)
        await seed_sessions(Seeder(db, dict(COMMANDS)), today)
        rows = (
            await world.get(actor_of("mori"), "/views/sessions", **{"from": "2031-04-28", "to": "2031-05-10"})
        ).json()
        seen = [(row["startsAt"], row["status"], row["visits"], row["people"], row["atDoor"]) for row in rows]
        assert [status for _, status, *_ in seen] == ["closed"] * 4 + ["scheduled"] * 3
        assert all(3 <= people <= visits for _, status, visits, people, _ in seen if status == "closed")
        before = await world.everything()
    assert await world.everything() == before
    assert {row["place"] for row in rows} == {"谷戸分庁舎"}
    known = await world.tables.fetchval("select count(*) from participant_private where place_id = $1", YATO)
    assert known == len(NICKNAMES)
    await db.close()
