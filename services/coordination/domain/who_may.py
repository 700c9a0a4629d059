"""Who may see what of a case. Pure; how somebody stands to a case is found in the SQL (architecture.md §7).

A relation or basis opens field groups, and `shown` leaves of a case's answer exactly what the groups cover. Both only ever add
up: taking a standing away can take fields away, never give any.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.contracts.codes import FieldGroup, WithWhom


class Relation(StrEnum):
    """How somebody stands to a case. Kept-off staff have no standing, whatever else they are."""

    MEMBER = "member"
    UNIT_LEAD = "unit_lead"
    CONSENT = "consent"
    CONFERENCE = "conference"
    ARTICLE_69_2 = "article_69_2"
    EMERGENCY = "emergency"


OWN = (Relation.MEMBER, Relation.UNIT_LEAD)
"""Who may act on a case. A basis opens sight alone."""

CONTACT_RULES = "contact_rules"
TOKENS = "tokens"
CALLER_PHONE = "caller_phone"
GROUPS = frozenset(FieldGroup)
EVERYTHING = frozenset({*GROUPS, CONTACT_RULES, TOKENS})
TO_REACH_THEM = frozenset(
    {FieldGroup.IDENTITY, FieldGroup.CONTACT_SAFETY, FieldGroup.TIMELINE, FieldGroup.TEAM, FieldGroup.PROMISE}
)


def ceiling(relation: Relation) -> frozenset[str]:
    """The most a relation can open. 本人 cannot consent for the family's words. An emergency is for reaching them: the one
    number that may be called is often the family's, and is opened without a word of theirs."""
    match relation:
        case Relation.MEMBER | Relation.UNIT_LEAD:
            return EVERYTHING
        case Relation.CONFERENCE:
            return GROUPS
        case Relation.CONSENT:
            return GROUPS - {FieldGroup.FAMILY_WORDS, FieldGroup.MEMO}
        case Relation.ARTICLE_69_2:
            return GROUPS - {FieldGroup.FAMILY_WORDS, FieldGroup.PERSON_WORDS, FieldGroup.MEMO}
        case Relation.EMERGENCY:
            return TO_REACH_THEM | {CALLER_PHONE}


def visible_groups(relation: Relation, scope: Iterable[str] | None = None) -> frozenset[str]:
    """The field groups one standing opens: its scope within its ceiling. The rules of contact bind whoever sees anything;
    the number of an emergency is in no scope that anybody chose."""
    most = ceiling(relation)
    return (most if scope is None else most & {*scope, CALLER_PHONE}) | {CONTACT_RULES}


MAY_SEE_FAMILY = tuple(one for one in Relation if FieldGroup.FAMILY_WORDS in ceiling(one))
"""What was arranged with the family is the family's: a promise and a contact come from them to these relations alone."""


@dataclass(frozen=True)
class Sight:
    """What somebody sees of a case, by what, and until when all of it (None: an own relation has no hour)."""

    groups: frozenset[str]
    relations: tuple[str, ...]
    bases: tuple[str, ...]
    until: datetime | None = None


def sight_of(standings: Collection[Mapping[str, Any]]) -> Sight:
    """All standings of one person to one case together (`relation`, `scope`, `basis`, `until`)."""
    groups: frozenset[str] = frozenset()
    for one in standings:
        groups |= visible_groups(Relation(one["relation"]), one["scope"])
    relations = tuple(sorted({one["relation"] for one in standings}))
    until = None if {*OWN} & {*relations} else min(datetime.fromisoformat(one["until"]) for one in standings)
    return Sight(groups, relations, tuple(sorted(one["basis"] for one in standings if one["basis"])), until)


_CASE_FIELDS: dict[str, dict[str, Any]] = {
    FieldGroup.IDENTITY: {
        "personName": "",
        "personKana": "",
        "kana": "",
        "birth": None,
        "personAddress": "",
        "residence": None,
    },
    FieldGroup.CONTACT_SAFETY: {"personKnows": None},
    FieldGroup.TIMELINE: {
        "timeline": [],
        "receiptNumber": None,
        "lastContactAt": None,
        "openedAt": None,
        "closedAt": None,
        "fromUnitId": None,
    },
    FieldGroup.TEAM: {"teamIds": [], "ownerId": None},
    FieldGroup.PROMISE: {
        "promised": "",
        "nextPromise": {"on": None, "at": None, "note": ""},
        "nextPromisedOn": None,
        "nextPromiseNote": "",
    },
    TOKENS: {"tokens": []},
}
_SAFETY_FIELDS = {"personPhone": "", "safeContact": "", "contactNote": "", "confirmedAt": None}
_ENTRY_FIELDS: dict[str, dict[str, Any]] = {
    FieldGroup.PERSON_WORDS: {"personWords": "", "amendments": []},
    FieldGroup.FAMILY_WORDS: {"familyWords": "", "callerKind": None, "callerRelation": None, "channel": None},
    FieldGroup.MEMO: {"memo": ""},
    FieldGroup.TEAM: {"byId": None},
    FieldGroup.PROMISE: {"nextPromise": None},
}


def shown(answer: Mapping[str, Any], groups: frozenset[str]) -> dict[str, Any]:
    """A card or a whole case with everything emptied that the groups do not cover. Whose case it is always stays."""
    left = {**answer, **_emptied(_CASE_FIELDS, groups, answer)}
    if "contactSafety" in answer:
        left["contactSafety"] = _safety_shown(answer["contactSafety"], groups)
    if "timeline" in answer:
        left["timeline"] = [_entry_shown(entry, groups) for entry in left["timeline"] if is_shown(entry, groups)]
    return left


def _emptied(
    fields: Mapping[str, Mapping[str, Any]], groups: frozenset[str], answer: Mapping[str, Any]
) -> dict[str, Any]:
    hidden = [values for group, values in fields.items() if group not in groups]
    return {name: empty for values in hidden for name, empty in values.items() if name in answer}


def _safety_shown(safety: Mapping[str, Any], groups: frozenset[str]) -> dict[str, Any]:
    left = dict(safety)
    if FieldGroup.CONTACT_SAFETY not in groups:
        left |= _SAFETY_FIELDS
    if FieldGroup.CONTACT_SAFETY not in groups or not {FieldGroup.FAMILY_WORDS, CALLER_PHONE} & groups:
        left |= {"callerPhone": ""}
    return left


def _entry_shown(entry: Mapping[str, Any], groups: frozenset[str]) -> dict[str, Any]:
    left = {**entry, **_emptied(_ENTRY_FIELDS, groups, entry)}
    if FieldGroup.FAMILY_WORDS not in groups:  # that the family was met is the family's as much as what they said
        left["withWhom"] = [who for who in entry["withWhom"] if who != WithWhom.FAMILY]
    return left


def is_shown(entry: Mapping[str, Any], groups: frozenset[str]) -> bool:
    """What came in with a token is the token's; a consultation somebody else had about them, or a visit
    to them alone, is the family's. So is one on which they spoke, and the person is not said to have been met."""
    if entry["kind"] == "attendance":
        return TOKENS in groups
    called = entry["kind"] == "consultation" and entry["callerKind"] != "person"
    with_whom = {*entry["withWhom"]}
    alone = entry["outcome"] == "family_only" or with_whom == {WithWhom.FAMILY}
    alone |= entry["kind"] == "visit" and bool(entry["familyWords"]) and WithWhom.PERSON not in with_whom
    return not (called or alone) or FieldGroup.FAMILY_WORDS in groups
