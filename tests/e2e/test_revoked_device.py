"""A tablet is lost with a visit on it. Revoked, it can never be read again; the visit still reaches its author, sealed."""

import re
from pathlib import Path as Folder
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, Playwright, expect, sync_playwright

from infra.seed import PASSWORD
from infra.stack import Stack
from tests.e2e.conftest import CHROMIUM, SIZES, look
from tests.support.path import Path
from tests.support.person import Person, open_case, wait_until
from tests.support.rows import rows
from tests.support.tablet import Tablet

AUTHOR, AUTHOR_NAME = "nakamura", "中村 亮"
# Every person's way into their sealed database, as it is on the disk: the wrapped key's length, or null.
WRAPPED = """() => new Promise((done, failed) => {
  const opening = indexedDB.open("banso-device");
  opening.onerror = () => failed(opening.error);
  opening.onsuccess = () => {
    const asked = opening.result.transaction("staff").objectStore("staff").getAll();
    asked.onsuccess = () => (opening.result.close(), done(asked.result.map((row) => row.wrapped && row.wrapped.length)));
  };
})"""


def write_in_the_dark(tablet: Tablet, path: Path, label: str, memo: str) -> None:
    """A PIN, everything on the device, the cookie on the disk; then no signal, and a visit."""
    tablet.start()
    tablet.sign_in(AUTHOR)
    tablet.set_pin()
    expect(tablet.page.get_by_text("持ち出し準備OK")).to_be_visible(timeout=20_000)
    tablet.close()
    page = tablet.start()
    tablet.unlock()
    assert page.evaluate(WRAPPED) == [48], "256 bits and their tag"
    path.cut()
    page.get_by_role("link", name="ケース", exact=True).click()
    page.get_by_role("link", name=label).first.click()
    page.get_by_role("link", name="訪問を記録").first.click()
    page.get_by_role("radio", name="扉越し").check()
    page.get_by_role("checkbox", name="本人", exact=True).check()
    page.get_by_role("textbox", name="ひとこと").fill(memo)
    page.get_by_role("button", name="記録する").click()
    expect(page.get_by_text(memo)).to_be_visible(timeout=10_000)
    assert tablet.device_only() >= 1


def desk(playwright: Playwright, url: str, login: str) -> Page:
    """Another browser, in the office."""
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
    width, height = SIZES["desk"]
    viewport: Any = {"width": width, "height": height}
    page = browser.new_context(viewport=viewport, locale="ja-JP", timezone_id="Asia/Tokyo").new_page()
    page.goto(url)
    page.get_by_label("職員ID").fill(login)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today")
    return page


def revoke(page: Page, url: str) -> None:
    """The manager, on 端末."""
    page.goto(f"{url}/devices")
    usable = page.get_by_role("button", name="使えなくする")
    theirs = page.locator("li", has_text=AUTHOR_NAME).filter(has=usable)
    expect(theirs).not_to_have_count(0)
    while left := theirs.count():  # other tests' tablets of the same person too
        theirs.first.get_by_role("button", name="使えなくする").click()
        page.get_by_role("dialog").get_by_role("button", name="使えなくする").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(theirs).to_have_count(left - 1)


def handed_in(stack: Stack, memo: str) -> list[Any]:
    """What waits for its author, as the author sees it."""
    found = Person(stack.url, AUTHOR).ask("HandedIn")["handedIn"]
    return [each for each in found if memo in str(each["payload"])]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("state", ["open", "locked", "no cookie"])
def test_a_lost_tablet(hills: tuple[Stack, Path], tmp_path: Folder, state: str) -> None:
    stack, path = hills
    places = {"open": "坂上", "locked": "坂下", "no cookie": "坂中"}
    label, memo = f"{places[state]} 灯", f"窓に明かりがあった（{state}）。"
    case = open_case(Person(stack.url, "watanabe"), Person(stack.url, AUTHOR), told={"personName": label})
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        write_in_the_dark(tablet, path, label, memo)
        if state != "open":  # whoever found it has no PIN
            tablet.die()
            expect(tablet.start().get_by_role("heading", name="PINを入れてください")).to_be_visible()
        if state == "no cookie":  # its session ended, or somebody signed out: only the device's id says who asks
            tablet.page.context.clear_cookies()
        manager = desk(playwright, stack.url, "sasaki")
        revoke(manager, stack.url)
        path.heal()
        page = tablet.page
        expect(page.get_by_role("heading", name="この端末は使えません")).to_be_visible(timeout=90_000)
        expect(page.get_by_text("書いた人が別の端末の要確認で送れます")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("端末を係に返し、管理者に知らせてください")).to_be_visible()
        look(page, f"revoked-{state.replace(' ', '-')}", "tablet")
        assert page.evaluate(WRAPPED) == [None]
        it_waits_sealed(stack, case, memo)
        page.reload()
        expect(page.get_by_role("heading", name=re.compile("サインイン|この端末は使えません"))).to_be_visible(
            timeout=20_000
        )
        assert page.get_by_text(label).count() == 0 and page.evaluate(WRAPPED) == [None]
        tablet.close()
        the_author_sends_it(stack, desk(playwright, stack.url, AUTHOR), case, memo)


def it_waits_sealed(stack: Stack, case: UUID, memo: str) -> None:
    """Not on the case, not readable where it is kept, shown to its author and to nobody else."""
    assert len(handed_in(stack, memo)) == 1
    kept = rows(stack, "gateway", "select sealed from handed_in where state = 'waiting'")
    assert kept and not any(memo.encode() in row["sealed"] for row in kept)
    for colleague in ("takahashi", "sasaki"):
        assert Person(stack.url, colleague).ask("HandedIn")["handedIn"] == []
    assert rows(stack, "coordination", "select 1 from visit where case_id = $1", case) == []


def the_author_sends_it(stack: Stack, page: Page, case: UUID, memo: str) -> None:
    """From another browser; then it stands on the case, once."""
    page.get_by_role("link", name="要確認").click()
    card = page.get_by_role("article").filter(has_text=memo)
    expect(card).to_be_visible()
    look(page, "handed-in", "desk")
    card.get_by_role("button", name="自分の記録として送る").click()
    expect(card).to_have_count(0)
    page.goto(f"{stack.url}/cases/{case}")
    expect(page.get_by_text(memo)).to_have_count(1)
    query = "select memo, recorded_by::text as who from visit join visit_private using (visit_id) where case_id = $1"
    author = Person(stack.url, AUTHOR)
    assert [tuple(row) for row in rows(stack, "coordination", query, case)] == [(memo, author.id)]
    wait_until(lambda: len(rows(stack, "reporting", "select 1 from fact_visit where case_id = $1", case)) == 1)
    assert handed_in(stack, memo) == []
