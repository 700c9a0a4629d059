"""Everything a service says no with.

BansoError            code + HTTP status + precise reason (never an input value)
├── Refusal           the rules say no; 409; for ever, until something else changes
│   └── NotFound      absent or not yours, the two are one; 404
├── Malformed         the input cannot be read; 422, with fields
├── Unauthenticated   no valid token; 401
├── TooLarge          413
└── Overloaded        try again; 503 with Retry-After
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.contracts.messages import catalogue, sentence


@dataclass(frozen=True)
class FieldError:
    """One field that must be mended: its wire path and a code (`error.field.<code>` in the message file)."""

    path: str
    code: str

    def as_json(self) -> dict[str, str]:
        key = f"error.field.{self.code}"
        said = sentence(key if key in catalogue() else "error.field.invalid")
        return {"path": self.path, "code": self.code, "message": said}


class BansoError(Exception):
    """Base of all definite answers that are not a success."""

    status = 500
    headers: ClassVar[dict[str, str]] = {}

    def __init__(
        self, code: str, reason: str = "", *, fields: Sequence[FieldError] = (), refs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(code)
        self.code, self.reason, self.fields, self.refs = code, reason, tuple(fields), refs or {}

    def as_json(self) -> dict[str, Any]:
        """The one shape of every error: stable code, sentence for the screen, precise reason, fields, ids."""
        said = {"code": self.code, "message": sentence(f"error.{self.code}"), "reason": self.reason}
        return {**said, "fields": [field.as_json() for field in self.fields], "refs": self.refs}


class Refusal(BansoError):
    status = 409


class NotFound(Refusal):
    status = 404

    def __init__(self, reason: str = "absent, or not visible to this actor") -> None:
        super().__init__("not_found", reason)


class Malformed(BansoError):
    status = 422


class Unauthenticated(BansoError):
    status = 401


class TooLarge(BansoError):
    status = 413


class Overloaded(BansoError):
    status = 503
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


_FIELD_CODES = {"missing": "required", "string_unicode": "text_not_storable", "text_has_nul": "text_not_storable"}


def malformed(error: ValidationError | RequestValidationError, code: str) -> Malformed:
    """A pydantic error as ours: wire paths and error types only, never the input."""
    found = [(".".join(map(str, each["loc"])), each["type"]) for each in error.errors()]
    fields = [FieldError(path, _FIELD_CODES.get(kind, kind)) for path, kind in found]
    return Malformed(code, "; ".join(f"{field.path}: {field.code}" for field in fields), fields=fields)
