"""共有の根拠: what each opens, to whom, for how long; who may give and end it; withdrawal at its commit."""

import statistics
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.contracts.codes import FieldGroup
from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import NOW, Case, World

TOLD = {"personName": "試しの名", "personKana": "ためしのな", "callerName": "試しの母"}
ALL = [group.value for group in FieldGroup]


def partner() -> Actor:
    return Actor(new_id(), "staff", ((f"agency-{new_id().hex[-8:]}", "partner"),))


async def do(world: World, actor: Actor, case: Case, kind: str, **payload: Any) -> dict[str, Any]:
    return (await world.submit(actor, world.envelope(actor, case.id, payload, type=kind)))[0]


async def give(world: World, case: Case, kind: str, to: Actor, groups: list[str] | None = None, days: int = 3) -> UUID:
    """One basis of a kind in force for somebody, by whoever may give it."""
    basis, until = new_id(), (world.now + timedelta(days=days)).isoformat()
    payload: dict[str, Any] = {"basisId": str(basis), "fieldGroups": groups or ALL, "until": until}
    reason, manager = "家族の安全のため", case.staff("manager")
    match kind:
        case "consent":
            outcome = await do(
                world, case.owner, case, "GiveConsent", **payload, unitIds=[unit for unit, _ in to.assignments]
            )
        case "article_69_2":
            more = {"unitIds": [unit for unit, _ in to.assignments], "item": "other_public_body", "reason": reason}
            outcome = await do(world, manager, case, "ShareByLaw", **payload, **more)
        case "conference":
            more = {"memberIds": [str(to.id)], "fromAt": world.now.isoformat(), "reason": reason}
            await do(world, case.owner, case, "ConveneConference", **payload, **more)
            assert (await world.get(to, f"/views/cases/{case.id}")).status_code == 404, "before the pledge"
            outcome = await do(world, to, case, "PledgeSecrecy", basisId=str(basis))
        case "emergency":
            outcome = await do(world, to, case, "UseEmergency", basisId=str(basis), minutes=240, reason=reason)
    assert outcome["status"] == "accepted", outcome
    return basis


async def story(world: World) -> Case:
    case = await world.settled(told=TOLD, personKnows="knows", contactRules=["no_city_envelope"])
    await world.record(case.owner, case)
    return case


def held(case: dict[str, Any]) -> set[str]:
    """Which of the case's parts hold something."""
    visits = [entry for entry in case["timeline"] if entry["kind"] == "visit"]
    told = [entry for entry in case["timeline"] if entry["kind"] == "consultation"]
    parts = {
        "name": case["personName"],
        "birth": case["birth"],
        "rules": case["contactSafety"]["rules"],
        "person phone": case["contactSafety"]["personPhone"],
        "caller phone": case["contactSafety"]["callerPhone"],
        "visits": visits,
        "sheet": told,
        "person words": any(visit["personWords"] for visit in visits),
        "family words": any(entry["familyWords"] for entry in [*visits, *told]),
        "memo": any(visit["memo"] for visit in visits),
        "team": case["teamIds"],
        "promise": case["nextPromise"]["note"],
    }
    return {name for name, value in parts.items() if value}


REACHING = {"name", "birth", "rules", "person phone", "visits", "team", "promise"}
OPENED = {
    "consent": REACHING | {"person words"},
    "article_69_2": REACHING,
    "conference": REACHING | {"person words", "family words", "memo", "caller phone", "sheet"},
    "emergency": REACHING | {"caller phone"},
}
BY_PART = {
    "identity": {"name", "birth"},
    "contact_safety": {"person phone"},
    "timeline": {"visits"},
    "team": {"team"},
    "promise": {"promise"},
    "person_words": set(),  # words stand in the timeline, which was not opened
}


def receiver(case: Case, kind: str) -> Actor:
    return case.staff(unit="elsewhere") if kind == "emergency" else partner()


@pytest.mark.parametrize("kind", OPENED)
async def test_each_basis_opens_exactly_its_parts_and_closes_when_it_is_over(world: World, kind: str) -> None:
    case = await story(world)
    reader = receiver(case, kind)
    assert (await world.get(reader, f"/views/cases/{case.id}")).status_code == 404
    basis = await give(world, case, kind, reader)
    assert held(await world.case(reader, case)) == OPENED[kind]
    row = (await world.accesses(reader))[-1]
    assert (row["basis"], row["shown"]) == (kind, {"case": [str(case.id)], "basis": [str(basis)]})
    assert [card["id"] for card in (await world.get(reader, "/views/cases")).json()] == [str(case.id)]
    assert (await world.get(case.staff(unit="third"), f"/views/cases/{case.id}")).status_code == 404
    ended = await do(world, case.owner, case, "EndBasis", basisId=str(basis))
    assert ended["status"] == "accepted"
    assert (await world.get(reader, f"/views/cases/{case.id}")).status_code == 404
    assert (await world.get(reader, "/views/cases")).json() == []


@pytest.mark.parametrize("kind", OPENED)
async def test_that_the_family_was_met_is_told_only_with_the_family_s_words(world: World, kind: str) -> None:
    case = await world.settled(told=TOLD, personKnows="knows", contactRules=["no_city_envelope"])
    together, alone, twice, called = (str(new_id()) for _ in range(4))
    await world.record(case.owner, case, visitId=together, withWhom=["person", "family"])
    await world.record(case.owner, case, visitId=alone, withWhom=["family"])
    await world.record(case.owner, case, visitId=twice, withWhom=["family", "family"])
    await world.record(case.owner, case, visitId=called, withWhom=["person", "agency"])
    reader = receiver(case, kind)
    await give(world, case, kind, reader)
    answer = await world.case(reader, case)
    met = {entry["id"]: entry["withWhom"] for entry in answer["timeline"] if entry["kind"] == "visit"}
    seen = {together: ["person"], called: ["person", "agency"]}
    if kind == "conference":
        seen |= {together: ["person", "family"], alone: ["family"], twice: ["family", "family"]}
    assert met == seen


@pytest.mark.parametrize("caller", ["family", "person"])
@pytest.mark.parametrize("kind", OPENED)
async def test_what_was_arranged_with_the_family_is_told_only_with_the_family_s_words(
    world: World, kind: str, caller: str
) -> None:
    case = await world.settled(told=TOLD, personKnows="knows", callerKind=caller)
    reader = receiver(case, kind)
    await give(world, case, kind, reader)
    sees_family = kind == "conference"

    async def promise() -> tuple[str, str]:
        """The note of the next promise and the moment of the last contact, alike on the page and on the list."""
        page, [card] = await world.case(reader, case), (await world.get(reader, "/views/cases")).json()
        assert (page["nextPromise"]["on"], page["nextPromise"]["note"]) == (
            card["nextPromisedOn"],
            card["nextPromiseNote"],
        )
        assert bool(page["promised"]) == (sees_family or caller == "person")
        return card["nextPromiseNote"], card["lastContactAt"]

    assert await promise() == ("電話" if sees_family or caller == "person" else "", None)
    moments = [(NOW - timedelta(hours=hours)).isoformat().replace("+00:00", "Z") for hours in (4, 3, 2)]
    for moment, changes in zip(
        moments,
        ({}, {"withWhom": ["family", "family"]}, {"outcome": "family_only", "withWhom": ["family", "agency"]}),
        strict=True,
    ):
        note = {"nextPromise": {"on": "2026-12-01", "note": f"手紙を届ける{moment}"}}
        assert (await world.record(case.owner, case, visitedAt=moment, **note, **changes))["status"] == "accepted"
    last = moments[2 if sees_family else 0]
    assert await promise() == (f"手紙を届ける{last}", last)


@pytest.mark.parametrize("kind", OPENED)
async def test_each_basis_is_over_at_its_hour(world: World, kind: str) -> None:
    case = await story(world)
    reader = receiver(case, kind)
    await give(world, case, kind, reader)
    length = timedelta(hours=4) if kind == "emergency" else timedelta(days=3)
    world.now = NOW + length - timedelta(seconds=1)
    assert (await world.get(reader, f"/views/cases/{case.id}")).status_code == 200
    world.now = NOW + length
    assert (await world.get(reader, f"/views/cases/{case.id}")).status_code == 404


@pytest.mark.parametrize("kind", OPENED)
async def test_whoever_reads_by_a_basis_is_told_until_when_and_the_team_has_no_hour(world: World, kind: str) -> None:
    """By several at once: until the first of them ends, for then less is shown."""
    case = await story(world)
    reader = case.staff(unit=f"elsewhere-{new_id().hex[-8:]}") if kind == "emergency" else partner()
    await give(world, case, kind, reader)
    length = timedelta(hours=4) if kind == "emergency" else timedelta(days=3)
    assert datetime.fromisoformat((await world.case(reader, case))["shownUntil"]) == NOW + length
    for days in (30, 1):
        await give(world, case, "consent", reader, days=days)
    until = datetime.fromisoformat((await world.case(reader, case))["shownUntil"])
    assert until == NOW + min(length, timedelta(days=1))
    for own in (case.owner, case.colleague, case.staff("manager")):
        assert (await world.case(own, case))["shownUntil"] is None
    await give(world, case, "consent", case.colleague)
    assert (await world.case(case.colleague, case))["shownUntil"] is None, "nothing ends for the team"


@pytest.mark.parametrize("part", BY_PART)
async def test_a_consent_opens_its_parts_alone_and_always_the_rules_of_contact(world: World, part: str) -> None:
    case = await story(world)
    reader = partner()
    await give(world, case, "consent", reader, [part])
    seen = await world.case(reader, case)
    assert held(seen) == BY_PART[part] | {"rules"}
    assert (seen["label"] == "共有されたケース") == (part != "identity")
    [card] = (await world.get(reader, "/views/cases")).json()
    assert card["label"] == seen["label"] and bool(card["kana"]) == (part == "identity")


async def test_a_partner_was_told_the_owner_the_day_the_unit_and_what_the_person_knows_without_consent(
    world: World,
) -> None:
    case = await story(world)
    opens = {
        "identity": set(),
        "team": {"ownerId"},
        "timeline": {"openedAt", "fromUnitId"},
        "contact_safety": {"personKnows"},
    }
    every = {"ownerId", "openedAt", "fromUnitId", "personKnows"}
    for part, fields in opens.items():
        reader = partner()
        await give(world, case, "consent", reader, [part])
        [card] = (await world.get(reader, "/views/cases")).json()
        told = {**card, **await world.case(reader, case)}
        assert {name for name in every if told[name]} == fields, part
        assert card["shown"] == told["shown"] == sorted([part, "contact_rules"])
        assert ("team" in (await world.accesses(reader))[-2]["field_groups"]) == (part == "team")


async def test_a_consent_never_opens_the_family_s_words_nor_who_called(world: World) -> None:
    case = await world.settled(personKnows="knows")  # no name: it is called by the mother's call
    reader = partner()
    await give(world, case, "consent", reader)
    seen = await world.case(reader, case)
    assert seen["label"] == "共有されたケース"
    assert [entry["kind"] for entry in seen["timeline"]] == ["handoff_accepted"]
    assert "母" not in str({**seen, "contactSafety": None, "promised": ""})


@pytest.mark.parametrize(("outcome", "met"), [("through_door", []), ("voice_only", []), ("absent", ["nobody"])])
async def test_a_visit_on_which_only_the_family_is_said_to_have_spoken_is_theirs(
    world: World, outcome: str, met: list[str]
) -> None:
    """Also where nobody was ticked; and so is what was promised on it, on the page and on the list."""
    case, reader = await world.settled(personKnows="knows"), partner()
    await give(world, case, "consent", reader)
    promise = {"on": "2026-12-01", "note": "母のパート先の前で会う"}
    said = {"outcome": outcome, "withWhom": met, "familyWords": "夜中に暴れる", "nextPromise": promise}
    assert (await world.record(case.owner, case, **said, personWords="", memo=""))["status"] == "accepted"
    page, cards = await world.case(reader, case), (await world.get(reader, "/views/cases")).json()
    assert "パート先" not in str(page) + str(cards) and "暴れる" not in str(page)
    assert [entry["kind"] for entry in page["timeline"]] == ["handoff_accepted"]
    assert "パート先" in str(await world.case(case.owner, case))


@pytest.mark.parametrize("kind", OPENED)
async def test_kept_off_is_stronger_than_every_basis(world: World, kind: str) -> None:
    case = await story(world)
    reader = receiver(case, kind)
    await give(world, case, kind, reader)
    assert (await do(world, case.staff("manager"), case, "KeepOff", staffId=str(reader.id)))["status"] == "accepted"
    assert (await world.get(reader, f"/views/cases/{case.id}")).status_code == 404
    again = await do(world, reader, case, "UseEmergency", basisId=str(new_id()), minutes=5, reason="電話があった")
    assert (again["code"], again["refs"]) == ("not_found", {})
    by_team = await do(world, case.owner, case, "LetIn", staffId=str(reader.id))
    assert by_team["code"] == "not_found", "the team alone does not widen"
    assert (await do(world, case.staff("manager"), case, "LetIn", staffId=str(reader.id)))["status"] == "accepted"
    assert (await world.get(reader, f"/views/cases/{case.id}")).status_code == 200


async def test_nobody_of_the_team_shuts_out_who_answers_for_the_case(world: World) -> None:
    """Its manager and the auditor look into who read it; kept off they would see no log, and nobody could let them in again."""
    case = await story(world)
    manager, auditor = case.staff("manager"), case.staff("auditor")
    await do(world, case.owner, case, "ChangeTeam", join=[str(manager.id)])
    before = await world.everything()
    for actor, other, code in (
        (case.owner, manager, "keep_off_needs_manager"),
        (case.owner, auditor, "keep_off_needs_manager"),
        (case.staff("manager", "another-unit"), manager, "not_found"),
        (manager, manager, "keep_off_needs_another"),
    ):
        assert (await do(world, actor, case, "KeepOff", staffId=str(other.id)))["code"] == code
    assert await world.everything() == before
    another = case.staff("manager")
    assert (await do(world, another, case, "KeepOff", staffId=str(manager.id)))["status"] == "accepted"
    assert (await do(world, manager, case, "LetIn", staffId=str(manager.id)))["code"] == "not_found"
    assert (await do(world, another, case, "LetIn", staffId=str(manager.id)))["status"] == "accepted"
    assert (await do(world, case.colleague, case, "KeepOff", staffId=str(case.colleague.id)))["status"] == "accepted"
    assert (await do(world, case.colleague, case, "KeepOff", staffId=str(case.owner.id)))["code"] == "not_found"


async def test_whoever_is_kept_off_is_not_shown_as_of_the_team(world: World) -> None:
    """The others would believe that this colleague knows of the case; the event of the team has long left them out."""
    case = await story(world)
    colleague = str(case.colleague.id)
    assert (await world.case(case.owner, case))["teamIds"] == [str(case.owner.id), colleague]
    await do(world, case.staff("manager"), case, "KeepOff", staffId=colleague)
    assert (await world.case(case.owner, case))["teamIds"] == [str(case.owner.id)]
    await do(world, case.staff("manager"), case, "LetIn", staffId=colleague)
    assert (await world.case(case.owner, case))["teamIds"] == [str(case.owner.id), colleague]


async def test_nothing_of_a_shared_case_goes_onto_a_device_and_a_partner_s_team_row_is_none(world: World) -> None:
    case = await story(world)
    for reader in (partner(), case.owner):
        of_agency = Actor(reader.id, "staff", (("agency-x", "partner"),))
        await give(world, case, "conference", of_agency)
        have = {str(case.id): "held before"}
        answer = await world.http.post("/views/sync", json={"have": have}, headers=world.headers(of_agency))
        assert (answer.json()["upsert"], answer.json()["drop"]) == ([], [str(case.id)])


async def test_a_basis_is_for_seeing_not_for_acting(world: World) -> None:
    case = await story(world)
    reader = partner()
    basis = await give(world, case, "conference", reader)
    before = await world.everything()
    for kind, payload in (
        ("EndBasis", {"basisId": str(basis)}),
        ("KeepOff", {"staffId": str(case.owner.id)}),
        ("ChangeTeam", {"join": [str(reader.id)]}),
        ("JoinToken", {"participantId": str(new_id())}),
        ("UseEmergency", {"basisId": str(new_id()), "minutes": 5, "reason": "電話があった"}),
    ):
        outcome = await do(world, reader, case, kind, **payload)
        assert (outcome["status"], outcome["code"]) == ("refused", "not_found"), kind
    assert (await world.record(reader, case))["code"] == "not_found"
    assert (await world.get(reader, f"/views/cases/{case.id}/sharing")).status_code == 404
    assert await world.everything() == before


async def test_only_a_manager_of_the_unit_applies_article_69_2(world: World) -> None:
    case = await story(world)
    payload = {
        "basisId": str(new_id()),
        "fieldGroups": ["identity"],
        "unitIds": ["agency-y"],
        "item": "other_public_body",
        "reason": "児童相談所の求め",
        "until": (NOW + timedelta(days=3)).isoformat(),
    }
    for actor in (case.owner, case.staff("manager", "elsewhere"), case.staff("auditor")):
        assert (await do(world, actor, case, "ShareByLaw", **payload))["code"] == "not_found"
    assert (await do(world, case.staff("manager"), case, "ShareByLaw", **payload))["status"] == "accepted"


@pytest.mark.parametrize(
    ("kind", "days"), [("GiveConsent", 0), ("GiveConsent", 367), ("ConveneConference", 32), ("ShareByLaw", 367)]
)
async def test_no_basis_without_an_end_ahead_and_within_reach(world: World, kind: str, days: int) -> None:
    case = await story(world)
    payload: dict[str, Any] = {
        "basisId": str(new_id()),
        "fieldGroups": ["identity"],
        "until": (NOW + timedelta(days=days)).isoformat(),
    }
    if kind == "ConveneConference":
        payload |= {"memberIds": [str(new_id())], "fromAt": NOW.isoformat()}
    else:
        payload |= {"unitIds": ["agency-y"]}
    payload |= {"item": "internal_use"} if kind == "ShareByLaw" else {}
    payload |= {} if kind == "GiveConsent" else {"reason": "家族の安全のため"}
    outcome = await do(world, case.staff("manager"), case, kind, **payload)
    assert (outcome["code"], outcome["fields"][0]["path"]) == ("until_out_of_range", "until")


async def test_an_emergency_is_at_most_four_hours_with_a_reason_and_its_event_names_the_units(world: World) -> None:
    case = await story(world)
    stranger = case.staff("window_staff", "elsewhere")
    for wrong in ({"minutes": 241}, {"reason": "    "}, {"minutes": 0}):
        payload = {"basisId": str(new_id()), "minutes": 60, "reason": "家にいると電話があった", **wrong}
        assert (await do(world, stranger, case, "UseEmergency", **payload))["code"] == "malformed_payload"
    auditor = case.staff("auditor")
    payload = {"basisId": str(new_id()), "minutes": 60, "reason": "家にいると電話があった"}
    assert (await do(world, auditor, case, "UseEmergency", **payload))["code"] == "not_found"
    await do(world, stranger, case, "UseEmergency", **payload)
    name, _, _, data = (await world.events(case))[-1]
    assert (name, data["unitIds"], data["usedBy"]) == ("EmergencyUsed", [case.unit, "elsewhere"], str(stranger.id))
    assert "電話" not in str(data)


async def test_the_sharing_page_is_the_team_s_and_lists_what_was_and_is(world: World) -> None:
    case = await story(world)
    reader = partner()
    basis = await give(world, case, "consent", reader, ["identity"])
    assert (await do(world, case.owner, case, "EndBasis", basisId=str(basis)))["status"] == "accepted"
    assert (await do(world, case.owner, case, "EndBasis", basisId=str(basis)))["status"] == "accepted", "again"
    assert [name for name, *_ in await world.events(case)][-2:] == ["ConsentGiven", "ConsentWithdrawn"]
    said = (await world.get(case.colleague, f"/views/cases/{case.id}/sharing")).json()
    [one] = said["bases"]
    assert (one["kind"], one["inForce"], one["endedById"]) == ("consent", False, str(case.owner.id))
    assert said["keptOffIds"] == [str(case.kept_off.id)]
    for other in (case.kept_off, case.staff(), reader):
        assert (await world.get(other, f"/views/cases/{case.id}/sharing")).status_code == 404


async def test_whoever_leaves_the_team_sees_nothing_from_that_commit_on(world: World) -> None:
    case = await story(world)
    left = await do(world, case.owner, case, "ChangeTeam", leave=[str(case.colleague.id)])
    assert left["status"] == "accepted"
    assert (await world.get(case.colleague, f"/views/cases/{case.id}")).status_code == 404
    alone = await do(world, case.owner, case, "ChangeTeam", leave=[str(case.owner.id)])
    assert alone["code"] == "owner_not_on_team"
    kept_off = await do(world, case.owner, case, "ChangeTeam", join=[str(case.kept_off.id)])
    assert kept_off["code"] == "colleague_not_possible"
    newcomer = case.staff()
    moved = await do(world, case.owner, case, "ChangeTeam", ownerId=str(newcomer.id), leave=[str(case.owner.id)])
    assert moved["status"] == "accepted"
    name, _, _, data = (await world.events(case))[-1]
    assert (name, data["ownerId"], data["team"]) == ("TeamChanged", str(newcomer.id), [str(newcomer.id)])
    assert (await world.get(newcomer, f"/views/cases/{case.id}")).status_code == 200
    assert (await world.get(case.owner, f"/views/cases/{case.id}")).status_code == 404


async def test_whoever_joins_as_the_one_whose_case_it_is_joins_once(world: World) -> None:
    case = await story(world)
    newcomer = str(case.staff().id)
    moved = await do(world, case.owner, case, "ChangeTeam", join=[newcomer], ownerId=newcomer)
    assert moved["status"] == "accepted", "named twice, which the insert would refuse: the screen names both"
    _, _, _, data = (await world.events(case))[-1]
    assert (data["ownerId"], data["team"].count(newcomer)) == (newcomer, 1)


async def test_a_member_called_to_a_meeting_learns_when_it_is_and_nothing_else_before_the_pledge(world: World) -> None:
    case = await story(world)
    reader, basis = partner(), new_id()
    payload = {
        "basisId": str(basis),
        "fieldGroups": ALL,
        "memberIds": [str(reader.id)],
        "fromAt": (NOW + timedelta(hours=1)).isoformat(),
        "until": (NOW + timedelta(days=2)).isoformat(),
        "reason": "家族の安全のため",
    }
    await do(world, case.owner, case, "ConveneConference", **payload)
    [called] = (await world.get(reader, "/views/conferences")).json()
    assert set(called) == {"id", "caseId", "fromAt", "until", "pledged"} and called["pledged"] is False
    stranger = await do(world, partner(), case, "PledgeSecrecy", basisId=str(basis))
    assert stranger["code"] == "not_found"
    await do(world, reader, case, "PledgeSecrecy", basisId=str(basis))
    assert (await world.get(reader, f"/views/cases/{case.id}")).status_code == 404, "not before it begins"
    world.now = NOW + timedelta(hours=1)
    assert (await world.get(reader, f"/views/cases/{case.id}")).status_code == 200


async def test_not_yours_takes_no_longer_than_absent(world: World) -> None:
    """Whoever measures answers learns nothing: the two medians differ by less than the answers of one kind do among themselves."""
    case = await story(world)
    reader, taken = case.staff(unit="elsewhere"), {"theirs": [], "absent": []}
    for _ in range(80):
        for which, path in (("theirs", case.id), ("absent", new_id())):
            begun = time.perf_counter()
            answer = await world.get(reader, f"/views/cases/{path}")
            taken[which].append(time.perf_counter() - begun)
            assert answer.status_code == 404
    theirs, absent = (statistics.quantiles(times, n=4) for times in taken.values())
    noise = max(theirs[2] - theirs[0], absent[2] - absent[0])
    assert abs(theirs[1] - absent[1]) <= noise + 0.001, (theirs, absent)
