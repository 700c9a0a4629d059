"""The installation of `make run`, for the other make targets: running beside it, or started for the moment."""

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from infra import run
from infra.kafka import Kafka
from infra.paths import VAR
from infra.postgres import Postgres
from infra.stack import Stack


@asynccontextmanager
async def installation() -> AsyncIterator[tuple[Stack, bool]]:
    """(prepared stack, True when `make run` is running). What had to be started is stopped again at the end."""
    VAR.mkdir(parents=True, exist_ok=True)
    with ExitStack() as at_end, (VAR / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_running = False
        except BlockingIOError:
            is_running = True
        if is_running:
            admin_dsn = os.environ.get("DATABASE_URL") or Postgres().admin_dsn
            bootstrap = os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or Kafka().bootstrap
        else:
            admin_dsn, postgres, _ = run.start_database()
            if postgres:
                at_end.callback(postgres.stop)
            bootstrap, kafka, _ = run.start_bus()
            if kafka:
                at_end.callback(kafka.stop)
        stack = Stack(admin_dsn, bootstrap, VAR)
        await stack.prepare()
        yield stack, is_running
