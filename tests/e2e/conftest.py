"""Real Chromium against the whole running installation, on a desk and on a tablet."""

from collections.abc import Iterator
from typing import Protocol

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from infra.paths import ROOT
from infra.ports import free_ports
from infra.seed import PASSWORD
from infra.stack import Stack
from tests.support.city import running_city
from tests.support.path import Path as Way
from tests.support.path import path_to
from tests.support.servers import Servers

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SIZES = {"desk": (1280, 800), "tablet": (820, 1180)}
SCREENS = ROOT / "var" / "test" / "screens"
AXE = (ROOT / "pwa" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf8")

# Every address in Cache Storage.
KEPT = """async () => {
  const urls = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) urls.push(request.url);
  return urls.sort();
}"""
# The worker has kept the shell and answers for this page.
WORKER_READY = "() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"


@pytest.fixture(scope="module")
def browser(city: Stack) -> Iterator[Browser]:
    """Debian's Chromium. The installation is up before it starts."""
    assert (ROOT / "pwa" / "dist" / "index.html").exists(), "build the PWA first (make test does)"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def running_hills(servers: Servers) -> Iterator[tuple[Stack, Way]]:
    """Runs for every test of a tablet on a path."""
    [port] = free_ports(1)
    with running_city(servers, "hills", path_ports=[port]) as stack, path_to(port, stack.ports["gateway"]) as way:
        yield stack, way


@pytest.fixture
def hills(running_hills: tuple[Stack, Way]) -> Iterator[tuple[Stack, Way]]:
    """An installation that tablets reach over a path, open before every test, whatever the one before left."""
    stack, path = running_hills
    path.heal()
    yield stack, path


class SignIn(Protocol):
    """Give a page of a browser of its own, signed in through the form."""

    def __call__(self, login: str, size: str, password: str = PASSWORD) -> Page: ...


@pytest.fixture
def sign_in(browser: Browser, city: Stack) -> Iterator[SignIn]:
    """`sign_in(login, size)` gives a page of a browser of its own, signed in through the form."""
    opened = []

    def enter(login: str, size: str, password: str = PASSWORD) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=size == "tablet",
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
        )
        opened.append(context)
        page = context.new_page()
        problems: list[str] = []
        page.on(
            "console",
            lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None,
        )
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.problems = problems  # type: ignore[attr-defined]
        page.goto(city.url)
        page.get_by_label("職員ID").fill(login)
        page.get_by_label("パスワード").fill(password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/today")
        return page

    yield enter
    for context in opened:
        for page in context.pages:
            assert page.problems == []  # type: ignore[attr-defined]
        context.close()


def look(page: Page, name: str, size: str) -> None:
    """Keep a picture of the screen, and let axe find nothing."""
    page.wait_for_timeout(250)
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"{name}.{size}.png")
    nothing_wrong(page, name)


def nothing_wrong(page: Page, name: str) -> None:
    """Axe finds nothing, and nothing scrolls sideways."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found["violations"]] == []
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} scrolls sideways by {wide}px"
