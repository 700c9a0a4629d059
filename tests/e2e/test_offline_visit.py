"""J2: a stair with no signal. The path is cut, the browser killed and opened cold, two visits recorded; then they arrive."""

from collections import Counter
from pathlib import Path as Folder
from uuid import UUID

from playwright.sync_api import Page, expect, sync_playwright

from infra.stack import Stack
from tests.e2e.conftest import look
from tests.support.path import Path
from tests.support.person import Person, open_case, wait_until
from tests.support.rows import rows
from tests.support.tablet import Tablet

FIRST, SECOND = "扉の向こうで、うなずく音がした。", "手紙を郵便受けに入れた。"


def record(page: Page, outcome: str, memo: str) -> None:
    """Three taps and a word."""
    page.get_by_role("link", name="訪問を記録").first.click()
    page.get_by_role("radio", name=outcome).check()
    page.get_by_role("checkbox", name="本人", exact=True).check()
    page.get_by_role("textbox", name="ひとこと").fill(memo)
    page.get_by_role("button", name="記録する").click()
    expect(page.get_by_text(memo)).to_be_visible(timeout=10_000)


def open_the_case(page: Page, label: str) -> None:
    page.get_by_role("link", name="ケース", exact=True).click()
    page.get_by_role("link", name=label).first.click()
    expect(page.get_by_role("heading", name="連絡のしかたの約束")).to_be_visible()


def test_two_visits_on_a_stair_without_a_signal(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    clerk, coordinator, colleague = (Person(stack.url, login) for login in ("watanabe", "takahashi", "hamada"))
    case = open_case(clerk, coordinator, colleague, told={"personName": "階段 登", "personKana": "かいだん のぼる"})
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        page = tablet.start()
        tablet.sign_in("takahashi")
        tablet.set_pin()
        expect(page.get_by_text("持ち出し準備OK")).to_be_visible(timeout=20_000)
        look(page, "today-ready", "tablet")
        tablet.close()  # Chromium writes its cookies down now and then, and when it is closed
        page = tablet.start()
        tablet.unlock()

        path.cut()
        tablet.die()
        page = tablet.start()
        look(page, "unlock", "tablet")
        tablet.unlock()
        open_the_case(page, "階段 登")
        record(page, "扉越し", FIRST)
        assert tablet.device_only() == 1
        look(page, "case-offline", "tablet")
        record(page, "手紙を置いた", SECOND)
        waiting = tablet.device_only()
        assert waiting == 2
        tablet.die()  # once more, in the dark
        page = tablet.start()
        tablet.unlock()
        assert tablet.device_only() == waiting
        assert rows(stack, "coordination", "select 1 from visit where case_id = $1", case) == []

        path.heal()
        expect(page.get_by_text("端末のみ 0件")).to_be_visible(timeout=70_000)
        expect(page.get_by_text("送信済 0件")).to_be_visible()
        open_the_case(page, "階段 登")
        for memo in (FIRST, SECOND):
            expect(page.get_by_text(memo)).to_have_count(1)
        expect(page.locator("main").get_by_text("端末のみ")).to_have_count(0)
        look(page, "case-received", "tablet")
        tablet.close()
    everything_arrived_once(stack, case, colleague)


def everything_arrived_once(stack: Stack, case: UUID, colleague: Person) -> None:
    """In the owner, on the bus, in the notices, in the figures."""
    stack.wait_settled()
    query = "select memo from visit join visit_private using (visit_id) where case_id = $1 order by visited_at"
    assert [row["memo"] for row in rows(stack, "coordination", query, case)] == [FIRST, SECOND]
    told = wait_until(lambda: [n for n in colleague.ask("Notices")["notices"] if n["caseId"] == str(case)])
    assert Counter(notice["kind"] for notice in told) == {"visit_recorded": 2}
    assert len(rows(stack, "reporting", "select 1 from fact_visit where case_id = $1", case)) == 2
    viewed = "select count(*) as n from access_log where action = 'viewed_offline'"
    assert rows(stack, "coordination", viewed)[0]["n"] >= 1
