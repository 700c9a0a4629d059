"""A provider that lies, a browser that is another's, an account that is nobody's: refused, logged by reason, nothing revealed."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from infra.ports import free_ports
from infra.stack import Stack
from services.kernel.ids import new_id
from tests.service.gateway.test_sessions import stale
from tests.support.hired import FIRST_PASSWORD, Hired, hire
from tests.support.issuer import Issuer, Key, running_issuer
from tests.support.oidc import Browser, gateway_with
from tests.support.person import Person
from tests.support.rows import rows


@pytest.fixture(scope="module")
def running() -> Iterator[Issuer]:
    [port] = free_ports(1)
    with running_issuer(port) as issuer:
        yield issuer


@pytest.fixture(scope="module")
def town(city: Stack, running: Issuer) -> Iterator[Stack]:
    with gateway_with(city, running.url) as stack:
        yield stack


@pytest.fixture
def issuer(running: Issuer) -> Iterator[Issuer]:
    """Honest again before every test."""
    yield running
    running.__dict__.pop("sign", None)
    running.status, running.discovery = 200, {}


def tried(town: Stack, issuer: Issuer, hired: Hired, subject: str = "", **lies: Any) -> tuple[Browser, str]:
    browser = Browser(town)
    address = browser.away()
    code = issuer.code_for(address, subject or hired.staff_id.hex, hired.login, **lies)
    return browser, browser.back(address, code)


def refused_reason(town: Stack) -> str:
    lines = town.log_file("gateway").read_text().splitlines()
    reason: str = next(json.loads(each)["reason"] for each in reversed(lines) if '"reason"' in each)
    return reason


def test_the_honest_provider_lets_in_and_the_session_is_fresh(town: Stack, issuer: Issuer) -> None:
    hired = hire(town)
    before = list(issuer.refused)
    browser, target = tried(town, issuer, hired)
    assert target == "/today" and browser.signed_in() == str(hired.staff_id)
    assert issuer.refused == before, "secret, PKCE and redirect URI were right"
    assert browser.http.post("/passkey/new/options", json={}).status_code == 200, "signed in just now"


LIES: dict[str, tuple[dict[str, Any], str]] = {
    "the nonce of another flow": ({"nonce": "x" * 43}, "nonce"),
    "no nonce": ({"nonce": None}, "MissingRequiredClaim"),
    "for another client": ({"aud": "another"}, "InvalidAudience"),
    "for two, given to another": ({"aud": ["banso-client", "another"], "azp": "another"}, "another client"),
    "for two, given to nobody": ({"aud": ["banso-client", "another"]}, "another client"),
    "given to another": ({"azp": "another"}, "another client"),
    "from another issuer": ({"iss": "http://127.0.0.1:1"}, "InvalidIssuer"),
    "over": ({"exp": int(time.time()) - 60}, "ExpiredSignature"),
    "without an end": ({"exp": None}, "MissingRequiredClaim"),
    "from the future": ({"iat": 4_000_000_000}, "ImmatureSignature"),
    "without a subject": ({"sub": None}, "MissingRequiredClaim"),
    "with an empty subject": ({"sub": ""}, "subject"),
    "signed in an hour ago": ({"auth_time": int(time.time()) - 3600}, "auth_time"),
    "not saying when": ({"auth_time": None}, "auth_time"),
    "nonsense for a time": ({"auth_time": "soon"}, "malformed"),
    "endless time": ({"auth_time": 1e300}, "malformed"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_ours_of_now_shows_nobody(town: Stack, issuer: Issuer, lie: str) -> None:
    hired, (claims, reason) = hire(town), LIES[lie]
    browser, target = tried(town, issuer, hired, **claims)
    assert target == "/session/oidc/failed" and browser.signed_in() is None
    assert reason in refused_reason(town)
    assert not rows(town, "gateway", "select 1 from oidc_account_private where staff_id = $1", hired.staff_id)


def unsigned(issuer: Issuer, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, "none", headers={"kid": issuer.key.kid})


def with_the_public_key(issuer: Issuer, claims: dict[str, Any]) -> str:
    """HS256 whose secret is what everybody may read: the old confusion of algorithms."""
    pem = issuer.key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body = jwt.encode(claims, "x" * 32, "HS256", headers={"kid": issuer.key.kid}).split(".")[:2]
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(f"{head}.{body}".encode(), pem)
    return f"{head}.{body}.{jwt.utils.base64url_encode(signature).decode()}"


def with_our_secret(issuer: Issuer, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "s3cret:with/signs" * 2, "HS256", headers={"kid": issuer.key.kid})


FORGERIES: dict[str, Callable[[Issuer, dict[str, Any]], str]] = {
    "unsigned": unsigned,
    "HS256 with the public key": with_the_public_key,
    "HS256 with our secret": with_our_secret,
    "another's key under the name of theirs": lambda i, c: jwt.encode(
        c, Key("x").private, "RS256", headers={"kid": "first"}
    ),
    "a key nobody published": lambda i, c: jwt.encode(c, Key("x").private, "RS256", headers={"kid": "x"}),
    "its own key along": lambda i, c: jwt.encode(
        c, (k := Key("x")).private, "RS256", headers={"kid": "x", "jwk": k.public}
    ),
    "no token": lambda i, c: "not.a.token",
    "a very long one": lambda i, c: jwt.encode(
        {**c, "more": "x" * 20_000}, i.key.private, "RS256", headers={"kid": i.key.kid}
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_nobody_signed_shows_nobody(town: Stack, issuer: Issuer, forgery: str) -> None:
    issuer.sign = lambda claims: FORGERIES[forgery](issuer, claims)  # type: ignore[method-assign]
    browser, target = tried(town, issuer, hire(town))
    assert target == "/session/oidc/failed" and browser.signed_in() is None


def test_a_code_and_a_state_count_once(town: Stack, issuer: Issuer) -> None:
    hired, browser = hire(town), Browser(town)
    address = browser.away()
    secret = browser.http.cookies["banso_oidc"]
    code = issuer.code_for(address, hired.staff_id.hex, hired.login)
    assert browser.back(address, code) == "/today"
    browser.http.cookies.clear()
    fresh_code = issuer.code_for(address, hired.staff_id.hex, hired.login)
    for each in (code, fresh_code):
        browser.http.cookies["banso_oidc"] = secret
        assert browser.back(address, each) == "/session/oidc/failed", "the flow is used up"
        assert "no flow" in refused_reason(town)
    other = Browser(town)
    elsewhere = other.away()
    assert other.back(elsewhere, code) == "/session/oidc/failed"
    assert "does not know the code" in refused_reason(town)
    assert browser.signed_in() is None and other.signed_in() is None


def test_a_code_of_another_flow_is_stopped_by_pkce_and_nonce(town: Stack, issuer: Issuer) -> None:
    hired, victim, thief = hire(town), Browser(town), Browser(town)
    stolen = issuer.code_for(victim.away(), hired.staff_id.hex, hired.login)
    before = len(issuer.refused)
    assert thief.back(thief.away(), stolen) == "/session/oidc/failed"
    assert issuer.refused[before:] == ["code"] and thief.signed_in() is None


def test_the_state_of_another_browser_opens_nothing_and_uses_nothing_up(town: Stack, issuer: Issuer) -> None:
    """An attacker's own code, put before somebody else's browser, signs nobody in as the attacker."""
    attacker, victim, none = Browser(town), Browser(town), Browser(town)
    address, hired = attacker.away(), hire(town)
    code = issuer.code_for(address, hired.staff_id.hex, hired.login)
    victims, own = victim.away(), hire(town)
    for browser in (victim, none):
        kept = browser.http.cookies.get("banso_oidc")
        assert browser.back(address, code) == "/session/oidc/failed" and browser.signed_in() is None
        if kept:
            browser.http.cookies["banso_oidc"] = kept
    assert "state" in refused_reason(town)
    assert victim.back(victims, issuer.code_for(victims, own.staff_id.hex, own.login)) == "/today"
    assert attacker.back(address, code) == "/today"


def test_after_ten_minutes_nobody_comes_back(town: Stack, issuer: Issuer) -> None:
    hired, browser = hire(town), Browser(town)
    address = browser.away()
    rows(town, "gateway", "update oidc_flow set valid_until = now() - interval '1 second'")
    assert browser.back(address, issuer.code_for(address, hired.staff_id.hex, hired.login)) == "/session/oidc/failed"


def test_unknown_left_and_rebound_are_one_answer(town: Stack, issuer: Issuer) -> None:
    stranger, left, taken = Hired(town, new_id(), "nobody-here"), hire(town), hire(town)
    left.reassign(until_days=-1)
    assert tried(town, issuer, taken)[1] == "/today"
    pages = []
    for hired, subject in ((stranger, ""), (left, ""), (taken, "somebody-else"), (Hired(town, new_id(), ""), "")):
        browser, target = tried(town, issuer, hired, subject)
        assert browser.signed_in() is None
        pages.append((target, httpx.get(f"{town.url}{target}").text, sorted(browser.last.headers)))
    assert all(page == pages[0] for page in pages) and pages[0][0] == "/session/oidc/no-access"
    assert not rows(town, "gateway", "select 1 from oidc_account_private where staff_id = $1", left.staff_id)


def test_a_login_that_went_to_somebody_else_takes_nothing_along(town: Stack, issuer: Issuer) -> None:
    """Issuer and subject decide, from the first sign-in on; the login decides nothing any more."""
    first, second = hire(town), hire(town)
    assert tried(town, issuer, first)[1] == "/today"
    # The provider gives the first one's login to another account: it gets nothing.
    heir = Hired(town, new_id(), first.login)
    assert tried(town, issuer, heir)[1] == "/session/oidc/no-access"
    # The first one's account is renamed to the second one's login: it is still the first one's.
    renamed = Hired(town, first.staff_id, second.login)
    browser, target = tried(town, issuer, renamed)
    assert target == "/today" and browser.signed_in() == str(first.staff_id)
    nobody = tried(town, issuer, first, preferred_username=None)
    assert nobody[0].signed_in() == str(first.staff_id), "bound: the claim is not asked"


def test_an_account_bound_to_the_wrong_person_goes_with_a_set_up_code(town: Stack, issuer: Issuer) -> None:
    """Somebody else's account bore the login at the first sign-in: its owner comes back by their manager's code."""
    owner, boss = hire(town), Person(town.url, "sasaki")
    thief = Hired(town, new_id(), owner.login)
    assert tried(town, issuer, thief)[1] == "/today" and tried(town, issuer, owner)[1] == "/session/oidc/no-access"
    code = boss.ask("IssueSetUpCode", staffId=str(owner.staff_id))["issueSetUpCode"]["code"]
    said = {"id": str(new_id()), "login": owner.login, "code": code, "new": FIRST_PASSWORD}
    assert httpx.post(f"{town.url}/password/first", json=said, headers={"Origin": town.url}).status_code == 200
    assert tried(town, issuer, owner)[1] == "/today" and tried(town, issuer, thief)[1] == "/session/oidc/no-access"


@pytest.mark.parametrize("claim", [7, ["mori"], {"a": 1}, "", "　"])
def test_a_claim_that_is_no_login_binds_nobody(town: Stack, issuer: Issuer, claim: Any) -> None:
    assert tried(town, issuer, hire(town), preferred_username=claim)[1] == "/session/oidc/no-access"


def test_keys_change_and_an_old_one_that_is_withdrawn_is_not_missed(town: Stack, issuer: Issuer) -> None:
    assert tried(town, issuer, hire(town))[1] == "/today"
    old, issuer.key = issuer.key, Key(new_id().hex)
    issuer.published = [old.public, issuer.key.public]
    assert tried(town, issuer, hire(town))[1] == "/today", "a key not seen before is asked for"
    issuer.published = [issuer.key.public]
    new, issuer.key = issuer.key, Key(new_id().hex)
    issuer.published = [new.public, issuer.key.public]
    assert tried(town, issuer, hire(town))[1] == "/today"
    issuer.key, issuer.published = old, [old.public]
    assert tried(town, issuer, hire(town))[1] == "/today"


def test_what_is_dangerous_is_opened_by_the_same_person_at_the_provider_just_now(town: Stack, issuer: Issuer) -> None:
    hired, other = hire(town), hire(town)
    person, browser = Person(town.url, hired.login, FIRST_PASSWORD), Browser(town)
    browser.http = person.http
    stale(town, person)
    session = browser.http.cookies["banso_session"]
    for who, said in ((other, {}), (hired, {"auth_time": int(time.time()) - 300}), (hired, {"auth_time": None})):
        address = browser.away(kind="fresh")
        code = issuer.code_for(address, who.staff_id.hex, who.login, **said)
        assert browser.back(address, code).removeprefix("/session/oidc/") in {"no-access", "failed"}
        assert person.http.post("/passkey/new/options", json={}).json()["code"] == "not_fresh"
    address = browser.away(kind="fresh")
    assert browser.back(address, issuer.code_for(address, hired.staff_id.hex, hired.login)) == "/session/oidc/confirmed"
    assert browser.http.cookies["banso_session"] == session
    assert person.http.post("/passkey/new/options", json={}).status_code == 200


def test_an_old_sign_in_opens_where_the_city_lets_it_but_nothing_dangerous(city: Stack, issuer: Issuer) -> None:
    """One sign-in for all of the city's systems (`BANSO_OIDC_ALWAYS_ASK=false`); and a stronger one is asked for."""
    more = {"BANSO_OIDC_ALWAYS_ASK": "false", "BANSO_OIDC_ACR": "high, higher", "BANSO_OIDC_AMR": "mfa"}
    with gateway_with(city, issuer.url, **more) as town:
        strong = {"acr": "high", "amr": ["pwd", "mfa"]}
        for weak in ({"acr": "low"}, {"acr": None}, {"amr": ["pwd"]}, {"amr": None}, {"amr": "mfa"}):
            assert tried(town, issuer, hire(town), **(strong | weak))[1] == "/session/oidc/failed"
        for said in ({"auth_time": int(time.time()) - 3600}, {"auth_time": None}):
            browser, target = tried(town, issuer, hire(town), **strong, **said)
            assert target == "/today"
            assert browser.http.post("/passkey/new/options", json={}).json()["code"] == "not_fresh"
        address = Browser(town).away()
        assert "prompt=" not in address and "acr_values=high+higher" in address


def test_beside_a_page_that_stays_the_new_window_says_it_may_be_closed(town: Stack, issuer: Issuer) -> None:
    hired, browser = hire(town), Browser(town)
    address = browser.away(kind="again")
    assert browser.back(address, issuer.code_for(address, hired.staff_id.hex, hired.login)) == "/session/oidc/done"
    assert browser.signed_in() == str(hired.staff_id)


def test_nothing_of_the_provider_s_answer_is_logged_or_stays_in_an_address(town: Stack, issuer: Issuer) -> None:
    hired = hire(town)
    browser = Browser(town)
    address = browser.away()
    code = issuer.code_for(address, "subject-marker-7f3a", "login-marker-7f3a", name="name-marker-7f3a")
    target = browser.back(address, code, error_description="said-marker-7f3a")
    assert target == "/session/oidc/no-access" and browser.last.headers["referrer-policy"] == "no-referrer"
    hired.reassign(until_days=-1)
    tried(town, issuer, hired)
    said = town.log_file("gateway").read_text()
    assert "marker" not in said and hired.login not in said
    assert str(hired.staff_id) in said, "who was refused, by id"
    assert browser.http.cookies.get("banso_oidc") is None


def test_an_answer_that_names_another_issuer_is_not_followed(town: Stack, issuer: Issuer) -> None:
    hired, browser = hire(town), Browser(town)
    address = browser.away()
    code = issuer.code_for(address, hired.staff_id.hex, hired.login)
    assert browser.back(address, code, iss="http://evil.example") == "/session/oidc/failed"
    assert code in issuer.codes, "the code was not given away"


def test_many_that_go_and_never_come_back_are_slowed(town: Stack, issuer: Issuer) -> None:
    browser = Browser(town)
    codes = [browser.begin().status_code for _ in range(64)]
    assert codes[:60] == [200] * 60 and 429 in codes[60:]
    assert Person(town.url, hire(town).login, FIRST_PASSWORD).post("Me").status_code == 200


def test_a_provider_that_is_gone_or_lies_about_itself_leaves_the_other_ways_open(city: Stack) -> None:
    """Said where somebody pressed, in a sentence: what happened, what is safe, what to do."""
    [port] = free_ports(1)
    with gateway_with(city, f"http://127.0.0.1:{port}") as town:
        hired = hire(town)
        gone = Browser(town).begin()
        assert (gone.status_code, gone.json()["code"]) == (503, "oidc_unavailable")
        assert "消えていません" in gone.json()["message"] and "パスワードかパスキー" in gone.json()["message"]
        with running_issuer(port) as issuer:
            for lie in ({"issuer": "http://evil.example"}, {"jwks_uri": "file:///etc/passwd"}, {"token_endpoint": 7}):
                issuer.discovery = lie
                assert Browser(town).begin().json()["code"] == "oidc_unavailable", lie
            issuer.discovery, issuer.status = {}, 500
            assert Browser(town).begin().json()["code"] == "oidc_unavailable"
            issuer.status, issuer.published = 200, []
            assert Browser(town).begin().json()["code"] == "oidc_unavailable"
            issuer.published = [{"kty": "oct", "kid": "first", "k": "eA"}]
            assert Browser(town).begin().json()["code"] == "oidc_unavailable"
            issuer.published = [issuer.key.public]
            browser = Browser(town)
            address = browser.away()
            code = issuer.code_for(address, hired.staff_id.hex, hired.login)
        assert browser.back(address, code) == "/session/oidc/unavailable", "gone between there and back"
        assert Person(town.url, hired.login, FIRST_PASSWORD).post("Me").status_code == 200
