"""The tablet is put away and taken out again with no signal: what was on the screen is there, and one deed stays one."""

import re
from pathlib import Path as Folder

import pytest
from playwright.sync_api import expect, sync_playwright

from infra.stack import Stack
from tests.support.path import Path
from tests.support.person import Person, open_case, wait_until
from tests.support.rows import rows
from tests.support.tablet import PIN, Tablet

HALF, MENDED = "玄関の灯りがついていた。", "玄関の灯りがついていた。声はなかった。"


def take_out(tablet: Tablet) -> None:
    """The PIN, whatever screen lies behind it."""
    tablet.type_pin(PIN)
    tablet.page.get_by_role("button", name="開く", exact=True).click()


def test_a_half_typed_visit_is_there_again(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    told = {"personName": "夜道 歩", "personKana": "よみち あゆむ"}
    open_case(Person(stack.url, "watanabe"), Person(stack.url, "takahashi"), told=told)
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        page = tablet.take_along("takahashi")
        path.cut()
        tablet.begin_visit("夜道 歩", HALF)
        tablet.put_away()
        take_out(tablet)
        expect(page.get_by_role("textbox", name="ひとこと")).to_have_value(HALF)
        expect(page.get_by_role("radio", name="扉越し")).to_be_checked()
        week = page.get_by_role("radio", name=re.compile("^来週"))
        week.check()
        promised = str(week.locator("xpath=..").inner_text()).removeprefix("来週").strip()
        tablet.save_visit(HALF)
        expect(page.locator(".facts")).to_contain_text(promised)
        for place, there in (("ケース", "夜道 歩"), ("今日", "髙橋")):
            page.get_by_role("link", name=place, exact=True).click()
            tablet.put_away()
            take_out(tablet)
            expect(
                page.get_by_role("main").or_(page.get_by_role("navigation")).get_by_text(there).first
            ).to_be_visible()
            expect(page.get_by_text("いま読み込めません")).to_have_count(0)
        path.heal()
        tablet.close()


@pytest.mark.timeout(200)
def test_a_refused_visit_that_is_being_mended_stays_one_visit(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    told = {"personName": "早朝 起", "personKana": "そうちょう おき"}
    case = open_case(Person(stack.url, "watanabe"), Person(stack.url, "takahashi"), told=told)
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        page = tablet.take_along("takahashi")
        path.cut()
        tablet.begin_visit("早朝 起", HALF)
        page.get_by_role("button", name="日時を直す").click()
        page.get_by_label("訪問した日").select_option(index=20)  # before there was a case
        tablet.save_visit(HALF)
        path.heal()
        expect(page.get_by_role("main").get_by_text("要確認")).to_be_visible(timeout=20_000)
        expect(page.get_by_text(HALF)).to_be_visible()
        expect(page.get_by_text("つながると、自動で送ります")).to_have_count(0)
        page.get_by_role("link", name="要確認").first.click()
        path.cut()
        page.get_by_role("link", name="直して送る").click()
        page.get_by_role("button", name="日時を直す").click()
        page.get_by_label("訪問した日").select_option(index=0)
        page.get_by_role("textbox", name="ひとこと").fill(MENDED)
        tablet.put_away()
        take_out(tablet)
        expect(page.get_by_role("textbox", name="ひとこと")).to_have_value(MENDED)
        page.get_by_role("button", name="記録する").click()
        expect(page.get_by_role("heading", name="要確認")).to_be_visible()
        path.heal()
        tablet.nothing_waits()
        tablet.close()
    visits = "select memo from visit join visit_private using (visit_id) where case_id = $1"
    wait_until(lambda: [row["memo"] for row in rows(stack, "coordination", visits, case)] == [MENDED])
