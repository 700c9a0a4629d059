"""居場所 counted: 延べ and 実 are two measures, late facts and corrections change the month of the session, 0 to now is equal.

The applier on a real database; records are given to it as the consumer would.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from infra.migrate import folders_of, migrate
from infra.postgres import Dsns, provision
from services.contracts.base import EventData
from services.contracts.codes import AttendanceKind
from services.contracts.ibasho import AttendanceLogged, SessionClosed, SessionScheduled
from services.contracts.registry import EVENTS
from services.kernel.db import Database, connect
from services.kernel.ids import new_id
from services.kernel.stream import Applier
from services.kernel.token import Actor
from services.reporting import store
from services.reporting.reactions import REACTIONS
from services.reporting.rebuild import figures, reset
from tests.service.coordination.conftest import FakeRecord
from tests.support.servers import Servers

UNIT = "yato-ibasho"
OCTOBER, NOVEMBER = datetime(2026, 10, 31, 14, 0, tzinfo=UTC), datetime(2026, 10, 31, 15, 0, tzinfo=UTC)
"""23:00 on the last of October and midnight of the first of November, in Tokyo."""
MANAGER = Actor(new_id(), "staff", (("support", "manager"),))


@dataclass
class Counting:
    """Reporting's applier, and everything that was said to it so far."""

    applier: Applier
    dsns: Dsns
    tables: "asyncpg.Connection[Any]"
    records: list[FakeRecord] = field(default_factory=list)
    _versions: dict[UUID, int] = field(default_factory=dict)

    async def say(self, subject: UUID, data: EventData, at: datetime) -> None:
        version = self._versions[subject] = self._versions.get(subject, 0) + 1
        headers = {
            "ce_type": data.type_name(),
            "ce_id": str(new_id()),
            "ce_subject": str(subject),
            "ce_aggregateversion": str(version),
            "ce_time": at.isoformat(),
            "ce_recordedtime": at.isoformat(),
            "ce_correlationid": str(new_id()),
        }
        body = data.model_dump_json(by_alias=True).encode()
        record = FakeRecord(len(self.records), [(key, value.encode()) for key, value in headers.items()], body)
        self.records.append(record)
        await self.applier.apply("ibasho", 0, [record])

    async def schedule(self, starts_at: datetime) -> UUID:
        session, ends_at = new_id(), starts_at + timedelta(hours=2)
        about = {"place_id": new_id(), "programme_id": new_id(), "unit_id": UNIT}
        data = SessionScheduled(session_id=session, starts_at=starts_at, ends_at=ends_at, **about)
        await self.say(session, data, starts_at - timedelta(days=30))
        return session

    async def log(self, session: UUID, kind: str, who: UUID | None = None, corrects: UUID | None = None) -> UUID:
        attendance = new_id()
        about = {"session_id": session, "attendance_id": attendance, "place_id": new_id(), "programme_id": new_id()}
        data = AttendanceLogged(kind=AttendanceKind(kind), participant_id=who, corrects=corrects, **about)
        await self.say(session, data, OCTOBER + timedelta(days=40))
        return attendance

    async def count(self, actor: Actor = MANAGER) -> dict[str, tuple[int, int, int]]:
        """measure -> (October, November, both)."""
        async with self.applier._db.transaction() as tx:
            rows = await store.count_by_month(tx, actor, date(2026, 10, 1), date(2026, 11, 1))
        return {
            measure: (found.get("2026-10", 0), found.get("2026-11", 0), found["total"])
            for (_, measure), found in rows.items()
        }


@pytest_asyncio.fixture
async def counting(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counting]:
    prefix, secrets = f"r{new_id().hex[-8:]}", tmp_path_factory.mktemp("reporting-secrets")
    dsns = await provision(servers.postgres.admin_dsn, prefix, "reporting", secrets)
    await migrate(dsns.owner, folders_of("reporting"), dsns.app_role)
    db, tables = Database(dsns.app, 2), await connect(dsns.owner)
    await db.open()
    await tables.execute("insert into consumer_offset values ('ibasho', 0, 0)")
    yield Counting(Applier(db, "reporting", EVENTS, REACTIONS), dsns, tables)
    await db.close()
    await tables.close()


async def test_visits_add_up_over_months_and_people_do_not(counting: Counting) -> None:
    october, november = await counting.schedule(OCTOBER), await counting.schedule(NOVEMBER)
    await counting.schedule(NOVEMBER)  # nothing happened there
    momiji, kai = new_id(), new_id()
    for session, who in ((october, momiji), (october, momiji), (october, kai), (november, momiji)):
        await counting.log(session, "arrived", who)
    await counting.log(october, "left", kai)
    await counting.log(november, "plus_one")
    await counting.log(november, "plus_one")
    await counting.log(november, "at_door", kai)
    assert await counting.count() == {
        "ibasho_sessions": (1, 1, 2),
        "ibasho_visits": (2, 3, 5),
        "ibasho_people": (2, 1, 2),
    }
    assert await counting.count(Actor(new_id(), "staff", ((UNIT, "ibasho_staff"),))) == {}


async def test_late_facts_and_corrections_after_closing_change_the_month_of_the_session(counting: Counting) -> None:
    session, empty = await counting.schedule(OCTOBER), await counting.schedule(OCTOBER)
    wrong = await counting.log(session, "arrived", new_id())
    for one in (session, empty):
        await counting.say(one, SessionClosed(session_id=one, visits=1, people=1), OCTOBER)
    assert await counting.count() == {
        "ibasho_sessions": (2, 0, 2),
        "ibasho_visits": (1, 0, 1),
        "ibasho_people": (1, 0, 1),
    }
    await counting.log(session, "corrected", corrects=wrong)
    await counting.log(session, "arrived", new_id())
    await counting.log(session, "plus_one")
    assert await counting.count() == {
        "ibasho_sessions": (2, 0, 2),
        "ibasho_visits": (2, 0, 2),
        "ibasho_people": (1, 0, 1),
    }


async def test_made_again_from_the_first_event_it_is_equal(counting: Counting) -> None:
    for starts_at in (OCTOBER, NOVEMBER):
        session = await counting.schedule(starts_at)
        wrong = await counting.log(session, "arrived", new_id())
        await counting.log(session, "plus_one")
        await counting.log(session, "corrected", corrects=wrong)
        await counting.log(session, "arrived", new_id())
        await counting.say(session, SessionClosed(session_id=session, visits=2, people=1), starts_at)
    counts, facts = await counting.count(), await figures(counting.dsns.owner)
    assert counts["ibasho_visits"] == (2, 2, 4) and len(facts) > 10
    await reset(counting.dsns.owner)
    assert await counting.count() == {} and await figures(counting.dsns.owner) == []
    for record in counting.records:
        await counting.applier.apply("ibasho", 0, [record])
    assert await counting.count() == counts
    assert await figures(counting.dsns.owner) == facts
    assert await counting.tables.fetchval("select count(*) from dead_letter") == 0
