"""PostgreSQL and Kafka come back after `kill -9`; what they hold is still there; tampered jars are refused."""

import asyncio
import shutil
import subprocess
import time
from itertools import permutations
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import InvalidTimestampError

from infra.kafka import SUMS, Kafka, check_jars, jars
from infra.paths import SERVICES, SPEAKERS
from infra.postgres import provision
from infra.topics import PARTITIONS, create_topics, delete_topics
from tests.infra.conftest import Machine


async def test_database_survives_kill(machine: Machine) -> None:
    connection = await asyncpg.connect(machine.postgres.admin_dsn)
    await connection.execute("create table if not exists kept (n int)")
    await connection.execute("insert into kept values (1)")
    machine.postgres.kill()
    assert not machine.postgres.is_running()
    assert machine.postgres.start()
    assert not machine.postgres.start(), "running already: nothing to do"
    connection = await asyncpg.connect(machine.postgres.admin_dsn)
    assert await connection.fetchval("select count(*) from kept") >= 1
    await connection.close()


async def test_database_compares_japanese_by_code_point(machine: Machine) -> None:
    """The builtin provider: the same order and case rules on every machine, whatever its libc."""
    connection = await asyncpg.connect(machine.postgres.admin_dsn)
    row = await connection.fetchrow(
        "select datlocprovider, pg_encoding_to_char(encoding) as encoding from pg_database where datname = 'postgres'"
    )
    assert row is not None
    if machine.postgres.version() >= 17:
        assert row["datlocprovider"] == b"b"
    assert row["encoding"] == "UTF8"
    assert await connection.fetchval("show log_parameter_max_length") == "0"
    assert await connection.fetchval("show listen_addresses") == "127.0.0.1"
    await connection.close()


async def test_roles_stay_in_their_own_database(machine: Machine, tmp_path: Path) -> None:
    admin_dsn = machine.postgres.admin_dsn
    made = {name: await provision(admin_dsn, "roles", name, tmp_path) for name in SERVICES}
    one = made["intake"]
    assert await provision(admin_dsn, "roles", "intake", tmp_path) == one, "idempotent"
    assert _are_private(tmp_path)
    for (name, mine), (elsewhere, other) in permutations(made.items(), 2):
        for role in ("app", "copy", "owner"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(getattr(mine, role).rsplit("/", 1)[0] + "/" + other.app.rsplit("/", 1)[1])
                pytest.fail(f"{name}'s {role} role reached the database of {elsewhere}")
    connection = await asyncpg.connect(one.app)
    assert await connection.fetchval("show statement_timeout") == "15s"
    assert await connection.fetchval("show lock_timeout") == "5s"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("create table mine (n int)")
    await connection.close()


def _are_private(folder: Path) -> bool:
    return all(file.stat().st_mode & 0o077 == 0 for file in folder.glob("*.password"))


async def test_a_wrong_password_is_refused(machine: Machine) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(machine.postgres.admin_dsn, password="wrong")


async def test_broker_survives_kill(machine: Machine) -> None:
    kafka = machine.kafka
    await create_topics(kafka.bootstrap, "kill")
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
    await producer.start()
    before = await producer.send_and_wait("kill.intake", b"kept", partition=0)
    await producer.stop()
    kafka.kill()
    assert kafka.pid is None
    assert kafka.start()
    assert not kafka.start(), "running already: nothing to do"
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
    await producer.start()
    after = await producer.send_and_wait("kill.intake", b"next", partition=0)
    await producer.stop()
    assert after.offset == before.offset + 1


async def test_topics_are_made_once_and_kept_for_ever(machine: Machine) -> None:
    bootstrap = machine.kafka.bootstrap
    await create_topics(bootstrap, "topics")
    await create_topics(bootstrap, "topics")
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    found = await admin.describe_topics([f"topics.{speaker}" for speaker in SPEAKERS])
    await admin.close()
    assert {len(topic["partitions"]) for topic in found} == {PARTITIONS}
    await delete_topics(bootstrap, "topics")
    await create_topics(bootstrap, "topics")


@pytest.mark.parametrize("is_old", [False, True])
async def test_a_record_from_a_clock_a_year_ahead_is_taken_and_dated_by_the_broker(
    machine: Machine, is_old: bool
) -> None:
    bootstrap, prefix = machine.kafka.bootstrap, f"dated{is_old}"
    if is_old:  # made by an earlier version, which left the date to the sender
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic(f"{prefix}.intake", PARTITIONS, 1)])
        await admin.close()
    await create_topics(bootstrap, prefix)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    ahead = int((time.time() + 365 * 86400) * 1000)
    deadline = time.monotonic() + 10
    while True:
        try:
            sent = await producer.send_and_wait(f"{prefix}.intake", b"early", timestamp_ms=ahead)
            break
        except InvalidTimestampError:  # the broker applies a changed setting a moment later
            assert is_old and time.monotonic() < deadline
            await asyncio.sleep(0.1)
    await producer.stop()
    assert abs(sent.timestamp / 1000 - time.time()) < 60


def test_a_tampered_jar_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "jars"
    shutil.copytree(jars(), folder)
    check_jars(folder)
    jar = next(folder.glob("kafka-clients-*.jar"))
    with jar.open("r+b") as file:
        file.write(b"X")
    with pytest.raises(SystemExit, match=jar.name):
        check_jars(folder)


@pytest.mark.parametrize("change", ["added", "removed"])
def test_jars_are_exactly_the_committed_ones(tmp_path: Path, change: str) -> None:
    folder = tmp_path / "jars"
    folder.mkdir()
    for jar in jars().glob("*.jar"):
        (folder / jar.name).symlink_to(jar)
    if change == "added":
        (folder / "stranger.jar").write_bytes(b"")
    else:
        next(folder.glob("log4j-core-*.jar")).unlink()
    with pytest.raises(SystemExit, match=r"stranger\.jar|log4j-core"):
        check_jars(folder)


def test_the_committed_sums_name_every_jar() -> None:
    names = [line.split()[1] for line in SUMS.read_text().splitlines()]
    assert len(names) == len(set(names)) == len(list(jars().glob("*.jar")))


def test_a_foreign_process_under_an_old_pid_is_left_alone(tmp_path: Path) -> None:
    """A reused pid: the pid file points at somebody else's process, recognised by its command line."""
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        kafka = Kafka(tmp_path)
        (tmp_path / "kafka.pid").write_text(str(stranger.pid))
        assert kafka.pid is None
        kafka.kill()
        time.sleep(0.1)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
