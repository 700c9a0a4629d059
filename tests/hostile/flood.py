"""A crowd at the sign-in door, as a process of its own: `python -m tests.hostile.flood PORT ORIGIN SECONDS`.

Each try comes from another address of the loopback network with another login, so that no throttle but the one in front of
the hashing itself holds it up. Prints {status: count}; `without Retry-After` counts those that should have had one.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from itertools import count

AT_ONCE = 150


async def attempt(port: int, origin: str, number: int, login: str | None = None) -> str:
    """The status of one try, and whether it says when to come again."""
    address = f"127.{1 + number // 62_500 % 200}.{1 + number // 250 % 250}.{1 + number % 250}"
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    body = json.dumps({"login": login or f"nobody-{number}", "password": "x" * 20}).encode()
    head = (
        f"POST /session HTTP/1.1\r\nHost: {origin.removeprefix('http://')}\r\nOrigin: {origin}\r\nConnection: close\r\n"
    )
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    said = (await asyncio.wait_for(reader.read(), 60)).split(b"\r\n\r\n")[0].lower()
    writer.close()
    status = said[9:12].decode()
    return status if status not in {"429", "503"} or b"retry-after" in said else f"{status} without Retry-After"


async def main(port: int, origin: str, seconds: float) -> None:
    """Try until the time is over."""
    until, numbers, found = time.monotonic() + seconds, count(), Counter[str]()

    async def one_after_the_other() -> None:
        while time.monotonic() < until:
            try:
                found[await attempt(port, origin, next(numbers))] += 1
            except (OSError, TimeoutError) as error:
                found[type(error).__name__] += 1

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
