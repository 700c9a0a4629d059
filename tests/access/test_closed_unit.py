"""A closed unit's bases end with it: its heirs answer for its cases and notices, and the person never consented to them."""

from typing import Any

import pytest

from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.ids import new_id
from tests.access.matrix import PEOPLE
from tests.access.test_fields import TOLD
from tests.support.hired import FIRST_PASSWORD, hire, today
from tests.support.person import Person, basis_payload, open_case
from tests.support.rows import rows


@pytest.mark.parametrize(("command", "giver"), [("GiveConsent", "member"), ("ShareByLaw", "manager")])
def test_whoever_succeeds_a_closed_agency_succeeds_to_no_basis(city: Stack, command: str, giver: str) -> None:
    people = {who: Person(city.url, PEOPLE[who]) for who in ("clerk", "member", "manager")}
    case = open_case(people["clerk"], people["member"], told=TOLD)

    def sees(person: Person) -> Any:
        return person.ask_everything("case", id=str(case))

    closing, after = (f"agency-{new_id().hex[-8:]}" for _ in range(2))
    for unit in (closing, after):
        rows(city, "gateway", "insert into unit (unit_id, name) values ($1, '関係機関')", unit)
    told, heir = (Person(city.url, hire(city, unit, Role.PARTNER).login, FIRST_PASSWORD) for unit in (closing, after))
    people[giver].do(command, case, basis_payload(command, new_id(), closing))
    assert sees(told) and not sees(heir)
    close = "update unit set closed_on = $2, successor = $3 where unit_id = $1"
    rows(city, "gateway", close, closing, today(), after)
    assert closing in {each["unit"]["id"] for each in heir.ask("Me")["me"]["assignments"]}, "it answers for the unit"
    assert not sees(heir), "and has no basis of its own"
    people[giver].do(command, case, basis_payload(command, new_id(), after))
    assert sees(heir)
