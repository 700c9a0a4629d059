"""The language of 記録の閲覧: what is asked of a log, which reads come first, in which order they are told.

Pure, and the same for every owner of records, so that their answers fit together. A mark is a question, never an accusation.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.contracts.base import Line

SHOWN = 300
SHOWN_REVIEWED = 100
DAYS_BACK = 400
"""How far back a log is looked into, in days."""


class Asked(BaseModel):
    """What somebody looks for. `surnames` and `streets` by staff id come from the register; they are
    compared and not kept."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    days: Annotated[int, Field(ge=1, le=DAYS_BACK)] = 31
    staffId: UUID | None = None
    caseId: UUID | None = None
    receiptNumber: Annotated[Line | None, Field(max_length=20)] = None
    surnames: dict[Line, Annotated[Line, Field(max_length=50)]] = Field(default_factory=dict, max_length=5000)
    streets: dict[Line, list[Line]] = Field(default_factory=dict, max_length=5000)


def first_lines(lines: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Nobody looked at: the weightiest first, pages before lists, the newest first, at most `SHOWN`; then 確認済, the last
    looked at first, at most `SHOWN_REVIEWED`. Also of the answers of several owners, put together."""
    newest = sorted(lines, key=lambda one: (_moment(one["at"]), str(one["id"])), reverse=True)
    waiting = [one for one in newest if not one["reviewedAt"]]
    waiting.sort(key=lambda one: (-one["weight"], not one["isPage"]))
    looked = [one for one in newest if one["reviewedAt"]]
    looked.sort(key=lambda one: _moment(one["reviewedAt"]), reverse=True)
    return waiting[:SHOWN] + looked[:SHOWN_REVIEWED]


def _moment(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


MANY_IN_A_ROW = 20
"""Pages of different cases (or sheets) opened by one person within ten minutes. A working value."""
DAY_BEGINS, DAY_ENDS = 7, 21
"""Hours in Tokyo; outside of them it is night. Working values."""


class Odd(StrEnum):
    """Why a read comes first, the weightiest first."""

    NO_RELATION = "no_relation"
    OWN_STREET = "own_street"
    OWN_SURNAME = "own_surname"
    CLOSED_CASE = "closed_case"
    MANY = "many"
    NIGHT = "night"
    REFUSED = "refused"


@dataclass(frozen=True)
class Read:
    """What is known of one read of one case or sheet."""

    basis: str
    tokyo_hour: int
    is_after_close: bool
    has_own_surname: bool
    has_own_street: bool
    run: int


def odd_marks(read: Read) -> list[Odd]:
    """Every reason to look, weightiest first. An emergency stands for no relation: it was all there was. What was refused
    comes last, however often it was tried: nothing was shown, and whoever tries many ids hides no real read behind them."""
    relations = set(read.basis.split(","))
    refused = relations == {"refused"}
    facts = {
        Odd.NO_RELATION: relations <= {"emergency", "none"},
        Odd.OWN_STREET: read.has_own_street,
        Odd.OWN_SURNAME: read.has_own_surname,
        Odd.CLOSED_CASE: read.is_after_close and not refused,
        Odd.MANY: read.run >= MANY_IN_A_ROW,
        Odd.NIGHT: not DAY_BEGINS <= read.tokyo_hour < DAY_ENDS,
        Odd.REFUSED: refused,
    }
    return [mark for mark in Odd if facts[mark]]


_KANJI_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_BLOCK = re.compile(r"([1-9一二三四五六七八九])丁目")


def is_same_street(street: str, address: str) -> bool:
    """Whether an address as told lies in a street as noted: 「南町3丁目」 and 「西東京市南町三丁目5番1号」 or 「南町３－５－１」.

    A street without 丁目 is the whole of the town. An empty one is nobody's."""
    asked, told = _plain(street), _plain(address)
    number_ends = r"(?!\d)" if asked[-1:].isdigit() else ""
    return bool(asked) and bool(re.search(re.escape(asked) + number_ends, told))


def _plain(told: str) -> str:
    """Full width, spaces, dashes and kanji numbers of 丁目 as one way of writing."""
    text = re.sub(r"[\s]", "", unicodedata.normalize("NFKC", told))
    text = re.sub(r"[-‐‑‒–—−ー─](?=\d)", "-", text)
    text = _BLOCK.sub(lambda block: f"{block[1].translate(_KANJI_DIGITS)}-", text)
    return text.rstrip("-")


def weight(marks: list[Odd]) -> int:
    """Greater comes first."""
    order = list(Odd)
    return sum(1 << (len(order) - order.index(mark)) for mark in marks)


def line_json(row: Mapping[str, Any], marks: list[Odd]) -> dict[str, Any]:
    """A line of the log as a screen asks for it, but for whose record it was."""
    return {
        "id": row["access_id"],
        "at": row["at"],
        "staffId": row["actor_id"],
        "receiptNumber": row["receipt_number"],
        "unitId": row["unit_id"],
        "basis": row["basis"].split(","),
        "purpose": row["purpose"].split(" ")[0],
        "screen": row["screen"],
        "fieldGroups": row["field_groups"],
        "odd": marks,
        "weight": weight(marks),
        "isPage": row["is_page"],
        "reviewedAt": row["reviewed_at"],
        "reviewedById": row["reviewed_by"],
        "note": row["note"] or "",
    }
