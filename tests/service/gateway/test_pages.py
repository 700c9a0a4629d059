"""The built PWA at the gateway: which addresses are screens, the worker and its kill switch, what may be cached."""

import gzip
import re

import httpx
import pytest

from gateway import pages
from infra.paths import ROOT
from infra.stack import Stack
from services.kernel.ids import new_id
from tests.service.gateway.test_sessions import stale
from tests.support.hired import FIRST_PASSWORD, hire
from tests.support.person import Person
from tests.support.pwa import DIST


def test_the_gateway_knows_every_screen_of_the_app() -> None:
    paths = (ROOT / "pwa" / "src" / "app" / "paths.ts").read_text(encoding="utf8")
    known = {*re.findall(r': "/([^/"]+)', paths), "sign-in"}
    assert len(known) > 5
    assert known - set(pages._SCREENS) == set()


@pytest.mark.parametrize("path", ["/sw.js", "/sw-off.js", "/", "/index.html", "/today", "/manifest.webmanifest"])
def test_what_has_no_hash_in_its_name_is_asked_for_each_time(city: Stack, path: str) -> None:
    answer = httpx.get(f"{city.url}{path}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


def test_the_worker_is_a_script_with_the_strict_policy(city: Stack) -> None:
    answer = httpx.get(f"{city.url}/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    policy = answer.headers["content-security-policy"]
    assert "worker-src 'self'" in policy
    assert "trusted-types banso-worker" in policy
    assert "banso-shell-" in answer.text
    assert re.search(r"// headers [0-9a-f]{12}\n$", answer.text)


def fetched(city: Stack, path: str, encoding: str) -> tuple[httpx.Headers, bytes]:
    """The headers and the very bytes that travel."""
    with httpx.stream("GET", f"{city.url}{path}", headers={"Accept-Encoding": encoding}) as answer:
        return answer.headers, b"".join(answer.iter_raw())


def test_what_the_build_packed_travels_as_it_is(city: Stack) -> None:
    """The build limits the sizes of the packed files: a second compression, or none, would make them untrue."""
    packed = {f"/{file.relative_to(DIST)}".removesuffix(".gz"): file for file in DIST.rglob("*.gz")}
    scripts = {f"/{file.relative_to(DIST)}" for file in DIST.glob("assets/*.js")}
    assert scripts <= set(packed)
    for path, file in packed.items():
        headers, body = fetched(city, path, "gzip, br")
        plain_headers, plain = fetched(city, path, "identity")
        assert body == file.read_bytes(), path
        assert gzip.decompress(body) == plain == (DIST / path[1:]).read_bytes(), path
        assert headers["content-length"] == str(len(body))
        assert (headers["content-encoding"], plain_headers.get("content-encoding")) == ("gzip", None)
        assert {*headers["vary"].split(", ")} == {*plain_headers["vary"].split(", ")} == {"Accept-Encoding"}
        assert headers["content-type"] == plain_headers["content-type"] != "application/gzip"
        assert headers["etag"] != plain_headers["etag"]


def test_the_worker_is_packed_once_it_is_complete(city: Stack) -> None:
    headers, body = fetched(city, "/sw.js", "gzip")
    _, plain = fetched(city, "/sw.js", "identity")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == plain


def test_what_is_packed_is_no_page_of_its_own(city: Stack) -> None:
    script = next(DIST.glob("assets/screens-*.js"))
    for path in ("/index.html.gz", f"/assets/{script.name}.gz"):
        assert httpx.get(f"{city.url}{path}", headers={"Accept": "text/html"}).status_code == 404


def test_the_kill_switch_is_served_in_its_place(city: Stack) -> None:
    city.stop(["gateway"])
    city.start(["gateway"], {"BANSO_SERVICE_WORKER": "off"})
    try:
        answer = httpx.get(f"{city.url}/sw.js")
    finally:
        city.stop(["gateway"])
        city.start(["gateway"])
    assert "unregister" in answer.text
    assert "banso-shell-" not in answer.text


def test_a_print_link_that_does_not_open_is_a_page_for_people_and_a_code_for_programs(city: Stack) -> None:
    """Seen: a clerk whose ten minutes were over met `{"code": "not_fresh", …}` in a new tab."""
    person, late = (Person(city.url, hire(city).login, FIRST_PASSWORD) for _ in range(2))
    stale(city, late)
    sheet, case = f"/print/sheet-who-saw/{new_id()}", f"/print/disclosure/{new_id()}"
    for client, path, status, code, words, way_on in (
        (httpx.Client(base_url=city.url), sheet, 401, "signed_out", "もう一度サインイン", "/sign-in"),
        (late.http, case, 403, "not_fresh", "10分が過ぎた", "/today"),
        (person.http, sheet, 404, "not_found", "記録は変わっていません", "/today"),
    ):
        page = client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert (page.headers["cache-control"], page.headers["x-content-type-options"]) == ("no-store", "nosniff")
        assert words in page.text and f'href="{way_on}"' in page.text and "開けませんでした" in page.text
        assert code not in page.text and "{" not in re.sub("<[^>]+>", "", page.text)
        program = client.get(path)
        assert (program.status_code, program.json()["code"]) == (status, code)
