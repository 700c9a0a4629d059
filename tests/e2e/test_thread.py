"""The thread in a real browser: from a ringing phone, by keyboard alone, to a recorded visit and its notice."""

import time

import pytest
from playwright.sync_api import Page, expect

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.e2e.conftest import SignIn, look
from tests.support.person import Person, consultation_payload, open_case, package_payload

MEMO = "息子さん(28)のこと。4年ほど前から、ほとんど部屋で過ごしている。"


class Keyboard:
    """Counts what a typist presses. Text comes through the IME; it counts one key a character, twice over for conversion."""

    def __init__(self, page: Page) -> None:
        self._page, self.presses, self.characters = page, 0, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)
            self.presses += 1

    def type(self, text: str) -> None:
        self._page.keyboard.insert_text(text)
        self.characters += len(text)

    def go_to(self, selector: str, limit: int = 60) -> None:
        """Tab until the element has the focus."""
        for _ in range(limit):
            if self._page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
                return
            self.press("Tab")
        raise AssertionError(f"{selector} was not reached with {limit} tabs")


def checked(page: Page, name: str) -> list[str]:
    """The codes chosen for one question."""
    return [field.input_value() for field in page.locator(f"input[name={name}]:checked").all()]


def type_the_call(page: Page, keys: Keyboard) -> None:
    """A mother phones; anonymous; 本人は知らない; 自宅に電話しない; three ○ and one ◎; every question of the call answered."""
    expect(page.get_by_role("radio", name="本人", exact=True).first).to_be_focused()
    keys.press("ArrowRight")  # 家族
    expect(page.get_by_role("radio", name="家族", exact=True)).to_be_checked()
    keys.go_to("select")
    keys.press("ArrowDown")  # 母
    keys.go_to("input[name=how]")
    keys.press("Space")  # 電話
    expect(page.get_by_role("radio", name="電話", exact=True)).to_be_checked()
    keys.go_to("#memo")
    keys.type(MEMO)
    keys.go_to("input[name=knows]")
    keys.press("ArrowRight")  # 知らない
    keys.go_to("input[name=contact]")
    keys.press("Space")  # 自宅の電話にかけない
    keys.go_to("input[name=concern]")
    keys.press("Space")  # ○
    keys.go_to("input[name=main-concern]")
    keys.press("Space")  # ◎: all of them are one stop of the Tab key
    for _ in range(2):  # ○
        keys.go_to("input[name=concern]:not(:checked)")
        keys.press("Space")
    keys.go_to("input[name=heard]")
    keys.press("Space")
    keys.go_to("input[name=hikikomori]")
    keys.press("Space")  # はい
    keys.go_to("input[name=urgency]")
    keys.press("Space")
    all_answered(page)


def all_answered(page: Page) -> None:
    """What `type_the_call` typed is on the screen."""
    assert (checked(page, "who"), checked(page, "how")) == (["family"], ["phone"])
    expect(page.locator("select#relation")).to_have_value("mother")
    expect(page.get_by_role("textbox", name="話されたこと")).to_have_value(MEMO)
    assert (checked(page, "knows"), checked(page, "contact")) == (["does_not_know"], ["no_home_phone"])
    assert len(checked(page, "concern")) == 3 and len(checked(page, "main-concern")) == 1
    assert (len(checked(page, "heard")), checked(page, "hikikomori"), len(checked(page, "urgency"))) == (1, ["yes"], 1)


@pytest.mark.parametrize("size", ["desk", "tablet"])
def test_from_the_ringing_phone_to_the_notice(sign_in: SignIn, city: Stack, size: str) -> None:
    clerk, first, second = sign_in("watanabe", size), sign_in("takahashi", size), sign_in("hamada", size)
    look(clerk, "today-clerk", size)
    for coordinator in (first, second):
        coordinator.get_by_role("link", name="相談").first.click()
        expect(coordinator.get_by_role("heading", name="引継ぎトレイ")).to_be_visible()

    receipt = open_by_keyboard(clerk, size)
    hand_off(clerk, size)
    begun = time.monotonic()
    arrived = first.get_by_text("新しい引継ぎが届きました")
    expect(arrived.first).to_be_attached(timeout=10_000)
    print(f"[{size}] the tray changed by itself {time.monotonic() - begun:.2f} s after the press was answered")
    look(first, "tray", size)

    winner = accept_race(city, [first, second], size)
    loser = second if winner is first else first
    clerk.get_by_role("link", name="相談").first.click()
    expect(clerk.get_by_text("引き継がれました").first).to_be_visible()
    expect(clerk.get_by_text("さんが受けました").first).to_be_visible()
    look(clerk, "tray-sent", size)
    assert "受付番号" in receipt
    record_visit(winner, size)
    loser.get_by_role("link", name="お知らせ").click()
    expect(loser.get_by_role("heading", name="お知らせ")).to_be_visible()
    expect(loser.get_by_text("新しい記録があります").first).to_be_visible()
    for word in (MEMO[:6], "扉のすぐ内側", "母の携帯"):
        assert word not in loser.locator("main").inner_text()
    look(loser, "notices", size)
    loser.get_by_role("button", name="すべて既読にする").click()
    expect(loser.get_by_role("button", name="すべて既読にする")).to_have_count(0, timeout=30_000)


def open_by_keyboard(clerk: Page, size: str) -> str:
    """From the navigation of 今日 to the receipt number without the mouse, each key counted."""
    keys = Keyboard(clerk)
    keys.go_to("a[href='/consultations/new']")
    keys.press("Enter")
    expect(clerk.get_by_role("heading", name="相談を開く")).to_be_visible()
    look(clerk, "open-consultation", size)
    type_the_call(clerk, keys)
    expect(clerk.get_by_text("下書き保存")).to_be_visible()
    clerk.reload()
    expect(clerk.get_by_role("textbox", name="話されたこと")).to_have_value(MEMO)
    all_answered(clerk)
    look(clerk, "open-consultation-typed", size)
    keys.press("Alt+Digit3")
    saved = clerk.get_by_role("status").filter(has_text="受付番号")
    expect(saved.first).to_be_visible()
    seconds = (keys.presses + 2 * keys.characters) * 0.2
    print(
        f"[{size}] {keys.presses} keys and {keys.characters} characters of memo: {seconds:.0f} s at 300 strokes a minute"
    )
    assert seconds < 60
    look(clerk, "consultation-saved", size)
    return saved.first.inner_text()


def hand_off(clerk: Page, size: str) -> None:
    clerk.get_by_role("link", name="引き継ぐ", exact=True).first.click()
    expect(clerk.get_by_role("heading", name="引き継ぐ", exact=True)).to_be_visible()
    promised = clerk.get_by_role("textbox", name="約束したこと")
    promised.fill("")
    clerk.get_by_role("button", name="引き継ぐ").click()
    alert = clerk.get_by_role("alert")
    expect(alert).to_contain_text("まだ引き継いでいません")
    look(clerk, "hand-off-refused", size)
    promised.fill("木曜までに、母の携帯へ一度かける")
    clerk.get_by_role("textbox", name="安全に連絡できる方法").fill("母の携帯だけ 火・木 14:00–16:00")
    clerk.get_by_role("textbox", name="約束の中身").fill("木曜の午後に電話")
    look(clerk, "hand-off", size)
    clerk.get_by_role("button", name="引き継ぐ").click()
    said = clerk.get_by_role("status").filter(has_text="引き継ぎました")
    expect(said).to_be_focused()
    expect(said).to_be_in_viewport()
    expect(said).to_contain_text("ひきこもり支援係へ送りました")
    expect(clerk.get_by_text("保存しました")).to_have_count(0)


PRESS_SOON = """() => {
  const button = [...document.querySelectorAll("button")].find((each) => each.textContent.trim() === "受ける");
  setTimeout(() => button.click(), 2_000);
}"""


def accept_race(city: Stack, pages: list[Page], size: str) -> Page:
    """Two press 受ける at the same moment. Answers the winner's page; the other reads who was first."""
    handoff = Person(city.url, "watanabe").ask("Tray")["tray"]["sent"][0]["id"]
    names = {"髙橋 直子": pages[0], "濵田 恵": pages[1]}
    for own, page in names.items():
        page.goto(f"{city.url}/handoffs/{handoff}")
        expect(page.get_by_role("button", name="受ける", exact=True)).to_be_visible()
        page.get_by_text("いっしょに担当する人を選ぶ").click()
        other = next(name for name in names if name != own)
        page.get_by_role("checkbox", name=other).check()
    look(pages[0], "handoff", size)
    for page in pages:
        page.evaluate(PRESS_SOON)
    winner, loser = decided(pages)
    name = next(name for name, page in names.items() if page is winner)
    expect(loser.get_by_role("status").filter(has_text=f"{name}さんが先に受けました")).to_be_visible()
    look(loser, "came-second", size)
    assert loser.get_by_role("alert").count() == 0, "nobody did anything wrong"
    expect(loser.get_by_role("link", name="トレイをひらく")).to_be_visible()
    expect(winner.get_by_role("heading", name="連絡のしかたの約束")).to_be_visible()
    look(winner, "case", size)
    return winner


def decided(pages: list[Page]) -> tuple[Page, Page]:
    """(who got the case, who did not)."""
    for _ in range(100):
        won = [page for page in pages if "/cases/" in page.url]
        if won:
            pages[0].wait_for_timeout(500)
            won = [page for page in pages if "/cases/" in page.url]
            assert len(won) == 1, "both got it"
            return won[0], next(page for page in pages if page is not won[0])
        pages[0].wait_for_timeout(100)
    raise AssertionError("nobody got it")


def record_visit(page: Page, size: str) -> None:
    page.get_by_role("link", name="訪問を記録").first.click()
    expect(page.get_by_text("どうでしたか")).to_be_visible()
    page.get_by_role("radio", name="扉越し").check()
    page.get_by_role("checkbox", name="本人", exact=True).check()
    page.get_by_role("textbox", name="ひとこと").fill("扉のすぐ内側で話された。")
    page.get_by_role("radio", name="来週").first.check()
    page.get_by_role("textbox", name="約束の中身").fill("手紙を届ける")
    look(page, "record-visit", size)
    page.get_by_role("button", name="記録する").click()
    page.wait_for_url(lambda url: url.split("?")[0].rstrip("/").count("/") == 4)
    expect(page.get_by_text("扉のすぐ内側で話された。")).to_be_visible()
    expect(page.get_by_text("扉越し").first).to_be_visible()
    look(page, "case-with-visit", size)


@pytest.mark.parametrize("size", ["desk", "tablet"])
def test_other_screens(sign_in: SignIn, city: Stack, size: str) -> None:
    clerk = Person(city.url, "watanabe")
    open_case(clerk, Person(city.url, "takahashi"))
    coordinator = sign_in("takahashi", size)
    look(coordinator, "today-coordinator", size)
    coordinator.get_by_role("link", name="ケース", exact=True).click()
    expect(coordinator.get_by_role("heading", name="ケース", exact=True)).to_be_visible()
    look(coordinator, "cases", size)
    coordinator.get_by_role("button", name="隠す").click()
    expect(coordinator.get_by_role("button", name="もどる")).to_be_visible()
    look(coordinator, "veil", size)
    manager = sign_in("sasaki", size)
    manager.get_by_role("link", name="統計").click()
    expect(manager.get_by_role("heading", name="統計")).to_be_visible()
    expect(manager.get_by_role("table").first).to_be_visible()
    look(manager, "statistics", size)
    clerk_page = sign_in("watanabe", size)
    clerk_page.goto(f"{city.url}/consultations")
    expect(clerk_page.get_by_role("heading", name="相談の記録")).to_be_visible()
    look(clerk_page, "consultations", size)
    coordinator.get_by_role("button", name="もどる").click()
    coordinator.goto(f"{city.url}/cases/{new_id()}")
    expect(coordinator.get_by_text("見つかりませんでした").first).to_be_visible(timeout=20_000)
    look(coordinator, "not-found", size)


def test_sign_in_page(browser, city: Stack) -> None:
    for size, (width, height) in {"desk": (1280, 800), "tablet": (820, 1180)}.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(city.url)
        page.get_by_label("職員ID").fill("watanabe")
        page.get_by_label("パスワード").fill("not the password")
        look(page, "sign-in", size)
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("もう一度お確かめください")
        page.close()


def test_a_year_that_never_was_gets_a_sentence_and_keeps_what_was_typed(sign_in: SignIn) -> None:
    page = sign_in("yoshida", "desk")
    page.get_by_role("link", name="相談を開く").first.click()
    page.locator("label").filter(has_text="知人").first.click()
    page.locator("label").filter(has_text="来所").first.click()
    page.get_by_role("textbox", name="話されたこと").fill(MEMO)
    page.locator("#birth-year").fill("昭和65")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("まだ保存していません")
    expect(page.get_by_role("textbox", name="話されたこと")).to_have_value(MEMO)


def test_the_case_says_that_the_package_is_on_its_way(sign_in: SignIn, city: Stack) -> None:
    clerk, coordinator = Person(city.url, "watanabe"), Person(city.url, "takahashi")
    consultation, handoff, case = new_id(), new_id(), new_id()
    clerk.do("OpenConsultation", consultation, consultation_payload())
    clerk.do("HandOff", handoff, package_payload(consultation))
    city.stop(["coordination"])
    coordinator.do("AcceptHandoff", handoff, {"caseId": str(case)})
    city.wait_settled(names=["intake"])  # the acceptance is on the bus
    city.kill("intake")
    city.start(["coordination"])
    try:
        page = sign_in("takahashi", "desk")
        page.goto(f"{city.url}/cases/{case}")
        expect(page.get_by_text("引継ぎの内容を取り込み中").first).to_be_visible(timeout=15_000)
        look(page, "case-pending", "desk")
    finally:
        city.start(["intake"])
    expect(page.get_by_role("heading", name="連絡のしかたの約束")).to_be_visible(timeout=70_000)


def test_the_same_draft_in_two_windows_loses_nothing(sign_in: SignIn) -> None:
    first = sign_in("yoshida", "desk")
    first.get_by_role("link", name="相談を開く").first.click()
    if first.get_by_role("button", name="新しく書く").is_visible():
        first.get_by_role("button", name="新しく書く").click()
    memo = first.get_by_role("textbox", name="話されたこと")
    memo.fill("朝の電話")
    expect(first.get_by_text("下書き保存")).to_be_visible()
    second = first.context.new_page()
    second.goto(first.url)
    theirs = second.get_by_role("textbox", name="話されたこと")
    expect(theirs).to_have_value("朝の電話")
    memo.fill("朝の電話。第一の窓の続き")
    first.wait_for_timeout(1_500)
    theirs.fill("朝の電話。第二の窓の続き")
    expect(second.get_by_role("alert")).to_contain_text("別の画面で続きが書かれています")
    look(second, "draft-moved", "desk")
    second.get_by_role("button", name="別の画面の続きをひらく").click()
    expect(theirs).to_have_value("朝の電話。第一の窓の続き")
    second.goto(second.url.split("/consultations")[0] + "/today")
    drafts = second.locator("section", has_text="書きかけ").get_by_role("link", name="続きを書く")
    expect(drafts.nth(1)).to_be_visible()
    kept = set()
    for href in [drafts.nth(n).get_attribute("href") for n in range(drafts.count())]:
        second.goto(second.url.split("/today")[0].split("/consultations")[0] + str(href))
        expect(second.get_by_role("textbox", name="話されたこと")).not_to_have_value("")
        kept.add(second.get_by_role("textbox", name="話されたこと").input_value())
    assert {"朝の電話。第一の窓の続き", "朝の電話。第二の窓の続き"} <= kept
    second.close()
