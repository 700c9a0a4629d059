"""The queue of somebody who works here no more: their manager sends it, unread, and its owner judges it by what they were."""

from datetime import datetime
from typing import Any

import pytest

from infra.seed import PASSWORD
from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.ids import new_id
from tests.service.gateway.test_handed_in import MARK, hand_in, kept
from tests.support.hired import FIRST_PASSWORD, Hired, hire
from tests.support.person import (
    Person,
    basis_payload,
    consultation_payload,
    open_case,
    package_payload,
    visit_payload,
    wait_until,
)
from tests.support.rows import rows
from tests.support.vault import Vault


class Leaver:
    """Somebody with a tablet, and a command on it that was never sent."""

    def __init__(self, city: Stack, unit: str, role: Role) -> None:
        self.city, self.role, device = city, role, new_id()
        self.hired: Hired = hire(city, unit, role)
        self.person = Person(city.url, self.hired.login, FIRST_PASSWORD, device=device)
        self.vault = Vault.of(self.person, device)

    def leave(self, *envelopes: dict[str, Any]) -> None:
        """Yesterday was their last day; somebody brings the tablet."""
        self.hired.reassign(self.role, from_days=-1, until_days=-1)
        assert len(hand_in(self.city, *map(self.vault.seal, envelopes)).json()["kept"]) == len(envelopes)


def left(person: Person) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in person.ask_everything("leftQueues")}


def send(person: Person, envelope: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = person.ask("SendLeft", id=envelope["id"])["sendLeft"]
    return found


def yesterday(envelope: dict[str, Any], city: Stack) -> dict[str, Any]:
    """Written on the last day."""
    then = rows(city, "gateway", "select now() - interval '1 day' as at")[0]["at"]
    return {**envelope, "capturedAt": then.isoformat()}


def test_a_visit_of_a_leaver_is_sent_by_their_manager_unread_and_received_once(city: Stack) -> None:
    manager, colleague = Person(city.url, "sasaki"), Person(city.url, "takahashi")
    leaver = Leaver(city, "hikikomori-support", Role.COORDINATOR)
    case = open_case(Person(city.url, "watanabe"), colleague)
    colleague.do("ChangeTeam", case, {"join": [leaver.person.id]})
    visit = leaver.person.envelope("RecordVisit", case, visit_payload(memo=MARK))
    leaver.leave(visit)
    for other in ("takahashi", "otsuka", "fujiwara"):
        assert visit["id"] not in left(Person(city.url, other))
        assert Person(city.url, other).refused("SendLeft", id=visit["id"]) == "not_found"
    shown = left(manager)[visit["id"]]
    assert (shown["type"], shown["staff"]["id"], MARK in str(shown)) == ("RecordVisit", leaver.person.id, False)
    assert send(manager, visit)["status"] == "ACCEPTED"
    [row] = kept(city, visit)
    assert (row["state"], row["sealed"], str(row["decided_by"])) == ("sent", b"", manager.id)
    assert visit["id"] not in left(manager)
    assert manager.refused("SendLeft", id=visit["id"]) == "not_found", "once"
    by = "select recorded_by as by from visit where case_id = $1 union all select author_id from quarantine where case_id = $1"
    assert [str(row["by"]) for row in rows(city, "coordination", by, case)] == [leaver.person.id]


def test_a_call_of_a_leaver_is_taken_for_the_unit_in_which_they_wrote_it(city: Stack) -> None:
    manager = Person(city.url, "otsuka")
    leaver = Leaver(city, "hoya-window", Role.WINDOW_STAFF)
    payload = consultation_payload(told={"memo": MARK})
    then, now = (leaver.person.envelope("OpenConsultation", new_id(), payload) for _ in range(2))
    then = yesterday(then, city)
    leaver.leave(then, now)
    assert send(manager, then)["status"] == "ACCEPTED"
    assert manager.ask("Consultation", id=then["subject"])["consultation"]["told"]["memo"] == MARK
    refused = send(manager, now)
    assert (refused["status"], refused["code"]) == ("REFUSED", "not_your_unit"), "when they were nobody here"
    assert now["id"] in left(manager), "it goes on waiting"


def test_only_of_who_works_here_no_more_and_only_by_somebody_who_has_just_shown_who_they_are(city: Stack) -> None:
    manager = Person(city.url, "sasaki")
    leaver = Leaver(city, "hikikomori-support", Role.COORDINATOR)
    visit = leaver.person.envelope("RecordVisit", new_id(), visit_payload())
    assert hand_in(city, leaver.vault.seal(visit)).json()["kept"] == [visit["id"]]
    assert visit["id"] not in left(manager), "its author decides"
    assert manager.refused("SendLeft", id=visit["id"]) == "not_found"
    leaver.hired.reassign(from_days=-1, until_days=-1)
    assert visit["id"] in left(manager)
    rows(city, "gateway", "update session set fresh_until = now() where staff_id = $1::text::uuid", manager.id)
    assert manager.refused("SendLeft", id=visit["id"]) == "not_fresh"
    assert manager.http.post("/session/fresh", json={"password": PASSWORD}).status_code == 200
    assert kept(city, visit)[0]["state"] == "waiting"


def test_what_nobody_sent_on_for_as_long_as_a_record_is_kept_loses_its_words(city: Stack) -> None:
    leaver = Leaver(city, "hikikomori-support", Role.COORDINATOR)
    old, young = (leaver.person.envelope("RecordVisit", new_id(), visit_payload(memo=MARK)) for _ in range(2))
    leaver.leave(old, young)
    age = "update handed_in set received_at = now() - make_interval(years => $2, days => 1) where command_id = $1::text::uuid"
    for envelope, years in ((old, 5), (young, 4)):
        rows(city, "gateway", age, envelope["id"], years)
    city.stop(["gateway"])
    city.start(["gateway"])
    wait_until(lambda: kept(city, old)[0]["state"] == "withdrawn")
    assert (kept(city, old)[0]["sealed"], kept(city, young)[0]["state"]) == (b"", "waiting")


def test_to_whom_a_handoff_goes_is_told_before_it_is_sent_and_no_word_in_its_place(city: Stack) -> None:
    manager, leaver = Person(city.url, "otsuka"), Leaver(city, "hoya-window", Role.WINDOW_STAFF)
    handoff = leaver.person.envelope("HandOff", new_id(), package_payload(new_id()))
    nonsense = leaver.person.envelope("HandOff", new_id(), package_payload(new_id(), toUnit=MARK))
    leaver.leave(handoff, nonsense)
    told = left(manager)
    assert told[handoff["id"]]["toUnit"] == {"id": "hikikomori-support", "name": "ひきこもり支援係"}
    assert told[nonsense["id"]]["toUnit"] is None and MARK not in str(told)


def test_nothing_else_is_sent_on_that_would_let_somebody_in(city: Stack) -> None:
    """However it came onto the tablet, and whenever it says that it was written."""
    manager, colleague = Person(city.url, "sasaki"), Person(city.url, "takahashi")
    leaver = Leaver(city, "hikikomori-support", Role.COORDINATOR)
    case = open_case(Person(city.url, "watanabe"), colleague)
    colleague.do("ChangeTeam", case, {"join": [leaver.person.id]})
    basis = basis_payload("GiveConsent", new_id(), "wakamono-station")
    consent = yesterday(leaver.person.envelope("GiveConsent", case, basis), city)
    leaver.leave(consent)
    assert consent["id"] not in left(manager)
    assert manager.refused("SendLeft", id=consent["id"]) == "not_found"
    assert kept(city, consent)[0]["state"] == "waiting"


@pytest.mark.parametrize("said", ["soon", 7, None, "9999-12-31T23:59:59+00:00"])
def test_a_moment_that_is_none_is_no_day_of_work(city: Stack, said: object) -> None:
    manager, leaver = Person(city.url, "otsuka"), Leaver(city, "hoya-window", Role.WINDOW_STAFF)
    call = leaver.person.envelope("OpenConsultation", new_id(), consultation_payload(), capturedAt=said)
    leaver.leave(call)
    listed = left(manager)[call["id"]]
    assert datetime.fromisoformat(listed["capturedAt"]) and "soon" not in str(listed), "a page can show every line"
    assert send(manager, call)["status"] == "REFUSED"
