"""A tablet of two: without a signal each opens it with their own PIN, and nobody's tries are counted as another's."""

from pathlib import Path as Folder

from playwright.sync_api import expect, sync_playwright

from infra.stack import Stack
from tests.e2e.conftest import look
from tests.support.path import Path
from tests.support.tablet import PIN, Tablet

OTHERS = "491738"


def handed_on(tablet: Tablet) -> Tablet:
    """Somebody took their cases along and signed out; a colleague has signed in."""
    page = tablet.take_along("takahashi")
    page.get_by_role("button", name="サインアウト").first.click()
    tablet.sign_in("hamada")
    return tablet


def test_each_opens_it_in_the_dark(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    _, path = hills
    with sync_playwright() as playwright:
        tablet = handed_on(Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}"))
        page = tablet.page
        tablet.set_pin(OTHERS)
        expect(page.get_by_text("持ち出し準備OK")).to_be_visible(timeout=20_000)
        tablet.close()
        path.cut()
        page = tablet.start()
        expect(page.get_by_text("この端末の2人のうち")).to_be_visible(timeout=20_000)
        look(page, "unlock-of-two", "tablet")
        asked = page.get_by_role("status").filter(has_text="人目のPIN").inner_text()
        tablet.type_pin(PIN)
        page.get_by_role("button", name="開く", exact=True).click()
        expect(page.get_by_text("PINが違います")).to_be_visible()
        page.get_by_role("button", name="次の人のPINで開く").click()
        expect(page.get_by_text("この端末の2人のうち")).not_to_have_text(asked)
        expect(page.get_by_text("PINが違います")).to_have_count(0)
        tablet.unlock()
        expect(page.get_by_role("link", name="髙橋 直子").first).to_be_visible()
        page.get_by_role("button", name="サインアウト").first.click()
        page.get_by_role("button", name="PINで開く").click()
        page.get_by_role("button", name="次の人のPINで開く").click()
        tablet.unlock(OTHERS)
        expect(page.get_by_role("link", name="濵田").first).to_be_visible()
        tablet.close()


def test_whoever_has_a_pin_opens_it_after_a_colleague_without_one(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    _, path = hills
    with sync_playwright() as playwright:
        tablet = handed_on(Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}"))
        page = tablet.page
        page.get_by_role("button", name="サインアウト").first.click()
        path.cut()
        page.get_by_role("button", name="PINで開く").click()
        tablet.unlock()
        expect(page.get_by_role("link", name="髙橋 直子").first).to_be_visible()
        tablet.close()
