"""`python -m tests.bench.back_after_a_kill`: how soon a killed service is there again (reliability.md §6).

A town at a city's pace (a story a second), nothing else wrong: one service after the other is killed -9 and started, as a supervisor does, and
has come back before the next one dies. Judged is the p99 of the seconds until its API answers (goal 5) and until it has the bus again
(goal 15; effects wait for nothing else), both from its start. The floor in the same run: the smallest FastAPI app under the same uvicorn, from its start to its answer.

The long trial's own times (`make chaos-long`) are of a machine at its limit and of faults that lie on one another; these are not.
"""

import asyncio
import subprocess
import sys
import time

import httpx

from infra.ports import free_ports
from tests.chaos.faults.faults import Faults
from tests.chaos.round import Plan, one_round, pick

KILLS, FLOOR_EVERY = 120, 6
GOALS = {"api after kill": 5.0, "effects after kill": 15.0}
_BARE = """
import sys, fastapi, uvicorn
app = fastapi.FastAPI()
app.get("/")(lambda: "here")
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""


def seconds_of_the_floor() -> float:
    """From the start of a bare app to its first answer."""
    [port] = free_ports(1)
    begun = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", _BARE, str(port)])
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/", timeout=1).raise_for_status()
                return time.monotonic() - begun
            except httpx.TransportError:
                time.sleep(0.05)
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Exit 1 when a goal is missed, or the judge found something: a time of a town that lost a command is none."""
    floor: list[float] = []

    async def one_at_a_time(faults: Faults) -> None:
        for n in range(KILLS):
            await faults.kill()
            await faults.rest()
            if n % FLOOR_EVERY == 0:
                floor.append(await asyncio.to_thread(seconds_of_the_floor))

    verdict = one_round("bench", Plan(1, 0, rate=1, armed=0, script=one_at_a_time))
    if verdict.violations:
        raise SystemExit(verdict.violations)
    print(f"{verdict.commands['ok']} acknowledged, 0 lost, 0 doubled; {verdict.faults['kill']} kills")
    is_good = True
    for name, goal in GOALS.items():
        took = verdict.back[name]
        is_good &= len(took) == KILLS and (pick(took, 0.99) or goal) < goal
        times = ", ".join(f"p{share * 100:.0f} {pick(took, share):.2f} s" for share in (0.5, 0.95, 0.99))
        print(
            f"{name}: {times} of {len(took)} (p99 goal {goal:.0f} s); p50 {pick(took, 0.5) / pick(floor, 0.5):.1f}x a bare app"
        )
    print(f"a bare app: p50 {pick(floor, 0.5):.2f} s, the slowest {max(floor):.2f} s")
    raise SystemExit(not is_good)


if __name__ == "__main__":
    main()
