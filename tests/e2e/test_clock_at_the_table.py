"""居場所 with a tablet whose clock is a year wrong: before the afternoon, as after an empty battery, and in the middle of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path as Folder
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.e2e.test_device_clock import CLOCK, YEAR, nothing_left, set_clock
from tests.e2e.test_offline_afternoon import come, figure, open_board, take_along, tile
from tests.support.path import Path
from tests.support.person import Person, session_payload, wait_until
from tests.support.rows import rows
from tests.support.tablet import Tablet

MINUTE = 60_000


def scheduled(stack: Stack) -> UUID:
    mori, session = Person(stack.url, "mori"), new_id()
    mori.do("ScheduleSession", session, session_payload(mori))
    return session


def start(tablet: Tablet, shift: int) -> Page:
    """Cold, with a clock that is `shift` ms ahead from the first line of the page on: a moment at the right time, after a year
    that was none, would end what the tablet may keep."""
    page = tablet.start(CLOCK)
    page.evaluate("(shift) => localStorage.setItem('shift', shift)", shift)
    page.reload()
    return page


def moments(stack: Stack, session: UUID) -> list[datetime]:
    found = rows(stack, "ibasho", "select at from attendance where session_id = $1 order by at", session)
    return [row["at"] for row in found]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "shift", [YEAR, -YEAR, 20 * MINUTE], ids=["a-year-ahead", "a-year-behind", "twenty-minutes-ahead"]
)
def test_a_clock_that_was_wrong_before_is_known(hills: tuple[Stack, Path], tmp_path: Folder, shift: int) -> None:
    """Whoever comes is written down at the moment they came, asked nothing, also without a signal and after a cold start."""
    stack, path = hills
    session, begun = scheduled(stack), datetime.now(UTC)
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        page = start(tablet, shift)
        tablet.sign_in("mori")
        tablet.set_pin()
        expect(page.get_by_text("持ち出し準備OK")).to_be_visible(timeout=20_000)
        tablet.close()
        path.cut()
        page = start(tablet, shift)
        tablet.unlock()
        open_board(page, session)
        come(page, "ときわ", "ときわ")
        page.get_by_role("button", name="＋1").click()
        expect(figure(page, "いま")).to_have_text("2人")
        assert tablet.device_only() == 3, "the first of them opens the session"
        path.heal()
        nothing_left(page)
        tablet.nothing_waits()
        expect(page.get_by_role("link", name="要確認")).to_have_count(0)
        tablet.close()
    kept = moments(stack, session)
    assert len(kept) == 2
    assert all(begun - timedelta(minutes=1) < at < datetime.now(UTC) for at in kept), kept


@pytest.mark.timeout(300)
@pytest.mark.parametrize("shift", [YEAR, -YEAR], ids=["ahead", "behind"])
def test_a_clock_that_goes_wrong_without_a_signal(hills: tuple[Stack, Path], tmp_path: Folder, shift: int) -> None:
    """The board names the session before it counts; what its owner then refuses waits in 要確認 and is sent again. Once each."""
    stack, path = hills
    session = scheduled(stack)
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        page = take_along(tablet, "mori", session)
        page.context.add_init_script(CLOCK)
        page.reload()
        tablet.unlock()
        path.cut()
        come(page, "ときわ", "ときわ")
        set_clock(page, shift)
        page.get_by_role("link", name="今日", exact=True).click()
        page.go_back()
        page.get_by_role("button", name="＋1").click()
        said = "もう終わっています" if shift > 0 else "まだ始まっていません"
        question = page.get_by_role("dialog").filter(has_text=said)
        question.get_by_role("button", name="この回に記録する").click()
        expect(tile(page, "ときわ")).to_have_attribute("aria-pressed", "true")
        expect(figure(page, "きた人")).to_have_text("2人")
        assert tablet.device_only() == 3, "the first of them opens the session"
        path.heal()
        nothing_left(page)
        if shift > 0:
            again(page)
            nothing_left(page)
        wait_until(lambda: len(moments(stack, session)) == 2)
        expect(page.get_by_role("link", name="要確認")).to_have_count(0)
        tablet.close()
    assert moments(stack, session)[-1] < datetime.now(UTC)


def again(page: Page) -> None:
    """What lay ahead was refused. By now the tablet knows the time from the gateway, and offers it."""
    page.get_by_role("link", name="要確認").first.click()
    page.get_by_role("button", name="もう一度送る").click()
