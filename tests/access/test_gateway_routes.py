"""The routes of the gateway's own app against the table: a route nobody listed is red, and a write of a foreign page is refused."""

import importlib

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from infra.stack import Stack
from tests.access.matrix import ROUTES

GUARDS = ("open", "session", "sign-in", "sealed", "static")


async def test_every_route_of_the_gateway_has_a_row_and_only_our_own_pages_may_write(
    city: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It publishes no OpenAPI, so its app itself is walked."""
    for name, value in city.env_of("gateway").items():
        monkeypatch.setenv(name, value)
    app = importlib.import_module("gateway.main").app
    routes = [(route.path, method) for route in iter_route_contexts(app.routes) for method in route.methods or ["WS"]]
    writes = [(path, method) for path, method in routes if method not in {"GET", "HEAD"}]
    assert {path for path, _ in routes} == set().union(*(ROUTES[each] for each in GUARDS)) - {"/openapi.json"}
    answers = {
        ("POST", "/graphql"): 401,
        ("POST", "/session"): 422,
        ("DELETE", "/session"): 200,
        ("POST", "/session/fresh"): 401,
        ("POST", "/password"): 401,
        ("POST", "/password/first"): 422,
        ("POST", "/passkey/options"): 200,
        ("POST", "/passkey/session"): 422,
        ("POST", "/passkey/new/options"): 401,
        ("POST", "/passkey/new"): 401,
        ("POST", "/session/oidc"): 404,  # no provider is configured
        ("POST", "/handed-in"): 422,
    }
    assert {(method, path) for path, method in writes} == set(answers)
    async with httpx.AsyncClient(base_url=city.url, timeout=10) as client:
        for method, path in answers:
            for origin in ({}, {"Origin": "http://evil.example"}):
                answer = await client.request(method, path, headers=origin, json={})
                assert (answer.status_code, answer.json()["code"]) == (403, "cross_site"), (method, path)
            own = await client.request(method, path, headers={"Origin": city.url}, json={})
            assert own.status_code == answers[method, path], (method, path)
