"""The city's account through a provider from a package, and what the session it gives is worth."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.service.gateway.test_sessions import sign_ins
from tests.support.hired import FIRST_PASSWORD, hire
from tests.support.oidc import Browser, gateway_with, know, real_provider
from tests.support.person import Person
from tests.support.rows import rows
from tests.support.vault import Vault


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with real_provider() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def town(city: Stack, provider: str) -> Iterator[Stack]:
    with gateway_with(city, provider) as stack:
        yield stack


def sign_in_there(address: str, subject: str) -> str:
    """The provider's own form; the code it sends back."""
    sent = httpx.post(address, data={"sub": subject})
    assert sent.status_code == 302, sent.text
    return dict(parse_qsl(urlsplit(sent.headers["location"]).query))["code"]


def entered(town: Stack, provider: str, subject: str, **said: object) -> tuple[Browser, str]:
    browser = Browser(town)
    address = browser.away(**said)
    return browser, browser.back(address, sign_in_there(address, subject))


def test_the_city_s_account_opens_a_session_like_any_other(town: Stack, provider: str) -> None:
    hired, subject = hire(town), new_id().hex
    know(provider, subject, f" {hired.login.upper()} ")
    browser, target = entered(town, provider, subject)
    assert target == "/today" and browser.signed_in() == str(hired.staff_id)
    given = [each.lower() for each in browser.last.headers.get_list("set-cookie")]
    [session] = [each for each in given if each.startswith("banso_session=")]
    assert "httponly" in session and "samesite=strict" in session and "path=/" in session
    assert any(each.startswith('banso_oidc=""') and "max-age=0" in each for each in given)
    assert (
        browser.last.headers["referrer-policy"] == "no-referrer" and browser.last.headers["cache-control"] == "no-store"
    )
    bound = rows(town, "gateway", "select * from oidc_account_private where subject = $1", subject)
    assert [(each["issuer"], each["staff_id"]) for each in bound] == [(provider, hired.staff_id)]
    assert browser.http.delete("/session").status_code == 200
    assert browser.signed_in() is None


def test_the_way_there_carries_what_it_must(town: Stack, provider: str) -> None:
    browser = Browser(town)
    answer = browser.begin()
    asked = dict(parse_qsl(urlsplit(answer.json()["url"]).query))
    assert asked["redirect_uri"] == f"{town.url}/session/oidc/return" and asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    [cookie] = [each.lower() for each in answer.headers.get_list("set-cookie") if each.startswith("banso_oidc=")]
    assert all(word in cookie for word in ("httponly", "samesite=lax", "path=/", "max-age=600"))
    secret = browser.http.cookies["banso_oidc"]
    assert secret not in answer.text
    kept = rows(town, "gateway", "select * from oidc_flow")
    assert secret.encode() not in repr(kept).encode() and asked["state"] not in repr(kept)


def test_it_ends_the_session_the_browser_had_and_the_browser_stays_known(town: Stack, provider: str) -> None:
    hired, subject = hire(town), new_id().hex
    know(provider, subject, hired.login)
    before = Person(town.url, hired.login, FIRST_PASSWORD)
    browser = Browser(town)
    browser.http.cookies.update(before.http.cookies)
    known = before.http.cookies["banso_known"]
    address = browser.away()
    assert browser.back(address, sign_in_there(address, subject)) == "/today"
    assert before.post("Me").status_code == 401, "fixation: the old cookie is worth nothing"
    assert browser.http.cookies["banso_known"] == known
    count = rows(town, "gateway", "select 1 from known_browser where staff_id = $1", hired.staff_id)
    assert len(count) == 1


def test_the_device_is_bound_and_a_revoked_one_stays_out(town: Stack, provider: str) -> None:
    hired, subject, device = hire(town), new_id().hex, new_id()
    know(provider, subject, hired.login)
    person = Person(town.url, hired.login, FIRST_PASSWORD, device=device)
    Vault.of(person, device, "縁側のタブレット")
    browser, target = entered(town, provider, subject, device=str(device))
    mine = [each for each in sign_ins(person).values() if not each["isThisOne"]]
    assert target == "/today" and [each["device"] for each in mine] == ["縁側のタブレット"]
    person.ask("RevokeDevice", id=str(device))
    assert browser.signed_in() is None
    again, target = entered(town, provider, subject, device=str(device))
    assert target == "/session/oidc/revoked" and again.signed_in() is None


def test_a_manager_ends_it_and_leaving_ends_it(town: Stack, provider: str) -> None:
    hired, subject = hire(town), new_id().hex
    know(provider, subject, hired.login)
    first, _ = entered(town, provider, subject)
    manager = Person(town.url, "sasaki")
    [theirs] = [each for each in sign_ins(manager).values() if each["staff"]["id"] == str(hired.staff_id)]
    assert manager.ask("EndSignIn", id=theirs["id"])["endSignIn"] is True
    assert first.signed_in() is None
    second, _ = entered(town, provider, subject)
    assert second.signed_in() == str(hired.staff_id)
    hired.reassign(until_days=-1)
    assert second.signed_in() is None


def test_what_is_dangerous_is_opened_at_the_provider_too(town: Stack, provider: str) -> None:
    hired, subject = hire(town), new_id().hex
    know(provider, subject, hired.login)
    browser, _ = entered(town, provider, subject)
    assert browser.http.post("/passkey/new/options", json={}).status_code == 200, "signed in just now"
    aged = "update session set fresh_until = now() where staff_id = $1"
    rows(town, "gateway", aged, hired.staff_id)
    assert browser.http.post("/passkey/new/options", json={}).json()["code"] == "not_fresh"
    address = browser.away(kind="fresh")
    assert {"prompt": "login", "max_age": "0"}.items() <= dict(parse_qsl(urlsplit(address).query)).items()
    assert browser.back(address, sign_in_there(address, subject)) == "/session/oidc/confirmed"
    assert browser.http.post("/passkey/new/options", json={}).status_code == 200


def test_who_says_no_at_the_provider_is_told_so_kindly(town: Stack) -> None:
    browser = Browser(town)
    address = browser.away()
    denied = httpx.post(address, data={"action": "deny"})
    assert "error=access_denied" in denied.headers["location"]
    target = browser.back(address, "", error="access_denied")
    page = httpx.get(f"{town.url}{target}")
    assert page.status_code == 200 and "パスワードかパスキー" in page.text and "消えていません" in page.text
    assert "access_denied" not in page.text and 'lang="ja"' in page.text


@pytest.mark.parametrize("said", ["failed", "unavailable", "no-access", "revoked", "done", "confirmed"])
def test_every_page_says_its_sentence_and_one_way_on(town: Stack, said: str) -> None:
    page = httpx.get(f"{town.url}/session/oidc/{said}")
    assert page.status_code == 200 and re.search(r"<p>[^<]{20,}。</p>", page.text) and "<script" not in page.text
    assert len(re.findall("<a ", page.text)) == 1
    assert httpx.get(f"{town.url}/session/oidc/anything").status_code == 404


def test_the_shell_tells_whether_there_is_this_way_in(town: Stack, city: Stack) -> None:
    """By a cookie, so that the sign-in page asks nobody; a gateway that has no provider takes it away."""
    for path in ("/", "/sign-in", "/index.html", "/sw.js"):
        [cookie] = httpx.get(f"{town.url}{path}").headers.get_list("set-cookie")
        assert cookie.startswith("banso_ways=city;") and "httponly" not in cookie.lower()
        assert "set-cookie" not in httpx.get(f"{city.url}{path}").headers
        taken = httpx.get(f"{city.url}{path}", cookies={"banso_ways": "city"}).headers["set-cookie"]
        assert taken.startswith('banso_ways=""') and "Max-Age=0" in taken


def test_without_a_provider_there_is_nothing_here(city: Stack) -> None:
    begun = httpx.post(f"{city.url}/session/oidc", json={}, headers={"Origin": city.url})
    assert (begun.status_code, begun.json()["code"]) == (404, "not_found")
    assert httpx.get(f"{city.url}/session/oidc/return?code=x&state=y").status_code == 404


def test_another_site_cannot_send_somebody_there(town: Stack) -> None:
    for headers in ({}, {"Origin": "http://evil.example"}, {"Origin": town.url, "Sec-Fetch-Site": "cross-site"}):
        refused = httpx.post(f"{town.url}/session/oidc", json={}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")


def test_nobody_fresh_is_made_without_a_session(town: Stack) -> None:
    assert Browser(town).begin(kind="fresh").json()["code"] == "signed_out"
    for body in ({"kind": "x"}, {"device": "x"}, []):
        assert Browser(town).http.post("/session/oidc", json=body).status_code == 422
