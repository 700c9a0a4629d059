"""A wall clock that is wrong, or is set back, dates nothing and lets no token expire: the time is PostgreSQL's."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest

from infra.keys import ensure_keys
from services.kernel import clock
from services.kernel.clock import utc_now
from services.kernel.db import connect
from services.kernel.errors import Unauthenticated
from services.kernel.token import Actor, Signer, Verifier
from tests.kernel.conftest import Room

HOUR, YEAR = 3600.0, 365 * 86400.0


@pytest.fixture
def ignorant(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has not heard of PostgreSQL yet."""
    monkeypatch.setattr(clock, "_ahead", None)


@pytest.fixture(params=[HOUR, -HOUR, YEAR, -YEAR])
def wrong_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    true = time.time
    monkeypatch.setattr(time, "time", lambda: true() + request.param)  # the machine's clock, not our code
    return float(request.param)


async def off(room: Room) -> float:
    """Seconds between our clock and PostgreSQL's."""
    said = await room.value("select clock_timestamp()")
    assert isinstance(said, datetime)
    return abs((utc_now() - said).total_seconds())


async def test_a_wrong_wall_clock_is_not_believed_once_postgresql_has_spoken(
    room: Room, ignorant: None, wrong_by: float
) -> None:
    assert abs((utc_now() - datetime.now(UTC)).total_seconds()) > HOUR / 2, "until then there is only the wall clock"
    assert await off(room) < 1


async def test_the_pool_learns_the_time_with_its_connections(room: Room, ignorant: None, wrong_by: float) -> None:
    async with room.db.transaction() as tx:
        said = await tx.fetchval("select clock_timestamp()")
    assert abs((utc_now() - said).total_seconds()) < 1


async def test_a_slow_answer_does_not_replace_a_better_one(room: Room, ignorant: None) -> None:
    await (await connect(room.dsns.app)).close()

    class Slow:
        async def fetchval(self, query: str) -> Any:
            began = utc_now().timestamp()
            time.sleep(clock._TRUSTED_SECONDS + 0.1)  # noqa: ASYNC251 - as a stopped process is
            return began - 3

    await clock.learn(Slow())
    assert await off(room) < 0.2


@pytest.mark.parametrize(
    ("issued_ago", "code"), [(0, None), (60, None), (66, "token_expired"), (-4, None), (-8, "token_invalid")]
)
async def test_a_token_is_good_for_its_minute_by_postgresql_s_clock(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issued_ago: int, code: str | None
) -> None:
    await (await connect(room.dsns.app)).close()
    keys, true = ensure_keys(tmp_path / "keys"), time.time
    monkeypatch.setattr(time, "time", lambda: true() + YEAR)
    known = clock._ahead
    assert known is not None
    monkeypatch.setattr(clock, "_ahead", known - issued_ago)
    token = Signer(keys, "gateway").sign(Actor(uuid4(), "staff"), "intake")
    monkeypatch.setattr(clock, "_ahead", known)
    if code is None:
        assert Verifier(keys, "intake").verify(token).kind == "staff"
        return
    with pytest.raises(Unauthenticated) as refused:
        Verifier(keys, "intake").verify(token)
    assert refused.value.code == code


async def test_what_an_issuer_signs_without_a_moment_is_refused(room: Room, tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path / "keys")
    token = Signer(keys, "gateway").sign(Actor(uuid4(), "staff"), "intake")
    claims = jwt.decode(token, options={"verify_signature": False})
    for name in ("exp", "iat"):
        for said in (None, "soon", [], {}, float("nan"), float("inf")):
            forged = jwt.encode(
                {**claims, name: said}, Signer(keys, "gateway")._key, "EdDSA", headers={"kid": "gateway"}
            )
            with pytest.raises(Unauthenticated):
                Verifier(keys, "intake").verify(forged)
