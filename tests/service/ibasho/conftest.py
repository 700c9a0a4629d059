"""The real ibasho app on a real PostgreSQL. The bus is absent: the outbox table is the proof.

Every test works at a place of its own, in a unit of its own.
"""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio

from infra.keys import ensure_keys
from infra.migrate import folders_of, migrate
from infra.postgres import Dsns, provision
from services.ibasho import participant_store
from services.kernel.db import connect
from services.kernel.ids import new_id
from services.kernel.token import Actor, Signer
from tests.support.servers import Servers
from tests.support.tokens import token_code

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
"""令和8年11月24日(火) 16:00 in Tokyo."""
TABLES = (
    *("place", "programme", "session", "session_staff", "participant", "participant_private", "participant_alias"),
    *("attendance", "correction", "correction_private", "closing_line_private"),
    *("outbox", "command_log", "subject_version"),
)
_numbers = itertools.count(1)


def newcomer(nickname: str, code: str | None = None) -> dict[str, Any]:
    """Somebody a tablet made: nickname and token."""
    return {"nickname": nickname, "code": code or token_code(next(_numbers))}


@dataclass
class Afternoon:
    """One session of a test, its unit and the people around it."""

    id: UUID
    unit: str
    place: UUID
    programme: UUID
    staff: Actor
    second: Actor
    unit_staff: Actor
    lead: Actor


@dataclass
class World:
    """The running app, its clock, and a look into the tables as their owner."""

    http: httpx.AsyncClient
    tables: "asyncpg.Connection[Any]"
    signer: Signer
    now: datetime = NOW
    _seq: int = field(default=0)

    async def place(self, unit: str) -> tuple[UUID, UUID]:
        """A place and a programme of the unit."""
        place, programme = new_id(), new_id()
        await participant_store.register_place(self.tables, place, unit, date(2025, 7, 1), "谷戸分庁舎")
        names = {date(2022, 4, 1): "We", date(2024, 4, 1): "We+（プラス）"}
        await participant_store.register_programme(self.tables, programme, unit, names)
        return place, programme

    async def scheduled(
        self, starts_at: datetime = NOW - timedelta(hours=1), place_of: Afternoon | None = None
    ) -> Afternoon:
        """A session that began an hour ago, with two on its staff: one of the unit, one from elsewhere."""
        unit = place_of.unit if place_of else f"unit-{new_id().hex[-12:]}"
        place, programme = (place_of.place, place_of.programme) if place_of else await self.place(unit)
        people = (
            Actor(new_id(), "staff", ((unit, "ibasho_staff"),)),
            Actor(new_id(), "staff", (("support", "coordinator"),)),
        )
        others = (Actor(new_id(), "staff", ((unit, "ibasho_staff"),)), Actor(new_id(), "staff", ((unit, "manager"),)))
        made = Afternoon(new_id(), unit, place, programme, *people, *others)
        outcome = await self.act(made.staff, "ScheduleSession", made.id, schedule(made, starts_at))
        assert outcome["status"] == "accepted", outcome
        return made

    def envelope(
        self, actor: Actor, kind: str, subject: UUID, payload: dict[str, Any], **changes: Any
    ) -> dict[str, Any]:
        self._seq += 1
        return {
            "id": str(new_id()),
            "type": kind,
            "v": 1,
            "author": str(actor.id),
            "subject": str(subject),
            "deviceSeq": self._seq,
            "capturedAt": (self.now - timedelta(minutes=2)).isoformat(),
            "payload": payload,
            **changes,
        }

    def headers(self, actor: Actor) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.signer.sign(actor, 'ibasho')}"}

    async def submit(self, actor: Actor, *envelopes: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.http.post("/commands", json={"commands": envelopes}, headers=self.headers(actor))
        assert answer.status_code == 200, answer.text
        outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
        return outcomes

    async def act(self, actor: Actor, kind: str, subject: UUID, payload: dict[str, Any]) -> dict[str, Any]:
        """The outcome of one command."""
        return (await self.submit(actor, self.envelope(actor, kind, subject, payload)))[0]

    async def log(self, session: Afternoon, kind: str, **more: Any) -> dict[str, Any]:
        """An accepted fact by the session's staff. Returns its refs."""
        outcome = await self.act(session.staff, "LogAttendance", session.id, fact(kind, **more))
        assert outcome["status"] == "accepted", outcome
        refs: dict[str, Any] = outcome["refs"]
        return refs

    async def get(self, actor: Actor, path: str, **params: Any) -> httpx.Response:
        return await self.http.get(path, params=params, headers=self.headers(actor))

    async def post(self, actor: Actor, path: str, body: object) -> httpx.Response:
        return await self.http.post(path, json=body, headers=self.headers(actor))

    async def board(self, session: Afternoon, actor: Actor | None = None) -> dict[str, Any]:
        answer = await self.get(actor or session.staff, f"/views/sessions/{session.id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def figures(self, session: Afternoon) -> tuple[int, int, int]:
        """(延べ, 実, 扉まで) as the screen says."""
        found = (await self.board(session))["session"]
        return found["visits"], found["people"], found["atDoor"]

    async def events(self, session: Afternoon) -> list[tuple[str, dict[str, Any]]]:
        query = "select type, data from outbox where subject = $1 order by id"
        rows = await self.tables.fetch(query, session.id)
        return [(row["type"].split(".")[2], row["data"]) for row in rows]

    async def everything(self) -> list[Any]:
        """All rows an act could change; equal before and after = nothing happened."""
        return [
            [tuple(row) for row in await self.tables.fetch(f"select * from {table} t order by t::text")]
            for table in TABLES
        ]

    async def accesses(self, actor: Actor) -> list[dict[str, Any]]:
        rows = await self.tables.fetch("select * from access_log where actor_id = $1 order by id", actor.id)
        return [dict(row) for row in rows]


def schedule(session: Afternoon, starts_at: datetime, **changes: Any) -> dict[str, Any]:
    """Two hours of the session's programme at its place."""
    return {
        "placeId": str(session.place),
        "programmeId": str(session.programme),
        "startsAt": starts_at.isoformat(),
        "endsAt": (starts_at + timedelta(hours=2)).isoformat(),
        "style": "free",
        "staffIds": [str(session.staff.id), str(session.second.id)],
        **changes,
    }


def fact(kind: str, **more: Any) -> dict[str, Any]:
    """An attendance half an hour ago."""
    said = {"attendanceId": str(new_id()), "kind": kind, "at": (NOW - timedelta(minutes=30)).isoformat()}
    return {**said, **{key: str(value) if isinstance(value, UUID) else value for key, value in more.items()}}


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_keys(tmp_path_factory.mktemp("ibasho-keys"))


@pytest_asyncio.fixture(scope="session")
async def dsns(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Dsns:
    """A database of its own with ibasho's tables."""
    prefix, secrets = f"b{new_id().hex[-8:]}", tmp_path_factory.mktemp("ibasho-secrets")
    made = await provision(servers.postgres.admin_dsn, prefix, "ibasho", secrets)
    await migrate(made.owner, folders_of("ibasho"), made.app_role)
    return made


@pytest_asyncio.fixture(scope="session")
async def app(dsns: Dsns, keys: Path) -> AsyncIterator[Any]:
    """The running app. Its bus address leads nowhere."""
    from services.ibasho.main import app as ibasho

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BANSO_ENV", "test")
        patch.setenv("BANSO_DATABASE_DSN", dsns.app)
        patch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
        patch.setenv("BANSO_KEYS_DIR", str(keys))
        async with ibasho.router.lifespan_context(ibasho):
            yield ibasho


@pytest_asyncio.fixture
async def world(app: Any, dsns: Dsns, keys: Path) -> AsyncIterator[World]:
    """A client and a clock that stands still at `NOW`."""
    tables, service = await connect(dsns.owner), app.state.service
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ibasho") as http:
        made = World(http, tables, Signer(keys, "gateway"))
        service.clock = lambda: made.now
        yield made
    await tables.close()
