"""Nobody waits for a pause of the hand: what was typed a moment before the page went away is on the tablet."""

from pathlib import Path as Folder

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from infra.stack import Stack
from tests.support.path import Path
from tests.support.person import Person, open_case
from tests.support.tablet import Tablet

AUTHOR, LABEL = "hamada", "筆 速"
TYPED = "台所の窓から見える柿の木の話を、扉の向こうから、途切れずにずっと続けてくださった。" * 2
KEY_MS, SAVED_MS = 40, 600
"""A key every 40 ms: never a pause. What may be missing is what was typed in the last 600 ms."""


@pytest.mark.parametrize("how", ["killed", "reloaded"])
def test_in_mid_sentence(hills: tuple[Stack, Path], tmp_path: Folder, how: str) -> None:
    stack, path = hills
    open_case(Person(stack.url, "watanabe"), Person(stack.url, AUTHOR), told={"personName": LABEL})
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        page = tablet.take_along(AUTHOR)
        path.cut()
        tablet.begin_visit(LABEL, "")
        page.get_by_role("textbox", name="ひとこと").press_sequentially(TYPED, delay=KEY_MS)
        if how == "killed":
            tablet.die()
            page = tablet.start()
            tablet.unlock()
            page.get_by_role("link", name="続きを書く").first.click()
        else:
            page.reload()
            tablet.type_pin()
            page.get_by_role("button", name="開く", exact=True).click()
        kept = memo(page)
        tablet.close()
    assert TYPED.startswith(kept)
    assert len(TYPED) - len(kept) <= SAVED_MS // KEY_MS, kept


def memo(page: Page) -> str:
    box = page.get_by_role("textbox", name="ひとこと")
    expect(box).to_be_visible(timeout=20_000)
    expect(box).not_to_have_value("")
    return box.input_value()
