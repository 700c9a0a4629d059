"""The service worker in real Chromium: the shell opens without the server, holds no answer, updates only when a person agrees."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.stack import Stack
from tests.e2e.conftest import KEPT, WORKER_READY, SignIn
from tests.support.person import Person, open_case, visit_payload
from tests.support.pwa import ON_DEMAND, second_build, shell_paths

OFFER = "新しい版があります"


def kept(page: Page) -> list[str]:
    """The address of everything in Cache Storage."""
    urls: list[str] = page.evaluate(KEPT)
    return urls


def wait_for_worker(page: Page) -> None:
    """Until the worker answers for this page."""
    page.wait_for_function(WORKER_READY)


@contextmanager
def gateway_with(city: Stack, **environment: str) -> Iterator[None]:
    """The gateway, started anew with other settings; as before afterwards."""
    city.stop(["gateway"])
    city.start(["gateway"], environment)
    try:
        yield
    finally:
        city.stop(["gateway"])
        city.start(["gateway"])


def test_the_shell_opens_with_the_gateway_killed(city: Stack, sign_in: SignIn) -> None:
    page = sign_in("takahashi", "tablet")
    wait_for_worker(page)
    context = page.context
    page.close()
    city.kill("gateway")
    try:
        for path in ("/", "/cases", "/statistics"):
            cold = context.new_page()
            cold.problems = []  # type: ignore[attr-defined]
            cold.goto(f"{city.url}{path}")
            expect(cold.locator("#root")).not_to_be_empty()
            assert cold.evaluate("() => performance.getEntriesByType('navigation')[0].workerStart > 0")
            cold.close()
    finally:
        city.start(["gateway"])


def test_nothing_but_the_shell_is_kept(city: Stack, sign_in: SignIn) -> None:
    clerk, coordinator = Person(city.url, "watanabe"), Person(city.url, "takahashi")
    case = open_case(clerk, coordinator)
    coordinator.do("RecordVisit", case, visit_payload())
    page = sign_in("takahashi", "tablet")
    wait_for_worker(page)
    for path in (
        "/today",
        "/cases",
        f"/cases/{case}",
        f"/cases/{case}/visits/new",
        "/notices",
        "/handoffs",
        "/consultations",
    ):
        page.goto(f"{city.url}{path}")
        expect(page.locator("main")).not_to_be_empty()
    page.wait_for_timeout(3_500)
    urls = kept(page)
    assert {urlsplit(url).path for url in urls} == shell_paths()
    assert all(url == f"{city.url}{urlsplit(url).path}" for url in urls)


FETCHED = "() => performance.getEntriesByType('resource').map((each) => new URL(each.name).pathname)"


def test_screens_that_need_the_network_are_fetched_when_they_are_opened(city: Stack, sign_in: SignIn) -> None:
    page = sign_in("takahashi", "tablet")
    wait_for_worker(page)
    page.wait_for_timeout(3_500)
    fetched = {*page.evaluate(FETCHED), *(urlsplit(url).path for url in kept(page))}
    assert not [path for path in fetched if path.startswith(ON_DEMAND)]
    page.goto(f"{city.url}/account")
    expect(page.get_by_role("heading", name="パスキー", exact=True)).to_be_visible()
    assert [path for path in page.evaluate(FETCHED) if path.startswith("/assets/network-")]
    assert {urlsplit(url).path for url in kept(page)} == shell_paths()


def test_a_screen_gone_with_its_version_offers_the_new_one(city: Stack, sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("takahashi", "desk")
    wait_for_worker(page)
    with gateway_with(city, BANSO_PWA_DIST=str(second_build(tmp_path))):
        page.locator(".nav").get_by_role("link", name="髙橋").click()
        expect(page.get_by_text("新しい版があるときは、「更新する」で開けます")).to_be_visible()
        page.problems.clear()  # type: ignore[attr-defined]
        page.get_by_role("button", name="更新する").click()
        expect(page.get_by_role("heading", name="パスキー", exact=True)).to_be_visible()
        assert page.evaluate("() => globalThis.build") == "next"


def test_another_way_in_that_is_gone_offers_the_new_version(city: Stack, sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("takahashi", "desk")
    wait_for_worker(page)
    page.get_by_role("button", name="サインアウト").click()
    with gateway_with(city, BANSO_PWA_DIST=str(second_build(tmp_path))):
        page.get_by_role("button", name="パスキーでサインイン").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.problems.clear()  # type: ignore[attr-defined]
        page.get_by_role("button", name="更新する").click()
        page.wait_for_function("() => globalThis.build === 'next'")


def test_no_version_is_offered_over_words_that_are_no_draft(city: Stack, sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("takahashi", "desk")
    wait_for_worker(page)
    page.goto(f"{city.url}/cases/called")
    reason = page.get_by_role("textbox", name="理由")
    reason.fill("扉の向こうで倒れる音がした")
    with gateway_with(city, BANSO_PWA_DIST=str(second_build(tmp_path))):
        reload_until_waiting(page)
        other = page.context.new_page()
        other.problems = []  # type: ignore[attr-defined]
        other.goto(f"{city.url}/today")
        page.wait_for_timeout(6_000)
        for one in (page, other):
            expect(one.get_by_text(OFFER)).to_have_count(0)
        reason.fill("")
        for one in (page, other):
            expect(one.get_by_text(OFFER)).to_be_visible(timeout=8_000)


def reload_until_waiting(page: Page) -> None:
    """Let the browser look for a new worker, until one waits."""
    page.evaluate("() => navigator.serviceWorker.getRegistration().then((found) => found.update())")
    page.wait_for_function("async () => (await navigator.serviceWorker.getRegistration())?.waiting !== null")


def test_a_new_version_waits_and_is_taken_by_a_press(city: Stack, sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("takahashi", "desk")
    wait_for_worker(page)
    before = kept(page)
    with gateway_with(city, BANSO_PWA_DIST=str(second_build(tmp_path))):
        reload_until_waiting(page)
        expect(page.get_by_text(OFFER)).to_be_visible()
        page.reload()
        assert page.evaluate("() => globalThis.build ?? null") is None, "a reload alone takes nothing"
        loads = count_loads(page)
        press_while_held(page)
        page.evaluate(BEGIN)
        page.evaluate("() => letGo()")
        page.wait_for_timeout(500)
        assert not loads, "another page has begun something since"
        page.evaluate("() => end()")
        expect(page.get_by_text(OFFER)).to_be_visible(timeout=20_000)
        press_while_held(page)
        page.wait_for_timeout(500)
        assert not loads, "what a page has begun is waited for"
        # A question asked of the old document while the new one loads can be left without an answer by Playwright.
        with page.expect_event("load"):
            page.evaluate("() => setTimeout(letGo, 100)")
        page.wait_for_function("() => globalThis.build === 'next'")
        page.wait_for_timeout(1_000)
        assert len(loads) == 1
        expect(page.get_by_text(OFFER)).to_have_count(0)
        after = kept(page)
        assert len(after) == len(before)
        assert [url for url in after if "first-next" in url]
        assert page.evaluate("async () => (await caches.keys()).length") == 1


BEGIN = """() => void navigator.locks.request("banso-unfinished", { mode: "shared" }, () =>
    new Promise((done) => (globalThis.end = done)))"""
HOLD = """() => new Promise((held) => navigator.locks.request("banso-unfinished", { mode: "shared" }, () => {
    held();
    return new Promise((done) => (globalThis.letGo = done));
}))"""


def press_while_held(page: Page) -> None:
    """Press 更新する a moment after something was begun: the line still offers it then."""
    button = page.get_by_role("button", name="更新する").element_handle()
    page.evaluate(HOLD)
    button.evaluate("(button) => button.click()")


UPDATED = """async () => {
    const found = await navigator.serviceWorker.getRegistration();
    await found.update();
    const fresh = found.installing;
    return new Promise((done) => fresh.addEventListener("statechange", () => done(fresh.state)));
}"""


def test_files_that_are_not_of_one_build_are_not_kept(city: Stack, sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("takahashi", "desk")
    wait_for_worker(page)
    before = kept(page)
    mixed = second_build(tmp_path, "mixed")
    with (mixed / "print.css").open("a", encoding="utf8") as sheet:
        sheet.write("/* of another build */")
    with gateway_with(city, BANSO_PWA_DIST=str(mixed)):
        assert page.evaluate(UPDATED) == "redundant"
        assert kept(page) == before


def count_loads(page: Page) -> list[str]:
    """Grows with every document the page loads from now on."""
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))
    return loads


def test_no_version_is_offered_while_a_draft_is_open(city: Stack, sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("watanabe", "desk")
    wait_for_worker(page)
    page.goto(f"{city.url}/consultations/new")
    page.get_by_role("textbox", name="話されたこと").fill("台所で音がする")
    with gateway_with(city, BANSO_PWA_DIST=str(second_build(tmp_path, "draft"))):
        reload_until_waiting(page)
        other = page.context.new_page()
        other.problems = []  # type: ignore[attr-defined]
        other.goto(f"{city.url}/today")
        expect(other.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_timeout(6_000)
        for one in (page, other):
            expect(one.get_by_text(OFFER)).to_have_count(0)
        expect(page.get_by_role("textbox", name="話されたこと")).to_have_value("台所で音がする")
        page.get_by_role("link", name="今日").first.click()
        for one in (page, other):
            expect(one.get_by_text(OFFER)).to_be_visible(timeout=8_000)
        page.goto(f"{city.url}/consultations/new")
        expect(page.get_by_role("textbox", name="話されたこと")).to_be_visible()
        expect(other.get_by_text(OFFER)).to_have_count(0, timeout=8_000)
        page.get_by_role("link", name="今日").first.click()
        expect(other.get_by_text(OFFER)).to_be_visible(timeout=8_000)
        with page.expect_event("load"), other.expect_event("load"):
            other.get_by_role("button", name="更新する").click()
        for one in (page, other):
            one.wait_for_function("() => globalThis.build === 'draft'")


def test_the_kill_switch_leaves_nothing(city: Stack, sign_in: SignIn) -> None:
    page = sign_in("takahashi", "tablet")
    wait_for_worker(page)
    assert kept(page)
    with gateway_with(city, BANSO_SERVICE_WORKER="off"):
        loads = count_loads(page)
        with page.expect_event("load"):
            page.evaluate("() => void navigator.serviceWorker.getRegistration().then((found) => found.update())")
        page.wait_for_timeout(3_000)
        page.wait_for_function("async () => (await caches.keys()).length === 0 && !navigator.serviceWorker.controller")
        assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
        assert kept(page) == []
        assert 1 <= len(loads) <= 2, "its pages are loaded anew, and do not go round in circles"
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_it_can_be_installed(browser: Browser, sign_in: SignIn) -> None:
    page = sign_in("takahashi", "tablet")
    wait_for_worker(page)
    session = page.context.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] in ([], [INCOGNITO])
    assert "ひきこもり" not in manifest["data"]


INCOGNITO = {"errorId": "in-incognito", "errorArguments": []}


@pytest.mark.parametrize(
    "script",
    [
        "navigator.serviceWorker.register('/sw.js')",
        "trustedTypes.createPolicy('other', {})",
        "trustedTypes.createPolicy('banso-worker', {})",
        "new Worker('/sw.js')",
        "document.createElement('div').innerHTML = '<b>x</b>'",
    ],
)
def test_the_page_makes_no_other_policy(sign_in: SignIn, script: str) -> None:
    page = sign_in("takahashi", "tablet")
    wait_for_worker(page)
    said = page.evaluate(
        f"async () => {{ try {{ await ({script}); return 'done' }} catch (error) {{ return error.name }} }}"
    )
    assert said == "TypeError"
    page.problems.clear()  # type: ignore[attr-defined]
