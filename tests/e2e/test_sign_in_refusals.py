"""Who is not let in is told why, in the gateway's own sentence, and what to do."""

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
