"""The built PWA at the gateway: which addresses are screens, the worker and its kill switch, what may be cached."""

import re

import httpx
import pytest

from gateway import pages
from infra.paths import ROOT
from infra.stack import Stack


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
