"""`make run`: everything on this machine, restarted when it dies, until Ctrl-C."""

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TextIO

from infra.kafka import VERSION, Kafka
from infra.paths import PROCESSES, ROOT, VAR
from infra.ports import is_free
from infra.postgres import Postgres
from infra.stack import DEFAULT_PORTS, Stack

DEMO_LOGINS = {
    "watanabe": "渡邉 健　　保谷庁舎 窓口",
    "otsuka": "大塚 由美　保谷庁舎 窓口の係長",
    "yoshida": "𠮷田 美咲　田無庁舎 窓口",
    "takahashi": "髙橋 直子　コーディネーター",
    "hamada": "濵田 恵　　コーディネーター",
    "nakamura": "中村 亮　　コーディネーター",
    "kobayashi": "小林 さつき コーディネーター",
    "mori": "森 あかり　居場所スタッフ",
    "kudo": "工藤 由紀　居場所の係長",
    "sasaki": "佐々木 誠　係長",
    "fujiwara": "藤原 実　　監査",
    "ishii": "石井 遥　　関係機関（若者サポートステーション）",
}
DEMO_PASSWORD = "banso-demo-2026"  # noqa: S105 - invented people on this machine only


def say(text: str) -> None:
    """A line of progress."""
    print(text, flush=True)


@contextlib.contextmanager
def only_one() -> Iterator[TextIO]:
    """Holds the lock of this checkout; a second `make run` says so and changes nothing."""
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(
                "すでに動いています。何も変えていません。 / Already running; nothing was changed."
                f" → http://localhost:{DEFAULT_PORTS['gateway']}"
            )
            sys.exit(3)
        yield lock


def check_ports(ports: dict[str, int]) -> None:
    """Every port must be free; a taken one is named."""
    taken = [f"{port} ({name})" for name, port in ports.items() if not is_free(port)]
    if taken:
        say(
            f"ポートが使われています / Port taken: {', '.join(taken)}。使っているものを止めてから、もう一度実行してください。"
        )
        sys.exit(4)


def start_database() -> tuple[str, Postgres | None, str]:
    """(admin address, our own cluster if we run one, what to say)."""
    if given := os.environ.get("DATABASE_URL"):
        return given, None, "PostgreSQL (DATABASE_URL)"
    postgres = Postgres()
    if not postgres.is_running():
        check_ports({"PostgreSQL": postgres.port})
    postgres.start()
    return postgres.admin_dsn, postgres, f"PostgreSQL {postgres.version()}  {postgres.data}  :{postgres.port}"


def start_bus() -> tuple[str, Kafka | None, str]:
    """(bootstrap servers, our own broker if we run one, what to say)."""
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return given, None, "Kafka (KAFKA_BOOTSTRAP_SERVERS)"
    kafka = Kafka()
    kafka.stop()  # a broker left over from a killed supervisor
    check_ports({"Kafka": kafka.port, "Kafka controller": kafka.controller_port})
    kafka.start()
    return kafka.bootstrap, kafka, f"Apache Kafka {VERSION}  {kafka.home}  :{kafka.port}"


def seed() -> None:
    """Demo data; a second time changes nothing."""
    done = subprocess.run([sys.executable, "-m", "infra.seed"], cwd=ROOT, check=False)
    if done.returncode != 0:
        say("見本データを入れられませんでした / demo data could not be written (see above).")


def banner(stack: Stack, database: str, bus: str, seconds: float) -> None:
    """Where to go, who to be, what is in use."""
    say(f"\n  Banso(伴走)が動いています  →  {stack.url}   ({seconds:.1f} 秒)\n")
    for login, who in DEMO_LOGINS.items():
        say(f"    {login:<10} {who}")
    say(
        f"    合言葉 / password: {DEMO_PASSWORD}\n\n    {database}\n    {bus}\n    ログ {VAR / 'log'}   止める: Ctrl-C\n"
    )


def revive(postgres: Postgres | None, kafka: Kafka | None) -> None:
    """Start the database and the bus again when they died. What fails is tried again a moment later."""
    try:
        if postgres and not postgres.is_running():
            say("PostgreSQL が終わりました。再開します / PostgreSQL ended; restarting.")
            postgres.start()
        if kafka and not kafka.pid:
            say("Kafka が終わりました。再開します / Kafka ended; restarting.")
            kafka.start()
    except (RuntimeError, OSError) as error:  # OSError: the disk is full
        say(str(error))
        time.sleep(2)


def supervise(stack: Stack, postgres: Postgres | None, kafka: Kafka | None, stopping: list[int]) -> None:
    """Start again what dies, with growing pauses."""
    pauses = dict.fromkeys(PROCESSES, 0.2)
    started = dict.fromkeys(PROCESSES, time.monotonic())
    while not stopping:
        time.sleep(0.2)
        revive(postgres, kafka)
        for name in PROCESSES:
            if stack.is_alive(name) or stopping:
                continue
            if time.monotonic() - started[name] > 30:
                pauses[name] = 0.2
            say(f"{name} が終わりました({stack.exit_code(name)})。再開します / restarting.")
            time.sleep(pauses[name])
            pauses[name] = min(pauses[name] * 2, 10)
            started[name] = time.monotonic()
            with contextlib.suppress(OSError):  # the disk is full: no file for its pid
                stack.start([name], wait=False)


def main() -> None:
    """Start, wait for health, fill with demo data, tell, watch over."""
    begun = time.monotonic()
    stopping: list[int] = []
    for how in (signal.SIGINT, signal.SIGTERM):
        signal.signal(how, lambda number, _: stopping.append(number))
    with only_one(), ExitStack() as at_end:
        at_end.callback(say, "止めました / stopped.")
        admin_dsn, postgres, database = start_database()
        if postgres:
            at_end.callback(postgres.stop)
        bootstrap, kafka, bus = start_bus()
        if kafka:
            at_end.callback(kafka.stop)
        stack = Stack(admin_dsn, bootstrap, VAR)
        at_end.callback(stack.stop)
        at_end.callback(say, "止めています / stopping …")
        for name in PROCESSES:
            stack.end_leftover(name)
        check_ports(DEFAULT_PORTS)
        say("準備しています / preparing …")
        asyncio.run(stack.prepare())
        stack.start()
        seed()
        banner(stack, database, bus, time.monotonic() - begun)
        supervise(stack, postgres, kafka, stopping)


if __name__ == "__main__":
    main()
