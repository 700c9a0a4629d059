"""A process of its own for a test to kill: `relay` copies the outbox, `command` runs one command. Settings by environment."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime

from infra.paths import ROOT
from infra.process import die_with_parent
from services.kernel.commands import execute
from services.kernel.db import Database
from services.kernel.outbox import Relay
from services.kernel.settings import Settings
from tests.kernel.conftest import COMMANDS, Room
from tests.kernel.test_commands import ANNA, envelope


def start(room: Room, what: str, crash_at: str = "") -> "subprocess.Popen[bytes]":
    """Start it on the room's database and topic; it dies at the named crash point, if one is given."""
    settings = room.settings
    environment = {
        **os.environ,
        "BANSO_DATABASE_DSN": settings.database_dsn,
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "BANSO_TOPIC_PREFIX": settings.topic_prefix,
        "BANSO_KEYS_DIR": str(settings.keys_dir),
        "BANSO_CRASH_AT": crash_at,
    }
    command = [sys.executable, "-m", "tests.kernel.process", what]
    return subprocess.Popen(command, env=environment, cwd=ROOT, preexec_fn=die_with_parent)


async def main(what: str) -> None:
    """For ever, or until the crash point."""
    settings = Settings()  # type: ignore[call-arg]
    if what == "relay":
        await Relay(settings, "intake").run()
    db = Database(settings.database_dsn, 1)
    await db.open()
    await execute(db, COMMANDS, envelope(), ANNA, datetime.now(UTC))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
