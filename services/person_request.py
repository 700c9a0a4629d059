"""本人からの請求: the rules that are the same for a case and for a sheet. Pure, but for the one setting of the city.

コーディネート answers for cases, 相談受付 for sheets; each keeps its own requests (個人情報保護法76条・90条・98条).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.contracts.codes import RequestDecision, RequestKind, RequestState
from services.contracts.person_request import Correction
from services.contracts.tokyo import tokyo_day
from services.contracts.wareki import DateRefusedError, parse_birth
from services.kernel.errors import FieldError, Refusal

ERASING = frozenset({RequestKind.ERASURE, RequestKind.RETENTION})
"""What deletes words. Two people, always: one asks, another decides."""


_TOLD = {"asked": "asked", "decision_note": "note", "lift_note": "liftNote"}
"""Column of words -> its name on the screen."""


class RetentionSettings(BaseSettings):
    """保存期間: how many years after its end a record is proposed for erasure. Nothing is erased without a decision."""

    model_config = SettingsConfigDict(env_prefix="BANSO_", frozen=True)
    retention_years: int = Field(default=5, ge=1, le=100)


@dataclass(frozen=True)
class Request:
    """A request as its row says, read behind the locked record it is about."""

    request_id: UUID
    kind: RequestKind
    opened_by: UUID
    is_decided: bool


def is_kept_long_enough(ended_at: datetime | None, now: datetime, years: int) -> bool:
    """保存期間: whole years from the day a record came to its end; an open one has none."""
    if ended_at is None:
        return False
    ended, today = tokyo_day(ended_at), tokyo_day(now)
    return (today.year - ended.year, today.month, today.day) >= (years, ended.month, ended.day)


def decide_decision(request: Request, decision: RequestDecision, decided_by: UUID) -> None:
    """Once; and what erases is approved by another person than who opened it, who may only take it back."""
    if request.is_decided:
        raise Refusal("already_decided", "somebody decided this request before")
    if decision is RequestDecision.APPROVE and request.kind in ERASING and request.opened_by == decided_by:
        raise Refusal("second_person_needed", "another manager decides what erases")


def decide_correction(command: Correction, today: date, *, amends: bool = False) -> dict[str, object]:
    """The columns to be replaced; none where it only `amends`.
    A birth is replaced whole: what is blank is not known any more."""
    names = ("person_name", "person_kana", "person_address", "person_phone")
    columns: dict[str, object] = {name: getattr(command, name) for name in names if getattr(command, name) is not None}
    if command.birth is not None:
        told = command.birth
        try:
            birth = parse_birth(told.year, told.month, told.day, today)
        except DateRefusedError as error:
            fields = [FieldError(f"birth.{error.field}", error.code)]
            raise Refusal(error.code, f"birth.{error.field}", fields=fields) from None
        columns |= {"birth_year_told": told.year, "birth_month_told": told.month, "birth_day_told": told.day}
        columns |= {"birth_year": birth.year if birth else None, "birth_date": birth.day if birth else None}
    if not columns and not amends:
        raise Refusal("correction_empty", "nothing is given to be corrected")
    return columns


def is_hidden(row: Mapping[str, Any]) -> bool:
    """While its use is suspended a manager of the unit alone sees whose it is and what was asked, to decide what else is
    asked and to lift it."""
    return bool(row["is_suspended"] and not row["is_managed"])


def hidden_as(row: Mapping[str, Any]) -> str | None:
    """What stands for whose record it is, where that is not told."""
    return "label.erased" if row["erased_at"] else "label.suspended" if is_hidden(row) else None


def request_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A request as a screen asks for it, but for what it is about. Once erased, nothing but that it was, and who still owes."""
    is_erased, state = row["erased_at"] is not None, _state(row)
    told = {name: "" if is_hidden(row) else row[of] or "" for of, name in _TOLD.items()}
    is_waiting = row["decision"] is None and not is_erased
    return {
        "id": row["request_id"],
        "receiptNumber": row["receipt_number"],
        "kind": row["kind"],
        "state": state,
        **told,
        "openedById": row["opened_by"],
        "openedAt": row["opened_at"],
        "decidedById": row["decided_by"],
        "decidedAt": row["decided_at"],
        "liftedById": row["lifted_by"],
        "liftedAt": row["done_at"] if row["lifted_by"] else None,
        "mayLift": state is RequestState.SUSPENDED and row["is_managed"],
        "erasedAt": row["erased_at"],
        "owed": row["owed"] if is_erased else [],
        "mayDecide": is_waiting and row["is_managed"],
    }


def request_on_paper(row: Mapping[str, Any]) -> dict[str, Any]:
    """A request as the person reads it on the paper of 開示: what was asked and when, and what was decided. Of no erased one."""
    return {
        "at": row["opened_at"],
        "kind": row["kind"],
        "state": _state(row),
        "asked": row["asked"],
        "decidedAt": row["decided_at"],
        "note": row["decision_note"],
        "liftedAt": row["done_at"] if row["lifted_by"] else None,
        "liftNote": row["lift_note"],
    }


def _state(row: Mapping[str, Any]) -> RequestState:
    if row["erased_at"] is not None:
        return RequestState.ERASING if row["owed"] else RequestState.DONE
    match row["decision"]:
        case None:
            return RequestState.WAITING
        case RequestDecision.APPROVE if row["lifted_by"] is not None:
            return RequestState.LIFTED
        case RequestDecision.APPROVE if row["done_at"] is not None:
            return RequestState.DONE
        case RequestDecision.APPROVE:
            return RequestState.SUSPENDED if row["kind"] == RequestKind.SUSPENSION else RequestState.APPROVED
        case _:
            return RequestState.DECLINED
