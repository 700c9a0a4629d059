"""Who works where, from when until when: the rules of a change, pure. History is never rewritten."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from services.contracts.codes import Role
from services.contracts.staff import ChangeAssignments, ClosedUnit
from services.kernel.errors import NotFound, Refusal
from services.kernel.token import Actor

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Unit:
    """A unit is never moved: it is closed, and its successor answers for what it had. A unit that is another agency's
    has the unit of the city whose managers answer for its accounts."""

    unit_id: str
    closed_on: date | None = None
    successor: str | None = None
    answered_by: str | None = None

    @property
    def is_agency(self) -> bool:
        """True for a unit of another agency (関係機関): its people are partners and nothing else."""
        return self.answered_by is not None


@dataclass(frozen=True)
class Assignment:
    """Who is what in which unit; `until` is the last day, or open."""

    assignment_id: UUID
    staff_id: UUID
    unit_id: str
    role: Role
    from_date: date
    until: date | None = None

    def overlaps(self, other: "Assignment") -> bool:
        """True when both hold on some day."""
        last, others_last = self.until or date.max, other.until or date.max
        return max(self.from_date, other.from_date) <= min(last, others_last)

    def holds_on(self, day: date) -> bool:
        """True on the days from the first to the last."""
        return self.from_date <= day <= (self.until or date.max)


@dataclass
class Register:
    """The register as it stands: `registered_by` has everybody, and who put them on it (None: the seed). `changed` is what a
    change leaves behind, the assignments to store."""

    units: dict[str, Unit]
    assignments: dict[UUID, Assignment]
    registered_by: Mapping[UUID, UUID | None]
    changed: dict[UUID, Assignment] = field(default_factory=dict)

    def audits(self, unit_id: str) -> bool:
        """True for a unit that has or had an auditor, and what succeeds it; for any while there never was one."""
        auditing = {each.unit_id for each in self.assignments.values() if each.role == Role.AUDITOR}
        return not auditing or any(unit_id in {each, self.units[each].successor} for each in auditing)

    def answered_by(self, managed: frozenset[str]) -> frozenset[str]:
        """The units of other agencies whose accounts the managers of these units answer for."""
        return frozenset(each.unit_id for each in self.units.values() if each.answered_by in managed)

    def put(self, assignment: Assignment) -> None:
        """Keep an assignment as it is from now on."""
        self.assignments[assignment.assignment_id] = self.changed[assignment.assignment_id] = assignment


def change(act: ChangeAssignments, register: Register, actor: Actor, today: date) -> Mapping[UUID, Assignment]:
    """The assignments to store. Whoever acts manages every unit touched, answers for it as another agency's, or opens it
    in this very act.

    NotFound for what is not theirs; Refusal: nothing_changes, unit_exists, unit_is_closed, assignment_is_over,
    ends_in_the_past, begins_in_the_past, ends_before_it_begins, already_assigned, no_manager_left, own_assignment,
    own_registration, unit_does_not_audit, successor_is_agency, only_partners_in_agency, partner_and_staff.
    """
    managed = frozenset(actor.units_as(Role.MANAGER))
    if not managed:
        raise NotFound
    if not (act.opens or act.closes or act.ends or act.begins):
        raise Refusal("nothing_changes", "no unit and no assignment named")
    _open(act, register, managed)
    mine = managed | register.answered_by(managed) | {opened.unit_id for opened in act.opens}
    for ended in act.ends:
        _end(_held(register, ended.assignment_id, mine), ended.until, register, today)
    for closed in act.closes:
        _close(closed, register, mine, today)
    for begun in act.begins:
        _begin(Assignment(**dict(begun)), register, mine, actor, today)
    for unit_id in sorted({each.unit_id for each in register.changed.values()}):
        _keep_a_manager(register, unit_id, today)
    for opened in act.opens:
        _begin_with_a_manager(register, opened.unit_id)
    return register.changed


def _open(act: ChangeAssignments, register: Register, managed: frozenset[str]) -> None:
    for opened in act.opens:
        if opened.unit_id in register.units:
            raise Refusal("unit_exists", "a unit of this id exists")
        if opened.answered_by not in managed | {None}:
            raise NotFound
        register.units[opened.unit_id] = Unit(opened.unit_id, answered_by=opened.answered_by)


def _held(register: Register, assignment_id: UUID, mine: frozenset[str]) -> Assignment:
    held = register.assignments.get(assignment_id)
    if held is None or held.unit_id not in mine:
        raise NotFound
    return held


def _end(held: Assignment, until: date, register: Register, today: date) -> None:
    if held.until is not None and held.until < today:
        raise Refusal("assignment_is_over", "it ended before today")
    if until < today - DAY:
        raise Refusal("ends_in_the_past", "yesterday is the earliest last day: it ends at once")
    if until < held.from_date - DAY:
        raise Refusal("ends_before_it_begins", "the last day lies before the first")
    register.put(replace(held, until=until))


def _close(closed: ClosedUnit, register: Register, mine: frozenset[str], today: date) -> None:
    unit, successor = register.units.get(closed.unit_id), register.units.get(closed.successor)
    if unit is None or unit.unit_id not in mine or successor is None:
        raise NotFound
    if unit.closed_on is not None or successor.closed_on is not None or unit == successor:
        raise Refusal("unit_is_closed", "the unit or its successor is closed")
    if closed.closed_on < today:
        raise Refusal("ends_in_the_past", "a unit closes today or later")
    if (
        successor.is_agency and not unit.is_agency
    ):  # the other way nobody sees more: what was shared with it ends with it
        raise Refusal("successor_is_agency", "a unit of the city is succeeded by one of the city")
    register.units[unit.unit_id] = replace(unit, closed_on=closed.closed_on, successor=closed.successor)
    for held in list(register.assignments.values()):
        if held.unit_id == unit.unit_id and (held.until or date.max) >= closed.closed_on:
            register.put(replace(held, until=max(closed.closed_on, held.from_date) - DAY))


def _begin(begun: Assignment, register: Register, mine: frozenset[str], actor: Actor, today: date) -> None:
    unit = register.units.get(begun.unit_id)
    if unit is None or unit.unit_id not in mine or begun.staff_id not in register.registered_by:
        raise NotFound
    if begun.assignment_id in register.assignments:
        raise Refusal("already_assigned", "an assignment of this id exists")
    if unit.closed_on is not None:
        raise Refusal("unit_is_closed", "nobody is assigned to a unit that closes")
    if begun.from_date < today:
        raise Refusal("begins_in_the_past", "the first day is today or later")
    if begun.until is not None and begun.until < begun.from_date:
        raise Refusal("ends_before_it_begins", "the last day lies before the first")
    same = (each for each in register.assignments.values() if _is_same_duty(each, begun))
    if any(each.overlaps(begun) for each in same):
        raise Refusal("already_assigned", "the same person, unit and role on some of these days")
    _refuse_more_power(begun, register, actor)
    _keep_partners_apart(begun, unit, register)
    register.put(begun)


def _refuse_more_power(begun: Assignment, register: Register, actor: Actor) -> None:
    """Nobody makes themselves more than they are, nor the second of two who decide (消去 takes two) of an account they made;
    and an auditor, who opens every log, is of a unit that audits."""
    if begun.staff_id == actor.id and not any(
        _goes_on(held, begun, register) for held in register.assignments.values()
    ):
        raise Refusal("own_assignment", "another manager of the unit begins it")
    if begun.role in (Role.MANAGER, Role.AUDITOR) and register.registered_by[begun.staff_id] == actor.id:
        raise Refusal("own_registration", "who registers somebody does not make them a manager or an auditor")
    if begun.role == Role.AUDITOR and not register.audits(begun.unit_id):
        raise Refusal("unit_does_not_audit", "the unit never had an auditor")


def _goes_on(held: Assignment, begun: Assignment, register: Register) -> bool:
    """The unit closed, and its person is the next day in its successor what they were in it."""
    follows = register.units[held.unit_id].successor == begun.unit_id and held.until == begun.from_date - DAY
    return follows and (held.staff_id, held.role) == (begun.staff_id, begun.role)


def _keep_partners_apart(begun: Assignment, unit: Unit, register: Register) -> None:
    """A role of the city opens 緊急, handoffs, lists: nobody of another agency has one, not even beside."""
    if (begun.role == Role.PARTNER) != unit.is_agency:
        raise Refusal("only_partners_in_agency", "an agency's people are partners, and nobody of the city is one")
    others = (each for each in register.assignments.values() if each.staff_id == begun.staff_id)
    if any((each.role == Role.PARTNER) != unit.is_agency and each.overlaps(begun) for each in others):
        raise Refusal("partner_and_staff", "on some of these days the same person is of the city and of an agency")


def _begin_with_a_manager(register: Register, unit_id: str) -> None:
    if register.units[unit_id].is_agency:
        return
    if not any(each.unit_id == unit_id and each.role == Role.MANAGER for each in register.changed.values()):
        raise Refusal("no_manager_left", "a unit that is opened without a manager would be nobody's")


def _is_same_duty(one: Assignment, other: Assignment) -> bool:
    return (one.staff_id, one.unit_id, one.role) == (other.staff_id, other.unit_id, other.role)


def _keep_a_manager(register: Register, unit_id: str, today: date) -> None:
    """A unit that had a manager today never stands without one on a later day: nobody could put it right again."""
    if register.units[unit_id].closed_on is not None:
        return
    managers = [each for each in register.assignments.values() if each.unit_id == unit_id and each.role == Role.MANAGER]
    if not any(each.assignment_id in register.changed for each in managers):
        return
    for day in (max(today, each.until + DAY) for each in managers if each.until):
        if not any(each.holds_on(day) for each in managers):
            raise Refusal("no_manager_left", "the unit would have no manager")
