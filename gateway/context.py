"""What one GraphQL request may use: who asks, the owners, and names fetched once for the whole answer."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from strawberry.dataloader import DataLoader
from strawberry.types import Info

from gateway import store
from gateway.devices.sealing import SealingKeys
from gateway.owners import Owners
from gateway.sign_in.session_store import Session
from gateway.staff import staff_commands
from services.contracts.codes import Role
from services.contracts.tokyo import tokyo_day
from services.kernel.app import Service
from services.kernel.errors import NotFound, Overloaded


class Names(DataLoader[str, str]):
    """Names by id, many asked for at once. Each asker waits apart: a field that ends early ends no other one's name."""

    def load(self, key: str) -> Awaitable[str]:
        """Graphql-core cancels the neighbours of a field that failed, and with a task what it waits for."""
        return asyncio.shield(super().load(key))


@dataclass
class Context:
    """One request of one signed-in person."""

    service: Service
    owners: Owners
    sealing: SealingKeys
    session: Session
    screen: str
    names: Names = field(init=False)
    unit_names: Names = field(init=False)
    _cases: dict[str, asyncio.Future[Any]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.names = Names(self._load_names)
        self.unit_names = Names(self._load_unit_names)

    async def ask(self, service: str, path: str, *, method: str = "GET", body: object = None, **query: Any) -> Any:
        """The owner's answer, as this person on this screen."""
        return await self.owners.ask(self.session, service, method, path, body=body, screen=self.screen, **query)

    async def case(self, case_id: str) -> Any:
        """One case, asked for once however many fields of the answer are about it: each asking is a line of the log."""
        if case_id not in self._cases:
            self._cases[case_id] = asyncio.ensure_future(self.ask("coordination", f"/views/cases/{case_id}"))
        return await asyncio.shield(self._cases[case_id])

    async def ask_each(
        self, services: Sequence[str], path: str, *, method: str = "GET", body: object = None
    ) -> tuple[dict[str, Any], list[str]]:
        """The answer of each owner that has one, and which owners are away. One to whom it is not found has none."""
        asked = (self.ask(service, path, method=method, body=body) for service in services)
        said = dict(zip(services, await asyncio.gather(*asked, return_exceptions=True), strict=True))
        unavailable = [service for service, answer in said.items() if isinstance(answer, Overloaded)]
        for answer in said.values():
            if isinstance(answer, BaseException) and not isinstance(answer, NotFound | Overloaded):
                raise answer
        return {who: answer for who, answer in said.items() if not isinstance(answer, BaseException)}, unavailable

    async def send(self, owner: str, envelopes: list[dict[str, Any]]) -> Any:
        """Commands to their owner, who may be the gateway itself: `outcomes`, one each, and its `incarnation`."""
        if owner == "staff":
            return await staff_commands.answer(self.service, self.session.actor, envelopes)
        return await self.ask(owner, "/commands", method="POST", body={"commands": envelopes})

    async def units(self) -> Mapping[str, Any]:
        """All units by id."""
        async with self.service.db.transaction("names") as tx:
            return await store.find_units(tx)

    async def receiving_units(self) -> frozenset[str]:
        """Units with somebody who accepts handoffs today."""
        async with self.service.db.transaction("names") as tx:
            return await store.find_units_with(tx, Role.COORDINATOR, tokyo_day(self.service.clock()))

    async def colleagues(self, unit_id: str) -> list[dict[str, Any]]:
        """Who could share a case or an afternoon in one of my units; nobody for a unit that is not mine."""
        if unit_id not in self.session.units:
            return []
        async with self.service.db.transaction("names") as tx:
            roles = [Role.COORDINATOR, Role.MANAGER, Role.IBASHO_STAFF]
            rows = await store.find_colleagues(tx, unit_id, roles, tokyo_day(self.service.clock()))
        return [{"id": str(row["staff_id"]), "name": row["name"]} for row in rows]

    async def staff_of(self, unit_id: str, *, for_team: bool) -> list[dict[str, Any]]:
        """Everybody of any unit today, for those who decide who sees a case; nobody for anybody else, or of no unit.
        `for_team`: only who can be on a case's team, coordinators and managers."""
        may = self.session.actor.units_as(Role.COORDINATOR, Role.MANAGER)
        if not may or unit_id not in await self.units():
            return []
        roles = [Role.COORDINATOR, Role.MANAGER] if for_team else list(Role)
        async with self.service.db.transaction("names") as tx:
            rows = await store.find_colleagues(tx, unit_id, roles, tokyo_day(self.service.clock()))
        return [{"id": str(row["staff_id"]), "name": row["name"]} for row in rows]

    async def _load_names(self, ids: list[str]) -> list[str]:
        async with self.service.db.transaction("names") as tx:
            names = await store.find_names(tx, [UUID(staff_id) for staff_id in ids])
        return [names.get(UUID(staff_id), "") for staff_id in ids]

    async def _load_unit_names(self, ids: list[str]) -> list[str]:
        units = await self.units()
        return [units[unit_id]["name"] if unit_id in units else unit_id for unit_id in ids]


Ctx = Info[Context, None]


def uuid_of(text: str) -> UUID:
    """An id from a variable; what is none names nothing: NotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
