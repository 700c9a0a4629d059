"""Reads. Each asks its owner, who authorises and records it; not found there is null here."""

import asyncio
from typing import Any

import strawberry
from strawberry import ID

from gateway.context import Context, Ctx
from gateway.graphql import types
from gateway.graphql.access_queries import AccessQuery
from gateway.graphql.ibasho_queries import IbashoQuery
from gateway.graphql.request_queries import RequestQuery
from gateway.graphql.sharing_queries import SharingQuery
from services.kernel.errors import BansoError, NotFound

DRAFT_OWNERS = {"consultation": "intake", "handoff": "intake", "visit": "coordination", "closing": "ibasho"}


async def _or_none(asking: Any) -> Any:
    try:
        return await asking
    except NotFound:
        return None


@strawberry.type
class Query(IbashoQuery, SharingQuery, AccessQuery, RequestQuery):
    """Everything a screen may read."""

    @strawberry.field
    async def me(self, info: Ctx) -> types.Me:
        """Who is signed in, and today's assignments."""
        session = info.context.session
        assignments = [{"unit": {"id": unit}, "role": role} for unit, role in session.assignments]
        me: Any = {"staff": {"id": str(session.staff_id)}, "assignments": assignments}
        return me  # type: ignore[no-any-return]

    @strawberry.field
    async def today(self, info: Ctx) -> types.Today:
        """Composed from three owners; one that does not answer is named in `unavailable`, the rest still comes."""
        return await compose_today(info.context)  # type: ignore[no-any-return]

    @strawberry.field
    async def tray(self, info: Ctx) -> types.Tray:
        """引継ぎトレイ."""
        return await info.context.ask("intake", "/views/tray")  # type: ignore[no-any-return]

    @strawberry.field
    async def handoff(self, info: Ctx, id: ID) -> types.Handoff | None:
        """One handoff with its sheet."""
        return await _or_none(info.context.ask("intake", f"/views/handoffs/{id}"))  # type: ignore[no-any-return]

    @strawberry.field
    async def consultations(self, info: Ctx, limit: int = 50) -> list[types.Consultation]:
        """Sheets of one's own unit."""
        return await info.context.ask("intake", "/views/consultations", limit=limit)  # type: ignore[no-any-return]

    @strawberry.field
    async def consultation(self, info: Ctx, id: ID) -> types.Consultation | None:
        """One sheet."""
        return await _or_none(info.context.ask("intake", f"/views/consultations/{id}"))  # type: ignore[no-any-return]

    @strawberry.field
    async def cases(self, info: Ctx, closed: bool = False) -> list[types.CaseCard]:
        """My open cases, or the closed ones."""
        return await info.context.ask("coordination", "/views/cases", closed=closed)  # type: ignore[no-any-return]

    @strawberry.field
    async def case(self, info: Ctx, id: ID) -> types.Case | None:
        """One case."""
        return await _or_none(info.context.case(id))  # type: ignore[no-any-return]

    @strawberry.field
    async def case_suspended(self, info: Ctx, id: ID) -> bool:
        """True to its team and lead alone, while the person had the use of the record stopped: why there is no `case`."""
        try:
            await info.context.case(id)
        except NotFound as error:
            return error.code == "record_suspended"
        return False

    @strawberry.field
    async def notices(self, info: Ctx) -> list[types.Notice]:
        """お知らせ to me."""
        said = await info.context.ask("notify", "/views/notices")
        return said["notices"]  # type: ignore[no-any-return]

    @strawberry.field
    async def statistics(self, info: Ctx, from_month: str, to_month: str) -> types.Statistics | None:
        """Counts by month and window, for managers."""
        query = {"from": from_month, "to": to_month}
        return await _or_none(info.context.ask("reporting", "/views/statistics", **query))  # type: ignore[no-any-return]

    @strawberry.field
    async def colleagues(self, info: Ctx, unit_id: ID) -> list[types.Staff]:
        """Coordinators of one of my units."""
        return await info.context.colleagues(unit_id)  # type: ignore[return-value]

    @strawberry.field
    async def units(self, info: Ctx, receiving: bool = False) -> list[types.Unit]:
        """Open units; with `receiving` only those where somebody could take a handoff today."""
        units = await info.context.units()
        able = await info.context.receiving_units() if receiving else units.keys()
        found = {key: row for key, row in units.items() if row["closed_on"] is None and key in able}
        return [{"id": key, "name": row["name"]} for key, row in found.items()]  # type: ignore[misc]

    @strawberry.field
    async def drafts(self, info: Ctx, kind: str) -> list[types.Draft]:
        """What I am still typing."""
        if kind not in DRAFT_OWNERS:
            return []
        return await info.context.ask(DRAFT_OWNERS[kind], "/drafts", kind=kind)  # type: ignore[no-any-return]


async def compose_today(context: Context) -> Any:
    """今日, from four owners."""
    asked = {
        "tray": context.ask("intake", "/views/tray"),
        "drafts": context.ask("intake", "/drafts"),
        "visit_drafts": context.ask("coordination", "/drafts"),
        "line_drafts": context.ask("ibasho", "/drafts"),
        "due": context.ask("coordination", "/views/today"),
        "notices": context.ask("notify", "/views/notices"),
    }
    owners = {
        "tray": "intake",
        "drafts": "intake",
        "visit_drafts": "coordination",
        "line_drafts": "ibasho",
        "due": "coordination",
        "notices": "notify",
    }
    answers = dict(zip(asked, await asyncio.gather(*asked.values(), return_exceptions=True), strict=True))
    unavailable = set()
    for part, answer in answers.items():
        if isinstance(answer, BansoError):
            unavailable.add(owners[part])
        elif isinstance(answer, BaseException):
            raise answer
    said: dict[str, Any] = {part: {} if isinstance(answer, BansoError) else answer for part, answer in answers.items()}
    received = [card for card in said["tray"].get("received", []) if card["status"] == "open"]
    returned = [card for card in said["tray"].get("sent", []) if card["status"] == "returned"]
    return {
        "handoffsWaiting": len(received),
        "openDrafts": [*said["drafts"], *said["visit_drafts"], *said["line_drafts"]],
        "contactsDue": said["due"].get("contactsDue", []),
        "unreadNotices": said["notices"].get("unread", 0),
        "receivedHandoffs": received,
        "returnedHandoffs": returned,
        "unavailable": sorted(unavailable),
    }
