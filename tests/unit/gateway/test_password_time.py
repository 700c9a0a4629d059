"""The time a password takes to check says nothing about whether its login exists."""

import time
from contextlib import ExitStack

import pytest

from gateway.sign_in import passwords
from services.kernel.errors import Overloaded


async def quickest(password_hash: str | None) -> float:
    """Seconds; the quickest of some, so that a busy machine does not count."""
    took = []
    for _ in range(7):
        begun = time.perf_counter()
        assert not await passwords.matches(password_hash, "not this one")
        took.append(time.perf_counter() - begun)
    return min(took)


async def test_nobody_s_password_takes_as_long_as_somebody_s() -> None:
    somebody = await quickest(await passwords.hash_of("kx93-lantern-oyster"))
    nobody = await quickest(None)
    print(f"somebody {somebody * 1000:.1f} ms, nobody {nobody * 1000:.1f} ms")
    assert 0.5 < nobody / somebody < 2


def test_a_crowd_of_strangers_takes_no_place_of_people_we_know() -> None:
    with ExitStack() as crowd:
        for _ in range(passwords.LONGEST_QUEUE):
            crowd.enter_context(passwords.place(is_known=False))
        with pytest.raises(Overloaded), passwords.place(is_known=False):
            pass
        with passwords.place(is_known=True):
            pass
    with passwords.place(is_known=False):
        pass
