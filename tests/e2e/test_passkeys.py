"""Passkeys from the button to the session, with Chromium's virtual authenticator; a set-up code; another password."""

import json
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from infra.stack import Stack
from tests.e2e.conftest import SignIn, look
from tests.support.hired import FIRST_PASSWORD, Hired, hire
from tests.support.person import Person, wait_until
from tests.support.rows import rows

NEW = "雨あがりの坂道をbicycleで下る"


UNVERIFIED = """async () => {
  const post = (path, body) => fetch(path, {method: "POST", body: JSON.stringify(body), headers: {"content-type": "application/json"}});
  const options = await (await post("/passkey/options", {})).json();
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({...options, userVerification: "discouraged"});
  const credential = (await navigator.credentials.get({publicKey})).toJSON();
  return (await post("/passkey/session", {credential})).status;
}"""


class Authenticator:
    """One that verifies its person, or not, as told."""

    def __init__(self, page: Page) -> None:
        self._cdp = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable")
        kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        options = {**kind, "isUserVerified": True, "automaticPresenceSimulation": True}
        self._id = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def verifies(self, really: bool) -> None:
        self._cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": really})

    def set_counter_back(self) -> None:
        """As a copy of the passkey would count."""
        [held] = self._cdp.send("WebAuthn.getCredentials", {"authenticatorId": self._id})["credentials"]
        self._cdp.send("WebAuthn.clearCredentials", {"authenticatorId": self._id})
        held["signCount"] = 0
        self._cdp.send("WebAuthn.addCredential", {"authenticatorId": self._id, "credential": held})


def at_the_door(city: Stack, sign_in: SignIn, size: str) -> tuple[Page, Hired, Authenticator]:
    """Somebody of this test's own, signed in with a password."""
    hired = hire(city)
    page = sign_in("mori", size)
    page.get_by_role("button", name="サインアウト").locator("visible=true").first.click()
    page.get_by_label("職員ID").fill(hired.login)
    page.get_by_label("パスワード").fill(FIRST_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today")
    return page, hired, Authenticator(page)


def add(page: Page, name: str) -> None:
    page.get_by_role("link", name="新任 試").locator("visible=true").first.click()
    page.get_by_role("button", name="パスキーを登録する").click()
    page.get_by_label("パスキーの名前").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="パスキーを登録する").click()
    expect(page.get_by_text("まだ使っていません")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="サインアウト").locator("visible=true").first.click()
    expect(page.get_by_role("button", name="パスキーでサインイン")).to_be_visible()


@pytest.mark.parametrize("size", ["desk", "tablet"])
def test_a_passkey_is_added_opens_the_door_and_is_taken_away(city: Stack, sign_in: SignIn, size: str) -> None:
    page, hired, _ = at_the_door(city, sign_in, size)
    add(page, "机のパソコン")
    look(page, "account", size)
    sign_out(page)
    look(page, "sign-in-passkey", size)
    said: list[dict[str, Any]] = []
    page.on("request", lambda r: said.append(json.loads(r.post_data or "{}")) if "/passkey/session" in r.url else None)
    page.get_by_role("button", name="パスキーでサインイン").click()
    page.wait_for_url("**/today")
    [used] = rows(city, "gateway", "select * from passkey_private where staff_id = $1", hired.staff_id)
    assert used["sign_count"] >= 1 and used["last_used_at"] and used["name"] == "机のパソコン"
    again = httpx.post(f"{city.url}/passkey/session", json=said[0], headers={"Origin": city.url})
    assert (again.status_code, again.json()["code"]) == (401, "passkey_failed"), "a replayed answer"
    page.get_by_role("link", name="新任 試").locator("visible=true").first.click()
    page.get_by_role("button", name="机のパソコンを外す").click()
    page.get_by_role("dialog").get_by_role("button", name="外す").click()
    if page.get_by_role("alert").count():
        page.get_by_role("dialog").get_by_label("パスワード").fill(FIRST_PASSWORD)
        page.get_by_role("dialog").get_by_role("button", name="外す").click()
    expect(page.get_by_text("まだ登録していません")).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="パスキーでサインイン").click()
    expect(page.get_by_role("alert")).to_contain_text("パスキーを確かめられませんでした")


def test_without_verification_or_with_a_copy_nobody_comes_in(city: Stack, sign_in: SignIn) -> None:
    page, _, authenticator = at_the_door(city, sign_in, "desk")
    add(page, "机のパソコン")
    for _ in range(2):
        sign_out(page)
        page.get_by_role("button", name="パスキーでサインイン").click()
        page.wait_for_url("**/today")
    sign_out(page)
    authenticator.verifies(False)
    page.get_by_role("button", name="パスキーでサインイン").click()
    expect(page.get_by_role("alert")).to_contain_text("パスキーを確かめられませんでした")
    assert page.evaluate(UNVERIFIED) == 401, "a page that asks for less is not believed"
    authenticator.verifies(True)
    authenticator.set_counter_back()
    page.reload()
    page.get_by_role("button", name="パスキーでサインイン").click()
    expect(page.get_by_role("alert")).to_contain_text("パスキーを確かめられませんでした")


def test_before_what_is_dangerous_the_passkey_does_in_the_place_of_the_password(city: Stack, sign_in: SignIn) -> None:
    page, hired, authenticator = at_the_door(city, sign_in, "desk")
    add(page, "机のパソコン")
    rows(city, "gateway", "update session set fresh_until = now() where staff_id = $1", hired.staff_id)
    page.get_by_role("button", name="机のパソコンを外す").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="外す").click()
    expect(dialog.get_by_role("alert")).to_contain_text("もう一度パスワードかパスキー")
    look(page, "again-passkey", "desk")
    authenticator.verifies(False)
    dialog.get_by_role("button", name="パスキーで確かめる").click()
    expect(dialog.get_by_role("alert")).to_contain_text("パスキーで確かめられませんでした。まだ何も変わっていません")
    kept = "select 1 from passkey_private where staff_id = $1"
    assert len(rows(city, "gateway", kept, hired.staff_id)) == 1
    authenticator.verifies(True)
    dialog.get_by_role("button", name="パスキーで確かめる").click()
    expect(page.get_by_text("まだ登録していません")).to_be_visible()
    assert rows(city, "gateway", kept, hired.staff_id) == []


def test_a_password_is_changed_and_a_forgotten_one_replaced_with_a_code(city: Stack, sign_in: SignIn) -> None:
    page, hired, _ = at_the_door(city, sign_in, "desk")
    elsewhere = Person(city.url, hired.login, FIRST_PASSWORD)
    page.get_by_role("link", name="新任 試").locator("visible=true").first.click()
    page.get_by_label("いまのパスワード").fill(FIRST_PASSWORD)
    page.get_by_label("新しいパスワード").fill("password-2026")
    page.get_by_role("button", name="パスワードを変える").click()
    expect(page.get_by_role("alert")).to_contain_text("よく使われる言葉")
    page.get_by_label("新しいパスワード").fill(NEW)
    page.get_by_role("button", name="パスワードを変える").click()
    expect(page.get_by_text("パスワードを変えました")).to_be_visible()
    wait_until(lambda: elsewhere.post("Me").status_code == 401)
    manager = Person(city.url, "sasaki")
    code = manager.ask("IssueSetUpCode", staffId=str(hired.staff_id))["issueSetUpCode"]["code"]
    sign_out(page)
    page.get_by_role("button", name="設定コードをお持ちの方").click()
    look(page, "set-up-code", "desk")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="パスワードを決める").click()
    expect(dialog.get_by_text("設定コードを入れてください。")).to_be_visible()
    dialog.get_by_label("職員ID").fill(hired.login)
    dialog.get_by_label("設定コード").fill(code)
    dialog.get_by_label("新しいパスワード").fill(FIRST_PASSWORD)
    dialog.get_by_role("button", name="パスワードを決める").click()
    expect(page.get_by_text("パスワードを決めました")).to_be_visible()
    assert Person(city.url, hired.login, FIRST_PASSWORD).post("Me").status_code == 200
