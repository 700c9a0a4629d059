"""`python -m tests.bench.loop_lag`: how long a service's event loop is busy while somebody is rude to it (issue's bound: 250 ms).

The lag is what `/livez`, which does nothing, takes on a fresh connection, asked by a process of its own; beside it what the same
question takes at `reporting` in the same moments: the machine's share. Scenes: a flood of sign-ins, people who leave in mid-sentence,
bodies poured in by who does not listen, 100,000 brackets, heads that never end.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import httpx

from infra.paths import ROOT
from infra.process import die_with_parent
from infra.stack import Stack
from services.kernel.ids import new_id
from tests.chaos.round import pick
from tests.hostile.story import Tokens, tell
from tests.hostile.test_big_bodies import MEGABYTE, ROUTES, head, pour
from tests.hostile.test_cancelled import Leavers
from tests.hostile.test_login_flood import livez
from tests.hostile.test_slow_heads import drip
from tests.support.city import running_city
from tests.support.person import Person, document_ids
from tests.support.servers import running_servers

GAUGED, CALM, GOAL_MS = ("gateway", "coordination", "intake"), "reporting", 250
FLOOD_SECONDS, LEAVERS, SLOW, POURED = 15, 5_000, 300, 256 * MEGABYTE


def gauge(ports: list[int]) -> None:
    """Ask each of these in turn until the input is closed; then print the seconds of each."""
    took: dict[int, list[float]] = {port: [] for port in ports}
    is_over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), is_over.set()), daemon=True).start()
    while not is_over.is_set():
        for port, times in took.items():
            times.append(livez(port))
        time.sleep(0.01)
    print(json.dumps(list(took.values())))


@contextlib.contextmanager
def gauged(town: Stack, scene: str) -> Iterator[None]:
    """Prints a line for each gauged service when the scene is over."""
    names = (*GAUGED, CALM)
    command = [sys.executable, "-m", "tests.bench.loop_lag", *(str(town.ports[name]) for name in names)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    asking = subprocess.Popen(command, cwd=ROOT, text=True, preexec_fn=die_with_parent, **pipes)
    time.sleep(1)
    yield
    *each, calm = json.loads(asking.communicate("", timeout=60)[0])
    for name, times in zip(GAUGED, each, strict=True):
        p99, worst, share = pick(times, 0.99), max(times), pick(calm, 0.99)
        assert p99 and share
        print(
            f"{scene}: {name} p50 {sorted(times)[len(times) // 2] * 1000:.0f}, p99 {p99 * 1000:.0f}, worst {worst * 1000:.0f} ms"
            f" ({CALM} p99 {share * 1000:.0f}; {len(times)} questions; goal {GOAL_MS})",
            flush=True,
        )


def flood(town: Stack) -> None:
    """150 at once, each from another address."""
    command = [sys.executable, "-m", "tests.hostile.flood", str(town.ports["gateway"]), town.url, str(FLOOD_SECONDS)]
    print(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip())


def leave(town: Stack) -> None:
    """At random points, half of them by a reset."""
    leavers = Leavers(town, tell(town))
    asyncio.run(leavers.leave_all(LEAVERS))
    print(dict(leavers.left))


def pour_in(town: Stack) -> None:
    """A quarter of a gigabyte into each route, by a client that does not listen."""
    cookie = Person(town.url, "takahashi").http.cookies["banso_session"]
    for name, method, path in ROUTES:
        with contextlib.suppress(ConnectionError):
            pour(town.ports[name], head(town, name, method, path, cookie, POURED), POURED, listens=False, chunked=False)


def nest(town: Stack) -> None:
    """100,000 levels, to each route twenty times."""
    text, person = "[" * 100_000 + "1" + "]" * 100_000, Person(town.url, "takahashi")
    wrapped = f'{{"documentId": "{document_ids()["SaveDraft"]}", "variables": {text}}}'
    for name, method, path in ROUTES * 20:
        headers = {"Origin": town.url, "Content-Type": "application/json"}
        headers |= {} if name == "gateway" else Tokens(town, name).header()
        url = (town.url if name == "gateway" else town.service_url(name)) + path.replace("{new}", str(new_id()))
        body = wrapped if path == "/graphql" else text
        httpx.request(method, url, content=body, headers=headers, cookies=dict(person.http.cookies), timeout=30)


def drip_heads(town: Stack) -> None:
    """A byte each half second, on many connections."""

    async def all_of_them() -> None:
        await asyncio.gather(*(drip(town.ports["gateway"], []) for _ in range(SLOW)))

    asyncio.run(all_of_them())


SCENES: dict[str, Callable[[Stack], None]] = {
    "nobody rude": lambda _: time.sleep(5),
    "login flood": flood,
    "leaving in mid-sentence": leave,
    "256 MB poured in": pour_in,
    "100,000 brackets": nest,
    "heads without end": drip_heads,
}


def main() -> None:
    """One city, one scene after the other."""
    if len(sys.argv) > 1:
        return gauge([int(each) for each in sys.argv[1:]])
    with contextlib.ExitStack() as at_end:
        town = at_end.enter_context(running_city(at_end.enter_context(running_servers()), "lag"))
        for scene, play in SCENES.items():
            with gauged(town, scene):
                play(town)
    return None


if __name__ == "__main__":
    main()
