"""`make seed`: demo data of invented people, the same every time. 60 consultations and 25 cases over two years.

Everything goes through the owners' own commands with a moment of the past; only the registers of staff and of places are
written directly.
"""

import asyncio
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import asyncpg

from infra.paths import VAR
from infra.postgres import Dsns, Postgres, provision
from infra.seed_ibasho import seed_places, seed_sessions
from infra.seed_people import PASSWORD, STAFF, Seeder, actor_of, demo_id, seed_staff, staff_id
from infra.seed_sheets import consultation, package, visit, visit_moments, working_day
from services.contracts.tokyo import TOKYO, tokyo_day
from services.coordination.commands import COMMANDS as COORDINATION
from services.ibasho.commands import COMMANDS as IBASHO
from services.intake.commands import COMMANDS as INTAKE
from services.intake.domain.working_hours import is_working_day
from services.kernel.db import Database
from services.notify.main import COMMANDS as NOTIFY

CONSULTATIONS, HANDED_OFF, CASES = 60, 30, 25
ACCEPTED = range(0, 2 * CASES, 2)
UNREAD_DAYS = 3
NOT_RUNNING = (
    "動いていないため、見本データを入れられません。いまあるデータは変わっていません。"
    "先に make run で動かし、別の画面でもう一度実行してください。 / Nothing is running: start it with make run first."
)
HALF_WAY = (
    "相談までは入りましたが、ケースが開きません。make run が動いているか、var/log を確かめてください。"
    " / Consultations are in, but no case opens: see var/log."
)
__all__ = ["PASSWORD", "Seeder", "actor_of", "consultation", "demo_id", "seed", "seed_places", "seed_staff", "staff_id"]


class NotStartedError(RuntimeError):
    """The services do not work on what was written."""


def moments(today: date) -> list[datetime]:
    """When each consultation came: working days over two years up to yesterday, the newest ones close together."""
    chosen = random.Random(20240401)  # noqa: S311 - the same every time
    days = [*sorted(chosen.sample(range(12, 720), CONSULTATIONS - 6)), 9, 7, 5, 3, 2, 1]
    at = []
    for ago in sorted(days, reverse=True):
        day = today - timedelta(days=ago)
        while not is_working_day(day):
            day -= timedelta(days=1)
        at.append(datetime.combine(day, time(9 + chosen.randrange(6), 5 * chosen.randrange(12)), TOKYO).astimezone(UTC))
    return at


async def first_day(intake: Database, today: date) -> date:
    """The day of the first run, read off what it stored: what was interrupted is completed as it was begun."""
    async with intake.transaction("seed") as tx:
        query = "select consultation_id, opened_at from consultation where consultation_id = any($1::uuid[])"
        rows = await tx.fetch(query, [demo_id("consultation", number) for number in range(CONSULTATIONS)])
    stored = {row["consultation_id"]: row["opened_at"] for row in rows}
    for day in (today - timedelta(days=ago) for ago in range(4000)):
        if all(stored.get(demo_id("consultation", number), at) == at for number, at in enumerate(moments(day))):
            return day
    raise RuntimeError("the demo consultations are not of any day's run")


def taken(at: Sequence[datetime]) -> list[tuple[int, datetime]]:
    """(number, moment) of the accepted handoffs."""
    return [(number, at[number] + timedelta(minutes=70)) for number in ACCEPTED]


async def seed_intake(intake: Seeder, at: Sequence[datetime]) -> None:
    """Consultations and handoffs; the newest handoffs stay open."""
    handed_off = [n for n in range(CONSULTATIONS) if n % 2 == 0][: HANDED_OFF - 4] + list(
        range(CONSULTATIONS - 4, CONSULTATIONS)
    )
    for number, moment in enumerate(at):
        clerk, unit = [("watanabe", "hoya-window"), ("yoshida", "tanashi-window")][number % 3 == 1]
        subject = demo_id("consultation", number)
        sheet = consultation(number, moment, unit)
        await intake.run("OpenConsultation", number, clerk, subject, sheet, moment + timedelta(minutes=1))
        if number not in handed_off:
            continue
        sent_at = moment + timedelta(minutes=20)
        handoff = demo_id("handoff", number)
        await intake.run("HandOff", number, clerk, handoff, package(number, subject, sheet, sent_at), sent_at)
        if number in ACCEPTED:
            payload = {"caseId": str(demo_id("case", number)), "colleagueIds": [str(staff_id(_pair(number)[1]))]}
            await intake.run("AcceptHandoff", number, _pair(number)[0], handoff, payload, dict(taken(at))[number])
        elif number < CONSULTATIONS - 4:
            note = {"reason": "question_left", "note": "電話で何と名乗ればよいか、わかれば教えてください。"}
            await intake.run("ReturnHandoff", number, _pair(number)[0], handoff, note, sent_at + timedelta(hours=2))


def _pair(number: int) -> tuple[str, str]:
    coordinators = ("takahashi", "hamada", "nakamura", "kobayashi")
    return coordinators[number // 2 % 4], coordinators[(number // 2 + 1) % 4]


@dataclass(frozen=True)
class Visit:
    """One demo visit: its number, its case's, when it is recorded, and what is."""

    number: int
    case: int
    recorded_at: datetime
    payload: dict[str, Any]


def visits(accepted: Sequence[tuple[int, datetime]], now: datetime) -> Iterator[Visit]:
    """With long quiet between them; the newest promise of some cases lies in the coming days."""
    for case, opened_at in accepted:
        moments = visit_moments(case, opened_at, now)
        for count, at in enumerate(moments):
            following = moments[count + 1] if count + 1 < len(moments) else now + timedelta(days=case % 9)
            number, said = case * 10 + count, visit(case, count, at, working_day(tokyo_day(following)))
            payload = {"visitId": str(demo_id("visit", number)), **said}
            yield Visit(number, case, at + timedelta(hours=1), payload)


async def is_recorded(coordination: Database, visit: Visit) -> bool:
    """True when this visit is there."""
    async with coordination.transaction("seed") as tx:
        query = "select 1 from visit where visit_id = $1"
        return bool(await tx.fetchval(query, demo_id("visit", visit.number)))


async def read_old_notices(notify: Seeder, day: date, visits: int) -> None:
    """Nobody begins with a pile: only the last days' notices are unread. Each visit is told to one colleague."""
    await _wait_for_notices(notify.db, visits)
    logins = {staff_id(login): login for login, *_ in STAFF}
    since = datetime.combine(day - timedelta(days=UNREAD_DAYS), time(0), TOKYO)
    async with notify.db.transaction("seed") as tx:
        query = "select notice_id, recipient_id from notice where read_at is null and raised_at < $1 order by notice_id"
        old = await tx.fetch(query, since)
    for row in old:
        number = row["notice_id"].int >> 76  # a number of the notice itself, so that a second run says the same
        await notify.run("ReadNotice", number, logins[row["recipient_id"]], row["notice_id"], {}, since)


async def _wait_for_notices(db: Database, visits: int) -> None:
    """Until the visits are told and nothing more comes for a second; at most a minute."""
    before = -1
    for _ in range(60):
        async with db.transaction("seed") as tx:
            kinds = [row["kind"] for row in await tx.fetch("select kind from notice")]
        if kinds.count("visit_recorded") >= visits and len(kinds) == before:
            return
        before = len(kinds)
        await asyncio.sleep(1)


async def wait_for_cases(db: Database, count: int) -> None:
    """Until coordination opened the cases and fetched their packages."""
    for _ in range(600):
        async with db.transaction("seed") as tx:
            if await tx.fetchval("select count(*) from package_fetch where fetched_at is not null") >= count:
                return
        await asyncio.sleep(0.1)
    raise NotStartedError("coordination did not open the demo cases in time")


async def seed(dsns: Mapping[str, Dsns], today: date | None = None) -> None:
    """All demo data into a running installation. An interrupted run is completed; later ones add coming sessions."""
    day = today or datetime.now(UTC).astimezone(TOKYO).date()
    await seed_staff(dsns["gateway"].app)
    await seed_places(dsns["ibasho"].app)
    dbs = {name: Database(dsns[name].app, 2) for name in ("intake", "coordination", "ibasho", "notify")}
    for db in dbs.values():
        await db.open()
    try:
        first = await first_day(dbs["intake"], day)
        at, begun = moments(first), datetime.combine(first, time(0), TOKYO).astimezone(UTC)
        planned = list(visits(taken(at), begun))
        if not await is_recorded(dbs["coordination"], planned[-1]):
            await seed_intake(Seeder(dbs["intake"], dict(INTAKE)), at)
            await wait_for_cases(dbs["coordination"], CASES)
            coordination = Seeder(dbs["coordination"], dict(COORDINATION))
            for v in planned:
                case, author = demo_id("case", v.case), _pair(v.case)[0]
                await coordination.run("RecordVisit", v.number, author, case, v.payload, v.recorded_at)
            await read_old_notices(Seeder(dbs["notify"], dict(NOTIFY)), first, len(planned))
        await seed_sessions(Seeder(dbs["ibasho"], dict(IBASHO)), day, first)
    finally:
        for db in dbs.values():
            await db.close()


async def main() -> None:
    """Seed the installation of `make run`."""
    admin_dsn = os.environ.get("DATABASE_URL") or Postgres().admin_dsn
    names = ("gateway", "intake", "coordination", "ibasho", "notify")
    try:
        await seed({name: await provision(admin_dsn, "banso", name, VAR / "secrets") for name in names})
    except (OSError, asyncpg.UndefinedTableError):
        raise SystemExit(NOT_RUNNING) from None
    except NotStartedError:
        raise SystemExit(HALF_WAY) from None
    print("見本データがあります / demo data is in place.")


if __name__ == "__main__":
    asyncio.run(main())
