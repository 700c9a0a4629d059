"""Two tabs of one browser and its worker, all sending one queue at once: each command goes out once and has its effect once."""

from collections import Counter
from pathlib import Path as Folder
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from infra.stack import Stack
from tests.e2e.test_background_sync import registration_of
from tests.support.path import Path
from tests.support.person import Person, open_case
from tests.support.rows import rows
from tests.support.tablet import Tablet

AUTHOR = "kobayashi"
CASES = ("双葉 一", "双葉 二")


def all_at_once(tabs: list[Page], url: str) -> None:
    """The network is back for the worker and for both tabs in one moment."""
    session = tabs[0].context.new_cdp_session(tabs[0])
    woken: dict[str, Any] = {"origin": url, "registrationId": registration_of(session, url), "tag": "banso-queue"}
    session.send("ServiceWorker.dispatchSyncEvent", {**woken, "lastChance": False})
    for tab in tabs:
        tab.evaluate("() => void setTimeout(() => dispatchEvent(new Event('online')))")


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
        path.said.clear()
        path.heal()
        all_at_once([first, second], tablet.url)
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
