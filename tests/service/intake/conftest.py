"""The real intake app on a real PostgreSQL, called over its own HTTP. The bus is absent: the outbox table is the proof."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from infra.migrate import folders_of, migrate
from infra.postgres import Dsns, provision
from services.kernel.ids import new_id
from services.kernel.token import Actor, Signer, service_actor
from tests.support.servers import Servers

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 24, 3, 46, tzinfo=UTC)
"""令和8年11月24日(火) 12:46 in Tokyo, the day after a three-day weekend."""
_NAMES = UUID("00000000-0000-5000-8000-000000000001")


def person(name: str, *assignments: tuple[str, str]) -> Actor:
    """A member of staff with today's assignments."""
    return Actor(uuid5(_NAMES, name), "staff", assignments)


CLERK = person("clerk", ("hoya-window", "window_staff"))
CLERK_COLLEAGUE = person("clerk-colleague", ("hoya-window", "window_staff"))
OTHER_CLERK = person("other-clerk", ("tanashi-window", "window_staff"))
COORDINATOR = person("coordinator", ("hikikomori-support", "coordinator"))
SECOND_COORDINATOR = person("second-coordinator", ("hikikomori-support", "coordinator"))
MANAGER = person("manager", ("hikikomori-support", "manager"))
IBASHO = person("ibasho", ("yato-ibasho", "ibasho_staff"))
AUDITOR = person("auditor", ("audit-office", "auditor"))
SAME_UNIT_OTHER_ROLE = person("same-unit", ("hikikomori-support", "ibasho_staff"), ("hoya-window", "auditor"))
NOBODY = person("nobody")

STRANGERS = {
    "other window": OTHER_CLERK,
    "ibasho": IBASHO,
    "auditor": AUDITOR,
    "same unit, other role": SAME_UNIT_OTHER_ROLE,
    "no assignment": NOBODY,
}

OPEN: dict[str, Any] = {
    "unitId": "hoya-window",
    "openedAt": (NOW - timedelta(minutes=3)).isoformat(),
    "callerKind": "family",
    "callerRelation": "mother",
    "channel": "phone",
    "residence": "in_city",
    "personKnows": "does_not_know",
    "contactRules": ["no_home_phone", "caller_mobile_only"],
    "concerns": ["family_relations"],
    "mainConcern": "hikikomori",
    "heardFrom": ["city_news"],
    "isHikikomori": "yes",
    "otherIssues": [],
    "urgency": "days",
    "told": {
        "personName": "",
        "personKana": "",
        "birth": {"year": "平10", "month": "", "day": ""},
        "personPhone": "",
        "personAddress": "",
        "callerName": "",
        "callerPhone": "090-0000-4821",
        "contactNote": "火・木の14時から16時",
        "memo": "息子のこと。部屋で過ごす日が長い。",
    },
}
HAND_OFF: dict[str, Any] = {
    "toUnit": "hikikomori-support",
    "promised": "木曜までに、母の携帯へ一度かける",
    "personKnows": "does_not_know",
    "contactRules": ["afternoon_only", "no_home_phone"],
    "safeContact": "母の携帯だけ　火・木 14:00–16:00",
    "nextAppointment": {"at": "2026-11-26T05:00:00Z", "note": ""},
    "keptOff": [],
}


@dataclass
class World:
    """What a test holds: the running app, tokens, a look into the tables as their owner, and a clock to set."""

    http: httpx.AsyncClient
    owner: "asyncpg.Connection[Any]"
    keys: Path
    service: Any
    now: datetime = NOW
    _signers: dict[str, Signer] = field(default_factory=dict)

    def token(self, actor: Actor, audience: str = "intake") -> str:
        issuer = actor.service or "gateway"
        signer = self._signers.setdefault(issuer, Signer(self.keys, issuer))
        return signer.sign(actor, audience)

    def headers(self, actor: Actor) -> dict[str, str]:
        """A token is good for one request."""
        return {"Authorization": f"Bearer {self.token(actor)}"}

    async def submit(self, actor: Actor, *commands: dict[str, Any]) -> list[dict[str, Any]]:
        """The outcomes of one batch."""
        answer = await self.http.post("/commands", json={"commands": commands}, headers=self.headers(actor))
        assert answer.status_code == 200, answer.text
        outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
        return outcomes

    async def act(
        self, actor: Actor, type_: str, subject: UUID, payload: dict[str, Any], **more: Any
    ) -> dict[str, Any]:
        """The outcome of one command."""
        return (await self.submit(actor, envelope(actor, type_, subject, payload, **more)))[0]

    async def get(self, actor: Actor, path: str, **params: Any) -> httpx.Response:
        return await self.http.get(path, params=params, headers=self.headers(actor))

    async def opened(self, actor: Actor = CLERK, **changes: Any) -> UUID:
        """A consultation that exists."""
        consultation = new_id()
        outcome = await self.act(actor, "OpenConsultation", consultation, {**OPEN, **changes})
        assert outcome["status"] == "accepted", outcome
        return consultation

    async def handed_off(self, actor: Actor = CLERK, consultation: UUID | None = None, **changes: Any) -> UUID:
        """A handoff that waits for an answer."""
        handoff = new_id()
        consultation = consultation or await self.opened(actor)
        payload = {**HAND_OFF, "consultationId": str(consultation), **changes}
        outcome = await self.act(actor, "HandOff", handoff, payload)
        assert outcome["status"] == "accepted", outcome
        return handoff

    async def events(self, subject: UUID) -> list[tuple[str, int, dict[str, Any]]]:
        """(type, version, data) of a subject's events, in order."""
        rows = await self.owner.fetch("select type, version, data from outbox where subject = $1 order by id", subject)
        return [(row["type"], row["version"], row["data"]) for row in rows]

    async def row(self, table: str, id_: UUID) -> dict[str, Any]:
        key = "handoff_id" if table.startswith("handoff") else "consultation_id"
        row = await self.owner.fetchrow(f"select * from {table} where {key} = $1", id_)
        assert row is not None
        return dict(row)

    async def everything(self) -> list[Any]:
        """All rows of intake that an act could change; equal before and after = nothing happened."""
        tables = (
            "consultation consultation_told handoff handoff_told receipt_counter outbox command_log subject_version"
        )
        return [
            [tuple(row) for row in await self.owner.fetch(f"select * from {table} t order by t::text")]
            for table in tables.split()
        ]

    async def access_rows(self) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.owner.fetch("select * from access_log order by id")]


def envelope(
    actor: Actor, type_: str, subject: UUID, payload: dict[str, Any], *, id_: UUID | None = None, v: int = 1
) -> dict[str, Any]:
    """One command as a device sends it."""
    return {
        "id": str(id_ or new_id()),
        "type": type_,
        "v": v,
        "author": str(actor.id),
        "subject": str(subject),
        "deviceSeq": 1,
        "capturedAt": NOW.isoformat(),
        "payload": payload,
    }


@pytest.fixture(scope="session")
def admin_dsn(servers: Servers) -> str:
    """The administrator's way in to the cluster all suites share."""
    return servers.postgres.admin_dsn


@pytest_asyncio.fixture(scope="session")
async def dsns(admin_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Dsns]:
    """A database of its own with intake's tables; dropped at the end."""
    prefix = f"t{secrets.token_hex(4)}"
    made = await provision(admin_dsn, prefix, "intake", tmp_path_factory.mktemp("secrets"))
    folders = folders_of("intake")
    await migrate(made.owner, folders, made.app_role)
    yield made
    admin = await asyncpg.connect(admin_dsn)
    await admin.execute(f"drop database {prefix}_intake with (force)")
    for role in ("owner", "app"):
        await admin.execute(f"drop role {prefix}_intake_{role}")
    await admin.close()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signing keys of the gateway and of coordination."""
    folder = tmp_path_factory.mktemp("keys")
    for issuer in ("gateway", "coordination", "notify"):
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{issuer}.private.pem").write_bytes(private)
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{issuer}.public.pem").write_bytes(public)
    return folder


@pytest_asyncio.fixture(scope="session")
async def app(dsns: Dsns, keys: Path) -> AsyncIterator[Any]:
    """The running app. Its bus address leads nowhere: writes must be acknowledged all the same."""
    from services.intake.main import app as intake

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BANSO_ENV", "test")
        patch.setenv("BANSO_DATABASE_DSN", dsns.app)
        patch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
        patch.setenv("BANSO_KEYS_DIR", str(keys))
        async with intake.router.lifespan_context(intake):
            yield intake


@pytest_asyncio.fixture
async def world(app: Any, dsns: Dsns, keys: Path) -> AsyncIterator[World]:
    """Empty tables, a clock that stands still at `NOW`, and a client."""
    owner = await asyncpg.connect(dsns.owner)
    await owner.set_type_codec("jsonb", encoder=str, decoder=__import__("json").loads, schema="pg_catalog")
    await owner.execute(
        "truncate consultation, consultation_told, handoff, handoff_told, receipt_counter, outbox, command_log,"
        " subject_version, access_log, draft_private, erasure, seen, sheet_request, sheet_request_told, sheet_amendment_told,"
        " access_review, access_review_told"
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as http:
        made = World(http, owner, keys, app.state.service)
        app.state.service.clock = lambda: made.now
        yield made
    await owner.close()


@pytest.fixture
def coordination() -> Actor:
    """The service that may fetch a package."""
    return service_actor("coordination")
