"""A board on the table while the signal comes and goes: what others wrote meanwhile appears without anybody touching it."""

from pathlib import Path as Folder

import pytest
from playwright.sync_api import expect, sync_playwright

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.e2e.conftest import CHROMIUM
from tests.support.path import Path
from tests.support.person import Person, attendance_payload, session_payload
from tests.support.tablet import Tablet

# The timer that would hide a missed signal within a minute does not come.
NO_MINUTE = """{
  const timer = window.setInterval.bind(window);
  window.setInterval = (act, ms, ...rest) => (ms >= 60000 ? 0 : timer(act, ms, ...rest));
}"""


@pytest.mark.timeout(180)
def test_a_stream_that_comes_back_asks_for_what_it_missed(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    mori, session = Person(stack.url, "mori"), new_id()
    payload = session_payload(mori)
    mori.do("ScheduleSession", session, payload)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        table = Tablet(playwright, tmp_path, f"http://localhost:{path.port}")
        page = table.page = browser.new_page(locale="ja-JP", timezone_id="Asia/Tokyo")
        page.add_init_script(NO_MINUTE)
        page.goto(table.url)
        table.sign_in("mori")
        page.goto(f"{table.url}/ibasho/{session}")
        came = page.locator(".fig", has_text="きた人").locator("dd")
        expect(came).to_have_text("0人")
        mori.do("LogAttendance", session, attendance_payload())
        expect(came).to_have_text("1人", timeout=20_000)
        path.cut()
        mori.do("LogAttendance", session, attendance_payload())
        stack.wait_settled()
        path.heal()
        expect(came).to_have_text("2人", timeout=40_000)
        browser.close()
