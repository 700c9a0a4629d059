"""本人からの請求 at the table: received by who works there, decided by a manager of the unit; what an erasure does at once."""

from uuid import UUID

from services.contracts.codes import RequestDecision, Role
from services.contracts.participant_request import (
    CorrectNickname,
    DecideParticipantRequest,
    NicknameCorrected,
    OpenParticipantRequest,
    ParticipantErased,
    ParticipantRequestDecided,
    ParticipantRequestOpened,
)
from services.ibasho import erasure_store, request_store
from services.ibasho.domain.participant_request import decide_open
from services.kernel.commands import Refs, Work
from services.person_request import ERASING, RetentionSettings, decide_decision


def _refs(participant_id: UUID, request_id: UUID) -> Refs:
    return {"participantId": str(participant_id), "requestId": str(request_id)}


async def open_participant_request(command: OpenParticipantRequest, participant_id: UUID, work: Work) -> Refs:
    """For the person; it waits for a manager."""
    c = command
    participant = await request_store.lock_participant(work.tx, work.actor, participant_id)
    decide_open(c.kind, participant, work.now, RetentionSettings().retention_years)
    await request_store.insert(work.tx, work.actor, participant_id, c, work.now)
    about = {"participant_id": participant_id, "request_id": c.request_id, "unit_id": participant.unit_id}
    await work.emit(participant_id, ParticipantRequestOpened(**about, kind=c.kind, opened_by=work.actor.id))
    return _refs(participant_id, c.request_id)


async def decide_participant_request(command: DecideParticipantRequest, participant_id: UUID, work: Work) -> Refs:
    """What is approved to be erased is gone at this commit, here; the link to a case, should there be one, follows."""
    c = command
    participant = await request_store.lock_participant(work.tx, work.actor, participant_id, Role.MANAGER)
    request = await request_store.get(work.tx, participant_id, c.request_id)
    decide_decision(request, c.decision, work.actor.id)
    await request_store.decide(work.tx, work.actor, c, work.now)
    about = {"participant_id": participant_id, "request_id": c.request_id, "unit_id": participant.unit_id}
    about |= {"kind": request.kind, "decided_by": work.actor.id}
    await work.emit(
        participant_id, ParticipantRequestDecided(**about, opened_by=request.opened_by, decision=c.decision)
    )
    if c.decision is RequestDecision.APPROVE and request.kind in ERASING:
        held = await erasure_store.find_held(work.tx, participant_id)
        erased = ParticipantErased(
            **about,
            opened_by=request.opened_by,
            also_known_as=await erasure_store.find_ids(work.tx, participant_id),
            lines=erasure_store.lines_of(held),
        )
        await erasure_store.erase(work.tx, erased, work.now)
        await work.emit(participant_id, erased)
    return _refs(participant_id, c.request_id)


async def correct_nickname(command: CorrectNickname, participant_id: UUID, work: Work) -> Refs:
    """An approved 訂正 is made by whoever works there; the request is closed by it."""
    c = command
    participant = await request_store.lock_participant(work.tx, work.actor, participant_id)
    await request_store.correct(work.tx, participant_id, c.request_id, c.nickname, work.now)
    about = {"participant_id": participant_id, "request_id": c.request_id, "unit_id": participant.unit_id}
    await work.emit(participant_id, NicknameCorrected(**about))
    return _refs(participant_id, c.request_id)
