"""相談を開く: exact rows, exact events, and every way it is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.kernel.ids import event_id, new_id
from tests.service.intake.conftest import (
    AUDITOR,
    CLERK,
    COORDINATOR,
    IBASHO,
    MANAGER,
    NOBODY,
    NOW,
    OPEN,
    OTHER_CLERK,
    World,
    envelope,
)


async def test_a_mothers_anonymous_call_is_written_down(world: World) -> None:
    consultation = new_id()
    outcome = await world.act(CLERK, "OpenConsultation", consultation, OPEN)
    assert outcome["status"] == "accepted"
    assert outcome["refs"] == {"consultationId": str(consultation), "receiptNumber": "保2026-0001"}

    row = await world.row("consultation", consultation)
    assert row == {
        "consultation_id": consultation,
        "receipt_number": "保2026-0001",
        "unit_id": "hoya-window",
        "opened_by": CLERK.id,
        "opened_at": NOW - timedelta(minutes=3),
        "recorded_at": NOW,
        "captured_at": NOW,
        "caller_kind": "family",
        "caller_relation": "mother",
        "channel": "phone",
        "residence": "in_city",
        "person_knows": "does_not_know",
        "contact_rules": ["no_home_phone", "caller_mobile_only"],
        "concerns": ["family_relations", "hikikomori"],
        "main_concern": "hikikomori",
        "heard_from": ["city_news"],
        "is_hikikomori": "yes",
        "other_issues": [],
        "urgency": "days",
    }
    told = await world.row("consultation_told", consultation)
    assert told["memo"] == OPEN["told"]["memo"]
    assert (told["birth_year_told"], told["birth_year"], told["birth_date"]) == ("平10", 1998, None)


async def test_its_event_carries_codes_only(world: World) -> None:
    command, consultation = new_id(), new_id()
    await world.submit(CLERK, envelope(CLERK, "OpenConsultation", consultation, OPEN, id_=command))
    row = await world.owner.fetchrow("select * from outbox where subject = $1", consultation)
    assert row is not None
    assert (row["event_id"], row["version"], row["causation_id"]) == (event_id(command, 0), 1, command)
    assert (row["time"], row["recorded_at"]) == (NOW - timedelta(minutes=3), NOW)
    assert row["type"] == "banso.intake.ConsultationOpened.v1"
    assert row["data"] == {
        "consultationId": str(consultation),
        "unitId": "hoya-window",
        "openedBy": str(CLERK.id),
        "callerKind": "family",
        "channel": "phone",
        "residence": "in_city",
        "personKnows": "does_not_know",
        "concerns": ["family_relations", "hikikomori"],
        "mainConcern": "hikikomori",
        "heardFrom": ["city_news"],
        "isHikikomori": "yes",
        "otherIssues": [],
        "urgency": "days",
    }


async def test_only_who_called_and_how_is_needed(world: World) -> None:
    payload = {key: OPEN[key] for key in ("unitId", "openedAt", "callerKind", "channel")}
    outcome = await world.act(CLERK, "OpenConsultation", new_id(), payload)
    assert outcome["status"] == "accepted"


@pytest.mark.parametrize("actor", [COORDINATOR, MANAGER])
async def test_the_receiving_section_opens_consultations_of_its_own(world: World, actor: Any) -> None:
    outcome = await world.act(actor, "OpenConsultation", new_id(), {**OPEN, "unitId": "hikikomori-support"})
    assert outcome["refs"]["receiptNumber"] == "支2026-0001"


@pytest.mark.parametrize("actor", [OTHER_CLERK, COORDINATOR, IBASHO, AUDITOR, NOBODY])
async def test_a_unit_that_is_not_ones_own_is_refused_and_nothing_changes(world: World, actor: Any) -> None:
    before = await world.everything()
    outcome = await world.act(actor, "OpenConsultation", new_id(), OPEN)
    assert (outcome["status"], outcome["code"]) == ("refused", "not_your_unit")
    assert [(f["path"], f["code"]) for f in outcome["fields"]] == [("unitId", "not_your_unit")]
    assert await world.everything() == before


async def test_the_same_id_twice_gives_the_stored_answer_and_one_event(world: World) -> None:
    consultation = new_id()
    one = envelope(CLERK, "OpenConsultation", consultation, OPEN)
    first = (await world.submit(CLERK, one))[0]
    before = await world.everything()
    assert (await world.submit(CLERK, one, one)) == [first, first]
    assert await world.everything() == before
    assert len(await world.events(consultation)) == 1


async def test_the_same_id_with_another_payload_is_refused(world: World) -> None:
    consultation, command = new_id(), new_id()
    await world.act(CLERK, "OpenConsultation", consultation, OPEN, id_=command)
    before = await world.everything()
    outcome = await world.act(CLERK, "OpenConsultation", consultation, {**OPEN, "channel": "visit"}, id_=command)
    assert (outcome["status"], outcome["code"]) == ("refused", "command_id_reused")
    assert await world.everything() == before


async def test_a_consultation_that_exists_is_not_opened_again(world: World) -> None:
    consultation = await world.opened()
    before = await world.everything()
    outcome = await world.act(CLERK, "OpenConsultation", consultation, OPEN)
    assert (outcome["status"], outcome["code"]) == ("refused", "consultation_exists")
    assert await world.everything() == before


async def test_a_refused_command_may_be_sent_again_mended_under_its_id(world: World) -> None:
    consultation, command = new_id(), new_id()
    late = {**OPEN, "openedAt": (NOW + timedelta(minutes=6)).isoformat()}
    refused = await world.act(CLERK, "OpenConsultation", consultation, late, id_=command)
    assert (refused["code"], refused["fields"][0]["path"]) == ("opened_in_future", "openedAt")
    accepted = await world.act(CLERK, "OpenConsultation", consultation, OPEN, id_=command)
    assert accepted["status"] == "accepted"
    assert accepted["refs"]["receiptNumber"] == "保2026-0001"


async def test_a_device_clock_five_minutes_ahead_is_forgiven(world: World) -> None:
    ahead = {**OPEN, "openedAt": (NOW + timedelta(minutes=5)).isoformat()}
    assert (await world.act(CLERK, "OpenConsultation", new_id(), ahead))["status"] == "accepted"


@pytest.mark.parametrize(
    ("birth", "path", "code"),
    [
        ({"year": "昭和65"}, "told.birth.year", "era_year_out_of_range"),
        ({"year": "Ｓ６５"}, "told.birth.year", "era_year_out_of_range"),
        ({"year": "平成元", "month": "1", "day": "1"}, "told.birth.year", "era_day_out_of_range"),
        ({"year": "昭和64", "month": "1", "day": "8"}, "told.birth.year", "era_day_out_of_range"),
        ({"year": "2027"}, "told.birth.year", "date_in_future"),
        ({"year": "昭50", "month": "2", "day": "30"}, "told.birth.day", "date_invalid"),
        ({"year": "昭50", "month": "13"}, "told.birth.month", "date_invalid"),
        ({"year": "むかし"}, "told.birth.year", "date_invalid"),
    ],
)
async def test_a_birth_date_that_cannot_be_is_refused_at_its_field(
    world: World, birth: dict[str, str], path: str, code: str
) -> None:
    before = await world.everything()
    outcome = await world.act(CLERK, "OpenConsultation", new_id(), {**OPEN, "told": {"birth": birth}})
    assert (outcome["status"], outcome["code"]) == ("refused", code)
    assert [(f["path"], f["code"]) for f in outcome["fields"]] == [(path, code)]
    assert outcome["fields"][0]["message"]
    assert await world.everything() == before


async def test_a_full_birth_date_is_kept_as_told_and_as_a_date(world: World) -> None:
    birth = {"year": "昭和50年", "month": "４", "day": "3"}
    consultation = await world.opened(told={**OPEN["told"], "birth": birth})
    told = await world.row("consultation_told", consultation)
    assert (told["birth_year_told"], told["birth_month_told"], told["birth_day_told"]) == ("昭和50年", "４", "3")
    assert (told["birth_year"], told["birth_date"]) == (1975, date(1975, 4, 3))


@pytest.mark.parametrize("bad", ["\x00", "\ud800"])
async def test_text_that_cannot_be_stored_is_refused_at_its_field_and_its_neighbours_go_through(
    world: World, bad: str
) -> None:
    good, id_ = new_id(), new_id()
    told = {**OPEN["told"], "memo": f"前{bad}後"}
    commands = [
        envelope(CLERK, "OpenConsultation", new_id(), {**OPEN, "told": told}, id_=id_),
        envelope(CLERK, "OpenConsultation", good, OPEN),
    ]
    import json

    answer = await world.http.post(
        "/commands",
        content=json.dumps({"commands": commands}),
        headers={"Authorization": f"Bearer {world.token(CLERK)}", "Content-Type": "application/json"},
    )
    refused, accepted = answer.json()["outcomes"]
    assert (refused["status"], refused["code"]) == ("refused", "malformed_payload")
    assert [(f["path"], f["code"]) for f in refused["fields"]] == [("told.memo", "text_not_storable")]
    assert accepted["status"] == "accepted"
    assert "前" not in answer.text


async def test_receipt_numbers_run_per_office_and_year(world: World) -> None:
    async def number(actor: Any, unit: str, opened_at: datetime) -> str:
        payload = {**OPEN, "unitId": unit, "openedAt": opened_at.isoformat()}
        return str((await world.act(actor, "OpenConsultation", new_id(), payload))["refs"]["receiptNumber"])

    march = datetime(2026, 3, 31, 14, 59, tzinfo=UTC)
    april = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
    assert await number(CLERK, "hoya-window", march) == "保2025-0001"
    assert await number(CLERK, "hoya-window", april) == "保2026-0001"
    assert await number(CLERK, "hoya-window", NOW) == "保2026-0002"
    assert await number(OTHER_CLERK, "tanashi-window", NOW) == "田2026-0001"


async def test_units_that_share_a_mark_share_one_run_of_numbers(world: World) -> None:
    elsewhere = type(COORDINATOR)(new_id(), "staff", (("asta-window", "window_staff"),))
    first = await world.act(COORDINATOR, "OpenConsultation", new_id(), {**OPEN, "unitId": "hikikomori-support"})
    second = await world.act(elsewhere, "OpenConsultation", new_id(), {**OPEN, "unitId": "asta-window"})
    assert [first["refs"]["receiptNumber"], second["refs"]["receiptNumber"]] == ["支2026-0001", "支2026-0002"]


async def test_the_draft_goes_with_the_command_that_ends_it(world: World) -> None:
    consultation = new_id()
    draft = {"kind": "consultation", "seq": 1, "body": {"memo": "書きかけ"}}
    await world.http.put(f"/drafts/{consultation}", json=draft, headers=world.headers(CLERK))
    await world.act(CLERK, "OpenConsultation", consultation, OPEN)
    assert (await world.http.get("/drafts", headers=world.headers(CLERK))).json() == []


async def test_opening_leaves_one_access_row(world: World) -> None:
    consultation = await world.opened()
    [row] = await world.access_rows()
    assert (row["actor_id"], row["action"], row["basis"]) == (CLERK.id, "write", "command")
    assert row["shown"] == {"OpenConsultation": [str(consultation)]}
    assert UUID(row["shown"]["OpenConsultation"][0]) == consultation


async def test_any_way_beside_another_rule_is_refused_at_its_field(world: World) -> None:
    before = await world.everything()
    payload = {**OPEN, "contactRules": ["no_home_phone", "any_way"]}
    outcome = await world.act(CLERK, "OpenConsultation", new_id(), payload)
    assert (outcome["status"], outcome["code"]) == ("refused", "contact_rules_contradict")
    assert [(f["path"], f["code"]) for f in outcome["fields"]] == [("contactRules", "contradicts")]
    assert await world.everything() == before
