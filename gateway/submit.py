"""One door for all writes: envelopes go to their owners, one outcome each."""

import asyncio
from typing import Any

from gateway.context import Context
from gateway.graphql import write_types
from gateway.sign_in.sessions import NotFresh
from services.contracts import staff
from services.contracts.base import Command
from services.contracts.coordination import LetIn
from services.contracts.messages import sentence
from services.contracts.participant_request import DecideParticipantRequest
from services.contracts.person_request import DecidePersonRequest, LiftSuspension
from services.contracts.registry import COMMAND_OWNERS
from services.contracts.sheet_request import DecideSheetRequest, LiftSheetSuspension
from services.kernel.errors import BansoError, Malformed, Overloaded, Refusal

MAX_COMMANDS = 50
_WEIGHTY: tuple[type[Command], ...] = (
    DecidePersonRequest,
    DecideSheetRequest,
    DecideParticipantRequest,
    LiftSuspension,
    LiftSheetSuspension,
    LetIn,
)
DANGEROUS = {each.__name__ for each in staff.COMMANDS} | {each.__name__ for each in _WEIGHTY}
"""Commands that only somebody may give who has just shown who they are: they erase or lift for good, or
change who works here. Sharing one case (a consent, a meeting, an emergency) asks for none: it is recorded, told and dated."""


def wire(command: write_types.CommandEnvelope) -> dict[str, Any]:
    """An envelope as its owner reads it."""
    return {
        "id": command.id,
        "type": command.type,
        "v": command.v,
        "author": command.author,
        "subject": command.subject,
        "baseVersion": command.base_version,
        "deviceSeq": int(command.device_seq),
        "capturedAt": command.captured_at,
        "payload": command.payload,
    }


async def submit(context: Context, commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Group by owner, keep each owner's order, put the outcomes back into the order they came in. At most 50."""
    if len(commands) > MAX_COMMANDS:
        raise Malformed("too_many_commands", f"at most {MAX_COMMANDS}")
    outcomes: dict[int, dict[str, Any]] = {}
    groups: dict[str, list[int]] = {}
    for index, command in enumerate(commands):
        if command["author"] != str(context.session.staff_id):
            outcomes[index] = outcome_of(
                command["id"], Refusal("not_the_author", "a command is submitted only by its author")
            )
        elif command["type"] in DANGEROUS and not context.session.is_fresh(context.service.clock()):
            outcomes[index] = outcome_of(command["id"], NotFresh())
        elif command["type"] not in COMMAND_OWNERS:
            outcomes[index] = outcome_of(command["id"], Malformed("unknown_command", "no owner for this type"))
        else:
            groups.setdefault(COMMAND_OWNERS[command["type"]], []).append(index)
    await asyncio.gather(*(_submit_to(context, owner, commands, group, outcomes) for owner, group in groups.items()))
    answers = [outcomes[index] for index in range(len(commands))]
    await _name_who_was_first(context, answers)
    return answers


async def _submit_to(
    context: Context, owner: str, commands: list[dict[str, Any]], group: list[int], outcomes: dict[int, dict[str, Any]]
) -> None:
    try:
        said = await context.send(owner, [commands[index] for index in group])
        answers, incarnation = said["outcomes"], said["incarnation"]
        if len(answers) != len(group):
            raise ValueError("not one outcome each")
    except Malformed as error:  # a definite no to the whole: each alone, so that one never stops its neighbours
        if len(group) == 1:
            outcomes[group[0]] = outcome_of(commands[group[0]]["id"], error)
        for index in group if len(group) > 1 else ():
            await _submit_to(context, owner, commands, [index], outcomes)
        return
    except (BansoError, KeyError, TypeError, ValueError) as error:
        retry = error if isinstance(error, Overloaded) else Overloaded("service_unavailable", f"{owner} did not answer")
        answers, incarnation = [{**retry.as_json(), "status": "retry"} for _ in group], None
    for index, answer in zip(group, answers, strict=True):
        outcomes[index] = {**answer, "id": commands[index]["id"], "incarnation": incarnation}


def outcome_of(command_id: str, error: BansoError | None) -> dict[str, Any]:
    """An outcome that the gateway gives by itself: refused, or (no error) done."""
    empty: dict[str, Any] = {"code": None, "message": None, "reason": None, "fields": [], "refs": {}}
    status = write_types.OutcomeStatus.REFUSED if error else write_types.OutcomeStatus.ACCEPTED
    return {**(error.as_json() if error else empty), "id": command_id, "status": status, "incarnation": None}


async def _name_who_was_first(context: Context, outcomes: list[dict[str, Any]]) -> None:
    """「〇〇さんが先に受けました」: the owner knows an id, the gateway knows the name."""
    for outcome in outcomes:
        outcome["status"] = write_types.OutcomeStatus(outcome["status"])
        if outcome["code"] == "already_accepted":
            name = await context.names.load(outcome["refs"]["acceptedBy"])
            outcome["message"] = sentence("error.already_accepted_by", name=name)
