"""The GraphQL types. Owners answer JSON with ids; a field `handedOffBy` finds `handedOffById` by itself (`from_wire`)."""

from typing import Any, NewType

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from gateway.context import Ctx

DateTime = NewType("DateTime", str)
Date = NewType("Date", str)
SCALARS: dict[object, ScalarDefinition] = {
    DateTime: strawberry.scalar(
        name="DateTime", description="An instant, ISO 8601 with offset.", serialize=str, parse_value=str
    ),
    Date: strawberry.scalar(
        name="Date", description="A civil date in Tokyo, ISO 8601.", serialize=str, parse_value=str
    ),
}


def from_wire(source: Any, name: str) -> Any:
    """A field of an owner's JSON: `answered_by` reads `answeredBy`, else wraps `answeredById`; `team` wraps `teamIds`."""
    if not isinstance(source, dict):
        return getattr(source, name)
    head, *rest = name.split("_")
    key = head + "".join(word.capitalize() for word in rest)
    if key in source:
        return source[key]
    if f"{key}Ids" in source:
        return [{"id": one} for one in source[f"{key}Ids"]]
    found = source[f"{key}Id"]
    return {"id": found} if found is not None else None


@strawberry.type
class Staff:
    id: strawberry.ID

    @strawberry.field
    async def name(self, info: Ctx) -> str:
        """The name as colleagues know it, fetched in one batch."""
        source: Any = self
        return str(source.get("name") or await info.context.names.load(str(source["id"])))


@strawberry.type
class Unit:
    id: strawberry.ID

    @strawberry.field
    async def name(self, info: Ctx) -> str:
        """The unit's name."""
        source: Any = self
        return str(source.get("name") or await info.context.unit_names.load(str(source["id"])))


@strawberry.type
class Assignment:
    unit: Unit
    role: str


@strawberry.type
class Me:
    staff: Staff
    assignments: list[Assignment]


@strawberry.type
class NextAppointment:
    at: DateTime | None
    note: str


@strawberry.type
class NextPromise:
    on: Date | None
    at: DateTime | None
    note: str


@strawberry.type
class Birth:
    year: str
    month: str
    day: str


@strawberry.type
class Told:
    person_name: str
    person_kana: str
    birth: Birth
    person_phone: str
    person_address: str
    caller_name: str
    caller_phone: str
    contact_note: str
    memo: str


@strawberry.type
class HandoffCard:
    id: strawberry.ID
    consultation_id: strawberry.ID
    receipt_number: str
    label: str
    kind: str
    status: str
    from_unit: Unit
    to_unit: Unit
    handed_off_by: Staff
    handed_off_at: DateTime
    answer_due_at: DateTime
    working_minutes_used: int
    working_minutes_allowed: int
    urgency: str | None
    person_knows: str
    contact_rules: list[str]
    safe_contact: str
    promised: str
    next_appointment: NextAppointment
    concerns: list[str]
    main_concern: str | None
    answered_by: Staff | None
    answered_at: DateTime | None
    case_id: strawberry.ID | None
    return_reason: str | None
    return_note: str


@strawberry.type
class Amendment:
    """訂正の付記: noted at what it is about, by an approved 訂正."""

    at: DateTime
    words: str


@strawberry.type
class Consultation:
    id: strawberry.ID
    receipt_number: str
    label: str
    unit: Unit
    opened_at: DateTime
    opened_by: Staff
    caller_kind: str
    caller_relation: str | None
    channel: str
    residence: str | None
    person_knows: str | None
    contact_rules: list[str]
    concerns: list[str]
    main_concern: str | None
    heard_from: list[str]
    is_hikikomori: str | None
    other_issues: list[str]
    urgency: str | None
    told: Told
    amendments: list[Amendment]
    handoffs: list[HandoffCard]


@strawberry.type
class Handoff:
    card: HandoffCard
    consultation: Consultation | None


@strawberry.type
class Tray:
    received: list[HandoffCard]
    sent: list[HandoffCard]


@strawberry.type
class Draft:
    id: strawberry.ID
    kind: str
    seq: float
    saved_at: DateTime
    body: strawberry.scalars.JSON


@strawberry.type
class ContactDue:
    case_id: strawberry.ID
    label: str
    on: Date | None
    note: str


@strawberry.type
class Today:
    handoffs_waiting: int
    open_drafts: list[Draft]
    contacts_due: list[ContactDue]
    unread_notices: int
    received_handoffs: list[HandoffCard]
    returned_handoffs: list[HandoffCard]
    unavailable: list[str]


@strawberry.type
class CaseCard:
    id: strawberry.ID
    label: str
    kana: str
    opened_at: DateTime | None
    closed_at: DateTime | None
    owner: Staff | None
    next_promised_on: Date | None
    next_promise_note: str
    last_contact_at: DateTime | None
    contact_rules: list[str]
    package_pending: bool
    shown: list[str]


@strawberry.type
class ContactSafety:
    rules: list[str]
    caller_phone: str
    person_phone: str
    safe_contact: str
    contact_note: str
    confirmed_at: DateTime | None


@strawberry.type
class TimelineEntry:
    id: strawberry.ID
    kind: str
    at: DateTime
    recorded_at: DateTime
    by: Staff | None
    outcome: str | None
    with_whom: list[str]
    person_words: str
    family_words: str
    memo: str
    caller_kind: str | None
    caller_relation: str | None
    channel: str | None
    next_promise: NextPromise | None
    amendments: list[Amendment]


@strawberry.type
class JoinedToken:
    participant_id: strawberry.ID
    joined_at: DateTime


@strawberry.type
class Case:
    id: strawberry.ID
    label: str
    opened_at: DateTime | None
    closed_at: DateTime | None
    from_unit: Unit | None
    unit: Unit
    team: list[Staff]
    package_pending: bool
    receipt_number: str | None
    person_name: str
    person_kana: str
    birth: Birth | None
    person_address: str
    residence: str | None
    person_knows: str | None
    contact_safety: ContactSafety
    promised: str
    next_promise: NextPromise
    timeline: list[TimelineEntry]
    tokens: list[JoinedToken]
    shown: list[str]
    shown_until: DateTime | None


@strawberry.type
class Notice:
    id: strawberry.ID
    kind: str
    raised_at: DateTime
    read: bool
    handoff_id: strawberry.ID | None
    case_id: strawberry.ID | None


@strawberry.type
class StatisticsRow:
    unit: Unit
    measure: str
    counts: list[int]
    total: int


@strawberry.type
class Statistics:
    months: list[str]
    rows: list[StatisticsRow]


CONFIG = StrawberryConfig(default_resolver=from_wire, disable_field_suggestions=True, scalar_map=SCALARS)
