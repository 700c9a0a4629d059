"""職員と担当 for managers: who is what in their units, what changed, and the cases whose owner leaves. A read like any other."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from gateway import store
from gateway.context import Context
from gateway.staff import staff_store
from gateway.staff.staffing import Register
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
        lines = await staff_store.find_lines(tx, managed, [row["change_id"] for row in changes])
        last_days = await staff_store.find_last_days(tx, managed, day)
        mine = await staff_store.find_longest_here(tx, managed, day)
        former = await staff_store.find_former(tx, managed, day)
        register = await staff_store.find_register(tx)
        shown = {"staff": [row["staff_id"] for row in directory]}
        await access.record(tx, session.actor, "read", shown, basis="manager", screen=context.screen)
    soon = day + LEAVES_SOON
    staying = [one for one, last in last_days.items() if last is None or last > soon]
    cards = await _cards(context, staying, former)
    return {
        "units": [_unit(row, managed, register) for row in units.values()],
        "assignments": [_assignment(row) for row in assignments],
        "directory": [_member(row, mine) for row in directory],
        "changes": [_change(row, [each for each in lines if each["change_id"] == row["change_id"]]) for row in changes],
        "casesWithoutOwner": _without_owner(cards, {str(key): last for key, last in last_days.items()}, soon),
        "casesWithFormer": _with_former(cards, {str(one) for one in former}),
    }


def _unit(row: Any, managed: list[str], register: Register) -> dict[str, Any]:
    unit = {"id": row["unit_id"], "name": row["name"]}
    return {
        "unit": unit,
        "closedOn": row["closed_on"],
        "successorId": row["successor"],
        "isMine": row["unit_id"] in managed,
        "audits": register.audits(row["unit_id"]),
        "isAgency": row["answered_by"] is not None,
    }


def _member(row: Any, mine: frozenset[UUID]) -> dict[str, Any]:
    is_mine = row["staff_id"] in mine
    who = {"staff": {"id": str(row["staff_id"]), "name": row["name"]}, "login": row["login"]}
    return {**who, "isMine": is_mine, "homeStreet": row["home_street"] if is_mine else ""}


def _assignment(row: Any) -> dict[str, Any]:
    who = {"id": row["assignment_id"], "staffId": str(row["staff_id"]), "unitId": row["unit_id"]}
    return {**who, "role": row["role"], "fromDate": row["from_date"], "until": row["until"]}


def _change(row: Any, lines: list[Any]) -> dict[str, Any]:
    what = {"id": row["change_id"], "byId": str(row["changed_by"]), "at": row["changed_at"], "note": row["note"]}
    return {**what, "lines": [_line(each) for each in lines]}


def _line(row: Any) -> dict[str, Any]:
    staff_id = row["staff_id"] and str(row["staff_id"])
    what = {"kind": row["kind"], "unitId": row["unit_id"], "successorId": row["successor"], "staffId": staff_id}
    return {**what, "role": row["role"], "fromDate": row["from_date"], "until": row["until"]}


async def _cards(context: Context, staying: Iterable[UUID], former: Iterable[UUID]) -> list[dict[str, Any]] | None:
    """Asked of coordination, who authorises and records it; who leaves and who left is the gateway's own fact."""
    working = {"staying": [str(one) for one in staying], "former": [str(one) for one in former]}
    try:
        cards: list[dict[str, Any]] = await context.ask(
            "coordination", "/views/cases-to-staff", method="POST", body=working
        )
    except BansoError:
        return None
    return cards


def _without_owner(
    cards: list[dict[str, Any]] | None, last_days: dict[str, date | None], soon: date
) -> list[dict[str, Any]] | None:
    if cards is None:
        return None
    found = []
    for card in cards:
        here = card["ownerId"] in last_days
        last = last_days.get(card["ownerId"])
        if not here or (last is not None and last <= soon):
            found.append({"card": card, "ownerUntil": last})
    return found


def _with_former(cards: list[dict[str, Any]] | None, former: set[str]) -> list[dict[str, Any]] | None:
    """Coordination cannot tell who was moved from whom another unit lends: the manager can. The owner is told of apart."""
    if cards is None:
        return None
    found = [(card, sorted(former & {*card["teamIds"]} - {card["ownerId"]})) for card in cards]
    return [{"card": card, "formerIds": ids} for card, ids in found if ids]
