"""The GraphQL types of 記録の閲覧 and 誰が見たか."""

import strawberry

from gateway.graphql.types import Date, DateTime, Staff, Unit


@strawberry.type
class AccessLine:
    """One read of one case or sheet: the log, never the record. `unit` is its, and none for an id that is nowhere;
    `staff_unit` the reader's on that day."""

    id: strawberry.ID
    at: DateTime
    staff: Staff
    staff_unit: Unit | None
    case_id: strawberry.ID | None
    consultation_id: strawberry.ID | None
    receipt_number: str | None
    unit: Unit | None
    basis: list[str]
    purpose: str
    screen: str
    field_groups: list[str]
    odd: list[str]
    reviewed_at: DateTime | None
    reviewed_by: Staff | None
    note: str


@strawberry.type
class AccessLog:
    """Reads of cases and of sheets in one order. An owner that does not answer is named in `unavailable`."""

    lines: list[AccessLine]
    unavailable: list[str]


@strawberry.type
class LogReader:
    """Somebody who may have read, where they work today, and whether reads of their own street can be marked at all."""

    staff: Staff
    unit: Unit | None
    has_street: bool


@strawberry.type
class WhoSawLine:
    """Reads of one day by one unit for one purpose. `staff` is empty unless the city's rule names them."""

    day: Date
    unit: Unit | None
    purpose: str
    basis: list[str]
    field_groups: list[str]
    times: int
    staff: list[Staff]


@strawberry.type
class WhoSaw:
    """An owner that does not answer is named in `unavailable`. No `lines` where the person may not know of the case (81条)."""

    case_id: strawberry.ID
    made_at: DateTime
    lines: list[WhoSawLine] | None
    unavailable: list[str]
