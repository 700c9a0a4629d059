"""消去 reaches the tablets: what was typed and what was sent about the case leaves them; what was not sent is its person's to decide."""

from pathlib import Path as Folder
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.support.path import Path
from tests.support.person import Person, open_case, wait_until
from tests.support.tablet import Tablet

LABEL, STAYS = "消月 晶", "残月 澪"
SENT, TYPED, UNSENT = "柿をいただいた。", "次は手紙で、と", "雨戸の音だけがした。"
# How much lies in the stores of this device's one person: [accepted commands, drafts with words, what waits].
LYING = """async () => {
  const names = (await indexedDB.databases()).map(({name}) => name);
  const name = names.find((each) => each.startsWith("banso-") && each !== "banso-device");
  const open = await new Promise((done) => { const asked = indexedDB.open(name); asked.onsuccess = () => done(asked.result); });
  const all = (store) => new Promise((done) => {
    open.transaction(store).objectStore(store).getAll().onsuccess = (event) => done(event.target.result);
  });
  const [queue, drafts] = [await all("queue"), await all("drafts")];
  open.close();
  const visits = queue.filter((row) => !row.trace);
  return [visits.filter((row) => !row.open).map((row) => row.subject), drafts.filter((row) => row.sealed.length).length,
          visits.filter((row) => row.open).map((row) => row.subject)];
}"""


def lying(page: Page) -> list[Any]:
    found: list[Any] = page.evaluate(LYING)
    return found


def erase(stack: Stack, case: object) -> None:
    request = str(new_id())
    Person(stack.url, "takahashi").do("OpenPersonRequest", case, {"requestId": request, "kind": "erasure"})
    Person(stack.url, "sasaki").do("DecidePersonRequest", case, {"requestId": request, "decision": "approve"})


def test_an_erased_case_leaves_the_tablet_with_every_word_about_it(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    people = [Person(stack.url, login) for login in ("watanabe", "takahashi", "hamada")]
    case, other = (str(open_case(*people, told={"personName": label})) for label in (LABEL, STAYS))
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        page = tablet.take_along("hamada")
        for label in (LABEL, STAYS):
            tablet.begin_visit(label, SENT)
            tablet.save_visit(SENT)
            tablet.nothing_waits()
        tablet.begin_visit(LABEL, TYPED)
        page.wait_for_timeout(1_500)  # a pause of the hand: the draft is saved
        page.go_back()
        page.get_by_role("link", name="今日").first.click()
        expect(page.get_by_role("link", name="続きを書く")).to_be_visible()
        accepted, drafts, waiting = lying(page)
        assert (sorted(accepted), drafts, waiting) == (sorted([case, other]), 1, [])
        path.cut()
        tablet.begin_visit(LABEL, UNSENT)
        tablet.save_visit(UNSENT)
        erase(stack, case)
        path.heal()
        wait_until(lambda: lying(page) == [[other], 0, [case]], 70)
        page.get_by_role("link", name="要確認").first.click()
        expect(page.get_by_text("消去されています")).to_be_visible(timeout=20_000)
        expect(page.get_by_text(UNSENT)).to_be_visible()
        page.get_by_role("link", name="今日").first.click()
        expect(page.get_by_role("link", name="続きを書く")).to_have_count(0)
        tablet.close()
