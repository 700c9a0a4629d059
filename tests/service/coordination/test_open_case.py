"""HandoffAccepted opens a case at once; the package follows by the claim check."""

from datetime import date, timedelta

from services.contracts.codes import HandoffKind
from services.contracts.intake import HandedOff
from services.kernel.ids import new_id
from services.kernel.token import service_actor
from tests.service.coordination.conftest import ACCEPTED_AT, World, until


async def test_a_case_opens_with_its_dated_team_and_one_event(world: World) -> None:
    case = await world.settled()
    row = await world.tables.fetchrow("select * from case_file where case_id = $1", case.id)
    assert row is not None
    assert (row["owner_id"], row["unit_id"], row["opened_at"]) == (case.owner.id, case.unit, ACCEPTED_AT)
    members = await world.tables.fetch("select * from case_member where case_id = $1", case.id)
    assert {(m["staff_id"], m["from_date"], m["until"]) for m in members} == {
        (case.owner.id, date(2026, 11, 20), None),
        (case.colleague.id, date(2026, 11, 20), None),
    }
    a = case.accepted
    assert await world.events(case) == [
        (
            "CaseOpened",
            1,
            ACCEPTED_AT,
            {
                "caseId": str(case.id),
                "handoffId": str(a.handoff_id),
                "consultationId": str(a.consultation_id),
                "fromUnit": "hoya-window",
                "unitId": case.unit,
                "ownerId": str(case.owner.id),
                "team": [str(case.owner.id), str(case.colleague.id)],
            },
        )
    ]


async def test_the_fetch_is_signed_by_coordination_and_justified_by_the_event(world: World) -> None:
    case = await world.settled()
    [asked] = [each for each in world.intake.asked if each[1] == str(case.accepted.handoff_id)]
    assert (asked[0].id, asked[0].service) == (service_actor("coordination").id, "coordination")
    assert asked[2] == str(case.event_id)


async def test_the_same_event_again_changes_nothing(world: World) -> None:
    case = await world.settled()
    before = await world.everything()
    await world.apply(case.accepted.handoff_id, case.accepted, 1, ACCEPTED_AT, case.event_id)
    assert await world.everything() == before
    assert world.intake.times_asked(case.accepted.handoff_id) == 1


async def test_a_parallel_track_and_an_open_handoff_open_no_case(world: World) -> None:
    parallel = await world.accept(kind=HandoffKind.PARALLEL)
    waiting = HandedOff(
        handoff_id=new_id(),
        consultation_id=new_id(),
        kind=HandoffKind.LEAD,
        from_unit="hoya-window",
        to_unit=parallel.unit,
        handed_off_by=new_id(),
        answer_due_at=ACCEPTED_AT + timedelta(days=1),
    )
    await world.apply(waiting.handoff_id, waiting, 1, ACCEPTED_AT, new_id())
    assert await world.tables.fetchval("select count(*) from case_file where unit_id = $1", parallel.unit) == 0
    assert await world.events(parallel) == []
    assert await world.tables.fetchval("select count(*) from dead_letter") == 0


async def test_with_intake_down_the_case_opens_and_fills_in_later(world: World) -> None:
    world.intake.stop()
    try:
        case = await world.accept()
        page = await world.case(case.owner, case)
        assert (page["packagePending"], page["label"]) == (True, "引継ぎの内容を取り込み中")
        assert (page["personName"], page["birth"], page["receiptNumber"], page["promised"]) == ("", None, None, "")
        nothing = dict.fromkeys(("safeContact", "contactNote", "callerPhone", "personPhone"), "")
        assert page["contactSafety"] == {"rules": [], "confirmedAt": None, **nothing}
        assert [entry["kind"] for entry in page["timeline"]] == ["handoff_accepted"]
        [card] = (await world.get(case.owner, "/views/cases")).json()
        assert (card["packagePending"], card["label"]) == (True, "引継ぎの内容を取り込み中")
        assert (await world.record(case.owner, case))["status"] == "accepted"

        query = "select attempts > 0 from package_fetch where case_id = $1"
        await until(lambda: world.tables.fetchval(query, case.id))
    finally:
        world.intake.start()
    await world.until_fetched(case)
    page = await world.case(case.owner, case)
    assert (page["packagePending"], page["receiptNumber"]) == (False, "保2026-0007")
    assert page["contactSafety"]["rules"] == ["no_home_phone", "caller_mobile_only"]


async def test_five_minutes_without_the_package_raise_an_alarm_that_ends_with_it(world: World) -> None:
    case = await world.accept(offered=False)
    handoff = str(case.accepted.handoff_id)
    await until(lambda: world.tables.fetchval("select attempts > 0 from package_fetch where case_id = $1", case.id))
    assert "package_fetch" not in world.service.alarms
    asked_at = await world.tables.fetchval("select asked_at from package_fetch where case_id = $1", case.id)
    world.now = asked_at + timedelta(minutes=5, seconds=1)

    async def alarmed() -> bool:
        await world.wake()
        return "package_fetch" in world.service.alarms

    await until(alarmed)
    assert "package_fetch" in (await world.http.get("/readyz")).json()["alarms"]
    assert "banso_packages_pending 1.0" in (await world.http.get("/metrics")).text

    world.intake.packages[handoff, str(case.event_id)] = {
        **next(iter(world.intake.packages.values())),
        "handoffId": handoff,
    }
    await world.wake()
    await world.until_fetched(case)

    async def calm() -> bool:
        return "package_fetch" not in world.service.alarms

    await until(calm)


async def test_an_answer_that_is_no_package_is_not_stored_and_asked_for_again(world: World) -> None:
    case = await world.accept(offered=False)
    handoff = str(case.accepted.handoff_id)
    world.intake.garbled.add(handoff)
    await world.wake()
    await until(lambda: world.tables.fetchval("select attempts > 1 from package_fetch where case_id = $1", case.id))
    assert (await world.case(case.owner, case))["packagePending"] is True
    assert await world.tables.fetchval("select person_id from case_file where case_id = $1", case.id) is None
    world.intake.garbled.clear()
    world.intake.packages[handoff, str(case.event_id)] = {
        **next(iter(world.intake.packages.values())),
        "handoffId": handoff,
    }
    await world.wake()
    await world.until_fetched(case)


async def test_the_familys_words_lie_apart_from_the_persons(world: World) -> None:
    case = await world.settled(told={"callerName": "浜野 良子"})
    own = await world.tables.fetchrow("select * from handoff_package_private where case_id = $1", case.id)
    family = await world.tables.fetchrow("select * from handoff_package_family_private where case_id = $1", case.id)
    assert own is not None
    assert family is not None
    assert own["person_words"] == ""
    assert (family["family_words"], family["caller_name"]) == ("息子のこと。部屋で過ごす日が長い。", "浜野 良子")
    page = await world.case(case.owner, case)
    told = page["timeline"][-1]
    assert (told["kind"], told["personWords"], told["familyWords"]) == ("consultation", "", family["family_words"])
    assert page["label"] == "母からの相談"


async def test_the_persons_own_call_is_the_persons_words(world: World) -> None:
    case = await world.settled(
        callerKind="person", callerRelation=None, told={"personName": "けい", "memo": "外に出るのが、まだこわい"}
    )
    page = await world.case(case.owner, case)
    told = page["timeline"][-1]
    assert (told["personWords"], told["familyWords"]) == ("外に出るのが、まだこわい", "")
    assert page["label"] == "「けい」さん"
    query = "select family_words from handoff_package_family_private where case_id = $1"
    assert await world.tables.fetchval(query, case.id) == ""


async def test_personal_words_lie_in_private_tables_only(world: World) -> None:
    """Whatever column is free of `_private`: no name, kana, phone or memo of the package or a visit is in it."""
    marks = {"personName": "印名前", "personKana": "しるしかな", "personPhone": "042-000-9911", "memo": "印メモ"}
    case = await world.settled(told=marks | {"callerName": "印家族", "contactNote": "印連絡"}, promised="印約束")
    await world.record(case.owner, case, memo="印訪問", personWords="印本人", familyWords="印母")
    names = await world.tables.fetch("select tablename from pg_tables where schemaname = 'public'")
    public = [row["tablename"] for row in names if not row["tablename"].endswith("_private")]
    for table in public:
        text = str(await world.tables.fetch(f"select t::text from {table} t"))
        assert "印" not in text and "しるし" not in text and "042-000-9911" not in text, table
