"""The tablet's clock is a year wrong. What was written is neither lost nor doubled, and what the wrong date spoils a person puts right."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path as Folder
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from infra.seed import PASSWORD
from infra.stack import Stack
from tests.support.path import Path
from tests.support.person import Person, open_case, wait_until
from tests.support.rows import rows
from tests.support.tablet import Tablet

AUTHOR = "kobayashi"
YEAR = int(timedelta(days=365).total_seconds() * 1000)
# The page's clock is wrong by `shift` ms, also when it is loaded anew.
CLOCK = """(() => {
  const Real = Date;
  globalThis.shift = Number(localStorage.getItem("shift") ?? 0);
  globalThis.Date = class extends Real {
    constructor(...given) { given.length > 0 ? super(...given) : super(Real.now() + globalThis.shift); }
    static now() { return Real.now() + globalThis.shift; }
  };
})()"""
# Somebody holds the tablet: no five minutes have passed since the last touch.
SHIFT = """(shift) => {
  localStorage.setItem("shift", shift);
  globalThis.shift = shift;
  dispatchEvent(new Event("pointerdown"));
}"""
BEFORE, DURING, WRONG = "雪囲いを一緒に見た。", "郵便受けの鍵の話をした。", "鳩時計が鳴っていた。"


def set_clock(page: Page, shift: int) -> None:
    page.evaluate(SHIFT, shift)


@contextmanager
def tablet_with_a_clock(hills: tuple[Stack, Path], folder: Folder, label: str) -> Iterator[tuple[Tablet, UUID]]:
    """Everything on it, no signal, and one visit written at the right time."""
    stack, path = hills
    case = open_case(Person(stack.url, "watanabe"), Person(stack.url, AUTHOR), told={"personName": label})
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, folder / "profile", f"http://localhost:{path.port}")
        page = tablet.take_along(AUTHOR)
        page.context.add_init_script(CLOCK)
        page.reload()
        tablet.unlock()
        path.cut()
        tablet.begin_visit(label, BEFORE)
        tablet.save_visit(BEFORE)
        try:
            yield tablet, case
        finally:
            path.heal()
            tablet.close()


def memos_of(stack: Stack, case: UUID) -> Counter[str]:
    query = "select memo from visit join visit_private using (visit_id) where case_id = $1"
    return Counter(row["memo"] for row in rows(stack, "coordination", query, case))


def nothing_left(page: Page) -> None:
    for state in ("端末のみ", "送信済"):
        expect(page.get_by_text(f"{state} 0件")).to_be_visible(timeout=70_000)


def locks_itself_when_turned(page: Page, shift: int) -> None:
    """No touch since the clock was turned: nobody knows how long the tablet lay there."""
    page.evaluate("(shift) => { localStorage.setItem('shift', shift); globalThis.shift = shift; }", shift)
    expect(page.get_by_role("heading", name="PINを入れてください")).to_be_visible(timeout=20_000)


@pytest.mark.timeout(300)
def test_a_year_behind(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    with tablet_with_a_clock(hills, tmp_path, "時田 遅") as (tablet, case):
        page = tablet.page
        tablet.begin_visit("時田 遅", DURING)
        set_clock(page, -YEAR)
        tablet.save_visit(DURING)
        locks_itself_when_turned(page, -YEAR - 600_000)
        tablet.unlock()
        tablet.begin_visit("時田 遅", WRONG)
        tablet.save_visit(WRONG)
        locks_itself_when_turned(page, 0)
        tablet.unlock()
        assert tablet.device_only() == 3
        path.heal()
        nothing_left(page)
        wait_until(lambda: memos_of(stack, case) == {BEFORE: 1, DURING: 1})
        mend(tablet)
        nothing_left(page)
        wait_until(lambda: memos_of(stack, case) == {BEFORE: 1, DURING: 1, WRONG: 1})


def mend(tablet: Tablet) -> None:
    """要確認: why it was not taken; the right day; sent as a visit of its own."""
    page = tablet.page
    page.get_by_role("link", name="要確認").first.click()
    expect(page.get_by_text(WRONG)).to_be_visible()
    page.get_by_role("link", name="直して送る").click()
    page.get_by_role("button", name="日時を直す").click()
    page.get_by_label("訪問した日").select_option(index=0)
    page.get_by_role("button", name="記録する").click()
    expect(page.get_by_role("heading", name="要確認")).to_be_visible()


@pytest.mark.timeout(300)
def test_a_year_ahead(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    with tablet_with_a_clock(hills, tmp_path, "時田 進") as (tablet, case):
        page = tablet.page
        tablet.begin_visit("時田 進", DURING)
        set_clock(page, YEAR)
        tablet.save_visit(DURING)
        tablet.begin_visit("時田 進", WRONG)
        tablet.save_visit(WRONG)
        locks_itself_when_turned(page, YEAR + 600_000)
        the_reading_ends_and_the_queue_stays(tablet)
        set_clock(page, 0)
        path.heal()
        sign_in(page)
        nothing_left(page)
        wait_until(lambda: memos_of(stack, case) == {BEFORE: 1, DURING: 1})
        tablet.set_pin()
        the_words_come_back(tablet)
        assert memos_of(stack, case) == {BEFORE: 1, DURING: 1}


def the_reading_ends_and_the_queue_stays(tablet: Tablet) -> None:
    """72 hours are over, as far as the tablet can know. All three visits are still there."""
    page = tablet.page
    waiting = tablet.waiting()
    tablet.type_pin()
    page.get_by_role("button", name="開く", exact=True).click()
    expect(page.get_by_label("パスワード")).to_be_visible()
    expect(page.get_by_text("送っていない記録　3件")).to_be_visible()
    assert tablet.waiting() == waiting


def sign_in(page: Page) -> None:
    page.get_by_label("職員ID").fill(AUTHOR)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today")


def the_words_come_back(tablet: Tablet) -> None:
    """Refused for its date, and sealed under a PIN that is gone: the gateway shows it to its author."""
    page = tablet.page
    page.get_by_role("link", name="要確認").first.click(timeout=70_000)
    expect(page.get_by_role("heading", name="預かっている記録")).to_be_visible(timeout=70_000)
    expect(page.get_by_text(WRONG)).to_be_visible()
    tablet.nothing_waits()
