"""Who works here in the demo, the ids of demo things, and how a demo command is run as if in the past."""

import os
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from gateway.staff import staff
from services.contracts.codes import Role
from services.kernel.commands import CommandSpec, execute
from services.kernel.db import Database
from services.kernel.token import Actor

UNITS = {
    "hoya-window": "保谷庁舎 生活サポート相談窓口",
    "tanashi-window": "田無庁舎 生活サポート相談窓口",
    "hikikomori-support": "ひきこもり支援係",
    "yato-ibasho": "谷戸分庁舎 We+",
    "audit-office": "監査担当",
    "wakamono-station": "若者サポートステーション（関係機関）",
}
AGENCIES = {"wakamono-station": "hikikomori-support"}
"""関係機関, and the unit that answers for its accounts."""
STAFF = (
    ("watanabe", "渡邉 健", "hoya-window", Role.WINDOW_STAFF),
    ("otsuka", "大塚 由美", "hoya-window", Role.MANAGER),
    ("yoshida", "𠮷田 美咲", "tanashi-window", Role.WINDOW_STAFF),
    ("takahashi", "髙橋 直子", "hikikomori-support", Role.COORDINATOR),
    ("hamada", "濵田 恵", "hikikomori-support", Role.COORDINATOR),
    ("nakamura", "中村 亮", "hikikomori-support", Role.COORDINATOR),
    ("kobayashi", "小林 さつき", "hikikomori-support", Role.COORDINATOR),
    ("mori", "森 あかり", "yato-ibasho", Role.IBASHO_STAFF),
    ("kudo", "工藤 由紀", "yato-ibasho", Role.MANAGER),
    ("sasaki", "佐々木 誠", "hikikomori-support", Role.MANAGER),
    ("fujiwara", "藤原 実", "audit-office", Role.AUDITOR),
    ("ishii", "石井 遥", "wakamono-station", Role.PARTNER),
)
PASSWORD = "banso-demo-2026"  # noqa: S105 - invented people
FIRST_DAY = date(2024, 4, 1)


def staff_id(login: str) -> UUID:
    """The id of a demo member of staff."""
    return uuid5(NAMESPACE_URL, f"banso-demo-staff:{login}")


def demo_id(kind: str, number: int) -> UUID:
    """The id of a demo thing: the same every time."""
    return uuid5(NAMESPACE_URL, f"banso-demo:{kind}:{number}")


def actor_of(login: str) -> Actor:
    """A demo member of staff as the acting person."""
    unit, role = next((unit, role) for name, _, unit, role in STAFF if name == login)
    return Actor(staff_id(login), "staff", ((unit, role),), "demo")


async def seed_staff(dsn: str) -> None:
    """Units, members, assignments. Again changes nothing."""
    if os.environ.get("BANSO_ENV") == "production":
        raise SystemExit("demo data is refused in production")
    db = Database(dsn, 2)
    await db.open()
    for unit_id, name in UNITS.items():
        async with db.transaction("seed") as tx:
            await staff.register_unit(tx, unit_id, name, AGENCIES.get(unit_id))
    for login, name, unit, role in STAFF:
        async with db.transaction("seed") as tx:
            await staff.register_member(tx, staff.Member(staff_id(login), login, name), PASSWORD)
            await staff.assign(tx, staff_id(login), unit, role, FIRST_DAY)
    await db.close()


@dataclass
class Seeder:
    """Runs commands of one owner as if in the past."""

    db: Database
    commands: dict[str, CommandSpec]

    async def run(
        self, kind: str, number: int, login: str, subject: UUID, payload: dict[str, Any], now: datetime
    ) -> None:
        """One command with a fixed id; raises when it is not accepted."""
        actor = actor_of(login)
        envelope = {
            "id": str(demo_id(f"command:{kind}", number)),
            "type": kind,
            "v": 1,
            "author": str(actor.id),
            "subject": str(subject),
            "deviceSeq": number,
            "capturedAt": now.isoformat(),
            "payload": payload,
        }
        outcome = await execute(self.db, self.commands, envelope, actor, now)
        if outcome.error is not None:
            raise RuntimeError(f"{kind} {number}: {outcome.error.code} {outcome.error.reason}")
