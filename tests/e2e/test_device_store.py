"""The tablet's own store fails: no room, closed by the browser, taken by a newer version. The person is told, and nothing is lost."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as Folder
from uuid import UUID

import pytest
from playwright.sync_api import CDPSession, Page, expect, sync_playwright

from infra.stack import Stack
from tests.e2e.conftest import look
from tests.support.path import Path
from tests.support.person import Person, open_case, wait_until
from tests.support.rows import rows
from tests.support.tablet import PIN, Tablet

AUTHOR = "nakamura"
FULL, CLOSED = "端末の空きが足りず、保存できませんでした。", "この端末の保存場所が閉じられ、保存できませんでした。"
# A page of a later version, whose database is one version on.
NEWER = """(name) => new Promise((done, failed) => {
  const opening = indexedDB.open(name, 2);
  opening.onsuccess = () => done(null);
  opening.onerror = () => failed(opening.error);
})"""
NO_ADD = """() => {
  window.add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = () => { throw new DOMException("", "UnknownError"); };
}"""
ADD_AGAIN = "() => { IDBObjectStore.prototype.add = window.add; }"
PERSONAL = """async () => (await indexedDB.databases()).map(({name}) => name)
  .find((name) => name.startsWith("banso-") && name !== "banso-device")"""


@contextmanager
def tablet_of(hills: tuple[Stack, Path], folder: Folder) -> Iterator[Tablet]:
    """In the hand, with everything on it."""
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, folder / "profile", f"http://localhost:{hills[1].port}")
        try:
            tablet.take_along(AUTHOR)
            yield tablet
        finally:
            hills[1].heal()
            tablet.close()


def case_of(stack: Stack, label: str) -> UUID:
    return open_case(Person(stack.url, "watanabe"), Person(stack.url, AUTHOR), told={"personName": label})


def memos_of(stack: Stack, case: UUID) -> Counter[str]:
    query = "select memo from visit join visit_private using (visit_id) where case_id = $1"
    return Counter(row["memo"] for row in rows(stack, "coordination", query, case))


def quota(session: CDPSession, origin: str, size: int | None) -> None:
    """How many bytes this site may keep; as usual again with None."""
    session.send("Storage.overrideQuotaForOrigin", {"origin": origin, **({"quotaSize": size} if size else {})})


def everything_is_received(tablet: Tablet) -> None:
    for state in ("端末のみ", "送信済"):
        expect(tablet.page.get_by_text(f"{state} 0件")).to_be_visible(timeout=70_000)
    tablet.nothing_waits()


@pytest.mark.timeout(300)
def test_no_room_on_the_tablet(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    case = case_of(stack, "空木 満")
    kept, typed, last = ("庭の柿を分けてもらった。", "戸口で猫の話をした。", "次は写真を持っていく。")
    with tablet_of(hills, tmp_path) as tablet:
        page = tablet.page
        path.cut()
        tablet.begin_visit("空木 満", kept)
        tablet.save_visit(kept)
        session = page.context.new_cdp_session(page)
        quota(session, tablet.url, 1)
        page.wait_for_timeout(31_000)  # Chromium remembers for half a minute how much room there was
        tablet.begin_visit("空木 満", typed)
        expect(page.get_by_text("下書きはまだ保存できていません")).to_be_visible()
        page.get_by_role("button", name="記録する").click()
        expect(page.get_by_role("alert").filter(has_text=FULL).first).to_be_visible()
        look(page, "device-full", "tablet")
        the_form_is_as_typed(page, typed)
        assert tablet.device_only() == 1, "what was written before is safe, and no more is said to be"
        path.heal()
        expect(page.get_by_text("オンライン", exact=True)).to_be_visible(timeout=70_000)
        page.get_by_role("button", name="記録する").click()
        expect(page.get_by_role("heading", name="連絡のしかたの約束")).to_be_visible(timeout=20_000)
        expect(page.get_by_text(typed)).to_be_visible()
        assert tablet.device_only() == 1, "received or not: the device cannot write it down"
        quota(session, tablet.url, None)
        path.cut()
        tablet.begin_visit("空木 満", last)
        tablet.save_visit(last)
        expect(page.get_by_text(FULL)).to_have_count(0)
        path.heal()
        everything_is_received(tablet)
        page.get_by_role("link", name="今日").first.click()
        expect(page.get_by_role("heading", name="書きかけ")).to_have_count(0)
    assert memos_of(stack, case) == {kept: 1, typed: 1, last: 1}


def the_form_is_as_typed(page: Page, memo: str) -> None:
    expect(page.get_by_role("textbox", name="ひとこと")).to_have_value(memo)
    expect(page.get_by_role("radio", name="扉越し")).to_be_checked()
    expect(page.get_by_role("checkbox", name="本人", exact=True)).to_be_checked()


@pytest.mark.timeout(300)
def test_the_pin_opens_a_tablet_without_room(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    with tablet_of(hills, tmp_path) as tablet:
        page = tablet.page
        page.reload()
        tablet.unlock()
        quota(page.context.new_cdp_session(page), tablet.url, 1)
        page.wait_for_timeout(31_000)  # Chromium remembers for half a minute how much room there was
        page.reload()
        expect(page.get_by_role("heading", name="PINを入れてください")).to_be_visible(timeout=20_000)
        for _ in range(9):
            try_pin(tablet, "271828")
            expect(page.get_by_role("alert")).to_contain_text("PINが違います")
            page.reload()
            expect(page.get_by_role("heading", name="PINを入れてください")).to_be_visible(timeout=20_000)
        tablet.unlock()
        page.reload()
        try_pin(tablet, PIN)
        expect(page.get_by_role("alert")).to_contain_text("端末の空きが足りず、PINを確かめられません")
        look(page, "unlock-full", "tablet")


def try_pin(tablet: Tablet, pin: str) -> None:
    tablet.type_pin(pin)
    tablet.page.get_by_role("button", name="開く", exact=True).click()


def test_a_write_that_fails_for_any_other_reason_is_told(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    case = case_of(stack, "戸倉 他")
    typed = "雨戸が少し開いていた。"
    with tablet_of(hills, tmp_path) as tablet:
        page = tablet.page
        path.cut()
        tablet.begin_visit("戸倉 他", typed)
        page.evaluate(NO_ADD)
        page.get_by_role("button", name="記録する").click()
        expect(page.get_by_role("alert").filter(has_text="まだ記録していません")).to_be_visible()
        expect(page.get_by_text(CLOSED).first).to_be_visible()
        expect(page.get_by_role("button", name="記録する")).to_be_enabled()
        the_form_is_as_typed(page, typed)
        assert tablet.device_only() == 0
        page.evaluate(ADD_AGAIN)
        tablet.save_visit(typed)
        path.heal()
        everything_is_received(tablet)
    assert memos_of(stack, case) == {typed: 1}


def force_close(page: Page) -> None:
    """As Chromium does when its storage fails: every open database of the site is closed under the page."""
    internals = page.context.new_page()
    internals.goto("chrome://indexeddb-internals")
    count = internals.locator(".connection-count").first
    expect(count).not_to_have_text("0")
    internals.get_by_text("Force close").first.click()
    expect(count).to_have_text("0")
    internals.close()


def test_a_database_closed_by_the_browser_is_opened_again(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    case = case_of(stack, "戸倉 閉")
    before, typed = ("裏口のベルを鳴らした。", "障子の影が動いた。")
    with tablet_of(hills, tmp_path) as tablet:
        tablet.close()  # Chromium writes its cookies down
        page = tablet.start()
        tablet.unlock()
        path.cut()
        tablet.begin_visit("戸倉 閉", before)
        tablet.save_visit(before)
        tablet.begin_visit("戸倉 閉", "障子")
        expect(page.get_by_text("下書き保存")).to_be_visible()
        force_close(page)
        page.get_by_role("textbox", name="ひとこと").fill(typed)
        page.wait_for_timeout(1_500)  # a pause of the hand: the draft is saved
        tablet.die()
        page = tablet.start()
        tablet.unlock()
        page.get_by_role("link", name="続きを書く").first.click()
        the_form_is_as_typed(page, typed)
        force_close(page)
        tablet.save_visit(typed)
        assert tablet.device_only() == 2 and page.get_by_text(CLOSED).count() == 0
        force_close(page)
        path.heal()
        everything_is_received(tablet)
    assert memos_of(stack, case) == {before: 1, typed: 1}


def test_a_newer_version_in_another_tab_takes_the_database(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    case = case_of(stack, "新田 版")
    kept, typed = ("縁側に座って待った。", "犬の名前を教わった。")
    with tablet_of(hills, tmp_path) as tablet:
        page = tablet.page
        path.cut()
        tablet.begin_visit("新田 版", kept)
        tablet.save_visit(kept)
        tablet.begin_visit("新田 版", "犬")
        waiting = tablet.waiting()
        newer = page.context.new_page()
        newer.goto(tablet.url)
        newer.evaluate(NEWER, page.evaluate(PERSONAL))
        page.get_by_role("textbox", name="ひとこと").fill(typed)
        expect(page.get_by_text(CLOSED)).to_be_visible(timeout=10_000)
        page.get_by_role("button", name="記録する").click()
        expect(page.get_by_role("alert").filter(has_text="まだ記録していません")).to_be_visible()
        the_form_is_as_typed(page, typed)
        path.heal()
        expect(page.get_by_text("オンライン", exact=True)).to_be_visible(timeout=70_000)
        page.get_by_role("button", name="記録する").click()
        wait_until(lambda: memos_of(stack, case)[typed] == 1)
        assert tablet.waiting() == waiting and len(waiting) > 1, "the visit before it waits there for the newer version"
    assert memos_of(stack, case) == {typed: 1}
