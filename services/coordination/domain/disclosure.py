"""開示 (個人情報保護法76条): what of a case is told to the person. Pure.

Left out is what is another's (78条1項2号): the family's words, who called, how they want to be reached, visits at which only
they were met, who else was there and what staff noted of such a visit, meetings about the person. What a caller said, and
how they answered the sheet's questions, is told only when the person called: an answer is what was said, put into a code, and
a family's words are apart from 本人's record (domain.md, 家族だけの相談). What else is held and not told, the paper names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.contracts.codes import BasisKind, CallerKind, FieldGroup, VisitOutcome, WithWhom
from services.person_request import request_on_paper

Row = Mapping[str, Any]
OTHERS = {WithWhom.FAMILY, WithWhom.AGENCY}
DISCLOSED_GROUPS = (
    FieldGroup.IDENTITY,
    FieldGroup.TIMELINE,
    FieldGroup.PERSON_WORDS,
    FieldGroup.MEMO,
    FieldGroup.PROMISE,
    "sharing",
    "tokens",
    "request",
)


@dataclass(frozen=True)
class Held:
    """What is held of a case beside the case itself, as it is stored."""

    visits: Sequence[Row]
    tokens: Sequence[Row]
    attendance: Sequence[Row]
    bases: Sequence[Row]
    closings: Sequence[Row]
    requests: Sequence[Row]


def disclosed(case: Row, held: Held) -> dict[str, Any]:
    """The answer as facts, the newest first: days, codes, the person's own words and what staff noted about them."""
    is_own_call = case["caller_kind"] == CallerKind.PERSON
    return {
        "caseId": case["case_id"],
        "unitId": case["unit_id"],
        "openedAt": case["opened_at"],
        "closedAt": case["closed_at"],
        "person": _person(case),
        "ownCall": _own_call(case) if is_own_call else None,
        "visits": [_visit(one) for one in held.visits if not _is_another_s(one)],
        "links": [{"at": one["joined_at"]} for one in held.tokens],
        "attendance": [{"at": one["at"], "kind": one["kind"]} for one in held.attendance],
        "consents": [_consent(one) for one in held.bases if one["kind"] == BasisKind.CONSENT],
        "closings": [_closing(one) for one in reversed(held.closings)],
        "requests": [request_on_paper(one) for one in held.requests],
    }


def _person(case: Row) -> dict[str, Any]:
    birth = [case["birth_year_told"], case["birth_month_told"], case["birth_day_told"]]
    return {
        "name": case["person_name"] or "",
        "kana": case["person_kana"] or "",
        "birth": [part or "" for part in birth],
        "birthDate": case["birth_date"],
        "address": case["person_address"] or "",
        "phone": case["person_phone"] or "",
        "residence": case["residence"],
    }


def _own_call(case: Row) -> dict[str, Any]:
    return {
        "at": case["told_at"],
        "receiptNumber": case["receipt_number"],
        "channel": case["channel"],
        "words": case["person_words"] or "",
        "amendments": case["amendments"],
        "mainConcern": case["main_concern"],
        "concerns": case["concerns"],
        "isHikikomori": case["is_hikikomori"],
        "urgency": case["urgency"],
        "promised": case["promised"] or "",
        "appointments": [{"at": case["next_appointment_at"], "note": case["next_appointment_note"] or ""}],
        "rules": case["rules"] or [],
        "safeContact": case["safe_contact"] or "",
        "contactNote": case["contact_note"] or "",
    }


def _is_another_s(visit: Row) -> bool:
    """The person was not met, and somebody else was."""
    with_whom = {*visit["with_whom"]}
    return visit["outcome"] == VisitOutcome.FAMILY_ONLY or (bool(with_whom) and with_whom <= OTHERS)


def _was_somebody_else_there(visit: Row) -> bool:
    """As it was ticked, or because what they said is written."""
    return bool(OTHERS & {*visit["with_whom"]} or visit["family_words"])


def _visit(visit: Row) -> dict[str, Any]:
    is_apart = _was_somebody_else_there(visit)
    return {
        "at": visit["visited_at"],
        "outcome": visit["outcome"],
        "withPerson": WithWhom.PERSON in visit["with_whom"],
        "words": visit["person_words"],
        "memo": "" if is_apart else visit["memo"],
        "promisedOn": None if is_apart else visit["next_promised_on"],
        "promise": "" if is_apart else visit["next_promise_note"],
        "amendments": visit["amendments"],
    }


def _consent(basis: Row) -> dict[str, Any]:
    groups: Sequence[str] = [group for group in basis["field_groups"] if group != FieldGroup.FAMILY_WORDS]
    about = {"givenAt": basis["given_at"], "until": basis["until"], "endedAt": basis["ended_at"]}
    return {**about, "givenToIds": basis["unit_ids"], "fieldGroups": groups, "note": basis["reason"]}


def _closing(closing: Row) -> dict[str, Any]:
    again = {"reopenedAt": closing["reopened_at"], "reopenNote": closing["reopen_note"]}
    return {"at": closing["closed_at"], "reason": closing["reason"], "note": closing["note"], **again}
