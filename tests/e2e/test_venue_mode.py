"""会場モード on the table: only the PIN leads out of it, it never locks its own staff out, and it says nothing of who was here."""

from playwright.sync_api import Locator, Page, expect

from infra.seed import PASSWORD
from infra.stack import Stack
from tests.e2e.conftest import SignIn
from tests.e2e.test_ibasho_screens import PIN, come, schedule, set_up_pin, tile

NO_ADD = "() => { IDBObjectStore.prototype.add = () => { throw new DOMException('', 'UnknownError'); }; }"


def open_session(page: Page, city: Stack) -> str:
    """With a PIN on the tablet; the session's id."""
    session = schedule(city)
    set_up_pin(page, city)
    page.get_by_role("link", name="居場所", exact=True).click()
    page.locator(f"a[href='/ibasho/{session}']").click()
    return session


def in_venue(page: Page, staff_page: Locator, *, is_scrolled: bool = False) -> None:
    """Nicknames and nothing else, also beneath. `is_scrolled`: down to the last tile of a board of many names."""
    venue = page.get_by_role("dialog", name="会場モード")
    expect(venue).to_be_visible()
    expect(staff_page).to_have_count(0)
    heading = venue.get_by_role("heading", name="来たら、呼び名にふれてください")
    if is_scrolled:
        heading.scroll_into_view_if_needed()
    expect(heading).to_be_in_viewport()


def at_the_door(page: Page, nickname: str) -> None:
    expect(page.get_by_role("heading", name="PINを入れてください")).to_be_visible(timeout=20_000)
    expect(page.get_by_text(nickname)).to_have_count(0)


def open_with_pin(page: Page) -> None:
    for digit in PIN:
        page.keyboard.press(digit)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="来たら、呼び名にふれてください")).to_be_visible(timeout=20_000)


def test_nobody_leaves_venue_mode_without_the_pin(sign_in: SignIn, city: Stack) -> None:
    page = sign_in("mori", "tablet")
    session = open_session(page, city)
    come(page, "ひばり")
    staff_page = page.get_by_role("button", name="扉まで来た", include_hidden=True)
    expect(staff_page).to_have_count(1)
    page.get_by_role("button", name="会場モード").click()
    in_venue(page, staff_page)
    for _ in range(5):
        page.keyboard.press("Escape")
        in_venue(page, staff_page)
    page.go_back()
    in_venue(page, staff_page)
    page.locator(".tile.add").click()
    page.get_by_label("呼び名、または札の番号").fill("ひばり")
    expect(page.get_by_text("ひばり が来たことにします")).to_be_visible()
    expect(page.get_by_text("今日もう来ています")).to_have_count(0)
    for _ in range(5):
        page.keyboard.press("Escape")
    in_venue(page, staff_page, is_scrolled=True)
    page.reload()
    at_the_door(page, "ひばり")
    open_with_pin(page)
    page.get_by_role("button", name="会場モード").click()
    page.goto(f"{city.url}/ibasho/{session}?again")
    at_the_door(page, "ひばり")


def test_venue_mode_is_no_trap_for_a_colleague_without_a_pin(sign_in: SignIn, city: Stack) -> None:
    page = sign_in("mori", "tablet")
    session = open_session(page, city)
    page.get_by_role("button", name="会場モード").click()
    page.context.clear_cookies()
    page.get_by_role("button", name="名前を言わずに参加する").click()
    again = page.get_by_role("dialog", name="もう一度サインインしてください")
    expect(again).to_be_visible(timeout=20_000)
    for _ in range(5):
        page.keyboard.press("Escape")
    expect(again).to_be_visible()
    again.get_by_label("職員ID").fill("takahashi")
    again.get_by_label("パスワード").fill(PASSWORD)
    again.get_by_label("パスワード").press("Enter")  # the Escapes may still be shifting the focus
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=20_000)
    expect(page.get_by_role("navigation").first).to_be_visible()
    page.get_by_role("link", name="居場所", exact=True).click()
    page.locator(f"a[href='/ibasho/{session}']").click()
    expect(page.get_by_role("button", name="扉まで来た")).to_be_visible()


def test_a_tap_that_the_tablet_could_not_keep_is_not_said_to_be_kept(sign_in: SignIn, city: Stack) -> None:
    page = sign_in("mori", "tablet")
    open_session(page, city)
    come(page, "つばめ")
    expect(page.get_by_text("つばめ 来ました")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("オフライン").first).to_be_visible(timeout=20_000)
    page.evaluate(NO_ADD)
    tile(page, "つばめ").click()
    expect(page.get_by_role("alert").filter(has_text="保存できませんでした").first).to_be_visible()
    expect(page.get_by_text("つばめ 帰りました")).to_have_count(0)
    expect(tile(page, "つばめ")).to_have_attribute("aria-pressed", "true")
