"""Rules of 引継ぎ and who may what: every status × act, every role × unit."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from services.contracts.codes import HandoffKind, HandoffStatus, Role
from services.contracts.intake import AcceptHandoff
from services.intake.domain.handoff import Handoff, decide_accept, decide_return, decide_withdraw
from services.intake.domain.who_may import Group, Relation, find_relation, shown_to
from services.kernel.errors import NotFound, Refusal
from services.kernel.token import Actor

SENDER, RECEIVER, ELSEWHERE = "hoya-window", "hikikomori-support", "tanashi-window"
ACCEPTOR = uuid4()
WAITING = Handoff(
    uuid4(), uuid4(), HandoffKind.LEAD, HandoffStatus.OPEN, SENDER, RECEIVER, uuid4(), datetime.now(UTC), (), None
)


def staff(unit: str, role: Role, id_: UUID | None = None) -> Actor:
    return Actor(id_ or uuid4(), "staff", ((unit, role),))


def accept(handoff: Handoff, actor: Actor) -> None:
    decide_accept(handoff, AcceptHandoff(case_id=uuid4()), actor)


MAY: list[tuple[Callable[[Handoff, Actor], None], str, set[Role]]] = [
    (accept, RECEIVER, {Role.COORDINATOR}),
    (decide_return, RECEIVER, {Role.COORDINATOR, Role.MANAGER}),
    (decide_withdraw, SENDER, {Role.WINDOW_STAFF, Role.COORDINATOR, Role.MANAGER}),
]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("unit", [SENDER, RECEIVER, ELSEWHERE])
@pytest.mark.parametrize(("decide", "in_unit", "roles"), MAY)
def test_people_by_permission(
    decide: Callable[[Handoff, Actor], None], in_unit: str, roles: set[Role], unit: str, role: Role
) -> None:
    actor = staff(unit, role)
    if unit == in_unit and role in roles:
        decide(WAITING, actor)
        with pytest.raises(NotFound):
            decide(replace(WAITING, kept_off=(actor.id,)), actor)
    else:
        for status in HandoffStatus:
            with pytest.raises(NotFound):
                decide(replace(WAITING, status=status), actor)


@pytest.mark.parametrize(("decide", "in_unit", "_roles"), MAY)
@pytest.mark.parametrize(
    ("status", "code", "refs"),
    [
        (HandoffStatus.ACCEPTED, "already_accepted", {"acceptedBy": str(ACCEPTOR)}),
        (HandoffStatus.RETURNED, "handoff_is_closed", {"status": "returned"}),
        (HandoffStatus.WITHDRAWN, "handoff_is_closed", {"status": "withdrawn"}),
    ],
)
def test_only_an_open_handoff_is_answered(
    decide: Callable[[Handoff, Actor], None],
    in_unit: str,
    _roles: set[Role],
    status: HandoffStatus,
    code: str,
    refs: dict[str, str],
) -> None:
    closed = replace(WAITING, status=status, answered_by=ACCEPTOR)
    with pytest.raises(Refusal) as refused:
        decide(closed, staff(in_unit, Role.COORDINATOR))
    assert (refused.value.code, refused.value.refs) == (code, refs)


def test_relations_and_what_they_show() -> None:
    me = uuid4()

    def relation(unit: str, role: Role, status: str = "open", by: UUID | None = None) -> Relation | None:
        return find_relation(staff(unit, role, me), SENDER, RECEIVER, status, by)

    assert relation(SENDER, Role.WINDOW_STAFF, "accepted") is Relation.OWN_UNIT
    assert relation(SENDER, Role.AUDITOR) is None
    assert relation(RECEIVER, Role.COORDINATOR) is Relation.RECEIVING_UNIT
    assert relation(RECEIVER, Role.IBASHO_STAFF) is None
    assert relation(RECEIVER, Role.MANAGER, "returned", me) is Relation.ANSWERED_BY_ME
    assert relation(RECEIVER, Role.COORDINATOR, "accepted", uuid4()) is None
    assert relation(ELSEWHERE, Role.MANAGER) is None
    assert shown_to(Relation.OWN_UNIT) == set(Group)
    assert shown_to(Relation.RECEIVING_UNIT) == {Group.CODES, Group.PACKAGE_WORDS}
    assert shown_to(Relation.ANSWERED_BY_ME) == {Group.CODES, Group.ANSWER_WORDS}
