"""The worker alone: no page is open, the browser wakes it, and what was written without a signal arrives once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, expect, sync_playwright

from infra.stack import Stack
from tests.support.person import Person, open_case, wait_until
from tests.support.tablet import Tablet

MEMO = "階段の下で待った。"


@contextmanager
def gone(city: Stack) -> Iterator[None]:
    """Nobody answers."""
    city.kill("gateway")
    try:
        yield
    finally:
        city.start(["gateway"])


def registration_of(session: CDPSession, origin: str) -> str:
    """The id by which Chromium's developer tools know the worker of an origin."""
    found: list[str] = []
    wanted = f"{origin}/"
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: found.extend(r["registrationId"] for r in said["registrations"] if r["scopeURL"] == wanted),
    )
    session.send("ServiceWorker.enable")
    for _ in range(100):  # the browser tells it in a message of its own, when it comes to it
        session.send("Runtime.evaluate", {"expression": "new Promise(go => setTimeout(go, 100))", "awaitPromise": True})
        if found:
            return found[0]
    raise AssertionError("the browser knows no worker of this origin")


def visits(person: Person, case: object) -> list[Any]:
    timeline = person.ask("Case", id=str(case))["case"]["timeline"]
    return [entry for entry in timeline if entry["memo"] == MEMO]


def test_the_worker_sends_the_queue_without_a_page(city: Stack, tmp_path: Path) -> None:
    clerk, coordinator = Person(city.url, "watanabe"), Person(city.url, "takahashi")
    case = open_case(clerk, coordinator, told={"personName": "階下 待"})
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", city.url)
        page = tablet.start()
        tablet.sign_in("takahashi")
        tablet.set_pin()
        expect(page.get_by_text("持ち出し準備OK")).to_be_visible(timeout=20_000)
        page.get_by_role("link", name="ケース", exact=True).click()
        page.get_by_role("link", name="階下 待").first.click()
        page.get_by_role("link", name="訪問を記録").first.click()
        with gone(city):
            page.get_by_role("radio", name="扉越し").check()
            page.get_by_role("checkbox", name="本人", exact=True).check()
            page.get_by_role("textbox", name="ひとこと").fill(MEMO)
            page.get_by_role("button", name="記録する").click()
            expect(page.get_by_text(MEMO)).to_be_visible()
            page.goto("about:blank")
        page.wait_for_timeout(2_000)
        assert visits(coordinator, case) == [], "no page is open, and nobody woke the worker"
        session = page.context.new_cdp_session(page)
        woken = {"origin": city.url, "registrationId": registration_of(session, city.url), "tag": "banso-queue"}
        session.send("ServiceWorker.dispatchSyncEvent", {**woken, "lastChance": False})
        wait_until(lambda: visits(coordinator, case))
        session.send("ServiceWorker.dispatchSyncEvent", {**woken, "lastChance": True})
        page.wait_for_timeout(1_000)
        assert len(visits(coordinator, case)) == 1
        page.goto(city.url)
        tablet.unlock()
        expect(page.get_by_text("端末のみ 0件")).to_be_visible()
        tablet.close()
