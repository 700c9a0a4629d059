"""Building blocks of the language: text that PostgreSQL and JSON can hold, aware instants, commands and events."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError


def _storable(text: str) -> str:
    """Refuse NUL (PostgreSQL cannot store it). Lone surrogates are refused by pydantic itself (`string_unicode`)."""
    if "\x00" in text:
        raise PydanticCustomError("text_has_nul", "text must not contain NUL")
    return text


def _to_utc(moment: datetime) -> datetime:
    if not 1900 <= moment.year <= 2200:  # beyond it the calendar itself overflows
        raise PydanticCustomError("date_invalid", "the instant must lie between 1900 and 2200")
    return moment.astimezone(UTC)


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_storable)]
Text = Annotated[str, StringConstraints(max_length=8000), AfterValidator(_storable)]
_Stripped = StringConstraints(strip_whitespace=True, max_length=8000)  # before it is measured: spaces are no words
Said = Annotated[str, _Stripped, Field(min_length=1), AfterValidator(_storable)]
Reason = Annotated[str, _Stripped, Field(min_length=5), AfterValidator(_storable)]
UnitId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]


class Model(BaseModel):
    """camelCase on the wire, snake_case in Python; the input value never appears in an error."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, hide_input_in_errors=True, str_max_length=8000
    )


class Command(Model):
    """The payload of a command. Unknown fields are refused: what was typed must not vanish silently."""

    model_config = ConfigDict(extra="forbid")
    VERSION: ClassVar[int] = 1


class EventData(Model):
    """The data of an event: ids, codes, times and counts. Unknown fields are ignored (additive within a major)."""

    model_config = ConfigDict(extra="ignore")
    SERVICE: ClassVar[str]
    VERSION: ClassVar[int] = 1

    @classmethod
    def type_name(cls) -> str:
        """`banso.<service>.<EventName>.v<major>`, the CloudEvents `type`."""
        return f"banso.{cls.SERVICE}.{cls.__name__}.v{cls.VERSION}"


class CommandEnvelope(Model):
    """What a device sends for one act. `subject` is the aggregate the act is about; every id is made by the client.

    `device_seq` and `captured_at` tell order and diagnosis on the device; neither is identity.
    """

    id: UUID
    type: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z]{1,59}$")]
    v: Annotated[int, Field(ge=0, le=1000)]
    author: UUID
    subject: UUID
    base_version: Annotated[int, Field(ge=0)] | None = None
    device_seq: Annotated[int, Field(ge=0, le=2**53)]
    captured_at: Instant
    payload: dict[str, Any]


__all__ = ["Command", "CommandEnvelope", "EventData", "Instant", "Line", "Model", "Text", "UnitId", "date"]
