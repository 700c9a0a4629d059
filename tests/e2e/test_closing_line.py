"""The line that ends a session is a draft while it is typed, as anything else: on the tablet, and on the server without a PIN."""

from pathlib import Path as Folder
from uuid import UUID

from playwright.sync_api import Page, expect, sync_playwright

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.e2e.test_offline_afternoon import open_board
from tests.support.path import Path
from tests.support.person import Person, session_payload
from tests.support.rows import rows
from tests.support.tablet import Tablet

FIRST, MORE = "将棋盤を二つ出した。", "帰りぎわに、来週の話が出た。"


def scheduled(stack: Stack) -> UUID:
    mori, session = Person(stack.url, "mori"), new_id()
    mori.do("ScheduleSession", session, session_payload(mori))
    return session


def lines_of(stack: Stack, session: UUID) -> list[str]:
    query = "select line from closing_line_private where session_id = $1 order by line"
    return [row["line"] for row in rows(stack, "ibasho", query, session)]


def type_line(page: Page, text: str) -> None:
    page.locator("#closing-line").fill(text)
    expect(page.get_by_text("下書き保存")).to_be_visible()


def comes_back_on(page: Page, session: UUID, text: str) -> None:
    """From 今日, where it is among what was begun."""
    page.get_by_role("listitem").filter(has_text="おわりのひとこと").get_by_role(
        "link", name="続きを書く"
    ).first.click()
    page.wait_for_url(f"**/ibasho/{session}")
    expect(page.locator("#closing-line")).to_have_value(text)


def is_end_of_draft(said: str) -> bool:
    return '"kind":"closing"' in said and '"draft":' not in said


def end_with(page: Page, button: str, text: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.locator(".said").filter(has_text=text)).to_be_visible()
    expect(page.locator("#closing-line")).to_have_value("")


def test_on_a_tablet_without_a_signal(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    session = scheduled(stack)
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        tablet.take_along("mori")
        tablet.close()  # Chromium writes its cookies down
        page = tablet.start()
        tablet.unlock()
        path.cut()
        open_board(page, session)
        page.locator("#closing-line").fill("あ" * 8_001)
        page.get_by_role("button", name="この回を閉じる").click()
        expect(page.get_by_text("8000字までです。あと1字、短くしてください。")).to_be_visible()
        expect(page.locator("#closing-line")).to_have_value("あ" * 8_001)
        type_line(page, FIRST)
        tablet.die()
        page = tablet.start()
        tablet.unlock()
        comes_back_on(page, session, FIRST)
        end_with(page, "この回を閉じる", FIRST)
        type_line(page, MORE)
        end_with(page, "書きたす", MORE)
        path.heal()
        expect(page.get_by_text("端末のみ 0件")).to_be_visible(timeout=70_000)
        expect(page.get_by_text("送信済 0件")).to_be_visible(timeout=20_000)
        page.get_by_role("link", name="今日").first.click()
        expect(page.get_by_text("持ち出し準備OK")).to_be_visible()
        expect(page.get_by_text("おわりのひとこと")).to_have_count(0)
        tablet.close()
    assert lines_of(stack, session) == sorted([FIRST, MORE])


def test_in_a_browser_without_a_pin(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    session = scheduled(stack)
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        page = tablet.start()
        tablet.sign_in("mori")
        open_board(page, session)
        type_line(page, FIRST)
        page.goto(f"{tablet.url}/today")
        comes_back_on(page, session, FIRST)
        with page.expect_response(lambda answer: is_end_of_draft(answer.request.post_data or "")):
            end_with(page, "この回を閉じる", FIRST)
        page.goto(f"{tablet.url}/today")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("PINを設定する")).to_be_visible()
        expect(page.get_by_text("おわりのひとこと")).to_have_count(0)
        tablet.close()
    assert lines_of(stack, session) == [FIRST]
