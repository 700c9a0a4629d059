"""A queue that arrives without its author: kept sealed, decided by its author, lost by nobody."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.service.gateway.test_devices import rows
from tests.support.person import Person, consultation_payload, open_case, visit_payload, wait_until
from tests.support.vault import Vault

MARK = "柚子湯の匂いがした"


def hand_in(city: Stack, *commands: Any, origin: str | None = None) -> httpx.Response:
    """Without any session."""
    headers = {"Origin": origin or city.url}
    return httpx.post(f"{city.url}/handed-in", json={"commands": list(commands)}, headers=headers, timeout=30)


class Lost:
    """A clerk whose tablet is revoked while a command lies on it."""

    def __init__(self, city: Stack) -> None:
        device = new_id()
        on_it = Person(city.url, "watanabe", device=device)
        self.vault = Vault.of(on_it, device)
        self.envelope = self.another(on_it)
        self.sealed = self.vault.seal(self.envelope)
        on_it.ask("RevokeDevice", id=str(device))
        self.author = Person(city.url, "watanabe")

    @staticmethod
    def another(person: Person, **changes: Any) -> dict[str, Any]:
        payload = consultation_payload(told={"memo": MARK})
        return person.envelope("OpenConsultation", new_id(), payload, **changes)

    def waiting(self) -> dict[str, dict[str, Any]]:
        return {each["id"]: each for each in self.author.ask("HandedIn")["handedIn"]}

    def decide(self, envelope: dict[str, Any], send: bool) -> dict[str, Any]:
        found: dict[str, Any] = self.author.ask("DecideHandedIn", id=envelope["id"], send=send)["decideHandedIn"]
        return found

    def consultation(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.author.ask("Consultation", id=self.envelope["subject"])["consultation"]
        return found


@pytest.fixture
def lost(city: Stack) -> Lost:
    return Lost(city)


def kept(city: Stack, envelope: dict[str, Any]) -> list[dict[str, Any]]:
    return rows(city, "select * from handed_in where command_id = $1", envelope["id"])


def incarnation(city: Stack) -> str:
    """By it a device learns that a restored gateway has forgotten what it kept."""
    return str(rows(city, "select id from incarnation order by started_at desc limit 1")[0]["id"])


def plain_bytes(data: bytes) -> list[str]:
    """The encodings in which the memo stands in these bytes."""
    return [name for name in ("utf-8", "utf-16-le", "utf-16-be") if MARK.encode(name) in data]


def test_the_queue_of_a_revoked_device_arrives_and_is_kept_sealed(city: Stack, lost: Lost) -> None:
    answer = hand_in(city, lost.sealed)
    assert (answer.status_code, answer.json()) == (
        200,
        {"kept": [lost.envelope["id"]], "refused": [], "deviceRevoked": False, "incarnation": incarnation(city)},
    )
    [row] = kept(city, lost.envelope)
    assert (row["state"], row["sealed"]) == ("waiting", base64.b64decode(lost.sealed["blob"]))
    assert MARK not in answer.text
    assert plain_bytes(b"".join(each if isinstance(each, bytes) else str(each).encode() for each in row.values())) == []
    assert plain_bytes(f"x{MARK}".encode("utf-16-be")) == ["utf-16-be"], "the search finds what is there"
    assert lost.consultation() is None, "nothing is sent before its author decides"
    assert hand_in(city, lost.sealed).json()["kept"] == [lost.envelope["id"]]
    assert kept(city, lost.envelope) == [row], "again is fine"


def test_its_author_alone_reads_it_and_sends_it(city: Stack, lost: Lost) -> None:
    hand_in(city, lost.sealed)
    shown = lost.waiting()[lost.envelope["id"]]
    assert (shown["type"], shown["capturedAt"]) == ("OpenConsultation", lost.envelope["capturedAt"])
    assert shown["payload"]["told"]["memo"] == MARK
    [access] = rows(
        city,
        "select * from access_log where actor_id = $1 and shown->'handed_in' ? $2",
        lost.author.id,
        lost.envelope["id"],
    )
    assert (access["action"], access["basis"], access["screen"]) == ("read", "author", "HandedIn")
    for login in ("yoshida", "sasaki", "takahashi"):
        other = Person(city.url, login)
        assert lost.envelope["id"] not in {each["id"] for each in other.ask("HandedIn")["handedIn"]}
        assert other.refused("DecideHandedIn", id=lost.envelope["id"], send=True) == "not_found"
    assert lost.decide(lost.envelope, send=True)["status"] == "ACCEPTED"
    assert (lost.consultation() or {})["told"]["memo"] == MARK
    assert lost.envelope["id"] not in lost.waiting()
    assert kept(city, lost.envelope)[0]["state"] == "sent"
    assert lost.author.refused("DecideHandedIn", id=lost.envelope["id"], send=False) == "not_found"
    assert kept(city, lost.envelope)[0]["state"] == "sent"


def test_withdrawn_by_its_author_the_row_stays(city: Stack, lost: Lost) -> None:
    hand_in(city, lost.sealed)
    assert lost.decide(lost.envelope, send=False)["status"] == "ACCEPTED"
    [row] = kept(city, lost.envelope)
    assert (row["state"], row["sealed"]) == ("withdrawn", b""), "its words are nowhere any more"
    assert row["decided_at"] is not None and lost.consultation() is None
    assert hand_in(city, lost.sealed).json()["kept"] == [lost.envelope["id"]]
    assert lost.envelope["id"] not in lost.waiting(), "handed in again, it stays withdrawn"


def test_what_was_handed_in_about_an_erased_case_goes_with_it_also_what_comes_later(city: Stack) -> None:
    device, clerk, coordinator = new_id(), Person(city.url, "watanabe"), Person(city.url, "takahashi")
    case, another = open_case(clerk, coordinator), open_case(clerk, coordinator)
    on_it = Person(city.url, "takahashi", device=device)
    vault = Vault.of(on_it, device)
    early, late, other = (
        on_it.envelope("RecordVisit", about, visit_payload(memo=MARK)) for about in (case, case, another)
    )
    trace = on_it.envelope("ViewedOffline", case, {"viewedAt": "2026-11-24T03:00:00Z"})
    assert len(hand_in(city, *map(vault.seal, (early, other))).json()["kept"]) == 2
    request = str(new_id())
    coordinator.do("OpenPersonRequest", case, {"requestId": request, "kind": "erasure", "asked": "消してほしい"})
    decided = {"requestId": request, "decision": "approve"}
    Person(city.url, "sasaki").do("DecidePersonRequest", case, decided)
    wait_until(lambda: kept(city, early)[0]["state"] == "withdrawn")
    query = "select holder from erasure_done where request_id = $1 order by 1"
    asked = (city, query, UUID(request))
    wait_until(lambda: [row["holder"] for row in rows(*asked, service="coordination")] == ["intake", "staff"])
    assert hand_in(city, vault.seal(late), vault.seal(trace)).json()["kept"] == [late["id"], trace["id"]]
    for gone in (early, late):
        [row] = kept(city, gone)
        assert (row["state"], row["sealed"], row["decided_at"] is None) == ("withdrawn", b"", False)
    assert [kept(city, each)[0]["state"] for each in (other, trace)] == ["waiting"] * 2
    assert kept(city, other)[0]["sealed"] != b""
    coordinator.ask("DecideHandedIn", id=other["id"], send=False)


class HandedInVisit:
    """A visit about a case, handed in by the tablet of somebody of its team, waiting for its author."""

    def __init__(self, city: Stack) -> None:
        self.city, self.manager, self.owner = city, Person(city.url, "sasaki"), Person(city.url, "takahashi")
        device = new_id()
        self.author = Person(city.url, "kobayashi", device=device)
        self.case = open_case(Person(city.url, "watanabe"), self.owner)
        self.owner.do("ChangeTeam", self.case, {"join": [self.author.id]})
        self.envelope = self.author.envelope("RecordVisit", self.case, visit_payload(memo=MARK))
        vault = Vault.of(self.author, device)
        assert hand_in(city, vault.seal(self.envelope)).json()["kept"] == [self.envelope["id"]]

    def shown(self) -> dict[str, Any]:
        [found] = [one for one in self.author.ask("HandedIn")["handedIn"] if one["id"] == self.envelope["id"]]
        return dict(found)

    def is_told(self) -> bool:
        said = self.shown()
        assert (said["type"], said["capturedAt"]) == ("RecordVisit", self.envelope["capturedAt"])
        assert said["payload"] in ({}, self.envelope["payload"])
        return said["payload"] != {}

    def reads(self) -> int:
        """How often the log of the case says that its author read words about it."""
        query = "select * from access_log where actor_id = $1 and basis = 'author' and shown->'case' ? $2"
        return len(rows(self.city, query, self.author.id, str(self.case), service="coordination"))

    def suspend(self) -> str:
        request = str(new_id())
        asked = {"requestId": request, "kind": "suspension", "asked": "使わないでほしい"}
        self.owner.do("OpenPersonRequest", self.case, asked)
        self.manager.do("DecidePersonRequest", self.case, {"requestId": request, "decision": "approve"})
        return request


@pytest.fixture
def visit(city: Stack) -> Iterator[HandedInVisit]:
    found = HandedInVisit(city)
    yield found
    found.author.ask("DecideHandedIn", id=found.envelope["id"], send=False)


def test_what_is_about_a_suspended_case_is_told_to_its_author_neither_until_it_is_lifted(visit: HandedInVisit) -> None:
    assert (visit.reads(), visit.is_told(), visit.reads()) == (0, True, 1), "誰が見たか names it"
    request = visit.suspend()
    assert (visit.is_told(), visit.reads()) == (False, 1)
    reason = {"requestId": request, "reason": "本人が求めを取りやめた"}
    visit.manager.do("LiftSuspension", visit.case, reason)
    assert (visit.is_told(), visit.reads()) == (True, 2), "nothing was lost"


def test_whoever_is_kept_off_the_case_is_not_told_their_own_words_and_whoever_only_left_the_team_is(
    visit: HandedInVisit,
) -> None:
    visit.owner.do("ChangeTeam", visit.case, {"leave": [visit.author.id]})
    assert visit.is_told()
    visit.manager.do("KeepOff", visit.case, {"staffId": visit.author.id})
    assert not visit.is_told()
    visit.manager.do("LetIn", visit.case, {"staffId": visit.author.id})
    assert visit.is_told()


@pytest.mark.parametrize("away", ["coordination", "intake"])
def test_while_an_owner_does_not_say_no_words_are_told_and_none_are_lost(visit: HandedInVisit, away: str) -> None:
    visit.city.stop([away])
    try:
        assert not visit.is_told()
    finally:
        visit.city.start([away])
    assert visit.is_told()


def test_that_something_was_read_offline_is_not_for_its_reader_to_withdraw(city: Stack) -> None:
    device, case = new_id(), open_case(Person(city.url, "watanabe"), Person(city.url, "takahashi"))
    reader = Person(city.url, "takahashi", device=device)
    viewed = reader.envelope("ViewedOffline", case, {"viewedAt": "2026-11-24T03:00:00Z"})
    assert hand_in(city, Vault.of(reader, device).seal(viewed)).json()["kept"] == [viewed["id"]]
    assert reader.refused("DecideHandedIn", id=viewed["id"], send=False) == "not_found"
    assert viewed["id"] not in {each["id"] for each in reader.ask("HandedIn")["handedIn"]}
    assert kept(city, viewed)[0]["state"] == "sent"
    noted = "select action from access_log where actor_id = $1 and shown->'case' ? $2 and action = 'viewed_offline'"
    assert len(rows(city, noted, reader.id, str(case), service="coordination")) == 1


def test_refused_by_its_owner_it_goes_on_waiting(city: Stack, lost: Lost) -> None:
    bad = lost.author.envelope("OpenConsultation", new_id(), {"memo": MARK})
    hand_in(city, lost.vault.seal(bad))
    assert lost.decide(bad, send=True)["code"] == "malformed_payload"
    assert bad["id"] in lost.waiting()


def test_a_command_that_says_almost_nothing_does_not_hide_the_others(city: Stack, lost: Lost) -> None:
    bare = {"id": str(new_id()), "type": "OpenConsultation", "author": lost.author.id}
    empty = {**lost.another(lost.author), "payload": None, "capturedAt": 7}
    half = json.loads(json.dumps(lost.another(lost.author)))
    half["payload"]["told"]["memo"] = f"{MARK}\ud800"
    odd = [lost.vault.seal(each) for each in (bare, empty)]
    hand_in(city, *odd, lost.vault.seal(half, escaped=True), lost.sealed)
    waiting = lost.waiting()
    assert datetime.fromisoformat(waiting[empty["id"]]["capturedAt"]), "a page can show it"
    assert {bare["id"], empty["id"], half["id"], lost.envelope["id"]} <= set(waiting)
    assert waiting[half["id"]]["payload"]["told"]["memo"] == f"{MARK}\ud800"
    assert lost.decide(half, send=True)["code"] == "malformed_payload", "as its owner says of half a character"


def test_what_was_received_already_is_not_done_twice(city: Stack) -> None:
    """Sent, its answer lost, then handed in by somebody else: the stored answer, one effect."""
    device = new_id()
    person = Person(city.url, "watanabe", device=device)
    vault = Vault.of(person, device)
    envelope = Lost.another(person)
    first = person.ask("SubmitSealed", commands=[vault.seal(envelope)])["submitSealed"][0]
    assert hand_in(city, vault.seal(envelope)).json()["refused"] == []
    assert person.ask("DecideHandedIn", id=envelope["id"], send=True)["decideHandedIn"]["refs"] == first["refs"]


def test_another_person_s_id_cannot_be_taken_away(city: Stack, lost: Lost) -> None:
    """A device forgets what was kept. Somebody's own command under the same id must not make it forget this one."""
    device = new_id()
    other = Person(city.url, "yoshida", device=device)
    vault = Vault.of(other, device)
    squatter = {**Lost.another(other), "id": lost.envelope["id"]}
    assert hand_in(city, vault.seal(squatter)).json()["kept"] == [squatter["id"]]
    answer = hand_in(city, lost.sealed).json()
    assert answer == {
        "kept": [],
        "refused": [{"id": squatter["id"], "code": "command_id_reused"}],
        "deviceRevoked": False,
        "incarnation": incarnation(city),
    }


def test_nobody_but_a_vault_can_bring_anything(city: Stack, lost: Lost) -> None:
    good, forged = lost.another(lost.author), lost.another(lost.author)
    answer = hand_in(
        city,
        lost.vault.seal(forged, mac=b"\x00" * 32),
        lost.vault.seal(good),
        {**lost.sealed, "kid": "?"},
    ).json()
    assert answer["kept"] == [good["id"]]
    refused = [{"id": each, "code": "sealed_unreadable"} for each in (forged["id"], lost.envelope["id"])]
    assert answer["refused"] == refused
    assert kept(city, forged) == []


@pytest.mark.parametrize(
    "body", [[], {}, {"commands": [{"id": "x", "kid": "", "blob": ""}]}, {"commands": [{}]}, {"commands": "x"}]
)
def test_nonsense_is_refused_as_a_whole(city: Stack, body: object) -> None:
    answer = httpx.post(f"{city.url}/handed-in", json=body, headers={"Origin": city.url})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_request")
    assert answer.json()["message"]


def test_fifty_at_most_of_our_own_pages_only(city: Stack, lost: Lost) -> None:
    assert hand_in(city, *[lost.sealed] * 51).status_code == 422
    assert hand_in(city, lost.sealed, origin="http://evil.example").status_code == 403
    too_large = httpx.post(
        f"{city.url}/handed-in",
        content=json.dumps({"commands": [{**lost.sealed, "blob": "A" * 2_000_000}]}),
        headers={"Origin": city.url, "Content-Type": "application/json"},
    )
    assert (too_large.status_code, too_large.json()["code"]) == (413, "body_too_large")
    assert kept(city, lost.envelope) == []


def test_an_address_that_goes_on_bringing_what_no_vault_made_must_wait_and_one_that_brings_a_queue_need_not(
    city: Stack, lost: Lost
) -> None:
    def junk() -> dict[str, str]:
        return {"id": str(new_id()), "kid": lost.sealed["kid"], "blob": "AAAA"}

    assert [hand_in(city, lost.sealed).status_code for _ in range(40)] == [200] * 40
    answers = [hand_in(city, lost.sealed, junk()) for _ in range(32)]
    assert [answer.status_code for answer in answers[:30]] == [200] * 30
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (429, "too_many_tries")
    assert answers[-1].json()["message"] and answers[-1].headers["retry-after"]


def test_one_unreadable_command_handed_in_again_each_minute_does_not_shut_an_office_out(
    city: Stack, lost: Lost
) -> None:
    orphan = {"id": str(new_id()), "kid": lost.sealed["kid"], "blob": "AAAA"}
    answers = [hand_in(city, orphan) for _ in range(40)]
    assert [answer.status_code for answer in answers] == [200] * 40
    assert answers[-1].json()["refused"] == [{"id": orphan["id"], "code": "sealed_unreadable"}]
    others = [hand_in(city, {**orphan, "blob": "AAAA" * n}) for n in range(2, 33)]
    assert others[-1].status_code == 429, "another blob under the same id is another try"
