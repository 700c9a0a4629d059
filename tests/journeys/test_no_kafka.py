"""The broker is down: writes are acknowledged, trays are readable; up again: notices arrive, nothing lost."""

from collections.abc import Iterator

import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.support.city import running_city
from tests.support.person import (
    Person,
    basis_payload,
    consultation_payload,
    open_case,
    package_payload,
    visit_payload,
    wait_until,
)
from tests.support.servers import running_servers


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[Stack, object]]:
    """An installation whose broker may be killed."""
    with running_servers() as servers, running_city(servers, "nokafka") as stack:
        yield stack, servers.kafka


def test_the_house_works_while_the_broker_is_dead(town: tuple[Stack, object]) -> None:
    stack, kafka = town
    clerk, coordinator, colleague = (Person(stack.url, login) for login in ("watanabe", "takahashi", "hamada"))
    consultation, handoff, case = new_id(), new_id(), new_id()
    kafka.kill()
    clerk.do("OpenConsultation", consultation, consultation_payload())
    clerk.do("HandOff", handoff, package_payload(consultation))
    received = coordinator.ask("Tray")["tray"]["received"]
    assert [card["id"] for card in received] == [str(handoff)]
    coordinator.do("AcceptHandoff", handoff, {"caseId": str(case), "colleagueIds": [colleague.id]})
    assert clerk.ask("Tray")["tray"]["sent"][0]["status"] == "accepted"
    assert colleague.ask("Notices")["notices"] == []
    kafka.start()
    wait_until(lambda: coordinator.ask("Case", id=str(case))["case"], 40)
    coordinator.do("RecordVisit", case, visit_payload())
    wait_until(lambda: "visit_recorded" in [n["kind"] for n in colleague.ask("Notices")["notices"]], 30)
    wait_until(lambda: "handoff_accepted" in [n["kind"] for n in clerk.ask("Notices")["notices"]], 30)
    stack.wait_settled()


def test_a_consent_taken_back_is_taken_back_with_the_bus_away(town: tuple[Stack, object]) -> None:
    stack, kafka = town
    clerk, member, partner = (Person(stack.url, login) for login in ("watanabe", "takahashi", "ishii"))
    case, basis = open_case(clerk, member), new_id()
    member.do("GiveConsent", case, basis_payload("GiveConsent", basis, "wakamono-station"))
    assert partner.ask("Case", id=str(case))["case"]["timeline"]
    kafka.kill()
    member.do("EndBasis", case, {"basisId": str(basis)})
    assert partner.ask("Case", id=str(case))["case"] is None
    assert partner.ask("Cases")["cases"] == []
    kafka.start()
    stack.wait_settled()
