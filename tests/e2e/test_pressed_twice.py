"""A double click, as many people make on every button, records once: on the tablet without a signal, and at the window."""

from pathlib import Path as Folder

from playwright.sync_api import expect, sync_playwright

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.e2e.conftest import SignIn
from tests.e2e.test_offline_afternoon import open_board
from tests.support.path import Path
from tests.support.person import Person, open_case, session_payload
from tests.support.rows import rows
from tests.support.tablet import Tablet

LABEL, MEMO, LINE = "二度 押", "扉の外に柿を置いた", "雨で静かだった。"


def test_a_visit_and_a_closing_without_a_signal(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    author, session = Person(stack.url, "mori"), new_id()
    walker = Person(stack.url, "takahashi")
    case = open_case(Person(stack.url, "watanabe"), walker, told={"personName": LABEL})
    author.do("ScheduleSession", session, session_payload(author, walker))
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        page = tablet.take_along("takahashi")
        path.cut()
        tablet.begin_visit(LABEL, MEMO)
        page.get_by_role("button", name="記録する").dblclick()
        expect(page.get_by_role("heading", name="連絡のしかたの約束")).to_be_visible()
        expect(page.get_by_text("端末のみ 1件")).to_be_visible()
        open_board(page, session)
        page.locator("#closing-line").fill(LINE)
        page.get_by_role("button", name="この回を閉じる").dblclick()
        expect(page.locator(".said").filter(has_text=LINE)).to_be_visible()
        expect(page.get_by_text("端末のみ 2件")).to_be_visible()
        path.heal()
        expect(page.get_by_text("端末のみ 0件")).to_be_visible(timeout=70_000)
        expect(page.get_by_text("送信済 0件")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("要確認")).to_have_count(0)
        tablet.close()
    assert len(rows(stack, "coordination", "select 1 from visit where case_id = $1", case)) == 1
    assert len(rows(stack, "ibasho", "select 1 from closing_line_private where session_id = $1", session)) == 1


def test_a_consultation_at_the_window(city: Stack, sign_in: SignIn) -> None:
    page = sign_in("watanabe", "desk")
    before = len(rows(city, "intake", "select 1 from consultation"))
    page.goto(f"{city.url}/consultations/new")
    page.locator("label").filter(has_text="知人").first.click()
    page.locator("label").filter(has_text="電話").first.click()
    page.get_by_role("textbox", name="話されたこと").fill(MEMO)
    page.get_by_role("button", name="保存して終える").dblclick()
    expect(page.get_by_text("保存しました").first).to_be_visible()
    page.wait_for_timeout(1_500)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert len(rows(city, "intake", "select 1 from consultation")) == before + 1
