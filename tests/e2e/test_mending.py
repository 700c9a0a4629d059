"""What a person at the door or at the table cannot know is told at once, and what was refused can be mended where it stands."""

from pathlib import Path as Folder

from playwright.sync_api import expect, sync_playwright

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.e2e.conftest import look
from tests.support.path import Path
from tests.support.person import Person, open_case, session_payload, wait_until
from tests.support.tablet import Tablet

NEXT_LINE = "\u0085"  # a browser does not count it among the spaces, the owner does


def test_a_refused_name_was_a_dead_end_that_held_back_the_session(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, _ = hills
    host, session = Person(stack.url, "mori"), str(new_id())
    host.do("ScheduleSession", session, session_payload(host))
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", stack.url)
        page = tablet.take_along("mori")
        page.goto(f"{stack.url}/ibasho/{session}")
        tablet.unlock()
        page.get_by_role("button", name="呼び名・札・QR").click()
        field = page.get_by_label("呼び名、または札の番号")
        field.fill("あ" * 41)
        page.get_by_role("button", name="来ました").click()
        expect(page.get_by_text("40字までです。あと1字、短くしてください。")).to_be_visible()
        field.fill(NEXT_LINE)
        page.get_by_role("button", name="来ました").click()
        page.get_by_role("link", name="要確認").click(timeout=20_000)
        card = page.get_by_role("article")
        page.goto(f"{stack.url}/ibasho/{session}")
        tablet.unlock()
        page.get_by_role("button", name="扉まで来た").click()
        page.get_by_role("link", name="要確認").click(timeout=20_000)
        expect(card).to_contain_text("We+")
        expect(card).to_contain_text("このあとの1件は、これが済むまで待っています。")
        expect(page.get_by_role("main")).not_to_contain_text("急ぐ必要はありません")
        look(page, "attention-name", "tablet")
        card.get_by_label("呼び名").fill("ねこ")
        card.get_by_role("button", name="もう一度送る").click()
        wait_until(lambda: len(host.ask("Session", id=session)["session"]["attendance"]) == 2)
        tablet.close()


def test_a_visit_ahead_of_now_with_somebody_and_nobody_was_taken_and_refused_later(
    hills: tuple[Stack, Path], tmp_path: Folder
) -> None:
    stack, path = hills
    member = Person(stack.url, "takahashi")
    open_case(Person(stack.url, "watanabe"), member, told={"personName": "先日 未来", "personKana": "せんじつ みらい"})
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        page = tablet.take_along("takahashi")
        path.cut()
        tablet.begin_visit("先日 未来", "　")
        expect(page.get_by_text("日時は自動で入りました")).to_be_visible()
        page.get_by_role("checkbox", name="だれとも会わず").check()
        page.get_by_role("button", name="日時を直す").click()
        page.get_by_label("時刻").fill("23:59")
        expect(page.get_by_text("日時は自動で入りました")).to_have_count(0)
        page.get_by_role("button", name="記録する").click()
        for said in ("いまより先の日時です", "ほかの相手と一緒には選べません", "空白だけになっています"):
            expect(page.locator("form .err").get_by_text(said).last).to_be_visible()
        look(page, "visit-ahead", "tablet")
        assert tablet.device_only() == 0
        tablet.close()
