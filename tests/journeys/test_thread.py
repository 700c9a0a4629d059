"""The thread, as other programs see it: from the call to the recorded visit, and what each person may then read."""

import asyncio
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest

from infra.paths import ROOT
from infra.rebuild_reporting import rebuild_reporting
from infra.stack import Stack
from services.kernel.ids import new_id
from tests.support.person import Person, consultation_payload, open_case, package_payload, visit_payload, wait_until
from tests.support.signals import WITHIN_SECONDS, listening

COORDINATORS = ("takahashi", "hamada", "nakamura", "kobayashi")


def test_a_package_without_its_four_answers_is_refused_field_by_field(city: Stack) -> None:
    clerk = Person(city.url, "watanabe")
    consultation = new_id()
    clerk.do("OpenConsultation", consultation, consultation_payload())
    bare = {"consultationId": str(consultation), "toUnit": "hikikomori-support"}
    outcome = clerk.submit(clerk.envelope("HandOff", new_id(), bare))[0]
    assert (outcome["status"], outcome["code"]) == ("REFUSED", "package_incomplete")
    assert [field["path"] for field in outcome["fields"]] == [
        "promised",
        "personKnows",
        "safeContact",
        "nextAppointment",
    ]
    assert all(field["message"] for field in outcome["fields"])


def test_who_comes_second_reads_who_was_first(city: Stack) -> None:
    clerk, first, second = (Person(city.url, login) for login in ("watanabe", "takahashi", "hamada"))
    consultation, handoff = new_id(), new_id()
    clerk.do("OpenConsultation", consultation, consultation_payload())
    clerk.do("HandOff", handoff, package_payload(consultation))
    first.do("AcceptHandoff", handoff, {"caseId": str(new_id())})
    outcome = second.submit(second.envelope("AcceptHandoff", handoff, {"caseId": str(new_id())}))[0]
    assert outcome["code"] == "already_accepted"
    assert outcome["message"].startswith("髙橋 直子さんが先に受けました")


def test_a_case_keeps_the_family_s_words_apart_and_the_contact_rules_first(city: Stack) -> None:
    clerk, coordinator = Person(city.url, "watanabe"), Person(city.url, "takahashi")
    case_id = open_case(clerk, coordinator)
    coordinator.do("RecordVisit", case_id, visit_payload(personWords="また来てもいい", familyWords="音がする"))
    case = coordinator.ask("Case", id=str(case_id))["case"]
    visit, _, told = case["timeline"]
    assert (visit["personWords"], visit["familyWords"]) == ("また来てもいい", "音がする")
    assert (told["kind"], told["familyWords"], told["personWords"]) == ("consultation", "夜中に台所で音がする", "")
    assert case["contactSafety"]["rules"] == ["no_home_phone"]


def test_with_intake_down_the_case_opens_and_fills_in_when_it_is_back(city: Stack) -> None:
    clerk, coordinator = Person(city.url, "watanabe"), Person(city.url, "nakamura")
    consultation, handoff, case = new_id(), new_id(), new_id()
    clerk.do("OpenConsultation", consultation, consultation_payload())
    clerk.do("HandOff", handoff, package_payload(consultation))
    city.stop(["coordination"])
    coordinator.do("AcceptHandoff", handoff, {"caseId": str(case)})
    city.wait_settled(names=["intake"])  # the acceptance is on the bus
    city.kill("intake")
    city.start(["coordination"])
    try:
        found = wait_until(lambda: coordinator.ask("Case", id=str(case))["case"])
        assert found["packagePending"] is True
        assert (found["personName"], found["promised"]) == ("", "")
    finally:
        city.start(["intake"])
    filled = wait_until(
        lambda: (c := coordinator.ask("Case", id=str(case))["case"]) and not c["packagePending"] and c, 40
    )
    assert filled["promised"] == "木曜までに、母の携帯へ一度かける"


def test_every_coordinator_s_tray_is_signalled_within_a_second(city: Stack) -> None:
    clerk, coordinators = Person(city.url, "yoshida"), [Person(city.url, login) for login in COORDINATORS]
    consultation, handoff = new_id(), new_id()
    clerk.do("OpenConsultation", consultation, consultation_payload("tanashi-window"))
    with ExitStack() as streams:
        ears = [streams.enter_context(listening(coordinator)) for coordinator in coordinators]
        begun = time.monotonic()
        clerk.do("HandOff", handoff, package_payload(consultation))
        changed = []
        for ear, coordinator in zip(ears, coordinators, strict=True):
            heard = ear.wait_for({"hint": "tray", "about": str(handoff)})
            assert str(handoff) in {card["id"] for card in coordinator.ask("Tray")["tray"]["received"]}
            changed.append(heard - begun)
    print(f"signal after {', '.join(f'{seconds:.3f}' for seconds in changed)} s from the press (promise: 1 s)")
    assert max(changed) < WITHIN_SECONDS


def test_statistics_are_the_same_after_a_rebuild_from_offset_zero(city: Stack) -> None:
    city.wait_settled()
    compared = asyncio.run(rebuild_reporting(city))
    assert compared.before, "nothing counted yet"
    assert compared.are_equal


@pytest.mark.parametrize("login", ["watanabe", "takahashi", "fujiwara"])
def test_statistics_are_for_managers(city: Stack, login: str) -> None:
    assert Person(city.url, login).ask("Statistics", fromMonth="2026-11", toMonth="2026-11")["statistics"] is None


def test_a_stranger_reads_everything_from_offset_zero(city: Stack) -> None:
    """`infra/examples/subscriber.py`, written from the AsyncAPI file alone."""
    open_case(Person(city.url, "watanabe"), Person(city.url, "takahashi"))
    city.wait_settled()
    command = [sys.executable, str(ROOT / "infra" / "examples" / "subscriber.py"), "--until-end"]
    done = subprocess.run(
        [*command, "--bootstrap", city.bootstrap, "--prefix", city.prefix],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    for name in ("StaffAssigned", "ConsultationOpened", "HandedOff", "HandoffAccepted", "CaseOpened", "NoticeRaised"):
        assert name in done.stdout
