"""The gateway's own commands, run as every owner runs its own: one transaction with command id, access row and events."""

from typing import Any
from uuid import UUID

from gateway.staff import staff_store, staffing
from gateway.staff.staff import same_login
from services.contracts.codes import Role
from services.contracts.staff import ChangeAssignments, NoteHomeStreet, RegisterStaff, StaffAssigned, UnitClosed
from services.contracts.tokyo import tokyo_day
from services.kernel.app import Service
from services.kernel.commands import Work, execute, specs
from services.kernel.errors import NotFound
from services.kernel.token import Actor


async def register_staff(command: RegisterStaff, subject: UUID, work: Work) -> None:
    """A manager puts somebody on the register. Nothing opens for them before something is assigned."""
    if not work.actor.units_as(Role.MANAGER):
        raise NotFound
    await staff_store.insert_staff(work.tx, subject, same_login(command.login), command.name, work.actor.id)


async def note_home_street(command: NoteHomeStreet, subject: UUID, work: Work) -> None:
    """A manager notes it of who is longest in one of their units; of anybody else there is nothing to note."""
    managed = await staff_store.find_answered_for(work.tx, work.actor.units_as(Role.MANAGER))
    if subject not in await staff_store.find_longest_here(work.tx, managed, tokyo_day(work.now)):
        raise NotFound
    await staff_store.put_home_street(work.tx, subject, command.home_street)


async def change_assignments(command: ChangeAssignments, subject: UUID, work: Work) -> None:
    """Everything of the act or nothing. Whoever is assigned nowhere any more is signed out by that alone."""
    register = await staff_store.lock_register(work.tx)
    changed = staffing.change(command, register, work.actor, tokyo_day(work.now))
    await staff_store.insert_change(work.tx, subject, work.actor.id, command.note, work.now)
    for opened in command.opens:
        await staff_store.open_unit(work.tx, opened)
    for closed in command.closes:
        await staff_store.close_unit(work.tx, closed)
        await work.emit(subject, UnitClosed(**vars(closed)))
    for held in sorted(changed.values(), key=lambda each: (each.staff_id, each.assignment_id)):
        await staff_store.put_assignment(work.tx, subject, held)
        await work.emit(held.staff_id, StaffAssigned(**vars(held)))
    await staff_store.insert_lines(work.tx, subject, command)


COMMANDS = specs(
    (RegisterStaff, register_staff), (NoteHomeStreet, note_home_street), (ChangeAssignments, change_assignments)
)


async def answer(service: Service, actor: Actor, envelopes: list[dict[str, Any]]) -> dict[str, Any]:
    """What an owner answers to `POST /commands`."""
    async with service.db.transaction("incarnation") as tx:  # first, as every owner asks for it
        incarnation = await tx.fetchval("select id from incarnation order by started_at desc limit 1")
    outcomes = [await execute(service.db, COMMANDS, each, actor, service.clock()) for each in envelopes]
    return {"outcomes": [each.as_json() for each in outcomes], "incarnation": str(incarnation)}
