"""The gateway's REST routes described for the fuzzer: it publishes no OpenAPI, and its bodies are read by hand."""

import importlib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from gateway.devices import devices
from gateway.sign_in import again, by_password, first_password, passkeys
from services.contracts.openapi import PROBLEMS

_COOKIE = {"session": {"type": "apiKey", "in": "cookie", "name": "banso_session"}}
_BODIES: dict[str, type[BaseModel]] = {
    "/session": by_password.SignIn,
    "/session/fresh": again.Again,
    "/password": by_password.NewPassword,
    "/password/first": first_password.FirstPassword,
    "/passkey/session": passkeys.SignedIn,
    "/passkey/new": passkeys.Added,
    "/handed-in": devices.HandedInBody,
}
_SIGNED_IN = {"/graphql", "/session/fresh", "/password", "/passkey/new", "/passkey/new/options"}
_DOCUMENT = {"type": "object", "properties": {"documentId": {"type": "string"}, "variables": {"type": "object"}}}
_ID = {"name": "case_id", "in": "path", "required": True, "schema": {"type": "string"}}
_PAGES = {"/print/who-saw/{case_id}", "/print/disclosure/{case_id}"}
_APART = {"/signals"}
"""A stream without end: it has tests of its own."""


def described() -> dict[str, Any]:
    """Like the OpenAPI of a service. Its environment is set: `gateway.main` reads it when it is imported."""
    said: dict[str, Any] = importlib.import_module("gateway.main").app.openapi()
    schemas = said.setdefault("components", {}).setdefault("schemas", {})
    said["components"]["securitySchemes"] = _COOKIE
    problem = PROBLEMS["default"]["model"].model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    for path in _APART:
        said["paths"].pop(path)
    for path in _PAGES:
        said["paths"][path] = {"get": {"parameters": [_ID]}}
    for path, methods in said["paths"].items():
        for method, operation in methods.items():
            operation["responses"] = _responses(path)
            if path in _SIGNED_IN | _PAGES:
                operation["security"] = [{"session": []}]
            if method == "post":
                operation["requestBody"] = {"content": {"application/json": {"schema": _body(path, schemas)}}}
    return said


def _responses(path: str) -> Mapping[str, Any]:
    no = {"description": "no", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    fine = {str(status): {"description": "fine"} for status in (200, 303)}
    return fine | {"default": no} | ({"503": {"description": "not now"}} if path == "/readyz" else {})


def _body(path: str, schemas: dict[str, Any]) -> dict[str, Any]:
    if path == "/graphql":
        return _DOCUMENT
    if path not in _BODIES:
        return {"type": "object"}
    schema = _BODIES[path].model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schema.pop("$defs", {})
    return schema
