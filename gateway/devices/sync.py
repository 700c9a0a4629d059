"""Manifest sync over all owners: the device says what it holds, each owner answers what differs."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

from gateway.context import Context
from gateway.devices import device_store
from gateway.devices.devices import READABLE_HOURS
from gateway.graphql.queries import compose_today
from gateway.graphql.sync_types import Held
from services.contracts.registry import COMMAND_OWNERS
from services.kernel.errors import Overloaded

OWNERS = {"case": "coordination", "session": "ibasho"}
OTHERS = sorted(set(COMMAND_OWNERS.values()) - set(OWNERS.values()))
NOTHING: dict[str, Any] = {"upsert": [], "drop": [], "erased": [], "incarnation": None}


async def sync(context: Context, have: list[Held], waiting: int) -> dict[str, Any]:
    """What to put in and to take out. An owner that does not answer is named, and none of its things is dropped.

    `confirming` is null when that owner does not answer: nothing is known of what waits.
    """
    service = context.service
    async with service.db.transaction("device") as tx:
        await device_store.note_contact(tx, context.session, max(0, waiting), service.clock())
    today, (confirming, found, others) = await asyncio.gather(
        compose_today(context),
        asyncio.gather(
            _or(context.ask("coordination", "/views/quarantine", standing=True), None),
            _of_owners(context, have),
            _of_others(context),
        ),
    )
    answers = {OWNERS[kind]: answer for kind, answer in found.items()} | others
    return {
        "cases": found["case"]["upsert"],
        "sessions": found["session"]["upsert"],
        "drop": [dropped for answer in found.values() for dropped in answer["drop"]],
        "erased": found["case"]["erased"],
        "today": today,
        "confirming": confirming,
        "incarnations": sorted({answer["incarnation"] for answer in answers.values() if answer["incarnation"]}),
        "serverTime": service.clock(),
        "readableHours": READABLE_HOURS,
        "unavailable": sorted(owner for owner, answer in answers.items() if not answer["incarnation"]),
    }


async def _of_owners(context: Context, have: list[Held]) -> Mapping[str, Any]:
    """By kind: what differs between the device and the owner of that kind."""
    held = {kind: {str(each.id): each.etag for each in have if each.kind == kind} for kind in OWNERS}
    asked = [
        _or(context.ask(owner, "/views/sync", method="POST", body={"have": held[kind]}), NOTHING)
        for kind, owner in OWNERS.items()
    ]
    return dict(zip(OWNERS, await asyncio.gather(*asked), strict=True))


async def _of_others(context: Context) -> Mapping[str, Any]:
    """The incarnation of those who own commands but nothing to take along: the answer to no commands at all."""
    asked = [_or(context.send(owner, []), NOTHING) for owner in OTHERS]
    return dict(zip(OTHERS, await asyncio.gather(*asked), strict=True))


async def _or(asking: Awaitable[Any], otherwise: Any) -> Any:
    """Otherwise when the owner does not answer. What it says no to is an error of this request."""
    try:
        return await asking
    except Overloaded:
        return otherwise
