"""What the OpenAPI of a service says beyond its routes: the one shape of every no, and bodies that routes read by themselves."""

from typing import Any

from services.contracts.base import CommandEnvelope, Model


class FieldProblem(Model):
    """One field that must be mended."""

    path: str
    code: str
    message: str


class Problem(Model):
    """Everything but a success: a stable code, a sentence for the screen, the precise reason, fields, ids."""

    code: str
    message: str
    reason: str
    fields: list[FieldProblem]
    refs: dict[str, Any]


PROBLEMS: dict[int | str, dict[str, Any]] = {"default": {"model": Problem, "description": "No, by its code"}}
COMMANDS = {"commands": {"type": "array", "maxItems": 50, "items": CommandEnvelope.model_json_schema()}}
"""Each envelope is judged alone: one that is wrong is an outcome, not a no to all."""


def reads(schema: dict[str, Any]) -> dict[str, Any]:
    """For `openapi_extra`: the JSON body of a route that reads it by itself."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def reads_object(properties: dict[str, Any]) -> dict[str, Any]:
    """The same, of an object with these fields, all of them required."""
    return reads({"type": "object", "required": list(properties), "properties": properties})
