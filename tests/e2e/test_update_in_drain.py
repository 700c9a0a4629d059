"""A new version of the app while the queue is sending: it waits, for the queue and for what is being typed, and nothing goes twice."""

from collections import Counter
from pathlib import Path as Folder

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from infra.stack import Stack
from tests.e2e.test_service_worker import OFFER, gateway_with
from tests.support.path import Path
from tests.support.person import Person, open_case
from tests.support.pwa import second_build
from tests.support.rows import rows
from tests.support.tablet import Tablet

AUTHOR, LABEL = "kobayashi", "更科 改"
QUEUED, TYPED = [f"{n}通目の手紙を置いた。" for n in range(1, 4)], "返事の葉書を預かった。"
UPDATE = "() => navigator.serviceWorker.getRegistration().then((found) => void found.update().catch(() => null))"
WAITS = "() => navigator.serviceWorker.getRegistration().then((found) => found.waiting !== null)"
LOOKS_AGAIN_MS = 6_000  # the page looks every five seconds whether it may offer the new version


def nothing_left(page: Page) -> None:
    for state in ("端末のみ", "送信済"):
        expect(page.get_by_text(f"{state} 0件")).to_be_visible(timeout=90_000)


def waits_while_it_is_sending(tablet: Tablet) -> None:
    """The new version is there, each command is still long on its way: nobody is asked to update."""
    page = tablet.page
    page.evaluate(UPDATE)
    page.wait_for_function(WAITS, timeout=60_000)
    page.wait_for_timeout(LOOKS_AGAIN_MS)
    expect(page.get_by_text(OFFER)).to_have_count(0)
    assert tablet.device_only() > 0, "it is sending all this time"


def waits_while_a_sentence_is_typed(tablet: Tablet) -> None:
    """The queue is through, the form is open."""
    page = tablet.page
    tablet.begin_visit(LABEL, TYPED)
    nothing_left(page)
    page.wait_for_timeout(LOOKS_AGAIN_MS)
    expect(page.get_by_text(OFFER)).to_have_count(0)
    expect(page.get_by_role("textbox", name="ひとこと")).to_have_value(TYPED)


@pytest.mark.timeout(300)
def test_a_new_version_in_mid_drain(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    case = open_case(Person(stack.url, "watanabe"), Person(stack.url, AUTHOR), told={"personName": LABEL})
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        page = tablet.take_along(AUTHOR)
        path.cut()
        for memo in QUEUED:
            tablet.begin_visit(LABEL, memo)
            tablet.save_visit(memo)
        ids = [id for id, _ in tablet.waiting()]
        path.said.clear()
        with gateway_with(stack, BANSO_PWA_DIST=str(second_build(tmp_path))):
            path.held = (b'"blob"', 6)
            path.heal()
            try:
                waits_while_it_is_sending(tablet)
                waits_while_a_sentence_is_typed(tablet)
            finally:
                path.held = (b"", 0)
            tablet.save_visit(TYPED)
            nothing_left(page)
            with page.expect_event("load"):
                page.get_by_role("button", name="更新する").click(timeout=20_000)
            page.wait_for_function("() => globalThis.build === 'next'")
            tablet.unlock()
            nothing_left(page)
            tablet.nothing_waits()
            tablet.close()
    assert {id: path.said.count(f'"id":"{id}"'.encode()) for id in ids} == dict.fromkeys(ids, 1)
    query = "select memo from visit join visit_private using (visit_id) where case_id = $1"
    assert Counter(row["memo"] for row in rows(stack, "coordination", query, case)) == Counter([*QUEUED, TYPED])
