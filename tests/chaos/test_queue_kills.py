"""The queue of a tablet under kill -9: what was said to be on the disk arrives, once, whenever the browser died.

`BANSO_QUEUE` commands are queued while nothing can be sent, then sent; the browser is killed `BANSO_QUEUE_KILLS` times at
random moments, half of them in each part. The judge reads the owner's tables, the outbox and the figures.
"""

import asyncio
import os
import random
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, sync_playwright

from infra.paths import ROOT
from infra.seed import PASSWORD
from infra.stack import Stack
from services.kernel.db import connect
from tests.support.city import running_city
from tests.support.person import Person, open_case
from tests.support.servers import Servers
from tests.support.tablet import PIN, Tablet

COMMANDS = int(os.environ.get("BANSO_QUEUE", "600"))
KILLS = int(os.environ.get("BANSO_QUEUE_KILLS", "10"))
CASES, MORE, SEED = 8, 200, 20261124
HARNESS = ROOT / "var" / "test" / "harness"


@pytest.fixture(scope="module")
def town(servers: Servers) -> Iterator[Stack]:
    """An installation whose gateway serves a page without screens: the app's own queue, driven by hand."""
    build = ["npx", "vite", "build", "--config", "harness/vite.config.ts", "--logLevel", "warn"]
    subprocess.run(build, cwd=ROOT / "pwa", check=True)
    with running_city(servers, "queue", {"BANSO_PWA_DIST": str(HARNESS)}) as stack:
        yield stack


class Queueing:
    """One tablet, killed again and again; what it said was durable is kept here, outside of it."""

    def __init__(self, tablet: Tablet, cases: list[UUID]) -> None:
        self.tablet, self.cases = tablet, [str(case) for case in cases]
        self.durable: set[str] = set()
        self.kills = 0

    def start(self, *, cut: bool = False) -> Page:
        page = self.tablet.start()
        page.expose_function("durable", lambda id_: self.durable.add(id_))
        if cut:
            page.route("**/graphql", lambda route: route.abort())
        page.evaluate("harness.ready")
        return page

    def open(self, *, cut: bool = False) -> Page:
        page = self.start(cut=cut)
        assert page.evaluate("pin => harness.unlock(pin)", PIN) == "ok"
        return page

    def wait_and_kill(self, page: Page, seconds: float) -> None:
        page.wait_for_timeout(seconds * 1000)
        self.tablet.die()
        self.kills += 1


def fill(queueing: Queueing, chosen: random.Random) -> None:
    """Queue until enough is durable, dying on the way; more than enough while a death of this half is left."""
    while queueing.kills < KILLS // 2 or len(queueing.durable) < COMMANDS:
        page = queueing.open(cut=True)
        share = COMMANDS / max(KILLS // 2, 1)
        left = COMMANDS - len(queueing.durable)
        if queueing.kills < KILLS // 2:
            left = max(left, round(2 * share))
        page.evaluate("([cases, n]) => void harness.queue(cases, n)", [queueing.cases, left])
        if queueing.kills < KILLS // 2:
            deadline, wanted = (
                time.monotonic() + 30,
                len(queueing.durable) + min(left, share * chosen.uniform(0.3, 1.3)),
            )
            while len(queueing.durable) < wanted and time.monotonic() < deadline:
                page.wait_for_timeout(5)
            queueing.wait_and_kill(page, 0)
        else:
            while len(queueing.durable) < COMMANDS:
                page.wait_for_timeout(50)
            queueing.tablet.close()


def drain(queueing: Queueing, chosen: random.Random) -> tuple[int, float]:
    """Send everything, dying on the way. Answers (how many were left for the last life, how long they took)."""
    while queueing.kills < KILLS:
        page = queueing.open()
        if page.evaluate("harness.counts()")["device"] == 0:
            # Faster than the deaths: there is more to send, so that this life, too, dies of sending.
            page.evaluate("([cases, n]) => harness.queue(cases, n).then(() => harness.send())", [queueing.cases, MORE])
        queueing.wait_and_kill(page, chosen.uniform(0.05, 0.9))
    page = queueing.open()
    begun, left = time.monotonic(), page.evaluate("harness.counts()")["device"]
    while (counts := page.evaluate("harness.counts()"))["device"] + counts["sent"] > 0:
        assert time.monotonic() < begun + 600, counts
        page.wait_for_timeout(100)
    seconds = time.monotonic() - begun
    assert counts["refused"] == 0, counts
    queueing.tablet.close()
    return left, seconds


def test_a_killed_browser_loses_nothing_and_doubles_nothing(town: Stack, tmp_path: Path) -> None:
    clerk, coordinator = Person(town.url, "watanabe"), Person(town.url, "takahashi")
    cases = [open_case(clerk, coordinator) for _ in range(CASES)]
    chosen = random.Random(SEED)
    with sync_playwright() as playwright:
        queueing = Queueing(Tablet(playwright, tmp_path / "profile", f"{town.url}/queue.html"), cases)
        page = queueing.start()
        page.evaluate("([login, word, pin]) => harness.setUp(login, word, pin)", ["takahashi", PASSWORD, PIN])
        p95 = slow_device(page, queueing)
        queueing.tablet.close()
        fill(queueing, chosen)
        filling = queueing.kills
        left, seconds = drain(queueing, chosen)
    assert (filling, queueing.kills) == (KILLS // 2, KILLS)
    town.wait_settled(120)
    with ThreadPoolExecutor(1) as thread:
        visits = thread.submit(asyncio.run, judge(town, queueing)).result()
    print(
        f"0 lost, 0 doubled of {len(queueing.durable)} durable commands ({visits} visits) under {queueing.kills} kills of"
        f" the browser, seed {SEED}; the last {left} sent in {seconds:.1f} s; queueing one at 4x CPU: p95 {p95:.1f} ms"
    )


def slow_device(page: Page, queueing: Queueing) -> float:
    """p95 of queueing one command, durable and sealed, on a CPU four times slower (ms). Printed, never judged."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.route("**/graphql", lambda route: route.abort())
    took = sorted(page.evaluate("([cases, n]) => harness.queue(cases, n)", [queueing.cases, 200]))
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    page.unroute("**/graphql")
    return took[int(len(took) * 0.95)]


async def judge(stack: Stack, queueing: Queueing) -> int:
    """Every durable command was accepted; every accepted one has one visit, one event, one figure. Answers how many."""
    coordination, reporting = (
        await connect(stack.dsns["coordination"].owner),
        await connect(stack.dsns["reporting"].owner),
    )
    try:
        logged = {
            str(row["command_id"])
            for row in await coordination.fetch("select command_id from command_log where command_type = 'RecordVisit'")
        }
        assert queueing.durable <= logged, f"lost: {len(queueing.durable - logged)}"
        visits = await coordination.fetchval("select count(*)::int from visit")
        events = await coordination.fetchval("select count(*)::int from outbox where type like '%VisitRecorded%'")
        facts = await reporting.fetchval("select count(*)::int from fact_visit")
        assert visits == events == facts == len(logged), "doubled, or an effect is missing"
        gaps = "select subject from outbox group by subject having max(version) <> count(*)"
        assert await coordination.fetch(gaps) == []
        return int(visits)
    finally:
        await coordination.close()
        await reporting.close()
