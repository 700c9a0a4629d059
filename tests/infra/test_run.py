"""`make run`: starts, stops, starts again, recovers; one at a time, a taken port is named, and nothing is changed then."""

import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra import run
from infra.kafka import Kafka
from infra.paths import CACHE, PROCESSES, ROOT
from infra.ports import PORTS, free_ports, is_free
from infra.postgres import Postgres
from infra.process import is_ours, read_pid
from services.kernel.ids import new_id
from tests.support.person import Person, consultation_payload, wait_until


def _run(var: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "infra.run"],
        cwd=ROOT,
        env={**os.environ, "BANSO_VAR_DIR": str(var), **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_second_run_says_so_and_changes_nothing(tmp_path: Path) -> None:
    with (tmp_path / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = _run(tmp_path)
    assert second.returncode == 3
    assert "すでに動いています" in second.stdout
    assert "Already running" in second.stdout
    assert [file.name for file in tmp_path.iterdir()] == ["run.lock"]


def test_a_second_make_run_changes_nothing_before_it_looks(tmp_path: Path) -> None:
    """The packages and the served screens of the first are not touched: the lock is looked at before them."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "var").mkdir()
    with (tmp_path / "var" / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        environment = {name: value for name, value in os.environ.items() if name != "BANSO_VAR_DIR"}
        second = subprocess.run(
            ["make", "run"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert second.returncode != 0
    assert "すでに動いています" in second.stdout and "Already running" in second.stdout
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*")) == [
        "Makefile",
        "var",
        "var/run.lock",
    ]


class House:
    """One `make run` after the other on the same state, with ports of its own."""

    def __init__(self, var: Path) -> None:
        self.var, self.log = var, var / "run.out"
        bases = (random.randrange(20_000, 30_000) for _ in range(100))
        self.base = next(b for b in bases if all(is_free(port) for port in range(b, b + len(PORTS))))
        self.url = f"http://localhost:{self.base}"
        ports = dict(zip(PORTS, range(self.base, self.base + len(PORTS)), strict=True))
        self.postgres = Postgres(var / "postgres", ports["PostgreSQL"])
        self.kafka = Kafka(var / "kafka", ports["Kafka"], ports["Kafka controller"])
        self.environment = {"BANSO_VAR_DIR": str(var), "BANSO_PORT_BASE": str(self.base), "BANSO_CACHE_DIR": str(CACHE)}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start and wait for the banner. Returns the seconds it took."""
        self.log.unlink(missing_ok=True)
        begun = time.monotonic()
        environment = {**os.environ, **self.environment}
        for given in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS"):
            environment.pop(given, None)
        with self.log.open("wb") as out:
            command = [sys.executable, "-m", "infra.run"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        wait_until(lambda: "Banso(伴走)が動いています" in self.said() or self.process.poll() is not None, 120)
        assert self.process.poll() is None, self.said()
        assert "見本データがあります" in self.said(), self.said()
        return time.monotonic() - begun

    def said(self) -> str:
        return self.log.read_text(encoding="utf8")

    def pids(self) -> dict[str, int | None]:
        """Every process that is to live and to die."""
        found = {name: read_pid(self.var / "run" / f"{name}.pid") for name in PROCESSES}
        return {**found, "Kafka": self.kafka.pid, "PostgreSQL": self.postgres._postmaster()}

    def kill(self) -> None:
        """SIGKILL to the supervisor, to every service, to the broker and the database."""
        pids = self.pids()
        if self.process:
            self.process.kill()
            self.process.wait()
        for name in PROCESSES:
            if (pid := pids[name]) and is_ours(pid, f"{name}.main:app"):
                os.kill(pid, signal.SIGKILL)
        self.kafka.kill()
        self.postgres.kill()

    def counted(self) -> list[str]:
        """How much demo data there is, as two people see it."""
        clerk, coordinator = Person(self.url, "watanabe"), Person(self.url, "takahashi")
        sheets = [sheet["id"] for sheet in clerk.ask("Consultations", limit=200)["consultations"]]
        return sorted(sheets + [case["id"] for case in coordinator.ask("Cases")["cases"]])


@contextmanager
def house() -> Iterator[House]:
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="banso-run-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        made = House(Path(folder))
        try:
            yield made
        finally:
            made.kill()


def test_it_starts_stops_starts_again_and_recovers_from_kill_9() -> None:
    with house() as ours:
        first = ours.start()
        assert ours.process
        own = new_id()
        Person(ours.url, "watanabe").do("OpenConsultation", own, consultation_payload())
        counted, pids = ours.counted(), ours.pids()
        assert str(own) in counted and len(counted) > 40
        assert None not in pids.values()
        beside = _run(ours.var, **ours.environment)
        assert (beside.returncode, ours.pids()) == (3, pids)
        assert f"Already running; nothing was changed. → {ours.url}" in beside.stdout
        ours.process.send_signal(signal.SIGINT)
        assert ours.process.wait(60) == 0
        assert "止めました" in ours.said()
        assert not [name for name, pid in pids.items() if pid and is_ours(pid, "")], "still there"
        assert all(is_free(ours.base + n) for n in range(len(PORTS)))
        second = ours.start()
        assert ours.counted() == counted
        killed = ours.pids()
        ours.kill()
        third = ours.start()
        assert not set(killed.values()) & set(ours.pids().values())
        assert ours.counted() == counted
        ours.process.send_signal(signal.SIGINT)
        assert ours.process.wait(60) == 0
    print(f"first start {first:.1f} s, second {second:.1f} s, after kill -9 {third:.1f} s")


def test_a_taken_port_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as ended:
            run.check_ports({"gateway": port})
    assert ended.value.code == 4
    said = capsys.readouterr().out
    assert f"{port} (gateway)" in said
    assert "ポートが使われています" in said
    assert "Port taken" in said


def test_free_ports_are_distinct_and_free() -> None:
    ports = free_ports(8)
    assert len(set(ports)) == 8
    assert all(is_free(port) for port in ports)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the database as another user")
def test_a_checkout_that_nobody_may_enter_gets_a_refuge(tmp_path: Path) -> None:
    """Below a 0700 folder the unprivileged user could not reach its data: it lives elsewhere, with a pointer."""
    closed = tmp_path / "closed" / "var"
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)
    postgres = Postgres(closed / "postgres", free_ports(1)[0])
    pointer = closed / "postgres.location"
    assert pointer.read_text().strip() == str(postgres.home.parent)
    assert closed not in postgres.home.parents
    postgres.home.parent.rmdir()
