"""Whoever is moved to other work has their cases no more at once, though they stay on the team's rows; what a device kept of
days when they worked there is judged by those rows."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import NOW, Case, World, visit
from tests.service.coordination.test_basis import do
from tests.service.coordination.test_sync import sync

MOVED = {"window_staff": "another-window", "auditor": "audit-office", "ibasho_staff": "yato-ibasho"}
YESTERDAY = NOW - timedelta(days=1)


def moved(staff_id: UUID, role: str) -> Actor:
    return Actor(staff_id, "staff", ((MOVED[role], role),))


@pytest.mark.parametrize("role", MOVED)
async def test_whoever_is_moved_sees_and_does_nothing_on_their_cases_any_more(world: World, role: str) -> None:
    case, device = await world.settled(), dict[str, object]()
    await sync(world, case.owner, device)
    assert [*device] == [str(case.id)]
    was = moved(case.owner.id, role)
    assert (await world.get(was, f"/views/cases/{case.id}")).status_code == 404
    assert (await world.get(was, f"/views/cases/{case.id}/sharing")).status_code == 404
    assert (await world.get(was, "/views/cases")).json() == []
    assert (await world.get(was, "/views/today")).json() == {"contactsDue": []}
    assert (await sync(world, was, device))["drop"] == [str(case.id)]
    until = (NOW + timedelta(days=1)).isoformat()
    consent = {"basisId": str(new_id()), "fieldGroups": ["timeline"], "unitIds": ["elsewhere"], "until": until}
    for kind, payload in (("GiveConsent", consent), ("ChangeTeam", {"leave": [str(case.colleague.id)]})):
        assert (await do(world, was, case, kind, **payload))["code"] == "not_found"


async def test_a_colleague_lent_by_another_unit_stays_on_the_team(world: World) -> None:
    case = await world.settled()
    lent = case.staff("coordinator", "another-unit")
    assert (await do(world, case.owner, case, "ChangeTeam", join=[str(lent.id)]))["status"] == "accepted"
    assert (await world.case(lent, case))["teamIds"] == [
        str(case.owner.id),
        *sorted((str(case.colleague.id), str(lent.id))),
    ]
    assert [card["teamIds"] for card in (await world.get(lent, "/views/cases")).json()] == [
        (await world.case(lent, case))["teamIds"]
    ]


async def test_what_a_device_kept_from_before_is_a_team_member_s_and_of_today_waits(world: World) -> None:
    case = await world.settled()
    was = moved(case.colleague.id, "window_staff")
    before = world.envelope(was, case.id, visit(visitedAt=YESTERDAY.isoformat()), capturedAt=YESTERDAY.isoformat())
    [outcome] = await world.submit(was, before)
    assert (outcome["status"], outcome["refs"].get("confirming")) == ("accepted", None)
    outcome = await world.record(was, case)
    assert (outcome["status"], outcome["refs"].get("confirming")) == ("accepted", True), "the manager decides"
    assert await basis_of_opening(world, was, case) == "member"


async def basis_of_opening(world: World, actor: Actor, case: Case) -> str:
    viewed = world.envelope(actor, case.id, {"viewedAt": YESTERDAY.isoformat()}, type="ViewedOffline")
    assert (await world.submit(actor, viewed))[0]["status"] == "accepted"
    [row] = [row for row in await world.accesses(actor) if row["action"] == "viewed_offline"]
    return str(row["basis"])
