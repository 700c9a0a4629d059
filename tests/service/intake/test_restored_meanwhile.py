"""A database that is restored while a request is under way: what was committed in it before is gone."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.kernel.ids import new_id
from tests.service.intake.conftest import CLERK, OPEN, World, envelope


@pytest_asyncio.fixture
async def born_anew_by_each_command(world: World) -> AsyncIterator[None]:
    """Right after a command committed, before its answer leaves, there is another incarnation."""
    await world.owner.execute(
        "create function born_anew() returns trigger language plpgsql security definer as $$ begin"
        " insert into incarnation values (gen_random_uuid(), clock_timestamp()); return null; end $$;"
        "create trigger born_anew after insert on command_log execute function born_anew()"
    )
    yield
    await world.owner.execute("drop trigger born_anew on command_log; drop function born_anew()")


async def test_what_was_accepted_before_a_restore_is_not_said_to_be_of_the_restored_database(
    world: World, born_anew_by_each_command: None
) -> None:
    """Named by the new incarnation, a device would believe it kept, and never send again what the restore took."""
    query = "select id::text from incarnation order by started_at desc limit 1"
    before = await world.owner.fetchval(query)
    body = {"commands": [envelope(CLERK, "OpenConsultation", new_id(), OPEN)]}
    answer = (await world.http.post("/commands", json=body, headers=world.headers(CLERK))).json()
    assert answer["outcomes"][0]["status"] == "accepted"
    assert answer["incarnation"] == before != await world.owner.fetchval(query)
