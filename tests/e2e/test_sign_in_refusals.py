"""Who is not let in is told why, in the gateway's own sentence, and what to do; and whoever went out is out."""

import httpx
from playwright.sync_api import Browser, Page, expect

from gateway.sign_in import throttle
from infra.stack import Stack
from tests.support.hired import FIRST_PASSWORD, hire
from tests.support.rows import rows


def try_it(page: Page, city: Stack, login: str, password: str) -> None:
    page.goto(city.url)
    page.get_by_label("職員ID").fill(login)
    page.get_by_label("パスワード").fill(password)
    page.get_by_role("button", name="サインイン", exact=True).click()


def test_a_wrong_password_a_duty_that_begins_tomorrow_and_too_many_tries_are_three_things(
    city: Stack, browser: Browser
) -> None:
    page, new = browser.new_page(locale="ja-JP"), hire(city)
    try_it(page, city, new.login, "x" * 12)
    expect(page.get_by_role("alert")).to_contain_text("職員IDかパスワードが違います")
    expect(page.get_by_label("職員ID")).to_have_value(new.login)
    new.reassign(from_days=1)
    try_it(page, city, new.login, FIRST_PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("係長に担当を確かめてください")
    guess = {"login": new.login, "password": "y" * 12}
    for _ in range(30):
        if httpx.post(f"{city.url}/session", json=guess, headers={"Origin": city.url}).status_code == 429:
            break
    # The wait doubles with each guess: one that lasts until the page has asked, however slow the machine is.
    asked_long = "update sign_in_failure set count = 20, last_at = now() where key = $1"
    rows(city, "gateway", asked_long, throttle.key_of("account", new.login))
    try_it(page, city, new.login, FIRST_PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("30秒ほど待ってから")
    page.close()


def test_a_portals_answer_lets_nobody_in_and_nobody_out(city: Stack, browser: Browser) -> None:
    new, page = hire(city), browser.new_page(locale="ja-JP")
    portal = {"status": 200, "content_type": "text/html", "body": "<h1>Wi-Fi</h1>"}
    page.route("**/session", lambda route: route.fulfill(**portal))  # type: ignore[arg-type]
    try_it(page, city, new.login, FIRST_PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("つながりません")
    page.unroute("**/session")
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.wait_for_url("**/today")
    page.route("**/session", lambda route: route.fulfill(**portal))  # type: ignore[arg-type]
    page.get_by_role("button", name="サインアウト").click()
    expect(page.get_by_label("職員ID")).to_be_visible()
    page.reload()  # the next person at this desk
    expect(page.get_by_role("heading", name="いま読み込めません")).to_be_visible()
    page.unroute("**/session")
    expect(page.get_by_label("職員ID")).to_be_visible(timeout=10_000)
    assert page.evaluate("() => localStorage.signOutOwed") is None
    page.close()
