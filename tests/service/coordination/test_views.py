"""The read side: contact safety, the timeline, what comes next; the access row of every answer."""

from datetime import timedelta

from services.coordination.domain.who_may import EVERYTHING
from tests.service.coordination.conftest import NOW, World


async def test_the_case_page(world: World) -> None:
    case = await world.settled(told={"personKana": "はまの"})
    await world.record(case.owner, case)
    page = await world.case(case.colleague, case)
    timeline = page.pop("timeline")
    assert page == {
        "id": str(case.id),
        "label": "「はまの」さん",
        "openedAt": "2026-11-20T01:00:00Z",
        "closedAt": None,
        "shownUntil": None,
        "fromUnitId": "hoya-window",
        "unitId": case.unit,
        "teamIds": [str(case.owner.id), str(case.colleague.id)],
        "packagePending": False,
        "receiptNumber": "保2026-0007",
        "personName": "",
        "personKana": "はまの",
        "birth": {"year": "平10", "month": "", "day": ""},
        "personAddress": "",
        "residence": "in_city",
        "personKnows": "does_not_know",
        "contactSafety": {
            "rules": ["no_home_phone", "caller_mobile_only"],
            "callerPhone": "090-0000-4821",
            "personPhone": "",
            "safeContact": "母の携帯だけ",
            "contactNote": "火・木の14時から16時",
            "confirmedAt": "2026-11-19T01:00:00Z",
        },
        "promised": "木曜までに、母の携帯へ一度かける",
        "nextPromise": {"on": "2026-12-01", "at": None, "note": "手紙を届ける"},
        "tokens": [],
        "shown": sorted(EVERYTHING),
    }
    assert [entry["kind"] for entry in timeline] == ["visit", "handoff_accepted", "consultation"]
    visited = timeline[0]
    assert (visited["byId"], visited["outcome"], visited["withWhom"]) == (
        str(case.owner.id),
        "through_door",
        ["person", "family"],
    )
    assert (visited["personWords"], visited["familyWords"], visited["memo"]) == (
        "今日はここまで、と本人",
        "眠れていないようだ、と母",
        "扉のすぐ内側で話された",
    )
    assert len({frozenset(entry) for entry in timeline}) == 1, "every entry has the same fields"


async def test_one_access_row_per_answer_names_the_case_and_the_relation(world: World) -> None:
    case = await world.settled()
    await world.case(case.owner, case)
    lead = case.staff("manager")
    await world.get(lead, "/views/cases")
    for actor, basis in ((case.owner, "member"), (lead, "unit_lead")):
        [access] = await world.accesses(actor)
        assert (access["action"], access["basis"], access["shown"]) == ("read", basis, {"case": [str(case.id)]})
        assert "息子" not in str(access)


async def test_visits_come_newest_first_whatever_the_order_they_were_recorded_in(world: World) -> None:
    case = await world.settled()
    for days in (1, 3, 0, 2):
        await world.record(case.owner, case, visitedAt=(NOW - timedelta(days=days)).isoformat())
    moments = [entry["at"] for entry in (await world.case(case.owner, case))["timeline"]]
    assert moments == sorted(moments, reverse=True)
    assert len(moments) == 6


async def test_until_a_visit_promises_something_the_package_says_what_comes_next(world: World) -> None:
    case = await world.settled()
    await world.record(case.owner, case, nextPromise={})
    page = await world.case(case.owner, case)
    assert page["nextPromise"] == {"on": "2026-11-26", "at": "2026-11-26T05:00:00Z", "note": "電話"}
    [card] = (await world.get(case.owner, "/views/cases")).json()
    assert (card["nextPromisedOn"], card["nextPromiseNote"]) == ("2026-11-26", "電話")
    assert card["lastContactAt"] == "2026-11-24T02:46:00Z"


async def test_a_promise_in_words_alone_does_not_borrow_the_day_of_an_older_one(world: World) -> None:
    """The list once put the package's day beside the visit's words: two promises read as one."""
    case = await world.settled()
    await world.record(case.owner, case, nextPromise={"note": "本人から電話を待つ"})
    page = await world.case(case.owner, case)
    assert page["nextPromise"] == {"on": None, "at": None, "note": "本人から電話を待つ"}
    [card] = (await world.get(case.owner, "/views/cases")).json()
    assert (card["nextPromisedOn"], card["nextPromiseNote"]) == (None, "本人から電話を待つ")
    assert (await world.get(case.owner, "/views/today")).json() == {"contactsDue": []}


async def test_a_later_visit_without_a_promise_leaves_the_standing_one(world: World) -> None:
    case = await world.settled()
    await world.record(case.owner, case, visitedAt=(NOW - timedelta(days=1)).isoformat())
    await world.record(case.owner, case, nextPromise={})
    assert (await world.case(case.owner, case))["nextPromise"]["on"] == "2026-12-01"
    [card] = (await world.get(case.owner, "/views/cases")).json()
    assert (card["nextPromisedOn"], card["nextPromiseNote"]) == ("2026-12-01", "手紙を届ける")
    assert card["lastContactAt"] == "2026-11-24T02:46:00Z"


async def test_today_shows_my_contacts_of_the_coming_week(world: World) -> None:
    case = await world.settled()
    await world.record(case.owner, case)
    due = (await world.get(case.colleague, "/views/today")).json()
    assert due == {
        "contactsDue": [
            {"caseId": str(case.id), "label": "母からの相談（匿名）", "on": "2026-12-01", "note": "手紙を届ける"}
        ]
    }
    assert (await world.get(case.staff("manager"), "/views/today")).json() == {"contactsDue": []}
    await world.record(case.owner, case, nextPromise={"on": "2026-12-02"}, visitedAt=NOW.isoformat())
    assert (await world.get(case.owner, "/views/today")).json() == {"contactsDue": []}


async def test_without_a_token_nothing_is_shown(world: World) -> None:
    case = await world.settled()
    for path in ("/views/cases", f"/views/cases/{case.id}", "/views/today"):
        assert (await world.http.get(path)).status_code == 401
    headers = {"Authorization": f"Bearer {world.signer.sign(case.owner, 'intake')}"}
    answer = await world.http.get(f"/views/cases/{case.id}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_audience")


async def test_the_number_that_may_be_called_stands_on_the_case(world: World) -> None:
    told = {"callerPhone": "090-0000-2222", "personPhone": "042-000-1111"}
    open_to_all = await world.settled(told=told, contactRules=["any_way"], personKnows="knows")
    safety = (await world.case(open_to_all.owner, open_to_all))["contactSafety"]
    assert (safety["callerPhone"], safety["personPhone"]) == ("090-0000-2222", "042-000-1111")
    guarded = await world.settled(told=told, contactRules=["no_home_phone", "any_way"], personKnows="knows")
    safety = (await world.case(guarded.owner, guarded))["contactSafety"]
    assert safety["rules"] == ["no_home_phone"], "a row of before: the narrower rule binds"
    assert (safety["callerPhone"], safety["personPhone"]) == ("090-0000-2222", "")
