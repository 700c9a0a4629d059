"""The real coordination app on a real PostgreSQL. Records are applied as the consumer would; no broker is needed.

Every test works in a unit of its own with staff of its own, so nothing has to be emptied while the fetch loop runs.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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
from services.contracts.base import EventData
from services.contracts.codes import HandoffKind
from services.contracts.intake import HandoffAccepted, HandoffPackage
from services.contracts.registry import EVENTS
from services.coordination.reactions import REACTIONS
from services.kernel.db import connect
from services.kernel.ids import new_id
from services.kernel.stream import Applier
from services.kernel.token import Actor, Signer
from tests.service.coordination.intake_stub import IntakeStub
from tests.support.servers import Servers

NOW = datetime(2026, 11, 24, 3, 46, tzinfo=UTC)
"""令和8年11月24日(火) 12:46 in Tokyo."""
ACCEPTED_AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TABLES = (
    "quarantine",
    "quarantine_private",
    "quarantine_family_private",
    "case_file",
    "case_member",
    "case_kept_off",
    "contact_safety",
    "contact_safety_private",
    "package_fetch",
    "person",
    "person_private",
    "handoff_package",
    "handoff_package_private",
    "handoff_package_family_private",
    "visit",
    "visit_private",
    "visit_family_private",
    "visit_amendment_private",
    "case_token",
    "case_attendance",
    "case_closing",
    "case_closing_private",
    "basis",
    "basis_private",
    "basis_end",
    "conference_member",
    "person_request",
    "person_request_private",
    "erasure",
    "erasure_done",
    "outbox",
    "command_log",
    "subject_version",
    "dead_letter",
    "seen",
)


@dataclass(frozen=True)
class FakeRecord:
    """A fetched record."""

    offset: int
    headers: list[tuple[str, bytes]]
    value: bytes | None


@dataclass
class Case:
    """One case of a test: its event, its unit and the people around it."""

    event_id: UUID
    accepted: HandoffAccepted
    owner: Actor
    colleague: Actor
    kept_off: Actor

    @property
    def id(self) -> UUID:
        return self.accepted.case_id

    @property
    def unit(self) -> str:
        return self.accepted.to_unit

    def staff(self, role: str = "coordinator", unit: str | None = None) -> Actor:
        """Somebody else, of the same unit unless said otherwise."""
        return Actor(new_id(), "staff", ((unit or self.unit, role),))


@dataclass
class World:
    """The running app, its clock, intake's stub, and a look into the tables as their owner."""

    http: httpx.AsyncClient
    tables: "asyncpg.Connection[Any]"
    service: Any
    intake: IntakeStub
    signer: Signer
    applier: Applier
    now: datetime = NOW
    word: str = field(default_factory=lambda: f"ことば{new_id().hex}")
    """A word that stands nowhere else."""
    _seq: int = field(default=0)

    async def apply(self, subject: UUID, data: EventData, version: int, at: datetime, id_: UUID) -> None:
        """Apply one event of another service as the consumer does, at the next offset of its topic."""
        query = "select next_offset from consumer_offset where topic = $1"
        offset = await self.tables.fetchval(query, data.SERVICE)
        headers = {
            "ce_type": data.type_name(),
            "ce_id": str(id_),
            "ce_subject": str(subject),
            "ce_aggregateversion": str(version),
            "ce_time": at.isoformat(),
            "ce_recordedtime": at.isoformat(),
            "ce_correlationid": str(id_),
        }
        record = FakeRecord(
            offset,
            [(key, value.encode()) for key, value in headers.items()],
            data.model_dump_json(by_alias=True).encode(),
        )
        await self.applier.apply(data.SERVICE, 0, [record])

    async def accept(self, *, offered: bool = True, told: dict[str, Any] | None = None, **changes: Any) -> Case:
        """A handoff was accepted; its package is to be had at intake unless `offered` is False."""
        unit = f"unit-{new_id().hex[-12:]}"
        people = [Actor(new_id(), "staff", ((unit, "coordinator"),)) for _ in range(3)]
        accepted = HandoffAccepted(
            handoff_id=new_id(),
            consultation_id=new_id(),
            case_id=new_id(),
            kind=changes.pop("kind", HandoffKind.LEAD),
            from_unit="hoya-window",
            to_unit=unit,
            handed_off_by=new_id(),
            accepted_by=people[0].id,
            colleague_ids=[people[1].id],
            kept_off=[people[2].id],
        )
        case = Case(new_id(), accepted, *people)
        if offered:
            self.intake.offer(package_of(accepted, told, **changes), case.event_id)
        await self.apply(accepted.handoff_id, accepted, 1, ACCEPTED_AT, case.event_id)
        return case

    async def settled(self, **changes: Any) -> Case:
        """A case whose package has arrived."""
        case = await self.accept(**changes)
        await self.until_fetched(case)
        return case

    async def until_fetched(self, case: Case, seconds: float = 20) -> None:
        await until(lambda: self._fetched(case), seconds)

    async def _fetched(self, case: Case) -> bool:
        query = "select fetched_at is not null from package_fetch where case_id = $1"
        return bool(await self.tables.fetchval(query, case.id))

    async def wake(self) -> None:
        """What a new case does to the fetch loop."""
        await self.tables.execute("select pg_notify('package_fetch', '')")

    def envelope(self, actor: Actor, subject: UUID, payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
        self._seq += 1
        return {
            "id": str(new_id()),
            "type": "RecordVisit",
            "v": 1,
            "author": str(actor.id),
            "subject": str(subject),
            "deviceSeq": self._seq,
            "capturedAt": (self.now - timedelta(minutes=2)).isoformat(),
            "payload": payload,
            **changes,
        }

    def headers(self, actor: Actor) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.signer.sign(actor, 'coordination')}"}

    async def submit(self, actor: Actor, *envelopes: dict[str, Any]) -> list[dict[str, Any]]:
        body = json.dumps(
            {"commands": envelopes}
        )  # escaped: a lone surrogate reaches the service as it would from a device
        answer = await self.http.post("/commands", content=body, headers=self.headers(actor))
        assert answer.status_code == 200, answer.text
        outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
        return outcomes

    async def record(self, actor: Actor, case: Case, **changes: Any) -> dict[str, Any]:
        """The outcome of one RecordVisit."""
        return (await self.submit(actor, self.envelope(actor, case.id, visit(**changes))))[0]

    async def get(self, actor: Actor, path: str) -> httpx.Response:
        return await self.http.get(path, headers=self.headers(actor))

    async def case(self, actor: Actor, case: Case) -> dict[str, Any]:
        """The case page."""
        answer = await self.get(actor, f"/views/cases/{case.id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def events(self, case: Case) -> list[tuple[str, int, datetime, dict[str, Any]]]:
        """(type, version, time, data) of the case's events, in order."""
        query = "select type, version, time, data from outbox where subject = $1 order by id"
        rows = await self.tables.fetch(query, case.id)
        return [(row["type"].split(".")[2], row["version"], row["time"], row["data"]) for row in rows]

    async def everything(self) -> list[Any]:
        """All rows an act could change; equal before and after = nothing happened."""
        return [
            [tuple(row) for row in await self.tables.fetch(f"select * from {table} t order by t::text")]
            for table in TABLES
        ]

    async def accesses(self, actor: Actor) -> list[dict[str, Any]]:
        rows = await self.tables.fetch("select * from access_log where actor_id = $1 order by id", actor.id)
        return [dict(row) for row in rows]


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Poll until the condition holds; fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        await asyncio.sleep(0.03)


def package_of(accepted: HandoffAccepted, told: dict[str, Any] | None = None, **changes: Any) -> HandoffPackage:
    """A mother's call, as intake hands it over."""
    words = {
        "personName": "",
        "personKana": "",
        "birth": {"year": "平10", "month": "", "day": ""},
        "personPhone": "042-000-1188",
        "callerName": "",
        "callerPhone": "090-0000-4821",
        "contactNote": "火・木の14時から16時",
        "memo": "息子のこと。部屋で過ごす日が長い。",
    }
    package = {
        "handoffId": accepted.handoff_id,
        "consultationId": accepted.consultation_id,
        "receiptNumber": "保2026-0007",
        "openedAt": ACCEPTED_AT - timedelta(days=1),
        "unitId": accepted.from_unit,
        "openedBy": accepted.handed_off_by,
        "callerKind": "family",
        "channel": "phone",
        "callerRelation": "mother",
        "residence": "in_city",
        "concerns": ["family_relations"],
        "mainConcern": "hikikomori",
        "isHikikomori": "yes",
        "urgency": "days",
        "personKnows": "does_not_know",
        "contactRules": ["no_home_phone", "caller_mobile_only"],
        "safeContact": "母の携帯だけ",
        "promised": "木曜までに、母の携帯へ一度かける",
        "nextAppointment": {"at": "2026-11-26T05:00:00Z", "note": "電話"},
        "birthYear": 1998,
        "told": {**words, **(told or {})},
    }
    return HandoffPackage.model_validate({**package, **changes})


def visit(**changes: Any) -> dict[str, Any]:
    """A visit through the door, with words of both."""
    return {
        "visitId": str(new_id()),
        "visitedAt": (NOW - timedelta(hours=1)).isoformat(),
        "outcome": "through_door",
        "withWhom": ["person", "family"],
        "personWords": "今日はここまで、と本人",
        "familyWords": "眠れていないようだ、と母",
        "memo": "扉のすぐ内側で話された",
        "nextPromise": {"on": "2026-12-01", "note": "手紙を届ける"},
        **changes,
    }


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_keys(tmp_path_factory.mktemp("coordination-keys"))


@pytest.fixture(scope="session")
def intake(keys: Path) -> Iterator[IntakeStub]:
    stub = IntakeStub(keys)
    stub.start()
    yield stub
    stub.stop()


@pytest_asyncio.fixture(scope="session")
async def dsns(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Dsns:
    """A database of its own with coordination's tables."""
    prefix, secrets = f"c{new_id().hex[-8:]}", tmp_path_factory.mktemp("coordination-secrets")
    made = await provision(servers.postgres.admin_dsn, prefix, "coordination", secrets)
    folders = folders_of("coordination")
    await migrate(made.owner, folders, made.app_role)
    owner = await connect(made.owner)
    await owner.execute("insert into consumer_offset values ('intake', 0, 0), ('ibasho', 0, 0), ('staff', 0, 0)")
    await owner.close()
    return made


@pytest_asyncio.fixture(scope="session")
async def app(dsns: Dsns, keys: Path, intake: IntakeStub) -> AsyncIterator[Any]:
    """The running app with its fetch loop. Its bus address leads nowhere."""
    from services.coordination.main import app as coordination

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BANSO_ENV", "test")
        patch.setenv("BANSO_DATABASE_DSN", dsns.app)
        patch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
        patch.setenv("BANSO_KEYS_DIR", str(keys))
        patch.setenv("BANSO_INTAKE_URL", intake.url)
        async with coordination.router.lifespan_context(coordination):
            yield coordination


@pytest_asyncio.fixture
async def world(app: Any, dsns: Dsns, keys: Path, intake: IntakeStub) -> AsyncIterator[World]:
    """A client, a clock that stands still at `NOW`, and intake at its post."""
    tables, service = await connect(dsns.owner), app.state.service
    applier = Applier(service.db, "coordination", EVENTS, REACTIONS)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://coordination") as http:
        made = World(http, tables, service, intake, Signer(keys, "gateway"), applier)
        service.clock = lambda: made.now
        yield made
    await tables.close()
