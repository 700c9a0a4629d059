"""記録の閲覧 and 誰が見たか: odd reads first, by whom and about whom; the log, never the record; looking is logged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.contracts.access_log import SHOWN, Odd, Read, is_same_street, odd_marks, weight
from services.contracts.codes import FieldGroup
from services.coordination import access_store
from services.coordination.domain.who_may import EVERYTHING
from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import Case, World, visit
from tests.service.coordination.test_basis import TOLD, do, give, partner, story


async def log(world: World, actor: Actor, **asked: Any) -> list[dict[str, Any]]:
    answer = await world.http.post("/views/access-log", json=asked, headers=world.headers(actor))
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def today(world: World) -> World:
    """The log's own clock is the database's."""
    world.now = datetime.now(UTC)
    return world


def auditor() -> Actor:
    return Actor(new_id(), "staff", (("audit-office", "auditor"),))


async def emergency(world: World, case: Case) -> Actor:
    nosy = case.staff("window_staff", "elsewhere")
    await give(world, case, "emergency", nosy)
    await world.case(nosy, case)
    return nosy


async def test_a_read_without_a_relation_comes_before_the_team_s_and_names_its_reader(today: World) -> None:
    case = await story(today)
    nosy = await emergency(today, case)
    for _ in range(3):
        await today.case(case.owner, case)
    for actor in (case.staff("manager"), auditor()):
        lines = await log(today, actor, caseId=str(case.id))
        assert (lines[0]["staffId"], lines[0]["odd"][0], lines[0]["basis"]) == (
            str(nosy.id),
            "no_relation",
            ["emergency"],
        )
        assert {line["staffId"] for line in lines[1:]} == {str(case.owner.id)}
        assert all("no_relation" not in line["odd"] for line in lines[1:])
        assert not {*TOLD.values()} & {str(value) for line in lines for value in line.values()}, "never the record"


async def test_who_may_look_into_the_log_and_that_looking_is_logged(today: World) -> None:
    case = await story(today)
    await today.case(case.owner, case)
    for other in (case.owner, case.colleague, case.staff(), case.staff("manager", "elsewhere"), partner()):
        assert [line for line in await log(today, other) if line["caseId"] == str(case.id)] == []
        assert (await today.get(other, f"/views/cases/{case.id}/who-saw")).status_code == 404
    manager = case.staff("manager")
    lines = await log(today, manager, staffId=str(case.owner.id))
    row = (await today.accesses(manager))[-1]
    assert (row["field_groups"], row["basis"]) == (["access_log"], "log")
    assert row["shown"]["access"] == list(dict.fromkeys(line["id"] for line in lines))
    kept_off = Actor(case.kept_off.id, "staff", ((case.unit, "manager"),))
    assert await log(today, kept_off, caseId=str(case.id)) == []


async def test_a_receipt_number_stands_for_its_case_and_says_nothing_to_others(today: World) -> None:
    case, other = await story(today), await story(today)
    for each in (case, other):
        await today.case(each.owner, each)
    query = "select receipt_number from handoff_package where case_id = $1"
    [row] = await today.tables.fetch(query, case.id)
    for typed in (row["receipt_number"], f" {row['receipt_number'].replace('-', '－')} "):
        lines = await log(today, case.staff("manager"), receiptNumber=typed)
        assert {line["caseId"] for line in lines} == {str(case.id)}
    for who, number in ((case.staff("manager", "elsewhere"), row["receipt_number"]), (auditor(), "保2026-9999")):
        assert await log(today, who, receiptNumber=number) == []
        assert (await today.accesses(who))[-1]["basis"] == "log", "asked, and logged, although nothing was found"


async def test_a_reader_of_the_same_surname_is_marked_whatever_way_it_is_written(today: World) -> None:
    case = await today.settled(told={"personName": "高橋 はるか"})
    await today.case(case.owner, case)
    for surname, is_marked in (("髙橋", True), ("橋", False), ("", False)):
        lines = await log(today, auditor(), caseId=str(case.id), surnames={str(case.owner.id): surname})
        assert [("own_surname" in line["odd"]) for line in lines] == [is_marked]


async def test_a_reader_who_lives_in_the_same_street_comes_right_after_those_without_a_relation(today: World) -> None:
    case = await today.settled(told={"personAddress": "西東京市南町三丁目5番1号"})
    nosy = await emergency(today, case)
    await today.case(case.owner, case)
    streets = {str(nosy.id): ["北町1丁目", "南町3丁目"], str(case.owner.id): ["南町１丁目"]}
    lines = await log(today, auditor(), caseId=str(case.id), streets=streets)
    assert (lines[0]["staffId"], lines[0]["odd"][:2]) == (str(nosy.id), ["no_relation", "own_street"])
    assert all("own_street" not in line["odd"] for line in lines if line["staffId"] == str(case.owner.id))
    assert "南町" not in str(lines), "compared, never told"


@pytest.mark.parametrize(
    ("street", "address", "is_same"),
    [
        ("南町3丁目", "西東京市南町三丁目5番1号", True),
        ("南町３丁目", "西東京市南町３－５－１", True),
        ("南町三丁目", "南町 3‐5", True),
        ("南町3丁目", "南町3", True),
        ("南町", "西東京市南町3-5-1", True),
        ("南町3丁目", "南町13丁目2", False),
        ("南町1丁目", "南町12-3", False),
        ("南町3丁目", "", False),
        ("", "南町3-5", False),
    ],
)
def test_a_street_is_the_same_however_its_number_is_written(street: str, address: str, is_same: bool) -> None:
    assert is_same_street(street, address) is is_same


async def test_an_emergency_is_marked_in_a_list_too_where_other_cases_were_one_s_own(today: World) -> None:
    """A list names the basis of each of its cases: whoever has cases of their own is not taken for on this team."""
    own, case = await today.settled(personKnows="knows"), await story(today)
    await give(today, case, "emergency", own.owner)
    assert str(case.id) in str((await today.get(own.owner, "/views/cases")).json())
    for about, is_marked in ((case, True), (own, False)):
        said = (await today.get(auditor(), f"/views/cases/{about.id}/who-saw")).json()["reads"]
        assert [one["basis"] for one in said] == [["emergency"] if is_marked else ["member"]], "the person's own page"
        [line] = [
            one for one in await log(today, auditor(), caseId=str(about.id)) if one["staffId"] == str(own.owner.id)
        ]
        assert ("no_relation" in line["odd"]) is is_marked


async def test_the_number_an_emergency_opens_stands_in_the_log_and_not_on_the_person_s_paper(today: World) -> None:
    """That it was the family's who called may be what the person does not know."""
    case = await story(today)
    nosy = await emergency(today, case)
    [read] = [row for row in await today.accesses(nosy) if row["action"] == "read" and "case" in row["shown"]]
    assert {"caller_phone", "identity"} <= {*read["field_groups"]}
    [line] = [one for one in await log(today, auditor(), caseId=str(case.id)) if one["staffId"] == str(nosy.id)]
    assert "caller_phone" in line["fieldGroups"]
    [said] = (await today.get(case.staff("manager"), f"/views/cases/{case.id}/who-saw")).json()["reads"]
    assert "identity" in said["fieldGroups"] and "caller_phone" not in said["fieldGroups"]


async def test_a_read_without_a_relation_is_not_pushed_out_by_many_later_reads(today: World) -> None:
    case = await story(today)
    nosy = await emergency(today, case)
    later = "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen)"
    later += " select $1, 'staff', 'read', $2, '{identity}', 'member', 'overview', 'Cases' from generate_series(1, $3)"
    await today.tables.execute(later, case.owner.id, {"case": [str(case.id)]}, access_store.MOST + 100)
    for asked in ({}, {"caseId": str(case.id)}):
        assert str(nosy.id) in {line["staffId"] for line in await log(today, auditor(), **asked)}


@pytest.mark.parametrize("others", ["ids by chance", "another unit's case"])
async def test_a_read_without_a_relation_is_not_pushed_out_by_reads_of_what_the_manager_may_not_see(
    today: World, others: str
) -> None:
    """In the shape `ViewedOffline` writes: whoever sends many of ids that are nowhere hides no emergency behind them."""
    case, other = await story(today), await today.settled()
    nosy = await emergency(today, case)
    later = "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen)"
    later += " select $1, 'staff', 'viewed_offline', jsonb_build_object('case', jsonb_build_array(coalesce($3::uuid, gen_random_uuid()))),"
    later += " '{identity}', 'none', 'offline 2026-11-23T03:07Z', 'Case' from generate_series(1, $2)"
    about = other.id if others == "another unit's case" else None
    await today.tables.execute(later, nosy.id, access_store.NEWEST + 100, about)
    for asked in ({}, {"staffId": str(nosy.id)}):
        lines = await log(today, case.staff("manager"), **asked)
        odd = {line["staffId"] for line in lines if "no_relation" in line["odd"]}
        assert (odd, {line["caseId"] for line in lines}) == ({str(nosy.id)}, {str(case.id)})


async def test_an_odd_read_of_a_small_unit_is_not_pushed_out_by_the_traffic_of_the_city(today: World) -> None:
    case = await today.settled(told={"personAddress": "西東京市南町三丁目5番1号"})
    await today.case(case.owner, case)
    later = "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen, at)"
    later += (
        " select $1, 'staff', 'read', jsonb_build_object('case', jsonb_build_array(gen_random_uuid())), '{}', 'member',"
    )
    later += " 'support', 'Case', now() + n * interval '1 millisecond' from generate_series(1, $2) n"
    await today.tables.execute(later, new_id(), access_store.NEWEST + 100)
    asked = {"streets": {str(case.owner.id): ["南町3丁目"]}}
    lines = [line for line in await log(today, case.staff("manager"), **asked) if line["staffId"] == str(case.owner.id)]
    assert "own_street" in lines[0]["odd"]


async def test_pages_of_other_units_count_in_a_run_and_are_not_shown(today: World) -> None:
    case = await today.settled()
    reads = "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen, at)"
    reads += " select $1, 'staff', 'read', jsonb_build_object('case', jsonb_build_array(coalesce($3, gen_random_uuid()))), '{}',"
    reads += " 'member', 'support', 'Case', now() - n * interval '1 second' from generate_series($2::int, $2 + 18) n"
    reader = new_id()
    await today.tables.execute(reads, reader, 1, None)
    await today.tables.execute(reads.replace("$2 + 18", "$2"), reader, 0, case.id)
    for asked in ({}, {"staffId": str(reader)}, {"caseId": str(case.id)}):
        [line] = [one for one in await log(today, case.staff("manager"), **asked) if one["staffId"] == str(reader)]
        assert line["caseId"] == str(case.id) and "many" in line["odd"]


@pytest.mark.parametrize(
    ("action", "cases"), [("write", 1), ("read", 0), ("read", 2)], ids=["writes", "reads of no case", "lists"]
)
async def test_the_page_of_a_case_is_not_pushed_out_by_what_is_no_page(today: World, action: str, cases: int) -> None:
    case, other = await today.settled(), Actor(new_id(), "staff")
    await today.case(case.owner, case)
    shown = {"case": [str(new_id()) for _ in range(cases)]} if cases else {"draft": [str(new_id())]}
    later = "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen)"
    later += " select $1, 'staff', $2, $3, '{}', 'member', 'overview', 'Cases' from generate_series(1, $4)"
    await today.tables.execute(later, other.id, action, shown, access_store.NEWEST + 100)
    assert str(case.id) in {line["caseId"] for line in await log(today, case.staff("manager"))}


async def test_a_list_by_several_bases_is_one_answer_in_several_rows_and_no_page(today: World) -> None:
    lives = {"personAddress": "西東京市南町三丁目5番1号"}
    own, both, shared = await today.settled(told=lives), await story(today), await today.settled(told=lives)
    reader, until = own.owner, (today.now + timedelta(days=1)).isoformat()
    await do(today, both.owner, both, "ChangeTeam", join=[str(reader.id)])
    await give(today, both, "emergency", reader)
    meeting = {"basisId": str(new_id()), "fieldGroups": ["timeline"], "memberIds": [str(reader.id)], "until": until}
    await do(
        today,
        shared.owner,
        shared,
        "ConveneConference",
        **meeting,
        fromAt=today.now.isoformat(),
        reason="これからの話し合い",
    )
    assert (await do(today, reader, shared, "PledgeSecrecy", basisId=meeting["basisId"]))["status"] == "accepted"
    assert len((await today.get(reader, "/views/cases")).json()) == 3
    rows = [row for row in await today.accesses(reader) if row["action"] == "read"]
    cases = {row["basis"]: row["shown"]["case"] for row in rows}
    assert cases == {"member": [str(own.id)], "emergency,member": [str(both.id)], "conference": [str(shared.id)]}
    assert [row["shown"]["basis"] for row in rows if row["basis"] == "conference"] == [[meeting["basisId"]]]
    assert [row["field_groups"] for row in rows if row["basis"] == "conference"] == [["contact_rules", "timeline"]]
    assert len({row["at"] for row in rows}) == 1, "known as one answer"
    for about in (own, shared):
        asked = {"caseId": str(about.id), "staffId": str(reader.id), "streets": {str(reader.id): ["南町3丁目"]}}
        [line] = await log(today, auditor(), **asked)
        assert "own_street" not in line["odd"], "a list, not the page of a person"


async def test_many_different_pages_in_a_row_are_marked_and_one_page_read_often_is_not(today: World) -> None:
    first = await today.accept(offered=False)
    manager = first.staff("manager")
    cases = [first]
    for _ in range(20):
        case = await today.accept(offered=False)
        await today.tables.execute("update case_file set unit_id = $2 where case_id = $1", case.id, first.unit)
        cases.append(case)
    often = await today.accept(offered=False)
    quiet = (
        "update package_fetch set fetched_at = now() where case_id = any($1::uuid[])"  # nobody goes on fetching these
    )
    await today.tables.execute(quiet, [case.id for case in (*cases, often)])
    for _ in range(25):
        await today.case(often.owner, often)
    for case in cases:
        await today.case(manager, case)
    lines = await log(today, auditor(), staffId=str(manager.id))
    assert sum("many" in line["odd"] for line in lines) == 2, "the twentieth and the one after"
    assert not any("many" in line["odd"] for line in await log(today, auditor(), staffId=str(often.owner.id)))


async def test_a_read_is_looked_at_once_with_a_note_and_goes_to_the_end(today: World) -> None:
    case = await story(today)
    nosy = await emergency(today, case)
    await today.case(case.owner, case)
    manager, watching = case.staff("manager"), auditor()
    odd = (await log(today, manager, caseId=str(case.id)))[0]
    payload = {"accessId": odd["id"], "note": "電話のあとの安否確認"}
    for actor in (case.owner, nosy, case.staff("manager", "elsewhere")):
        assert (await do(today, actor, case, "ReviewAccess", **payload))["code"] == "not_found"
    assert (await do(today, manager, case, "ReviewAccess", **payload))["status"] == "accepted"
    again = await do(today, watching, case, "ReviewAccess", accessId=odd["id"], note="あとから")
    assert again["status"] == "accepted"
    last = (await log(today, watching, caseId=str(case.id)))[-1]
    assert (last["id"], last["reviewedById"], last["note"]) == (odd["id"], str(manager.id), "電話のあとの安否確認")


async def test_a_list_looked_at_for_one_case_is_still_to_be_looked_at_for_the_others(today: World) -> None:
    one, other = await story(today), await today.settled()
    manager = one.staff("manager")
    await today.tables.execute("update case_file set unit_id = $2 where case_id = $1", other.id, one.unit)
    reader = one.staff("manager")
    assert len((await today.get(reader, "/views/cases")).json()) == 2
    [mine] = await log(today, manager, caseId=str(one.id), staffId=str(reader.id))
    [theirs] = await log(today, manager, caseId=str(other.id), staffId=str(reader.id))
    assert mine["id"] == theirs["id"], "one row of the log shows both"
    for case, note in ((one, "係の会議で使った"), (one, "あとから"), (other, "べつの件")):
        marked = {line["caseId"]: line["note"] for line in await log(today, manager, staffId=str(reader.id))}
        assert marked.get(str(other.id)) == "", "nobody looked at this one"
        payload = {"accessId": mine["id"], "note": note}
        assert (await do(today, manager, case, "ReviewAccess", **payload))["status"] == "accepted"
    marked = {line["caseId"]: line["note"] for line in await log(today, manager, staffId=str(reader.id))}
    assert marked == {str(one.id): "係の会議で使った", str(other.id): "べつの件"}


async def test_an_opening_on_a_device_is_shown_and_marked_by_when_it_was_opened(today: World) -> None:
    """Not by when the device told it: one of them at ten at night, after the case was closed."""
    case = await today.settled(personKnows="knows")
    day, night = (datetime(2026, 11, 23, hour, 7, tzinfo=UTC) for hour in (3, 13))
    closed_at = night - timedelta(hours=1)
    query = "update case_file set closed_at = $2 where case_id = $1"
    await today.tables.execute(query, case.id, closed_at)
    for moment in (night, day):
        viewed = today.envelope(case.owner, case.id, {"viewedAt": moment.isoformat()}, type="ViewedOffline")
        assert (await today.submit(case.owner, viewed))[0]["status"] == "accepted"
    lines = await log(today, auditor(), caseId=str(case.id), days=1)
    marks = {line["at"]: {*line["odd"]} & {"night", "closed_case"} for line in lines}
    when = [f"2026-11-23T{hour}:07:00Z" for hour in ("03", "13")]
    assert marks == {when[0]: set(), when[1]: {"night", "closed_case"}}
    said = (await today.get(case.staff("manager"), f"/views/cases/{case.id}/who-saw")).json()["reads"]
    assert [one["at"] for one in said] == when, "in the order of the openings"


async def test_what_a_device_says_of_a_case_it_never_held_is_in_the_log_and_not_on_the_person_s_paper(
    today: World,
) -> None:
    case, stranger = await today.settled(personKnows="knows"), partner()
    said = {"viewedAt": (today.now - timedelta(days=200)).isoformat()}
    viewed = today.envelope(stranger, case.id, said, type="ViewedOffline")
    assert (await today.submit(stranger, viewed))[0]["status"] == "accepted", "never refused"
    assert (await today.get(case.staff("manager"), f"/views/cases/{case.id}/who-saw")).json()["reads"] == []
    rows = await today.tables.fetch("select * from access_log where actor_id = $1", stranger.id)
    assert [(row["action"], row["basis"]) for row in rows if row["action"] != "write"] == [("viewed_offline", "none")]


async def test_an_opening_on_a_device_is_judged_by_its_moment_and_told_with_every_part_the_device_held(
    world: World,
) -> None:
    """Whoever left the team at noon was on it this morning; and what they had with them was the whole case."""
    case = await world.settled(personKnows="knows")
    left = await do(world, case.owner, case, "ChangeTeam", leave=[str(case.colleague.id)])
    assert left["status"] == "accepted"
    assert (await world.get(case.colleague, f"/views/cases/{case.id}")).status_code == 404
    noon, hour = world.now, timedelta(hours=1)
    world.now += 2 * hour
    for moment in (noon - 3 * hour, noon + hour):
        viewed = world.envelope(case.colleague, case.id, {"viewedAt": moment.isoformat()}, type="ViewedOffline")
        assert (await world.submit(case.colleague, viewed))[0]["status"] == "accepted"
    of_old = (
        "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen, trace_id)"
    )
    await world.tables.execute(
        f"{of_old} values ($1, 'staff', 'viewed_offline', $2, '{{}}', 'member', 'offline 2026-11-23T03:00Z', 'Case', '')",
        *(case.owner.id, {"case": [str(case.id)]}),
    )
    said = (await world.get(case.staff("manager"), f"/views/cases/{case.id}/who-saw")).json()["reads"]
    assert [one["basis"] for one in said] == [["member"], ["member"], ["none"]]
    for one in said:
        assert {*one["fieldGroups"]} == {*EVERYTHING} - {"family_words"}
    lines = await log(world, auditor(), caseId=str(case.id), staffId=str(case.colleague.id))
    assert {line["at"]: "no_relation" in line["odd"] for line in lines if "refused" not in line["odd"]} == {
        "2026-11-24T00:46:00Z": False,
        "2026-11-24T04:46:00Z": True,
    }
    morning = {"capturedAt": (noon - 3 * hour).isoformat()}
    payload = visit(visitedAt=(noon - 4 * hour).isoformat())
    [recorded] = await world.submit(case.colleague, world.envelope(case.colleague, case.id, payload, **morning))
    assert (recorded["status"], recorded["refs"].get("confirming")) == ("accepted", None)


async def test_what_was_refused_is_told_to_who_looks_after_the_log_and_not_to_the_person(today: World) -> None:
    """A basis that ran out, somebody kept off, a stranger: each is told that there is nothing, and each leaves a line."""
    case, reader, stranger = await story(today), partner(), Actor(new_id(), "staff", (("elsewhere", "window_staff"),))
    basis = await give(today, case, "consent", reader)
    await today.case(reader, case)
    assert (await do(today, case.owner, case, "EndBasis", basisId=str(basis)))["status"] == "accepted"
    tried = {str(who.id): "Case" for who in (reader, case.kept_off, stranger)}
    before = len(await log(today, case.staff("manager"), caseId=str(case.id)))
    for who in (reader, case.kept_off, stranger):
        headers = {**today.headers(who), "Banso-Screen": "Case", "Banso-Purpose": "support"}
        assert (await today.http.get(f"/views/cases/{case.id}", headers=headers)).status_code == 404
        row = (await today.accesses(who))[-1]
        assert (row["action"], row["basis"], row["shown"]) == ("refused", "refused", {"case": [str(case.id)]})
        assert (row["field_groups"], row["purpose"], row["screen"]) == ([], "support", "Case")
    for looking in (case.staff("manager"), auditor()):
        lines = await log(today, looking, caseId=str(case.id))
        refused = [line for line in lines if "refused" in line["odd"]]
        assert {line["staffId"]: line["screen"] for line in refused} == tried
        assert (len(lines), {line["unitId"] for line in refused}) == (before + 3, {case.unit})
        assert {(*line["basis"], *line["fieldGroups"]) for line in refused} == {("refused",)}
    payload = {"accessId": refused[0]["id"], "note": "共有の期限が切れていた"}
    assert (await do(today, case.staff("manager"), case, "ReviewAccess", **payload))["status"] == "accepted"
    assert (await log(today, auditor(), caseId=str(case.id)))[-1]["id"] == refused[0]["id"]
    said = (await today.get(case.staff("manager"), f"/views/cases/{case.id}/who-saw")).json()["reads"]
    assert {one["staffId"] for one in said} == {str(reader.id)}, "who saw it: once, while they might"


async def test_an_id_that_is_nowhere_is_told_to_auditors_alone(today: World) -> None:
    case, nowhere = await today.settled(), new_id()
    stranger, watching = case.staff("manager"), auditor()
    for path in (f"/views/cases/{nowhere}", f"/views/cases/{str(nowhere).upper()}/sharing"):
        assert (await today.get(stranger, path)).status_code == 404
    assert [row["shown"] for row in await today.accesses(stranger)] == [{"case": [str(nowhere)]}] * 2
    lines = await log(today, watching, staffId=str(stranger.id))
    assert [(line["caseId"], line["unitId"], line["odd"][-1]) for line in lines] == [
        (str(nowhere), None, "refused")
    ] * 2
    assert await log(today, case.staff("manager"), staffId=str(stranger.id)) == []
    absent = replace(case, accepted=case.accepted.model_copy(update={"case_id": nowhere}))
    payload = {"accessId": lines[0]["id"], "note": "どこにもない番号"}
    assert (await do(today, case.staff("manager"), absent, "ReviewAccess", **payload))["code"] == "not_found"
    assert (await do(today, watching, absent, "ReviewAccess", **payload))["status"] == "accepted"
    assert len([line for line in await log(today, watching, staffId=str(stranger.id)) if not line["reviewedAt"]]) == 1


async def test_an_auditor_kept_off_a_case_is_not_told_who_tried_it(today: World) -> None:
    case = await story(today)
    kept_off, stranger = Actor(case.kept_off.id, "staff", (("audit-office", "auditor"),)), partner()
    assert (await today.get(stranger, f"/views/cases/{case.id}")).status_code == 404
    assert await log(today, kept_off, staffId=str(stranger.id)) == []
    assert len(await log(today, auditor(), staffId=str(stranger.id))) == 1


async def test_the_team_that_comes_too_early_or_to_an_erased_record_is_no_question(today: World) -> None:
    case = await story(today)
    await today.tables.execute("insert into erasure values ($1, $2, now(), $3)", case.id, new_id(), [])
    assert (await today.get(case.owner, f"/views/cases/{case.id}")).status_code == 404
    assert (await today.accesses(case.owner))[-1]["basis"] == "refused", "the row is there"
    assert not [one for one in await log(today, auditor(), caseId=str(case.id)) if "refused" in one["odd"]]


async def test_what_was_refused_on_the_way_to_an_emergency_is_no_second_question(today: World) -> None:
    case = await story(today)
    nosy = case.staff("window_staff", "elsewhere")
    assert (await today.get(nosy, f"/views/cases/{case.id}")).status_code == 404
    [alone] = await log(today, auditor(), caseId=str(case.id), staffId=str(nosy.id))
    assert alone["odd"][-1] == "refused"
    today.now += timedelta(minutes=1)
    used = {"basisId": str(new_id()), "minutes": 60, "reason": "電話があった"}
    assert (await do(today, nosy, case, "UseEmergency", **used))["status"] == "accepted"
    await today.case(nosy, case)
    [line] = await log(today, auditor(), caseId=str(case.id), staffId=str(nosy.id))
    assert line["odd"][0] == "no_relation" and "refused" not in line["odd"]


@pytest.mark.parametrize("tried", ["ids by chance", "the case itself"])
async def test_many_refused_ids_hide_no_real_read(today: World, tried: str) -> None:
    case = await story(today)
    nosy = await emergency(today, case)
    await today.case(case.owner, case)
    tries = "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen)"
    tries += " select $1, 'staff', 'refused', jsonb_build_object('case', jsonb_build_array(coalesce($3::uuid, gen_random_uuid()))), '{}',"
    tries += " 'refused', 'support', 'Case' from generate_series(1, $2)"
    about = case.id if tried == "the case itself" else None
    await today.tables.execute(tries, new_id(), access_store.MOST + access_store.NEWEST, about)
    lines = await log(today, auditor())
    assert lines[0]["odd"][0] != "refused" and str(nosy.id) in {line["staffId"] for line in lines}
    assert sum("refused" in line["odd"] for line in lines) <= access_store.MOST_REFUSED < SHOWN
    of_the_case = await log(today, case.staff("manager"), caseId=str(case.id))
    assert {str(case.owner.id), str(nosy.id)} <= {line["staffId"] for line in of_the_case}
    assert sum("refused" in line["odd"] for line in of_the_case) == (access_store.MOST_REFUSED if about else 0)


async def test_nobody_checks_their_own_reads(today: World) -> None:
    case = await story(today)
    manager = case.staff("manager")
    await today.case(manager, case)
    mine = (await log(today, auditor(), staffId=str(manager.id)))[0]
    assert (await do(today, manager, case, "ReviewAccess", accessId=mine["id"], note="自分の分"))[
        "code"
    ] == "own_reading"


async def test_the_person_s_answer_names_every_reader_and_leaves_out_the_family_s_record(today: World) -> None:
    case = await story(today)
    reader = partner()
    await give(today, case, "consent", reader, [FieldGroup.TIMELINE.value])
    await today.case(reader, case)
    await today.case(case.owner, case)
    nosy = await emergency(today, case)
    said = (await today.get(case.staff("manager"), f"/views/cases/{case.id}/who-saw")).json()["reads"]
    assert {one["staffId"] for one in said} == {str(actor.id) for actor in (reader, case.owner, nosy)}
    assert "family_words" not in {group for one in said for group in one["fieldGroups"]}
    row = (await today.tables.fetch("select * from access_log order by id desc limit 1"))[0]
    assert (row["shown"], row["field_groups"]) == ({"answered": [str(case.id)]}, ["access_log"])


async def test_a_malformed_question_is_refused_and_quotes_nothing(today: World) -> None:
    for wrong in ({"days": 0}, {"caseId": "試しの名"}, {"unknown": 1}, [1]):
        answer = await today.http.post("/views/access-log", json=wrong, headers=today.headers(auditor()))
        assert answer.status_code == 422 and "試し" not in answer.text


@pytest.mark.parametrize(
    ("facts", "marks"),
    [
        ({}, []),
        ({"basis": "emergency"}, [Odd.NO_RELATION]),
        ({"basis": "none"}, [Odd.NO_RELATION]),
        ({"basis": "emergency,member"}, []),
        ({"tokyo_hour": 21}, [Odd.NIGHT]),
        ({"tokyo_hour": 6}, [Odd.NIGHT]),
        ({"tokyo_hour": 7}, []),
        ({"run": 20, "is_after_close": True}, [Odd.CLOSED_CASE, Odd.MANY]),
        ({"has_own_surname": True, "basis": "none"}, [Odd.NO_RELATION, Odd.OWN_SURNAME]),
        ({"basis": "refused"}, [Odd.REFUSED]),
        ({"basis": "refused", "has_own_street": True, "is_after_close": True}, [Odd.OWN_STREET, Odd.REFUSED]),
    ],
)
def test_what_is_odd(facts: dict[str, Any], marks: list[Odd]) -> None:
    usual = {
        "basis": "member",
        "tokyo_hour": 12,
        "is_after_close": False,
        "has_own_surname": False,
        "has_own_street": False,
    }
    usual["run"] = 1
    assert odd_marks(Read(**{**usual, **facts})) == marks


def test_no_sum_of_lesser_marks_outweighs_a_greater_one() -> None:
    for number, mark in enumerate(Odd):
        assert weight([mark]) > weight(list(Odd)[number + 1 :])
