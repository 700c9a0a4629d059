"""J5: an afternoon at 谷戸分庁舎. Two tablets lose the signal in the middle of it; each fact arrives once, and the figures agree."""

from collections import Counter
from datetime import datetime
from pathlib import Path as Folder
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from infra.stack import Stack
from services.contracts.tokyo import tokyo_day
from services.kernel.ids import new_id
from tests.e2e.conftest import look
from tests.support.path import Path
from tests.support.person import Person, open_case, session_payload, wait_until
from tests.support.rows import rows
from tests.support.tablet import Tablet
from tests.support.tokens import token_code

TOKEN = token_code(0x35A2F)
TOKEN_NAME = f"札 {TOKEN[:3]}-{TOKEN[3:]}"
LINE = "雨で静か。将棋が二局。"


def tile(page: Page, nickname: str) -> Locator:
    return page.locator(".tile", has=page.get_by_text(nickname, exact=True))


def figure(page: Page, name: str) -> Locator:
    return page.locator(".fig", has_text=name).locator("dd")


def open_board(page: Page, session: UUID) -> None:
    page.get_by_role("link", name="居場所", exact=True).click()
    page.locator(f"a[href='/ibasho/{session}']").click()
    expect(page.get_by_role("heading", name="来たら、呼び名にふれてください")).to_be_visible()


def come(page: Page, text: str, shown: str) -> None:
    """A nickname typed, or the number on a paper token."""
    page.locator(".tile.add").click()
    page.get_by_label("呼び名、または札の番号").fill(text)
    page.keyboard.press("Enter")
    expect(tile(page, shown)).to_have_attribute("aria-pressed", "true")


def take_along(tablet: Tablet, login: str, session: UUID) -> Page:
    """A tablet with a PIN that has the session on it, and was shut down in order once: its cookie is on the disk."""
    tablet.start()
    tablet.sign_in(login)
    tablet.set_pin()
    expect(tablet.page.get_by_text("持ち出し準備OK")).to_be_visible(timeout=20_000)
    tablet.close()
    tablet.start()
    tablet.unlock()
    open_board(tablet.page, session)
    return tablet.page


def figures(stack: Stack, month: str) -> dict[str, int]:
    """A month of 谷戸分庁舎, in the statistics."""
    said = Person(stack.url, "sasaki").ask("Statistics", fromMonth=month, toMonth=month)["statistics"]["rows"]
    return {row["measure"]: row["total"] for row in said if row["unit"]["id"] == "yato-ibasho"}


@pytest.mark.timeout(600)
def test_an_afternoon_half_of_it_without_a_signal(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    mori, second = Person(stack.url, "mori"), Person(stack.url, "takahashi")
    session, payload = new_id(), session_payload(mori, second)
    month = f"{tokyo_day(datetime.fromisoformat(payload['startsAt'])):%Y-%m}"
    before = figures(stack, month)
    mori.do("ScheduleSession", session, payload)
    case = open_case(Person(stack.url, "watanabe"), second, told={"personName": "札 望", "personKana": "ふだ のぞむ"})
    with sync_playwright() as playwright:
        table = Tablet(playwright, tmp_path / "table", f"http://localhost:{path.port}")
        door = Tablet(playwright, tmp_path / "door", f"http://localhost:{path.port}")
        take_along(table, "mori", session)
        take_along(door, "takahashi", session)
        first_half(table)
        path.cut()
        come(door.page, TOKEN, TOKEN_NAME)
        in_the_dark(table, session)
        assert table.device_only() == 6 and door.device_only() == 1
        assert len(rows(stack, "ibasho", "select 1 from attendance where session_id = $1", session)) == 3
        path.heal()
        everything_is_received(table, door, session)
        each_fact_once(stack, session, mori)
        expected = {"ibasho_sessions": 1, "ibasho_visits": 6, "ibasho_people": 4}
        wait_until(lambda: figures(stack, month) == {name: before.get(name, 0) + n for name, n in expected.items()})
        table.close()
        joined_and_taken_back(stack, door.page, case)
        door.close()


def first_half(table: Tablet) -> None:
    """With a signal: two nicknames, one who does not say theirs."""
    page = table.page
    come(page, "みどり", "みどり")
    come(page, "かえで", "かえで")
    page.get_by_role("button", name="＋1").click()
    expect(page.get_by_text("端末のみ 0件")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("送信済 0件")).to_be_visible(timeout=20_000)
    expect(figure(page, "きた人")).to_have_text("3人")
    look(page, "afternoon-online", "tablet")


def in_the_dark(table: Tablet, session: UUID) -> None:
    """A nickname, a token, ＋1, one to the door; 会場モード; killed and opened cold; one leaves early; closed."""
    page = table.page
    come(page, "そら", "そら")
    come(page, TOKEN, TOKEN_NAME)
    page.get_by_role("button", name="扉まで来た").click()
    page.get_by_role("button", name="会場モード").click()
    page.get_by_role("button", name="名前を言わずに参加する").click()
    look(page, "afternoon-venue", "tablet")
    page.go_back()
    expect(page.get_by_role("button", name="名前を言わずに参加する")).to_be_visible()
    page.get_by_role("button", name="スタッフ").last.click()
    expect(page.get_by_role("heading", name="スタッフの画面にもどる")).to_be_visible()
    look(page, "afternoon-venue-pin", "tablet")
    table.type_pin()
    page.get_by_role("button", name="開く", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    look(page, "afternoon-offline", "tablet")
    page.get_by_role("button", name="会場モード").click()
    table.die()

    page = table.start()
    table.unlock()
    open_board(page, session)
    expect(figure(page, "きた人")).to_have_text("6人")
    expect(figure(page, "扉まで来た")).to_have_text("1人")
    tile(page, "みどり").click()
    expect(tile(page, "みどり")).to_have_attribute("aria-pressed", "false")
    page.get_by_label("この回のようすを一行で").fill(LINE)
    page.get_by_role("button", name="この回を閉じる").click()
    expect(page.get_by_text("この回は閉じました").first).to_be_visible()
    look(page, "afternoon-closed-offline", "tablet")


def everything_is_received(table: Tablet, door: Tablet, session: UUID) -> None:
    """On both screens nothing is left, and both show one tile for the token."""
    for page in (table.page, door.page):
        expect(page.get_by_text("端末のみ 0件")).to_be_visible(timeout=70_000)
        expect(page.get_by_text("送信済 0件")).to_be_visible(timeout=20_000)
        expect(page.locator("main").get_by_text("端末のみ")).to_have_count(0)
        expect(figure(page, "きた人")).to_have_text("6人", timeout=20_000)
        expect(tile(page, TOKEN_NAME)).to_have_count(1)
        expect(page.get_by_text(LINE)).to_have_count(1)
        expect(page.locator("summary")).to_contain_text("9件", timeout=30_000)
        expect(page.get_by_text("最新ではないかもしれません")).to_have_count(0)
    look(table.page, "afternoon-received", "tablet")
    page = table.page
    page.get_by_role("link", name="居場所", exact=True).click()
    row = page.get_by_role("listitem").filter(has=page.locator(f"a[href='/ibasho/{session}']"))
    expect(row).to_contain_text("延べ6人・実4人", timeout=20_000)
    look(page, "afternoon-timetable", "tablet")


def each_fact_once(stack: Stack, session: UUID, mori: Person) -> None:
    """In the owner, in its outbox, in the answer to anybody who may read it."""
    stack.wait_settled()
    once = {"arrived": 5, "left": 1, "plus_one": 2, "at_door": 1}
    query = "select kind, participant_id from attendance where session_id = $1"
    facts = rows(stack, "ibasho", query, session)
    assert Counter(fact["kind"] for fact in facts) == once
    assert len({fact["participant_id"] for fact in facts} - {None}) == 4, "both tablets' token is one person"
    told = "select count(*) as n from outbox where subject = $1 and type like '%AttendanceLogged%'"
    assert rows(stack, "ibasho", told, session)[0]["n"] == sum(once.values())
    board: dict[str, Any] = mori.ask("Session", id=str(session))["session"]
    found = board["session"]
    assert (found["visits"], found["people"], found["atDoor"], found["status"]) == (6, 4, 1, "closed")
    assert board["closingLines"] == [LINE]
    viewed = "select 1 from access_log where action = 'viewed_offline' and shown -> 'session' ->> 0 = $1"
    assert rows(stack, "ibasho", viewed, str(session)), "opened in the dark, told afterwards"


def joined_and_taken_back(stack: Stack, page: Page, case: UUID) -> None:
    """At the person's wish the coordinator types the number; the afternoon stands in the case, until it is undone."""
    page.get_by_role("link", name="ケース", exact=True).click()
    page.get_by_role("link", name="札 望").first.click()
    page.get_by_role("button", name="札をつなぐ").click()
    page.get_by_label("札の番号").fill(f"{TOKEN[:3]}-{TOKEN[3:]}".lower())
    page.get_by_label("本人がつなぐことを望んでいます").check()
    page.get_by_role("button", name="つなぐ", exact=True).click()
    expect(page.get_by_text("本人の希望でつなぎました")).to_be_visible()
    expect(page.get_by_text("居場所　来た")).to_have_count(2, timeout=20_000)
    look(page, "afternoon-joined", "tablet")
    page.get_by_role("button", name="つなぐのをやめる").click()
    page.get_by_role("dialog").get_by_role("button", name="つなぐのをやめる").click()
    expect(page.get_by_text("つないだ札はありません")).to_be_visible()
    expect(page.get_by_text("居場所　来た")).to_have_count(0)
    assert rows(stack, "coordination", "select 1 from case_attendance where case_id = $1", case) == []
    assert rows(stack, "coordination", "select 1 from case_token where case_id = $1", case) == []
