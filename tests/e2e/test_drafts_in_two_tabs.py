"""One draft in two tabs of a tablet, with no signal: whichever is saved later, both texts stay, each to be gone on with."""

from pathlib import Path as Folder

from playwright.sync_api import Page, expect, sync_playwright

from infra.stack import Stack
from tests.support.path import Path
from tests.support.person import Person, open_case
from tests.support.rows import rows
from tests.support.tablet import Tablet

AUTHOR, LABEL = "hamada", "双子 綴"
BEGUN, FIRST, SECOND = "庭先で", "庭先で、鉢植えの話をした。", "庭先で、雨の音を聞いていた。"


def memo(page: Page) -> str:
    return page.get_by_role("textbox", name="ひとこと").input_value()


def type_on(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="ひとこと").fill(text)
    page.wait_for_timeout(1_500)  # a pause of the hand: the draft is saved


def test_neither_text_is_lost(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    case = open_case(Person(stack.url, "watanabe"), Person(stack.url, AUTHOR), told={"personName": LABEL})
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        first = tablet.take_along(AUTHOR)
        second = first.context.new_page()
        second.goto(tablet.url)
        tablet.page = second
        tablet.unlock()
        path.cut()
        tablet.page = first
        tablet.begin_visit(LABEL, BEGUN)
        type_on(first, BEGUN)
        tablet.page = second
        second.get_by_role("link", name="お知らせ").first.click()
        second.get_by_role("link", name="今日").first.click()
        second.get_by_role("link", name="続きを書く").first.click()
        assert memo(second) == BEGUN
        type_on(second, SECOND)
        type_on(first, FIRST)
        expect(first.get_by_text("別の画面で続きが書かれています")).to_be_visible()
        assert (memo(first), memo(second)) == (FIRST, SECOND)
        first.get_by_role("button", name="新しい下書きで続ける").click()
        expect(first.get_by_text("別の画面で続きが書かれています")).to_have_count(0)
        assert memo(first) == FIRST
        for tablet.page, text in ((second, SECOND), (first, FIRST)):
            tablet.save_visit(text)
        assert tablet.device_only() == 2
        path.heal()
        expect(first.get_by_text("端末のみ 0件")).to_be_visible(timeout=70_000)
        tablet.close()
    query = "select memo from visit join visit_private using (visit_id) where case_id = $1 order by memo"
    assert [row["memo"] for row in rows(stack, "coordination", query, case)] == sorted([FIRST, SECOND])
