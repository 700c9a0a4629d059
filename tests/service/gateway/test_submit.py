"""What bad input gets: a stable code, a sentence, a precise reason; its neighbours go through."""

import json

import httpx
import pytest

from infra.seed import actor_of
from infra.stack import Stack
from services.kernel.ids import new_id
from services.kernel.token import Signer
from tests.support.person import Person, consultation_payload

MARK = "縞栗鼠が庭に来た"


@pytest.fixture(scope="module")
def clerk(city: Stack) -> Person:
    return Person(city.url, "watanabe")


def told(memo: str) -> dict:
    return consultation_payload(told={"memo": memo})


OVERFLOWS = "0001-01-01T00:00:00+09:00"
"""Has no instant in UTC."""

BAD = [
    (lambda p: p.envelope("Dance", new_id(), {}), "unknown_command"),
    (lambda p: p.envelope("OpenConsultation", new_id(), told(MARK), v=0), "version_too_old"),
    (lambda p: p.envelope("OpenConsultation", new_id(), told(MARK), v=2), "version_unknown"),
    (lambda p: p.envelope("OpenConsultation", new_id(), {"memo": MARK}), "malformed_payload"),
    (lambda p: p.envelope("OpenConsultation", new_id(), {**told(MARK), "callerKind": MARK}), "malformed_payload"),
    (lambda p: p.envelope("OpenConsultation", new_id(), told(f"{MARK}\ud800")), "malformed_payload"),
    (lambda p: p.envelope("OpenConsultation", new_id(), told(f"{MARK}\x00")), "malformed_payload"),
    (lambda p: p.envelope("OpenConsultation", new_id(), told("あ" * 9000)), "malformed_payload"),
    (lambda p: p.envelope("OpenConsultation", "not-an-id", told(MARK)), "malformed_envelope"),
    (lambda p: p.envelope("OpenConsultation", new_id(), told(MARK), capturedAt="昨日"), "malformed_envelope"),
    (lambda p: p.envelope("OpenConsultation", new_id(), told(MARK), capturedAt=OVERFLOWS), "malformed_envelope"),
    (lambda p: p.envelope("OpenConsultation", new_id(), {**told(MARK), "openedAt": OVERFLOWS}), "malformed_payload"),
    (
        lambda p: p.envelope("OpenConsultation", new_id(), told(MARK), author=str(actor_of("yoshida").id)),
        "not_the_author",
    ),
    (
        lambda p: p.envelope(
            "OpenConsultation", new_id(), consultation_payload(told={"memo": MARK, "birth": {"year": "昭和65"}})
        ),
        "era_year_out_of_range",
    ),
]


@pytest.mark.parametrize(("bad", "code"), BAD, ids=[code for _, code in BAD])
def test_a_bad_command_is_refused_alone(clerk: Person, bad, code: str) -> None:
    good = [clerk.envelope("OpenConsultation", new_id(), consultation_payload()) for _ in range(2)]
    answer = clerk.http.post(
        "/graphql",
        content=json.dumps(
            {"documentId": clerk._documents["Submit"], "variables": {"commands": [good[0], bad(clerk), good[1]]}}
        ),
        headers={"Content-Type": "application/json"},
    )
    first, refused, last = answer.json()["data"]["submit"]
    assert (first["status"], last["status"]) == ("ACCEPTED", "ACCEPTED")
    assert (refused["status"], refused["code"]) == ("REFUSED", code)
    assert refused["message"] and refused["reason"]
    assert MARK not in answer.text


def test_fields_that_must_be_mended_are_named(clerk: Person) -> None:
    outcome = clerk.submit(
        clerk.envelope("OpenConsultation", new_id(), {"channel": "telepathy", "callerKind": "family"})
    )[0]
    assert {field["path"] for field in outcome["fields"]} == {"unitId", "openedAt", "channel"}
    assert all(field["message"] for field in outcome["fields"])


def test_the_same_id_with_another_payload_is_refused(clerk: Person) -> None:
    envelope = clerk.envelope("OpenConsultation", new_id(), told("一"))
    assert clerk.submit(envelope)[0]["status"] == "ACCEPTED"
    assert clerk.submit(envelope)[0]["refs"]["receiptNumber"], "a resend gets the stored answer"
    assert clerk.submit({**envelope, "payload": told("二")})[0]["code"] == "command_id_reused"


def test_one_large_command_stops_no_neighbour(clerk: Person) -> None:
    """It made the owner refuse the whole, the gateway say "later" of everybody, and the queue stand for ever."""
    good = clerk.envelope("OpenConsultation", new_id(), consultation_payload())
    large = clerk.envelope("OpenConsultation", new_id(), told("あ" * 250_000))
    accepted, refused = clerk.submit(good, large)
    assert (accepted["status"], refused["status"], refused["code"]) == ("ACCEPTED", "REFUSED", "malformed_payload")


def test_fifty_one_commands_are_too_many(clerk: Person) -> None:
    many = [clerk.envelope("OpenConsultation", new_id(), consultation_payload()) for _ in range(51)]
    assert clerk.post("Submit", commands=many).json()["errors"][0]["extensions"]["code"] == "too_many_commands"


def test_an_owner_that_is_down_means_retry_for_its_commands_only(city: Stack) -> None:
    coordinator = Person(city.url, "takahashi")
    city.stop(["coordination"])
    try:
        outcomes = coordinator.submit(
            coordinator.envelope("RecordVisit", new_id(), {}),
            coordinator.envelope("OpenConsultation", new_id(), consultation_payload("hikikomori-support")),
        )
        assert [o["status"] for o in outcomes] == ["RETRY", "ACCEPTED"]
        assert outcomes[0]["code"] == "service_unavailable"
        today = coordinator.ask("Today")["today"]
        assert today["unavailable"] == ["coordination"]
        assert coordinator.post("Cases").json()["errors"][0]["extensions"]["code"] == "service_unavailable"
    finally:
        city.start(["coordination"])


@pytest.mark.parametrize(
    ("audience", "code"),
    [
        ("coordination", "wrong_audience"),
        ("intake", "token_expired"),
        ("intake", "token_invalid"),
        ("intake", "token_used"),
    ],
)
def test_a_service_takes_only_fresh_tokens_for_itself(
    city: Stack, monkeypatch: pytest.MonkeyPatch, audience: str, code: str
) -> None:
    token = Signer(city.keys_dir, "gateway").sign(actor_of("watanabe"), audience)
    if code == "token_expired":
        import time

        wall, steady = time.time(), time.monotonic()
        monkeypatch.setattr(time, "time", lambda: wall - 120)  # the clocks, not our code
        monkeypatch.setattr(time, "monotonic", lambda: steady - 120)
        token = Signer(city.keys_dir, "gateway").sign(actor_of("watanabe"), audience)
        monkeypatch.undo()
    elif code == "token_invalid":
        token = token[:-8] + "AAAAAAAA"

    def used() -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.post(f"{city.service_url('intake')}/commands", json={"commands": []}, headers=headers)

    if code == "token_used":  # a copy of it, within its 60 seconds
        assert used().status_code == 200
    answer = used()
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid" if code == "token_used" else code)
    assert answer.json()["message"]


def test_what_was_typed_is_in_no_log(city: Stack) -> None:
    for name in ("gateway", "intake", "coordination", "notify"):
        assert MARK not in city.log_file(name).read_text(encoding="utf8", errors="replace"), name


def test_a_draft_is_saved_only_by_its_author(clerk: Person, city: Stack) -> None:
    """A page that outlived its session once saved what its author typed as the next person's draft."""
    other = Person(city.url, "yoshida")
    draft = {"id": str(new_id()), "author": clerk.id, "kind": "consultation", "seq": 1, "body": {"memo": MARK}}
    answer = other.post("SaveDraft", draft=draft).json()
    assert answer["errors"][0]["extensions"]["code"] == "not_the_author"
    assert draft["id"] not in {each["id"] for each in other.ask("Drafts", kind="consultation")["drafts"]}
    assert clerk.ask("SaveDraft", draft=draft)["saveDraft"]["saved"] is True
