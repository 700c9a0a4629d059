"""The processes of one installation, for `make run` and for the tests: what they are, starting, killing, waiting.

A `Stack` needs a running PostgreSQL and Kafka. `await prepare()` makes databases, roles, migrations, keys and topics
(idempotent); `start()` starts processes (all that have a port, or the named ones, with extra environment such as a crash point);
`kill(name)` is SIGKILL; `stop()` ends everything. Several stacks live side by side with their own prefix and ports.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from infra.keys import ensure_keys
from infra.migrate import folders_of, migrate
from infra.paths import PROCESSES, ROOT, SERVICES
from infra.ports import PORTS
from infra.postgres import Dsns, provision
from infra.process import is_ours, read_pid, serve_with_parent
from infra.topics import create_topics

DEFAULT_PORTS = {name: PORTS[name] for name in PROCESSES}
# A connection is kept far longer than any client of ours keeps it (httpx: 5 s), so that none is closed as it is used.
SERVER = [
    "--loop",
    "uvloop",
    "--http",
    "services.bounded_head:BoundedHead",
    "--no-access-log",
    "--timeout-graceful-shutdown",
    "2",
    "--timeout-keep-alive",
    "75",
]
_URLS = ("intake", "coordination", "ibasho", "notify", "reporting")


@dataclass
class Stack:
    """One installation. `prefix` names its databases, roles and topics; `var` holds its secrets and logs."""

    admin_dsn: str
    bootstrap: str
    var: Path
    prefix: str = "banso"
    ports: Mapping[str, int] = field(default_factory=lambda: DEFAULT_PORTS)
    environment: Mapping[str, str] = field(default_factory=dict)
    dsns: dict[str, Dsns] = field(default_factory=dict, init=False)
    _processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict, init=False)

    @property
    def url(self) -> str:
        """The address for people."""
        return f"http://localhost:{self.ports['gateway']}"

    @property
    def keys_dir(self) -> Path:
        """Signing keys of this installation."""
        return self.var / "secrets" / "keys"

    def service_url(self, name: str) -> str:
        """Where one service answers."""
        return f"http://127.0.0.1:{self.ports[name]}"

    async def prepare(self) -> None:
        """Databases, roles, migrations, keys, topics. Safe to repeat."""
        ensure_keys(self.keys_dir)
        (self.var / "log").mkdir(parents=True, exist_ok=True)
        (self.var / "run").mkdir(parents=True, exist_ok=True)
        for name in SERVICES:
            self.dsns[name] = await provision(self.admin_dsn, self.prefix, name, self.var / "secrets")
            await migrate(self.dsns[name].owner, folders_of(name), self.dsns[name].app_role)
        await create_topics(self.bootstrap, self.prefix)

    def env_of(self, name: str) -> dict[str, str]:
        """The environment of one process."""
        if name == "copier":
            return {**self._env_of_all(), "BANSO_COPY_DSNS": json.dumps({s: self.dsns[s].copy for s in SERVICES})}
        origins = f"{self.url},{self.service_url('gateway')}"
        return {
            **self._env_of_all(),
            "BANSO_DATABASE_DSN": self.dsns[name].app,
            "BANSO_KEYS_DIR": str(self.keys_dir),
            "BANSO_PUBLIC_ORIGINS": origins,
            **{f"BANSO_{service.upper()}_URL": self.service_url(service) for service in _URLS},
            **self.environment,
        }

    def tree_of(self, name: str) -> Path:
        """Where the code of a process lies."""
        return ROOT

    def _env_of_all(self) -> dict[str, str]:
        shared = {"PYTHONPATH": str(ROOT), "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap, "BANSO_TOPIC_PREFIX": self.prefix}
        # The administrator's way in to one's own PostgreSQL is for setting up, not for a service to have.
        return {**os.environ, **shared, "DATABASE_URL": ""}

    def start(
        self, names: Sequence[str] | None = None, extra: Mapping[str, str] | None = None, *, wait: bool = True
    ) -> None:
        """Start processes (a leftover of an earlier, killed supervisor is ended first) and wait until they are ready."""
        names = tuple(self.ports) if names is None else names
        for name in names:
            self.end_leftover(name)
            app = "gateway.main:app" if name == "gateway" else f"services.{name}.main:app"
            command = [sys.executable, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", str(self.ports[name])]
            command += SERVER
            with self.log_file(name).open("ab") as log:
                process = subprocess.Popen(
                    command,
                    env={**self.env_of(name), **(extra or {})},
                    cwd=self.tree_of(name),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=serve_with_parent,
                )
            self._processes[name] = process
            self._pid_file(name).write_text(str(process.pid))
        if wait:
            for name in names:
                self.wait_ready(name)

    def log_file(self, name: str) -> Path:
        """Everything a process printed."""
        return self.var / "log" / f"{name}.log"

    def _pid_file(self, name: str) -> Path:
        return self.var / "run" / f"{name}.pid"

    def end_leftover(self, name: str) -> None:
        """End a process that an earlier, killed supervisor left behind."""
        pid = read_pid(self._pid_file(name))
        mark = f"{name}.main:app"
        if pid and name not in self._processes and is_ours(pid, mark):
            os.kill(pid, signal.SIGKILL)
            while is_ours(pid, mark):
                time.sleep(0.02)

    def pid(self, name: str) -> int:
        """The process id of a started process."""
        return self._processes[name].pid

    def is_alive(self, name: str) -> bool:
        """True while the process runs."""
        return name in self._processes and self._processes[name].poll() is None

    def exit_code(self, name: str) -> int | None:
        """How it ended (negative: by that signal), or nothing."""
        return self._processes[name].poll() if name in self._processes else None

    def status(self, name: str) -> dict[str, object] | None:
        """What `/readyz` says, or nothing when nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.service_url(name)}/readyz", timeout=2) as answer:  # noqa: S310 - our own port
                found: dict[str, object] = json.load(answer)
                return found
        except (OSError, urllib.error.URLError, ValueError):
            return None

    def wait_ready(self, name: str, seconds: float = 60, *, bus: bool = True) -> None:
        """Until `/readyz` says database (and bus) ok. Raises when the process ends or takes too long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status = self.status(name)
            if status and status["database"] == "ok" and (not bus or status["bus"] == "ok"):
                return
            if not self.is_alive(name):
                raise RuntimeError(f"{name} ended ({self.exit_code(name)}): {self.log_file(name).read_text()[-1500:]}")
            time.sleep(0.05)
        raise RuntimeError(f"{name} was not ready after {seconds} s: {self.log_file(name).read_text()[-1500:]}")

    def wait_settled(self, seconds: float = 60, names: Sequence[str] | None = None) -> None:
        """Until every started service (or of the named ones) has published and consumed everything."""
        deadline = time.monotonic() + seconds
        calm, names = 0, tuple(self.ports) if names is None else names
        while time.monotonic() < deadline:
            statuses = [self.status(name) for name in names if self.is_alive(name)]
            busy = [s for s in statuses if s is None or s["oldestUnpublishedSeconds"] != 0 or s["consumerBehind"]]
            calm = 0 if busy else calm + 1
            if calm >= 3:
                return
            time.sleep(0.1)
        raise RuntimeError(f"not settled after {seconds} s: {statuses}")

    def kill(self, name: str) -> None:
        """SIGKILL, and wait until it is gone."""
        self._processes[name].kill()
        self._processes[name].wait()

    def stop(self, names: Sequence[str] | None = None) -> None:
        """SIGTERM to all (or the named), then SIGKILL to what lingers."""
        chosen = [name for name in (names or list(self._processes)) if self.is_alive(name)]
        for name in chosen:
            self._processes[name].terminate()
        for name in chosen:
            try:
                self._processes[name].wait(12)
            except subprocess.TimeoutExpired:
                self.kill(name)
            self._pid_file(name).unlink(missing_ok=True)
