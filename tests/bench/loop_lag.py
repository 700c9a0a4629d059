"""`python -m tests.bench.loop_lag`: how late the event loop of a service is while somebody is rude to it (the bound: 250 ms).

Measured inside, by a sleep of 10 ms that is late (`inside/sitecustomize.py`); `reporting`, which nobody is rude to, says what the
machine's own share is. Scenes: a flood of sign-ins, people who leave in mid-sentence, bodies poured in by who does not listen, 100,000
brackets, heads that never end.
"""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import httpx

from infra.paths import ROOT
from infra.stack import Stack
from services.kernel.ids import new_id
from tests.chaos.round import pick
from tests.hostile.story import Tokens, tell
from tests.hostile.test_big_bodies import MEGABYTE, ROUTES, head, pour
from tests.hostile.test_cancelled import Leavers
from tests.hostile.test_slow_heads import drip
from tests.support.city import running_city
from tests.support.person import Person, document_ids
from tests.support.servers import running_servers

GAUGED, GOAL_MS = ("gateway", "coordination", "intake", "reporting"), 250
FLOOD_SECONDS, LEAVERS, SLOW, POURED = 15, 10_000, 300, 256 * MEGABYTE
INSIDE = ROOT / "tests" / "bench" / "inside"


def gauge(town: Stack) -> None:
    """From now on these services note their lag."""
    town.stop(GAUGED)
    for name in GAUGED:
        file = town.var / f"lag-{name}"
        town.start([name], {"PYTHONPATH": f"{INSIDE}:{ROOT}", "BANSO_LAG_FILE": str(file)})


@contextlib.contextmanager
def gauged(town: Stack, scene: str) -> Iterator[None]:
    """Prints a line when the scene is over: p50, p99 and worst of each, in ms."""
    files = {name: town.var / f"lag-{name}" for name in GAUGED}
    before = {name: len(file.read_text().splitlines()) for name, file in files.items()}
    yield
    said = []
    for name, file in files.items():
        lags = [float(line) for line in file.read_text().splitlines()[before[name] :]]
        said.append(f"{name} {pick(lags, 0.5):.0f}, {pick(lags, 0.99):.0f}, {max(lags):.0f}")
    print(f"{scene} (p50, p99, worst; goal {GOAL_MS} ms): {'; '.join(said)}", flush=True)


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
        said = httpx.request(method, url, content=body, headers=headers, cookies=dict(person.http.cookies), timeout=30)
        assert said.status_code == 422, (name, path, said.status_code)


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
    with contextlib.ExitStack() as at_end:
        town = at_end.enter_context(running_city(at_end.enter_context(running_servers()), "lag"))
        gauge(town)
        for scene, play in SCENES.items():
            with gauged(town, scene):
                play(town)


if __name__ == "__main__":
    main()
