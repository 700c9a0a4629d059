"""担当を変える, and who is kept off a case."""

from uuid import UUID

from services.contracts.codes import Role
from services.contracts.coordination import ChangeTeam, KeepOff, LetIn, TeamChanged
from services.contracts.tokyo import tokyo_day
from services.coordination import basis_store, store
from services.coordination.domain.basis import decide_keep_off, decide_team, decide_team_left
from services.kernel.commands import Refs, Work
from services.kernel.errors import NotFound


async def change_team(command: ChangeTeam, case_id: UUID, work: Work) -> Refs:
    """By the team or its lead. Whoever leaves sees nothing from this commit on; the case keeps an owner on its team."""
    c = command
    case = await store.lock_case(work.tx, work.actor, case_id, work.now)
    decide_team(c.join, c.leave, c.owner_id, await basis_store.find_kept_off(work.tx, case_id))
    join = list(dict.fromkeys([*c.join, *([c.owner_id] if c.owner_id else [])]))
    await basis_store.change_team(work.tx, case_id, join, c.leave, c.owner_id, work.now)
    decide_team_left(*await basis_store.get_team(work.tx, case_id, tokyo_day(work.now)))
    await _say_team(case_id, case.unit_id, work)
    return {"caseId": str(case_id)}


async def keep_off(command: KeepOff, case_id: UUID, work: Work) -> Refs:
    """A relative, a neighbour, anybody the family would not want to know: by the unit's manager, or of oneself by the team."""
    case = await store.lock_case(work.tx, work.actor, case_id, work.now)
    is_manager = case.unit_id in work.actor.units_as(Role.MANAGER)
    decide_keep_off(command.staff_id, work.actor.id, is_manager=is_manager)
    await basis_store.keep_off(work.tx, case_id, command.staff_id)
    await _say_team(case_id, case.unit_id, work)
    return {"caseId": str(case_id)}


async def let_in(command: LetIn, case_id: UUID, work: Work) -> Refs:
    """By a manager of the case's unit alone: it is the one act here that can widen what somebody sees."""
    case = await store.lock_case(work.tx, work.actor, case_id, work.now)
    if case.unit_id not in work.actor.units_as(Role.MANAGER):
        raise NotFound
    await basis_store.let_in(work.tx, case_id, command.staff_id)
    await _say_team(case_id, case.unit_id, work)
    return {"caseId": str(case_id)}


async def _say_team(case_id: UUID, unit_id: str, work: Work) -> None:
    owner_id, team = await basis_store.get_team(work.tx, case_id, tokyo_day(work.now))
    kept_off = sorted(await basis_store.find_kept_off(work.tx, case_id))
    said = TeamChanged(case_id=case_id, unit_id=unit_id, owner_id=owner_id, team=team, kept_off=kept_off)
    await work.emit(case_id, said)
