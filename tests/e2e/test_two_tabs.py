"""Two tabs of one browser and its worker, all after one queue at once: each command goes out once and has its effect once."""

from collections import Counter
from itertools import permutations
from pathlib import Path as Folder
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect, sync_playwright

from infra.stack import Stack
from tests.e2e.test_background_sync import registration_of
from tests.support.path import Path
from tests.support.person import Person, open_case, wait_until
from tests.support.rows import rows
from tests.support.tablet import Tablet

AUTHOR = "kobayashi"
CASES = ("双葉 一", "双葉 二")


HELD = 12
"""Seconds a submission is on its way: less than the app waits for an answer, more than two tabs need to wake up."""
# Who has the queue and who waits for it, as ids of pages and workers; and which of them this page is.
QUEUE_LOCK = """async () => {
  const clients = (locks) => locks.filter(({name}) => name.startsWith("banso-drain-")).map(({clientId}) => clientId);
  const {held, pending} = await navigator.locks.query();
  return [clients(held), clients(pending)];
}"""
WHO_I_AM = """() => navigator.locks.request("who-i-am", async () =>
  (await navigator.locks.query()).held.find(({name}) => name === "who-i-am").clientId)"""


def signal(sessions: list[CDPSession], *, there: bool) -> None:
    """Of these tabs alone: the worker has its own."""
    for session in sessions:
        session.send(
            "Network.emulateNetworkConditions",
            {"offline": not there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )


def the_worker_first_and_both_tabs_behind_it(tabs: list[Page], url: str, path: Path) -> None:
    """The network is back for the worker; while it is sending, for both tabs, and they have to wait for it."""
    sessions = [tab.context.new_cdp_session(tab) for tab in tabs]
    signal(sessions, there=False)
    pages = {tab.evaluate(WHO_I_AM) for tab in tabs}
    path.held = (b'"blob"', HELD)
    path.said.clear()
    path.heal()
    try:
        woken: dict[str, Any] = {
            "origin": url,
            "registrationId": registration_of(sessions[0], url),
            "tag": "banso-queue",
        }
        sessions[0].send("ServiceWorker.dispatchSyncEvent", {**woken, "lastChance": False})
        wait_until(lambda: b'"blob"' in path.said)
        [worker] = tabs[0].evaluate(QUEUE_LOCK)[0]
        assert worker not in pages, "it is the worker that is sending"
        signal(sessions, there=True)
        wait_until(
            lambda: tabs[0].evaluate(QUEUE_LOCK) in ([[worker], [*each]] for each in permutations(pages)), HELD - 2
        )
    finally:
        path.held = (b"", 0)


@pytest.mark.timeout(600)
def test_two_tabs_and_the_worker(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    clerk, author = Person(stack.url, "watanabe"), Person(stack.url, AUTHOR)
    cases = [open_case(clerk, author, told={"personName": label}) for label in CASES]
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        first = tablet.take_along(AUTHOR)
        second = first.context.new_page()
        second.goto(tablet.url)
        tablet.page = second
        tablet.unlock()
        path.cut()
        memos = [f"{label}、{n}度目。" for n in range(1, 5) for label in CASES]
        for number, memo in enumerate(memos):
            tablet.page = (first, second)[number % 4 // 2]
            tablet.begin_visit(memo.split("、")[0], memo)
            tablet.save_visit(memo)
        waiting = tablet.waiting()
        assert len(waiting) >= len(memos) and {state for _, state in waiting} == {"device"}
        the_worker_first_and_both_tabs_behind_it([first, second], tablet.url, path)
        for tab in (first, second):
            expect(tab.get_by_text("端末のみ 0件")).to_be_visible(timeout=70_000)
            expect(tab.get_by_text("送信済 0件")).to_be_visible(timeout=20_000)
        tablet.nothing_waits()
        tablet.close()
    sent = {id: path.said.count(f'"id":"{id}"'.encode()) for id, _ in waiting}
    assert sent == dict.fromkeys(sent, 1), "one holder: nothing was sent twice"
    stack.wait_settled()
    query = "select memo from visit join visit_private using (visit_id) where case_id = any($1)"
    assert Counter(row["memo"] for row in rows(stack, "coordination", query, cases)) == Counter(memos)
    facts = "select case_id from fact_visit where case_id = any($1)"
    assert Counter(row["case_id"] for row in rows(stack, "reporting", facts, cases)) == dict.fromkeys(cases, 4)
