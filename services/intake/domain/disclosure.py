"""開示 of a sheet (個人情報保護法76条): what of it is told to the person. Pure.

What somebody else said is theirs (78条1項2号): of a sheet that another than 本人 opened, the person is told what is held of
themself, once they know of the consultation; else nothing, not even that there is a sheet (81条).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from services.contracts.codes import CallerKind, PersonKnows
from services.contracts.contact import binding

Row = Mapping[str, Any]


def disclosed(sheet: Row, handoffs: Iterable[Row]) -> dict[str, Any]:
    """The answer as facts; `person` and `ownCall` are empty where they are not told."""
    is_own_call = sheet["caller_kind"] == CallerKind.PERSON
    is_known = is_own_call or sheet["person_knows"] == PersonKnows.KNOWS
    return {
        "consultationId": sheet["consultation_id"],
        "unitId": sheet["unit_id"],
        "person": _person(sheet) if is_known else None,
        "ownCall": _own_call(sheet, [*handoffs]) if is_own_call else None,
    }


def _person(sheet: Row) -> dict[str, Any]:
    return {
        "name": sheet["person_name"],
        "kana": sheet["person_kana"],
        "birth": [sheet["birth_year_told"], sheet["birth_month_told"], sheet["birth_day_told"]],
        "birthDate": sheet["birth_date"],
        "address": sheet["person_address"],
        "phone": sheet["person_phone"],
        "residence": sheet["residence"],
    }


def _own_call(sheet: Row, handoffs: list[Row]) -> dict[str, Any]:
    """What 本人 said, and what was promised to them, by whichever handoff."""
    promised = [text for one in handoffs for text in (one["promised"], one["next_appointment_note"]) if text]
    return {
        "at": sheet["opened_at"],
        "receiptNumber": sheet["receipt_number"],
        "channel": sheet["channel"],
        "words": sheet["memo"],
        "promised": "\n".join(promised),
        "rules": binding(sheet["contact_rules"], *(one["contact_rules"] for one in handoffs)),
        "safeContact": "\n".join(one["safe_contact"] for one in handoffs if one["safe_contact"]),
        "contactNote": sheet["contact_note"],
    }
