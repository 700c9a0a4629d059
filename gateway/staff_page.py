"""職員と担当 for managers: who is what in their units, what changed, and the cases whose owner leaves. A read like any other."""

from datetime import date, timedelta
from typing import Any

from gateway import staff_store, store
from gateway.context import Context
from services.contracts.tokyo import tokyo_day
from services.kernel import access
from services.kernel.errors import BansoError

SHOWN_BACK = timedelta(days=400)
LEAVES_SOON = timedelta(days=31)


async def compose(context: Context) -> dict[str, Any] | None:
    """The page, or nothing for whoever manages no unit today."""
    session, day = context.session, tokyo_day(context.service.clock())
    managed = session.managed_units
    if not managed:
        return None
    async with context.service.db.transaction("read") as tx:
        units = await store.find_units(tx)
        assignments = await staff_store.find_assignments(tx, managed, day - SHOWN_BACK)
        directory = await staff_store.find_directory(tx)
        changes = await staff_store.find_changes(tx, managed, 50)
        last_days = await staff_store.find_last_days(tx, managed, day)
        shown = {"staff": [row["staff_id"] for row in directory]}
        await access.record(tx, session.actor, "read", shown, basis="manager", screen=context.screen)
    mine = {row["staff_id"] for row in assignments if row["until"] is None or row["until"] >= day}
    return {
        "units": [_unit(row, managed) for row in units.values()],
        "assignments": [_assignment(row) for row in assignments],
        "directory": [_member(row, mine) for row in directory],
        "changes": [
            {"id": row["change_id"], "byId": str(row["changed_by"]), "at": row["changed_at"], "note": row["note"]}
            for row in changes
        ],
        "casesWithoutOwner": await _cases_without_owner(context, {str(key): last for key, last in last_days.items()}),
    }


def _unit(row: Any, managed: list[str]) -> dict[str, Any]:
    unit = {"id": row["unit_id"], "name": row["name"]}
    return {
        "unit": unit,
        "closedOn": row["closed_on"],
        "successorId": row["successor"],
        "isMine": row["unit_id"] in managed,
    }


def _member(row: Any, mine: set[Any]) -> dict[str, Any]:
    street = row["home_street"] if row["staff_id"] in mine else ""
    return {"staff": {"id": str(row["staff_id"]), "name": row["name"]}, "login": row["login"], "homeStreet": street}


def _assignment(row: Any) -> dict[str, Any]:
    who = {"id": row["assignment_id"], "staffId": str(row["staff_id"]), "unitId": row["unit_id"]}
    return {**who, "role": row["role"], "fromDate": row["from_date"], "until": row["until"]}


async def _cases_without_owner(context: Context, last_days: dict[str, date | None]) -> list[dict[str, Any]] | None:
    """Asked of coordination, who authorises and records it; which owners leave is the gateway's own fact."""
    try:
        cards = await context.ask("coordination", "/views/cases")
    except BansoError:
        return None
    soon = tokyo_day(context.service.clock()) + LEAVES_SOON
    found = []
    for card in cards:
        if card["ownerId"] is None:  # shared with this manager, and not whose it is
            continue
        here = card["ownerId"] in last_days
        last = last_days.get(card["ownerId"])
        if not here or (last is not None and last <= soon):
            found.append({"card": card, "ownerUntil": last})
    return found
