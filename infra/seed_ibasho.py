"""Demo data of 居場所: the places of the paper, sessions of past months and of the coming days, about a dozen nicknames.

Deterministic per day of the calendar. A later run adds coming sessions; who came is invented once and never again, so that
nothing is mixed into what somebody tried out.
"""

import os
import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from infra.seed_people import Seeder, demo_id, staff_id
from services.contracts.ibasho import check_character
from services.contracts.tokyo import TOKYO
from services.ibasho import participant_store
from services.kernel.db import Database

UNIT = "yato-ibasho"
YATO, BRANCH = demo_id("place", 1), demo_id("place", 2)
FREE_TIME, WORKSHOP = demo_id("programme", 1), demo_id("programme", 2)
MOVED_ON = date(2025, 7, 1)
NICKNAMES = (
    *("もみじ", "ふーさん", "カイ", "みどりさん", "ねこ", "トト"),
    *("あおい", "札 17", "そら", "ハル", "まめ", "ゆず"),
)
LINES = (
    "雨で静か。ふーさんがお茶をいれてくれた。",
    "ボードゲームの卓ができた。帰りぎわに次の日程を確かめていた方がいた。",
    "二人が窓ぎわで本を読んでいた。",
    "はじめての方が扉のところまで。あいさつだけした。",
)
WEEKDAYS = {1: FREE_TIME, 3: WORKSHOP, 5: FREE_TIME}
"""Tuesday, Thursday, Saturday; and whatever day is today, so that there is always a session to open."""
PAST, AHEAD = timedelta(days=62), timedelta(days=14)


async def seed_places(dsn: str) -> None:
    """Where We+ is and was, and under which names. Again changes nothing."""
    if os.environ.get("BANSO_ENV") == "production":
        raise SystemExit("demo data is refused in production")
    db = Database(dsn, 1)
    await db.open()
    async with db.transaction("seed") as tx:
        await participant_store.register_place(
            tx, BRANCH, UNIT, date(2022, 4, 1), "消費者センター分館", MOVED_ON - timedelta(days=1)
        )
        await participant_store.register_place(tx, YATO, UNIT, MOVED_ON, "谷戸分庁舎")
        names = {date(2022, 4, 1): "We 自由の時間", date(2024, 4, 1): "We+（プラス） 自由の時間"}
        await participant_store.register_programme(tx, FREE_TIME, UNIT, names)
        await participant_store.register_programme(tx, WORKSHOP, UNIT, {date(2024, 4, 1): "We+（プラス） 手しごと"})
    await db.close()


async def seed_sessions(ibasho: Seeder, today: date, first: date | None = None) -> None:
    """Sessions up to two weeks ahead; those before the day of the first run (default: today) with who came."""
    begun = first or today
    past = [day for ago in range(PAST.days, 0, -1) if (day := begun - timedelta(days=ago)).weekday() in WEEKDAYS]
    async with ibasho.db.transaction("seed") as tx:
        query = "select closed_at from session where session_id = $1"
        is_done = await tx.fetchval(query, demo_id("session", _number(past[-1])))
    for day in [] if is_done else past:
        await _seed_session(ibasho, day, has_been=True)
    for day in (today + timedelta(days=ahead) for ahead in range(AHEAD.days + 1)):
        if day == today or day.weekday() in WEEKDAYS:
            await _seed_session(ibasho, day, has_been=False)


def _number(day: date) -> int:
    return day.toordinal() * 100


async def _seed_session(ibasho: Seeder, day: date, *, has_been: bool) -> None:
    number = _number(day)
    starts_at = datetime.combine(day, time(13), TOKYO).astimezone(UTC)
    session = demo_id("session", number)
    free = WEEKDAYS.get(day.weekday(), FREE_TIME) == FREE_TIME
    payload = {
        "placeId": str(YATO if day >= MOVED_ON else BRANCH),
        "programmeId": str(FREE_TIME if free else WORKSHOP),
        "startsAt": starts_at.isoformat(),
        "endsAt": (starts_at + timedelta(hours=4)).isoformat(),
        "style": "free" if free else "programme",
        "staffIds": [str(staff_id("mori")), str(staff_id("takahashi"))],
    }
    await ibasho.run("ScheduleSession", number, "mori", session, payload, starts_at - timedelta(days=20))
    if has_been:
        await _seed_afternoon(ibasho, number, session, starts_at)


async def _seed_afternoon(ibasho: Seeder, number: int, session: UUID, starts_at: datetime) -> None:
    chosen = random.Random(number)  # noqa: S311 - the same every time
    came = chosen.sample(range(len(NICKNAMES)), chosen.randrange(3, 8))
    kinds = ["plus_one"] * chosen.randrange(0, 3) + ["at_door"] * (chosen.random() < 0.3)
    facts: list[dict[str, Any]] = [{"kind": "arrived", **_participant(who)} for who in came]
    facts += [{"kind": "left", **_participant(who)} for who in came[: len(came) // 2]]
    facts += [{"kind": kind} for kind in kinds]
    for n, fact in enumerate(facts):
        at = starts_at + timedelta(minutes=7 * n + chosen.randrange(7))
        payload = {"attendanceId": str(uuid5(session, str(n))), "at": at.isoformat(), **fact}
        await ibasho.run("LogAttendance", number + n, "mori", session, payload, at)
    closed_at = starts_at + timedelta(hours=4)
    await ibasho.run("CloseSession", number, "mori", session, {"line": chosen.choice(LINES)}, closed_at)


def _participant(who: int) -> dict[str, Any]:
    plain = f"D3M{who // 10}{who % 10}"
    new = {"nickname": NICKNAMES[who], "code": plain + check_character(plain)}
    return {"participantId": str(demo_id("participant", who)), "newParticipant": new}
