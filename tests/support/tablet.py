"""A tablet in the hand: real Chromium with a profile that outlives it, on a path that can be cut."""

import os
import re
import signal
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, expect

from infra.seed import PASSWORD
from tests.e2e.conftest import CHROMIUM
from tests.support.person import wait_until

PIN = "830417"
# What waits in the one person's database of this device.
WAITING = """async () => {
  const names = (await indexedDB.databases()).map(({name}) => name);
  const name = names.find((each) => each.startsWith("banso-") && each !== "banso-device");
  return new Promise((done) => {
    const opening = indexedDB.open(name);
    opening.onsuccess = () => {
      opening.result.transaction("queue").objectStore("queue").getAll().onsuccess = (event) => {
        opening.result.close();
        done(event.target.result.filter((row) => row.open).map((row) => [row.id, row.state]));
      };
    };
  });
}"""

SHOW_AS = """(state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
"""For `evaluate`: the page goes to the background ("hidden"), or comes back ("visible")."""


class Tablet:
    """`start()` opens the browser cold on the same profile; `die()` is kill -9 of all its processes."""

    def __init__(self, playwright: Playwright, profile: Path, url: str) -> None:
        self._playwright, self.profile, self.url = playwright, profile, url
        self._context: BrowserContext | None = None
        self.page: Page

    @classmethod
    def on(cls, page: Page) -> "Tablet":
        """A page that stands already, in a browser that is never shut down."""
        tablet = cls.__new__(cls)
        tablet.page = page
        return tablet

    def start(self, script: str = "", **changes: Any) -> Page:
        """A cold start: whatever the profile kept, and nothing else. `script` runs before the first line of each page."""
        self._context = self._playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path="/usr/bin/chromium",
            args=CHROMIUM,
            viewport={"width": 820, "height": 1180},
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            **changes,
        )
        self._context.add_init_script(script)
        self.page = self._context.pages[0] if self._context.pages else self._context.new_page()
        self.page.goto(self.url)
        return self.page

    def die(self) -> None:
        """Power off in mid-sentence."""
        for pid in browser_pids(self.profile):
            os.kill(pid, signal.SIGKILL)
        # A new browser beside a dying one would find the profile still in its hands.
        until = time.monotonic() + 10
        while browser_pids(self.profile) and time.monotonic() < until:
            time.sleep(0.01)
        self._context = None

    def close(self) -> None:
        """Shut down in order."""
        if self._context is not None:
            self._context.close()
            self._context = None

    def sign_in(self, login: str) -> None:
        """With the password, at the door."""
        self.page.get_by_label("職員ID").fill(login)
        self.page.get_by_label("パスワード").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/today")

    def set_pin(self, pin: str = PIN) -> None:
        """From the card on 今日; waits until the shell and the records are on the device."""
        self.page.get_by_role("button", name="PINを設定する").click()
        dialog = self.page.get_by_role("dialog")
        for _ in range(2):
            self.type_pin(pin)
            dialog.get_by_role("button", name="次へ").click()
            expect(dialog.get_by_text("確かめています")).to_have_count(0)
        expect(dialog.get_by_text("PINを設定しました")).to_be_visible(timeout=20_000)
        dialog.get_by_role("button", name="閉じる").last.click()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def type_pin(self, pin: str = PIN) -> None:
        """On the pad."""
        for digit in pin:
            self.page.get_by_role("button", name=digit, exact=True).click()

    def unlock(self, pin: str = PIN) -> None:
        """At the locked door."""
        expect(self.page.get_by_role("heading", name="PINを入れてください")).to_be_visible(timeout=20_000)
        self.type_pin(pin)
        self.page.get_by_role("button", name="開く", exact=True).click()
        expect(self.page.get_by_role("navigation").first).to_be_visible(timeout=20_000)

    def put_away(self) -> None:
        """The app goes to the background, and comes back: it is locked."""
        self.page.evaluate(SHOW_AS, "hidden")
        expect(self.page.get_by_role("heading", name="PINを入れてください")).to_be_visible()
        self.page.evaluate(SHOW_AS, "visible")

    def take_along(self, login: str) -> Page:
        """A cold start, a sign-in and a PIN; then everything one may see without a signal is on the device."""
        page = self.start()
        self.sign_in(login)
        self.set_pin()
        expect(page.get_by_text("持ち出し準備OK")).to_be_visible(timeout=20_000)
        return page

    def begin_visit(self, label: str, memo: str) -> None:
        """訪問を記録 of a case, filled in and not yet saved."""
        self.page.get_by_role("link", name="ケース", exact=True).click()
        self.page.get_by_role("link", name=label).first.click()
        self.page.get_by_role("link", name="訪問を記録").first.click()
        self.page.get_by_role("radio", name="扉越し").check()
        self.page.get_by_role("checkbox", name="本人", exact=True).check()
        self.page.get_by_role("textbox", name="ひとこと").fill(memo)

    def save_visit(self, memo: str) -> None:
        """記録する; the case shows the visit at once."""
        self.page.get_by_role("button", name="記録する").click()
        expect(self.page.get_by_role("heading", name="連絡のしかたの約束")).to_be_visible(timeout=10_000)
        expect(self.page.get_by_text(memo)).to_be_visible()

    def waiting(self) -> list[list[str]]:
        """Id and state of all that its owner has not accepted, read from the disk itself."""
        found: list[list[str]] = self.page.evaluate(WAITING)
        return found

    def nothing_waits(self) -> None:
        """Everything is accepted, also what the page noted by itself (`ViewedOffline`, `ReadNotice`), which the sync line does not count."""
        wait_until(lambda: not self.waiting(), 70)

    def device_only(self) -> int:
        """端末のみ n件 of the sync line."""
        line = self.page.get_by_role("list", name="記録の送信状態").inner_text()
        return int(re.search(r"端末のみ\s*(\d+)件", line)[1])  # type: ignore[index]


def browser_pids(profile: Path) -> list[int]:
    """The processes of our own browser: its profile folder is in their command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"--user-data-dir={profile}".encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found
