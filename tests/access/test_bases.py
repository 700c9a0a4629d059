"""Relations × bases, field by field, through the gateway: what each basis opens, and that its end, its hour, a kept-off row
and a withdrawal with the bus away leave nothing of it. Every field of `Case` and of its card is a cell."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.access.matrix import PEOPLE
from tests.support.full_documents import SCHEMA, seen_fields
from tests.support.hired import FIRST_PASSWORD, hire, today
from tests.support.person import Person, basis_payload, open_case, visit_payload
from tests.support.rows import rows

COMMAND = {"consent": "GiveConsent", "conference": "ConveneConference", "article_69_2": "ShareByLaw"}
COMMAND |= {"emergency": "UseEmergency"}
READER = {"consent": "partner", "conference": "partner", "article_69_2": "partner", "emergency": "other_unit"}
STATES = ("granted", "ended", "expired", "kept off")
WORDS = {"personWords": "また来て", "familyWords": "眠れていない"}
# ContactSafety.personPhone is not here: the package says 自宅にかけない, and the rules of contact bind whoever sees anything.
REACHING = {
    *("Birth.day", "Birth.month", "Birth.year", "Case.birth", "Case.personName", "Case.personKana", "Case.residence"),
    "Case.personAddress",
    *("Case.team", "Case.timeline", "Case.nextPromise", "Case.receiptNumber", "NextPromise.note"),
    *("ContactSafety.contactNote", "ContactSafety.confirmedAt", "ContactSafety.safeContact"),
    *("TimelineEntry.at", "TimelineEntry.by", "TimelineEntry.id", "TimelineEntry.kind"),
    *("TimelineEntry.recordedAt", "TimelineEntry.outcome", "TimelineEntry.withWhom", "TimelineEntry.nextPromise"),
    *("CaseCard.kana", "CaseCard.lastContactAt", "CaseCard.nextPromiseNote", "CaseCard.openedAt", "CaseCard.owner"),
    *("Case.openedAt", "Case.fromUnit", "Case.personKnows"),
}
ALWAYS = {
    *("Case.id", "Case.label", "Case.unit", "Case.packagePending", "Case.shown", "Case.contactSafety"),
    *("ContactSafety.rules", "CaseCard.id", "CaseCard.label", "CaseCard.contactRules", "CaseCard.packagePending"),
    "CaseCard.shown",
    *("Staff.id", "Staff.name", "Unit.id", "Unit.name"),
}
FAMILY = {"TimelineEntry.familyWords", "TimelineEntry.callerKind", "TimelineEntry.callerRelation"}
FAMILY |= {"TimelineEntry.channel", "ContactSafety.callerPhone", "Case.promised"}
OPENED = {
    "consent": ALWAYS | REACHING | {"TimelineEntry.personWords"},
    "conference": ALWAYS | REACHING | FAMILY | {"TimelineEntry.personWords", "TimelineEntry.memo"},
    "article_69_2": ALWAYS | REACHING,
    "emergency": ALWAYS | REACHING,
}
TOLD = {
    "personName": "試しの名",
    "personKana": "ためしのな",
    "birth": {"year": "平成10", "month": "4", "day": "2"},
    "personPhone": "042-000-1111",
    "personAddress": "試しの町3-5-1",
    "callerName": "試しの母",
    "callerPhone": "090-0000-2222",
    "contactNote": "午後だけ",
    "memo": "夜中に台所で音がする",
}


@dataclass
class Shared:
    """One case for one cell, and the basis that opened it."""

    case: UUID
    basis: UUID


@pytest.fixture(scope="module")
def people(city: Stack) -> Iterator[dict[str, Person]]:
    yield {name: Person(city.url, login) for name, login in PEOPLE.items()}


def share(people: dict[str, Person], kind: str) -> Shared:
    """A fresh case with every field filled, opened by a basis of the kind."""
    clerk, member, reader = (people[name] for name in ("clerk", "member", READER[kind]))
    known = {"personKnows": "knows", "contactRules": ["no_city_envelope"], "residence": "in_city"}
    case, basis = open_case(clerk, member, people["colleague"], told=TOLD, **known), new_id()
    member.do("RecordVisit", case, visit_payload(**WORDS))
    giver = {"article_69_2": people["manager"], "emergency": reader}.get(kind, member)
    to = reader.id if kind == "conference" else "wakamono-station"
    giver.do(COMMAND[kind], case, basis_payload(COMMAND[kind], basis, to))
    if kind == "conference":
        assert fields_of(reader, case) == set(), "before the pledge"
        reader.do("PledgeSecrecy", case, {"basisId": str(basis)})
    return Shared(case, basis)


def fields_of(person: Person, case: UUID) -> set[str]:
    """The fields of the case and of its card that hold something for this person."""
    assert SCHEMA.query_type
    roots = SCHEMA.query_type.fields
    cards = [card for card in person.ask_everything("cases", closed=False) or [] if card["id"] == str(case)]
    page = person.ask_everything("case", id=str(case))
    return seen_fields(roots["case"].type, page) | seen_fields(roots["cases"].type, cards)


async def expire(city: Stack, basis: UUID) -> None:
    """As if its hour had come."""
    connection = await connect(city.dsns["coordination"].owner)
    await connection.execute("update basis set until = now() where basis_id = $1", basis)
    await connection.close()


def end(city: Stack, people: dict[str, Person], shared: Shared, state: str, reader: Person) -> None:
    match state:
        case "ended":
            people["member"].do("EndBasis", shared.case, {"basisId": str(shared.basis)})
        case "expired":
            asyncio.run(expire(city, shared.basis))
        case "kept off":
            people["manager"].do("KeepOff", shared.case, {"staffId": reader.id})


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", COMMAND)
def test_a_basis_opens_its_fields_to_its_reader_alone(
    city: Stack, people: dict[str, Person], kind: str, state: str
) -> None:
    shared = share(people, kind)
    end(city, people, shared, state, people[READER[kind]])
    own = {"member", "colleague", "manager"}
    seen = {who: fields_of(person, shared.case) for who, person in people.items() if who not in own}
    expected: dict[str, set[str]] = {who: set() for who in seen}
    if state == "granted":
        expected[READER[kind]] = OPENED[kind]
    assert {who: seen[who] ^ expected[who] for who in seen if seen[who] != expected[who]} == {}
    print(f"{len(seen) * len(REACHING | ALWAYS | OPENED['conference'])} cells")


@pytest.mark.parametrize("kind", ["consent", "article_69_2"])
def test_whoever_succeeds_a_closed_agency_succeeds_to_no_basis(
    city: Stack, people: dict[str, Person], kind: str
) -> None:
    case = open_case(people["clerk"], people["member"], told=TOLD)
    closing, after = (f"agency-{new_id().hex[-8:]}" for _ in range(2))
    for unit in (closing, after):
        rows(city, "gateway", "insert into unit (unit_id, name) values ($1, '関係機関')", unit)
    told, heir = (Person(city.url, hire(city, unit, Role.PARTNER).login, FIRST_PASSWORD) for unit in (closing, after))
    giver = people["manager" if kind == "article_69_2" else "member"]
    giver.do(COMMAND[kind], case, basis_payload(COMMAND[kind], new_id(), closing))
    assert fields_of(told, case) and not fields_of(heir, case)
    close = "update unit set closed_on = $2, successor = $3 where unit_id = $1"
    rows(city, "gateway", close, closing, today(), after)
    assert closing in {each["unit"]["id"] for each in heir.ask("Me")["me"]["assignments"]}, "it answers for the unit"
    assert fields_of(heir, case) == set(), "and has no basis of its own"
    giver.do(COMMAND[kind], case, basis_payload(COMMAND[kind], new_id(), after))
    assert fields_of(heir, case)


def test_a_refusal_by_basis_and_an_absent_case_are_the_same_answer(city: Stack, people: dict[str, Person]) -> None:
    shared = share(people, "consent")
    end(city, people, shared, "ended", people["partner"])
    denied = people["partner"].post("Case", id=str(shared.case))
    absent = people["partner"].post("Case", id=str(new_id()))
    assert (denied.status_code, denied.json(), set(denied.headers)) == (200, absent.json(), set(absent.headers))


def test_nothing_of_a_shared_case_is_offered_to_a_device(people: dict[str, Person]) -> None:
    for kind in COMMAND:
        shared = share(people, kind)
        said: dict[str, Any] = people[READER[kind]].ask_everything("sync", have=[], waiting=0)
        assert str(shared.case) not in str(said["cases"])
