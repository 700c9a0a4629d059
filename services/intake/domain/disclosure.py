"""開示 of a sheet (個人情報保護法76条): what of it is told to the person. Pure.

What somebody else said is theirs (78条1項2号), and so is how they answered the sheet's questions: an answer is what was said,
put into a code, and a family's words are apart from 本人's record (domain.md, 家族だけの相談). Of a sheet that another than 本人
opened, the person is told what is held of themself, once they know of the consultation; else nothing, not even that there is
a sheet (81条). What else is held and not told, the paper names.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from services.contracts.codes import CallerKind, PersonKnows
from services.contracts.contact import binding
from services.person_request import request_on_paper

Row = Mapping[str, Any]


def disclosed(sheet: Row, handoffs: Iterable[Row], requests: Iterable[Row]) -> dict[str, Any]:
    """The answer as facts; `person` and `ownCall` are empty where they are not told."""
    is_own_call = sheet["caller_kind"] == CallerKind.PERSON
    is_known = is_own_call or sheet["person_knows"] == PersonKnows.KNOWS
    return {
        "consultationId": sheet["consultation_id"],
        "unitId": sheet["unit_id"],
        "person": _person(sheet) if is_known else None,
        "ownCall": _own_call(sheet, [*handoffs]) if is_own_call else None,
        "requests": [request_on_paper(one) for one in requests] if is_known else [],
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
    return {
        "at": sheet["opened_at"],
        "receiptNumber": sheet["receipt_number"],
        "channel": sheet["channel"],
        "words": sheet["memo"],
        "amendments": sheet["amendments"],
        "mainConcern": sheet["main_concern"],
        "concerns": sheet["concerns"],
        "isHikikomori": sheet["is_hikikomori"],
        "otherIssues": sheet["other_issues"],
        "urgency": sheet["urgency"],
        "heardFrom": sheet["heard_from"],
        "promised": "\n".join(one["promised"] for one in handoffs if one["promised"]),
        "appointments": [{"at": one["next_appointment_at"], "note": one["next_appointment_note"]} for one in handoffs],
        "rules": binding(sheet["contact_rules"], *(one["contact_rules"] for one in handoffs)),
        "safeContact": "\n".join(one["safe_contact"] for one in handoffs if one["safe_contact"]),
        "contactNote": sheet["contact_note"],
        "handoffs": [_handoff(one) for one in handoffs],
    }


def _handoff(handoff: Row) -> dict[str, Any]:
    return {
        "at": handoff["handed_off_at"],
        "toUnitId": handoff["to_unit"],
        "status": handoff["status"],
        "answeredAt": handoff["answered_at"],
        "reason": handoff["return_reason"],
        "notes": [handoff["return_note"], handoff["withdraw_note"]],
    }
