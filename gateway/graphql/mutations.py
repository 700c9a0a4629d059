"""Everything a screen may write: commands, devices, and drafts of what is still typed."""

import strawberry
from strawberry import ID

from gateway.context import Ctx, uuid_of
from gateway.devices import devices, left_queues
from gateway.graphql import device_types, staff_types, write_types
from gateway.graphql.queries import DRAFT_OWNERS
from gateway.sign_in import first_password, passkeys, sessions
from gateway.submit import submit, wire
from services.kernel.errors import NotFound, Refusal


@strawberry.type
class Mutation:
    """Everything a screen may write."""

    @strawberry.mutation
    async def submit(self, info: Ctx, commands: list[write_types.CommandEnvelope]) -> list[write_types.CommandOutcome]:
        """At most 50 commands; one outcome each, in their order. A bad one never blocks its neighbours."""
        return await submit(info.context, [wire(command) for command in commands])  # type: ignore[return-value]

    @strawberry.mutation
    async def submit_sealed(
        self, info: Ctx, commands: list[device_types.SealedCommand]
    ) -> list[write_types.CommandOutcome]:
        """The same door for commands as a device keeps them: sealed to the server, proven by the author's vault."""
        return await devices.submit_sealed(info.context, commands)  # type: ignore[return-value]

    @strawberry.mutation
    async def register_device(self, info: Ctx, device: device_types.DeviceInput) -> device_types.DeviceRegistered:
        """A person sets up an unlock code on a device. Again: the same answer."""
        return await devices.register(info.context, str(device.id), device.name)  # type: ignore[return-value]

    @strawberry.mutation
    async def revoke_device(self, info: Ctx, id: ID) -> bool:
        """A lost device: everything on it ends now, and its vault forgets at next contact."""
        return await devices.revoke(info.context, str(id))

    @strawberry.mutation
    async def end_sign_in(self, info: Ctx, id: ID) -> bool:
        """Sign out somewhere else: my own session, or one of somebody in a unit I manage."""
        return await sessions.end(info.context, uuid_of(str(id)))

    @strawberry.mutation
    async def remove_passkey(self, info: Ctx, id: ID) -> bool:
        """A passkey of mine that is lost: nothing it signs counts any more."""
        return await passkeys.remove(info.context, str(id))

    @strawberry.mutation
    async def issue_set_up_code(self, info: Ctx, staff_id: ID) -> staff_types.SetUpCode:
        """A code to choose a password with, for somebody of a unit I manage. Again: another one, and the first is void."""
        return await first_password.issue(info.context, uuid_of(str(staff_id)))  # type: ignore[return-value]

    @strawberry.mutation
    async def decide_handed_in(self, info: Ctx, id: ID, send: bool) -> write_types.CommandOutcome:
        """My own command that somebody handed in: send it now, or withdraw it."""
        return await devices.decide_handed_in(info.context, str(id), send)  # type: ignore[return-value]

    @strawberry.mutation
    async def send_left(self, info: Ctx, id: ID) -> write_types.CommandOutcome:
        """A command of somebody who worked in a unit I manage and works here no more: send it now, unread."""
        return await left_queues.send(info.context, str(id))  # type: ignore[return-value]

    @strawberry.mutation
    async def save_draft(self, info: Ctx, draft: write_types.DraftInput) -> write_types.DraftSaved:
        """Save what is still typed, for its author's eyes only, unless another screen went on with it meanwhile."""
        if str(draft.author) != str(info.context.session.staff_id):
            raise Refusal("not_the_author", "a draft is saved only by its author")
        known = None if draft.known is None else [int(seq) for seq in draft.known]
        body = {"kind": draft.kind, "seq": int(draft.seq), "body": draft.body, "known": known}
        owner = _draft_owner(draft.kind)
        return await info.context.ask(owner, f"/drafts/{draft.id}", method="PUT", body=body)  # type: ignore[no-any-return]

    @strawberry.mutation
    async def discard_draft(self, info: Ctx, id: ID, kind: str) -> bool:
        """Throw a draft away."""
        await info.context.ask(_draft_owner(kind), f"/drafts/{id}", method="DELETE")
        return True


def _draft_owner(kind: str) -> str:
    owner = DRAFT_OWNERS.get(kind)
    if owner is None:
        raise NotFound
    return owner
