"""The time a password takes to check says nothing about whether its login exists."""

import time

from gateway import passwords


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
