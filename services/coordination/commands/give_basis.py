"""同意・支援会議・69条2項・緊急: what opens parts of a case to whoever is not on its team."""

from datetime import timedelta
from uuid import UUID

from services.contracts.codes import BasisKind, FieldGroup, Role
from services.contracts.coordination import (
    ConferenceConvened,
    ConsentGiven,
    ConveneConference,
    EmergencyUsed,
    GiveConsent,
    PledgeSecrecy,
    SecrecyPledged,
    ShareByLaw,
    SharedByLaw,
    UseEmergency,
    UseEmergencyByNumber,
)
from services.coordination import basis_store, store
from services.coordination.basis_store import Basis
from services.coordination.domain.basis import (
    CONFERENCE_AT_MOST,
    SHARED_AT_MOST,
    decide_basis,
    decide_emergency,
)
from services.coordination.domain.who_may import TO_REACH_THEM, Relation
from services.kernel import access
from services.kernel.commands import Refs, Work
from services.kernel.errors import NotFound, Refusal
from services.kernel.ids import new_id
from services.receipt_number import plain_number


def _refs(case_id: UUID, basis_id: UUID) -> Refs:
    return {"caseId": str(case_id), "basisId": str(basis_id)}


async def give_consent(command: GiveConsent, case_id: UUID, work: Work) -> Refs:
    """The person agreed; the team or its lead notes it."""
    c = command
    case = await store.lock_case(work.tx, work.actor, case_id, work.now)
    decide_basis(case, work.now, c.until, SHARED_AT_MOST, work.now)
    basis = Basis(c.basis_id, case_id, BasisKind.CONSENT, c.field_groups, c.unit_ids, work.now, c.until, c.note)
    await basis_store.insert(work.tx, work.actor, basis, work.now)
    given = ConsentGiven(
        case_id=case_id,
        basis_id=c.basis_id,
        unit_id=case.unit_id,
        given_to=c.unit_ids,
        field_groups=c.field_groups,
        until=c.until,
    )
    await work.emit(case_id, given)
    return _refs(case_id, c.basis_id)


async def convene_conference(command: ConveneConference, case_id: UUID, work: Work) -> Refs:
    """The team or its lead calls the meeting; each member sees its part once they have pledged."""
    c = command
    case = await store.lock_case(work.tx, work.actor, case_id, work.now)
    decide_basis(case, c.from_at, c.until, CONFERENCE_AT_MOST, work.now)
    basis = Basis(c.basis_id, case_id, BasisKind.CONFERENCE, c.field_groups, (), c.from_at, c.until, c.reason)
    await basis_store.insert(work.tx, work.actor, basis, work.now)
    await basis_store.insert_members(work.tx, c.basis_id, c.member_ids)
    convened = ConferenceConvened(
        case_id=case_id,
        basis_id=c.basis_id,
        unit_id=case.unit_id,
        member_ids=list(dict.fromkeys(c.member_ids)),
        from_at=c.from_at,
        until=c.until,
        kept_off=await basis_store.find_kept_off(work.tx, case_id),
    )
    await work.emit(case_id, convened)
    return _refs(case_id, c.basis_id)


async def pledge_secrecy(command: PledgeSecrecy, case_id: UUID, work: Work) -> Refs:
    """Again changes nothing and says nothing."""
    if await basis_store.pledge(work.tx, work.actor, case_id, command.basis_id, work.now):
        pledged = SecrecyPledged(case_id=case_id, basis_id=command.basis_id, pledged_by=work.actor.id)
        await work.emit(case_id, pledged)
    return _refs(case_id, command.basis_id)


async def share_by_law(command: ShareByLaw, case_id: UUID, work: Work) -> Refs:
    """A manager of the case's unit decides it, not the team."""
    c = command
    case = await store.lock_case(work.tx, work.actor, case_id, work.now)
    if case.unit_id not in work.actor.units_as(Role.MANAGER):
        raise NotFound
    decide_basis(case, work.now, c.until, SHARED_AT_MOST, work.now)
    kind, groups = BasisKind.ARTICLE_69_2, c.field_groups
    basis = Basis(c.basis_id, case_id, kind, groups, c.unit_ids, work.now, c.until, c.reason, c.item)
    await basis_store.insert(work.tx, work.actor, basis, work.now)
    applied = SharedByLaw(
        case_id=case_id,
        basis_id=c.basis_id,
        unit_id=case.unit_id,
        item=c.item,
        given_to=c.unit_ids,
        field_groups=groups,
        until=c.until,
    )
    await work.emit(case_id, applied)
    return _refs(case_id, c.basis_id)


async def use_emergency(command: UseEmergency, case_id: UUID, work: Work) -> Refs:
    """Open at once, whatever the relation; the managers of the case's unit and of one's own are told."""
    return await _use_emergency(command, command.basis_id, case_id, work)


async def use_emergency_by_number(command: UseEmergencyByNumber, basis_id: UUID, work: Work) -> Refs | Refusal:
    """The same by a 受付番号. Numbers can be guessed: whatever opens nothing has one answer, and leaves a line in the log under
    an id that is nobody's, to the auditors. A basis id that is taken, or a version, would tell a number that leads somewhere."""
    try:
        async with work.tx.transaction():
            if work.base_version is not None:
                raise NotFound
            case_id = await basis_store.find_by_number(work.tx, work.actor, plain_number(command.receipt_number))
            return await _use_emergency(command, basis_id, case_id, work)
    except Refusal:
        tried = {"case": [new_id()]}
        await access.record(work.tx, work.actor, "refused", tried, basis="refused", purpose="emergency")
        return NotFound()


async def _use_emergency(
    command: UseEmergency | UseEmergencyByNumber, basis_id: UUID, case_id: UUID, work: Work
) -> Refs:
    own = work.actor.units_as(Role.WINDOW_STAFF, Role.COORDINATOR, Role.IBASHO_STAFF, Role.MANAGER)
    decide_emergency(own)
    case = await basis_store.lock_case_in_emergency(work.tx, work.actor, case_id, work.now)
    until = work.now + timedelta(minutes=command.minutes)
    groups = [group for group in FieldGroup if group in TO_REACH_THEM]
    basis = Basis(basis_id, case_id, BasisKind(Relation.EMERGENCY), groups, (), work.now, until, command.reason)
    await basis_store.insert(work.tx, work.actor, basis, work.now)
    used = EmergencyUsed(
        case_id=case_id,
        basis_id=basis_id,
        unit_ids=list(dict.fromkeys([case.unit_id, *own])),
        used_by=work.actor.id,
        until=until,
        kept_off=await basis_store.find_kept_off(work.tx, case_id),
    )
    await work.emit(case_id, used)
    return _refs(case_id, basis_id)
