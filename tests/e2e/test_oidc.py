"""The city's account from the button to the session, beside a page that stays, before what is dangerous, and on a tablet with a PIN."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.e2e.conftest import SIZES, look
from tests.support.hired import FIRST_PASSWORD, Hired, hire
from tests.support.oidc import gateway_with, know, real_provider
from tests.support.rows import rows
from tests.support.screen import meet
from tests.support.tablet import Tablet

CITY = "市のアカウントでサインイン"
AGAIN = "もう一度サインインしてください"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with real_provider() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def town(city: Stack, provider: str) -> Iterator[Stack]:
    with gateway_with(city, provider) as stack:
        yield stack


def opened(browser: Browser, town: Stack, size: str) -> Page:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=size == "tablet",
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
    )
    page = context.new_page()
    page.goto(town.url)
    expect(page.get_by_role("button", name=CITY)).to_be_visible()
    return page


def with_account(town: Stack, provider: str) -> tuple[Hired, str]:
    hired, subject = hire(town), new_id().hex
    know(provider, subject, hired.login)
    return hired, subject


def at_the_provider(page: Page, subject: str) -> None:
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def end_session(town: Stack, hired: Hired) -> None:
    rows(town, "gateway", "update session set revoked_at = now() where staff_id = $1", hired.staff_id)


def in_its_own_window(page: Page, button: str, subject: str) -> Page:
    with page.expect_popup() as popup:
        page.get_by_role("button", name=button).last.click()
    at_the_provider(popup.value, subject)
    return popup.value


@pytest.mark.parametrize("size", ["desk", "tablet"])
def test_the_button_leads_there_and_back_into_the_app(browser: Browser, town: Stack, provider: str, size: str) -> None:
    _, subject = with_account(town, provider)
    page = opened(browser, town, size)
    assert meet(page, "sign-in-city", size) == []
    page.get_by_role("button", name=CITY).click()
    at_the_provider(page, subject)
    page.wait_for_url("**/today")
    expect(page.get_by_role("link", name="新任 試").locator("visible=true").first).to_be_visible()
    assert page.url == f"{town.url}/today"
    cookies = {each["name"]: each for each in page.context.cookies(town.url)}
    assert cookies["banso_session"]["sameSite"] == "Strict" and cookies["banso_session"]["httpOnly"]
    assert "banso_oidc" not in cookies
    page.get_by_role("button", name="サインアウト").locator("visible=true").first.click()
    page.get_by_role("button", name=CITY).click()
    at_the_provider(page, new_id().hex)
    page.wait_for_url("**/session/oidc/no-access")
    expect(page.get_by_text("係長に、職員IDと今日の担当を")).to_be_visible()
    assert meet(page, "city-no-access", size) == []
    page.get_by_role("link", name="サインインの画面へ").click()
    expect(page.get_by_role("button", name=CITY)).to_be_visible()
    page.context.close()


def test_where_no_provider_is_configured_there_is_no_button(browser: Browser, city: Stack) -> None:
    page = browser.new_context(locale="ja-JP").new_page()
    page.goto(city.url)
    expect(page.get_by_role("button", name="パスキーでサインイン")).to_be_visible()
    expect(page.get_by_role("button", name=CITY)).to_have_count(0)
    page.context.close()


def test_a_provider_out_of_reach_is_said_on_the_page_and_what_was_typed_stays(browser: Browser, town: Stack) -> None:
    page = opened(browser, town, "desk")
    page.get_by_label("職員ID").fill("mori")
    page.context.set_offline(True)
    page.get_by_role("button", name=CITY).click()
    expect(page.get_by_role("alert")).to_contain_text("つながりません")
    expect(page.get_by_label("職員ID")).to_have_value("mori")
    page.context.close()


def test_over_a_page_it_opens_a_window_of_its_own_and_the_page_stays(
    browser: Browser, town: Stack, provider: str
) -> None:
    hired, subject = with_account(town, provider)
    page = opened(browser, town, "desk")
    page.get_by_role("button", name=CITY).click()
    at_the_provider(page, subject)
    page.wait_for_url("**/today")
    page.goto(f"{town.url}/account")
    page.get_by_label("新しいパスワード").fill("まだ途中の言葉")
    end_session(town, hired)
    expect(page.get_by_role("heading", name=AGAIN)).to_be_visible(timeout=20_000)
    window = in_its_own_window(page, CITY, subject)
    window.wait_for_url("**/session/oidc/done")
    look(window, "city-done", "desk")
    window.close()
    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("heading", name=AGAIN)).to_have_count(0)
    expect(page.get_by_label("新しいパスワード")).to_have_value("まだ途中の言葉")
    page.context.close()


def test_another_person_s_sign_in_in_the_other_window_does_not_take_the_page(
    browser: Browser, town: Stack, provider: str
) -> None:
    (hired, subject), (_, other) = with_account(town, provider), with_account(town, provider)
    page = opened(browser, town, "desk")
    page.get_by_role("button", name=CITY).click()
    at_the_provider(page, subject)
    page.wait_for_url("**/today")
    page.goto(f"{town.url}/account")
    page.get_by_label("新しいパスワード").fill("まだ途中の言葉")
    end_session(town, hired)
    expect(page.get_by_role("heading", name=AGAIN)).to_be_visible(timeout=20_000)
    window = in_its_own_window(page, CITY, other)
    window.wait_for_url("**/session/oidc/done")
    window.close()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(1000)
    expect(page.get_by_role("heading", name=AGAIN)).to_be_visible(timeout=20_000)
    page.context.close()


def test_what_is_dangerous_is_confirmed_at_the_provider(browser: Browser, town: Stack, provider: str) -> None:
    hired, subject = with_account(town, provider)
    query = "insert into passkey_private values ($1, $2, $3, 0, '机のパソコン', now(), null)"
    rows(town, "gateway", query, new_id().bytes, hired.staff_id, b"key")
    page = opened(browser, town, "desk")
    page.get_by_role("button", name=CITY).click()
    at_the_provider(page, subject)
    page.wait_for_url("**/today")
    rows(town, "gateway", "update session set fresh_until = now() where staff_id = $1", hired.staff_id)
    page.get_by_role("link", name="新任 試").locator("visible=true").first.click()
    page.get_by_role("button", name="机のパソコンを外す").click()
    remove = page.get_by_role("dialog").get_by_role("button", name="外す")
    remove.click()
    expect(page.get_by_role("alert")).to_contain_text("まだ何も変わっていません")
    look(page, "city-confirm", "desk")
    window = in_its_own_window(page, "市のアカウントで確かめる", subject)
    window.wait_for_url("**/session/oidc/confirmed")
    window.close()
    remove.click()
    expect(page.get_by_text("まだ登録していません")).to_be_visible()
    page.context.close()


def test_a_tablet_still_opens_by_its_pin(browser: Browser, town: Stack, provider: str) -> None:
    """The vault knows nothing of it: locked, the PIN opens; over the open page the city's account signs in again."""
    hired, subject = with_account(town, provider)
    page = opened(browser, town, "tablet")
    tablet = Tablet.on(page)
    page.get_by_label("職員ID").fill(hired.login)
    page.get_by_label("パスワード").fill(FIRST_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today")
    tablet.set_pin()
    expect(page.get_by_text("持ち出し準備OK")).to_be_visible(timeout=20_000)
    end_session(town, hired)
    page.reload()
    page.get_by_role("button", name="別の人").click()
    expect(page.get_by_role("button", name="パスキーでサインイン")).to_be_visible()
    expect(page.get_by_role("button", name=CITY)).to_have_count(0)
    page.get_by_role("button", name="PINで開く").click()
    tablet.unlock()
    expect(page.get_by_role("heading", name=AGAIN)).to_be_visible(timeout=20_000)
    window = in_its_own_window(page, CITY, subject)
    window.wait_for_url("**/session/oidc/done")
    window.close()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("heading", name=AGAIN)).to_have_count(0)
    [last] = rows(
        town, "gateway", "select device_id from session where staff_id = $1 and revoked_at is null", hired.staff_id
    )
    assert rows(town, "gateway", "select 1 from device where device_id = $1", last["device_id"]), "this very device"
    page.context.close()
