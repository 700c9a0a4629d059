"""居場所, 要確認, 端末 and what the tablet carries, in a real browser: pictures, axe, keyboard, both sizes and 200% zoom."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.e2e.conftest import SignIn, look
from tests.support.person import Person, open_case, this_week, visit_payload, wait_until
from tests.support.rows import rows
from tests.support.screen import meet_dialog
from tests.support.tokens import token_code

PIN = "271828"
SIZES = ("desk", "tablet")
ZOOMED = {"width": 640, "height": 400}


def plan(page: Page, size: str) -> None:
    """A session of this afternoon, through the form; a wrong time first."""
    page.get_by_role("link", name="居場所", exact=True).click()
    expect(page.get_by_role("heading", name="居場所", exact=True)).to_be_visible()
    page.get_by_role("button", name="回を予定する").click()
    page.get_by_label("始まり").fill("18:00")
    page.get_by_role("button", name="予定する", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("終わりの時刻を、始まりよりあとに")
    look(page, "ibasho-plan", size)
    page.get_by_label("始まり").fill("13:00")
    page.get_by_role("button", name="予定する", exact=True).click()
    expect(page.get_by_role("link", name="自由の時間").first).to_be_visible()
    look(page, "ibasho-timetable", size)


def schedule(city: Stack, later: timedelta = timedelta()) -> str:
    """A session that runs now, or `later` than now, its id; the answer of the server, not of a screen."""
    mori, session, now = Person(city.url, "mori"), new_id(), datetime.now(UTC)
    starts = now + later - timedelta(hours=1)
    place = next(each for each in mori.ask("IbashoPlaces")["ibashoPlaces"] if each["name"] == "谷戸分庁舎")
    payload = {
        "placeId": place["id"],
        "programmeId": place["programmes"][0]["id"],
        "startsAt": (starts if later else this_week(starts)).isoformat(),
        "endsAt": (now + later + timedelta(hours=3)).isoformat(),
        "style": "free",
        "staffIds": [mori.id, Person(city.url, "takahashi").id],
    }
    mori.do("ScheduleSession", session, payload)
    return str(session)


def figure(page: Page, name: str) -> Locator:
    return page.locator(".fig", has_text=name).locator("dd")


def tile(page: Page, nickname: str) -> Locator:
    return page.locator(".tile", has=page.get_by_text(nickname, exact=True))


def come(page: Page, text: str) -> None:
    """By keyboard alone: the dialog, the nickname or number, Enter."""
    page.locator(".tile.add").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("呼び名、または札の番号")).to_be_focused()
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")


def open_board(page: Page, city: Stack, session: str) -> None:
    page.goto(f"{city.url}/ibasho/{session}")
    expect(page.get_by_role("heading", name="来たら、呼び名にふれてください")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_an_afternoon_at_the_table(sign_in: SignIn, city: Stack, size: str) -> None:
    page = sign_in("mori", size)
    plan(page, size)
    session = schedule(city)
    open_board(page, city, session)
    name = f"みどり{size}"
    come(page, name)
    expect(tile(page, name)).to_have_attribute("aria-pressed", "true")
    token = token_code(7 if size == "desk" else 8)
    come(page, token[:5] + ("0" if token[5] != "0" else "1"))
    expect(page.get_by_text("札の番号が合いません")).to_be_visible()
    look(page, "board-mistyped", size)
    page.get_by_label("呼び名、または札の番号").fill(f"{token[:3]}-{token[3:]}".lower())
    page.keyboard.press("Enter")
    expect(tile(page, f"札 {token[:3]}-{token[3:]}")).to_be_visible()
    for _ in range(2):
        page.get_by_role("button", name="＋1").click()
    page.get_by_role("button", name="扉まで来た").click()
    expect(figure(page, "扉まで来た")).to_have_text("1人")
    page.get_by_role("button", name="取り消す", exact=True).first.click()
    expect(figure(page, "扉まで来た")).to_have_text("0人")
    expect(figure(page, "きた人")).to_have_text("4人")
    look(page, "board", size)
    the_other_tablet_shows_the_same(sign_in, city, session, name)
    correct_and_close(page, size)
    page.set_viewport_size(ZOOMED)
    look(page, "board-zoom200", size)


def the_other_tablet_shows_the_same(sign_in: SignIn, city: Stack, session: str, name: str) -> None:
    other = sign_in("mori", "tablet")
    open_board(other, city, session)
    expect(tile(other, name)).to_have_attribute("aria-pressed", "true")
    expect(figure(other, "きた人")).to_have_text("4人")
    tile(other, name).click()
    expect(tile(other, name)).to_have_attribute("aria-pressed", "false")


def correct_and_close(page: Page, size: str) -> None:
    page.locator("summary").click()
    page.get_by_role("button", name="名前なしで来た を取り消す").first.click()
    page.get_by_label("わけ").fill("二度ふれた")
    look(page, "board-correct", size)
    page.get_by_role("dialog").get_by_role("button", name="取り消す").click()
    expect(figure(page, "きた人")).to_have_text("3人")
    page.get_by_label("この回のようすを一行で").fill("雨で静か。")
    page.get_by_role("button", name="この回を閉じる").click()
    expect(page.get_by_text("この回は閉じました").first).to_be_visible()
    expect(page.get_by_text("雨で静か。")).to_be_visible()
    look(page, "board-closed", size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("days", "said"), [(-5, "もう終わっています"), (20, "まだ始まっていません")])
def test_a_session_of_another_day_is_named_before_a_tap_counts_in_it(
    sign_in: SignIn, city: Stack, size: str, days: int, said: str
) -> None:
    session = schedule(city, timedelta(days=days))
    page = sign_in("mori", size)
    open_board(page, city, session)
    plus_one = page.get_by_role("button", name="＋1")
    assert meet_dialog(page, plus_one, f"board-another-day{days}", size) == []
    plus_one.click()
    expect(page.get_by_role("heading", name=said)).to_be_visible()
    page.get_by_role("button", name="やめる").click()
    expect(figure(page, "名前なし")).to_have_text("0人")
    assert facts_of(city, session) == []
    plus_one.click()
    tokens = [token_code(1000 * days + 10_000 + number + (size == "desk") * 10) for number in range(2)]
    for token in tokens:  # scanned while the question stands
        scan(page, token)
    page.get_by_role("button", name="この回に記録する").click()
    plus_one.click()  # asked once
    expect(figure(page, "名前なし")).to_have_text("2人")
    came = [tile(page, f"札 {token[:3]}-{token[3:]}") for token in tokens]
    for each in came:
        expect(each).to_have_attribute("aria-pressed", "true")
    came[0].click()
    expect(came[0]).to_have_attribute("aria-pressed", "false")
    expect(figure(page, "いま")).to_have_count(0 if days < 0 else 1)
    wait_until(lambda: len(facts_of(city, session)) == 5)
    if days < 0:
        assert all(abs(fact["at"] - fact["ends_at"]) < timedelta(milliseconds=2) for fact in facts_of(city, session))
    look(page, f"board-another-day-written{days}", size)


def scan(page: Page, token: str) -> None:
    """As a hardware scanner: faster than any hand, on a busy machine too."""
    page.evaluate(
        """keys => keys.forEach(key => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true})))""",
        [*token, "Enter"],
    )


def facts_of(city: Stack, session: str) -> list[Any]:
    query = "select a.at, s.ends_at from attendance a join session s using (session_id) where session_id = $1"
    return rows(city, "ibasho", query, UUID(session))


@pytest.mark.parametrize("size", SIZES)
def test_the_sheet_of_tokens_says_nothing_about_anybody(sign_in: SignIn, city: Stack, size: str) -> None:
    page = sign_in("mori", size)
    page.goto(f"{city.url}/ibasho/tokens")
    expect(page.get_by_role("img").nth(23)).to_be_visible()
    look(page, "tokens", size)
    page.emulate_media(media="print")
    printed = page.locator("main").inner_text()
    assert printed.count("We+") == 24
    assert "ひきこもり" not in printed and "市" not in printed
    assert page.get_by_role("navigation").count() == 0
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1, "one sheet is one page"


def set_up_pin(page: Page, city: Stack) -> None:
    page.goto(f"{city.url}/today")
    page.get_by_role("button", name="PINを設定する").click()
    page.get_by_label("端末の名前").fill("タブレット 07")
    for _ in range(2):
        for digit in PIN:
            page.get_by_role("button", name=digit, exact=True).click()
        page.get_by_role("button", name="次へ").click()
    expect(page.get_by_role("heading", name="PINを設定しました")).to_be_visible()
    page.get_by_role("button", name="閉じる").click()
    expect(page.get_by_role("heading", name="持ち出し準備OK")).to_be_visible(timeout=15_000)


@pytest.mark.parametrize("size", SIZES)
def test_a_tablet_that_lies_open(sign_in: SignIn, city: Stack, size: str) -> None:
    session = schedule(city)
    page = sign_in("mori", size)
    set_up_pin(page, city)
    look(page, "today-take-along", size)
    page.get_by_role("link", name="居場所", exact=True).click()
    page.locator(f"a[href='/ibasho/{session}']").click()
    come(page, f"かい{size}")
    page.get_by_role("button", name="会場モード").click()
    expect(page.get_by_role("button", name="名前を言わずに参加する")).to_be_visible()
    look(page, "venue", size)
    page.go_back()
    expect(page.get_by_role("button", name="名前を言わずに参加する")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="名前を言わずに参加する").click()
    expect(page.get_by_text("名前なしの方を記録しました")).to_be_visible()
    page.get_by_role("button", name="スタッフ").last.click()
    for digit in "314159":
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="開く", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("PINが違います")
    look(page, "venue-pin", size)
    for digit in PIN:
        page.keyboard.press(digit)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("この端末にあります")).to_be_visible()
    look(page, "board-offline", size)
    page.context.set_offline(False)
    expect(page.get_by_text("この端末にあります")).to_be_hidden(timeout=30_000)
    expect(figure(page, "きた人")).to_have_text("2人")


@pytest.mark.parametrize("size", SIZES)
def test_a_case_found_by_sound_and_a_token_joined_at_the_persons_wish(sign_in: SignIn, city: Stack, size: str) -> None:
    name = "ゆうき" if size == "desk" else "さくら"
    told = {"told": {"personName": f"{name}さん", "personKana": name, "memo": "夜中に台所で音がする"}}
    case = open_case(Person(city.url, "watanabe"), Person(city.url, "takahashi"), **told)
    session, code = schedule(city), token_code(70 if size == "desk" else 80)
    person = {"participantId": str(new_id()), "newParticipant": {"nickname": f"札 {size}", "code": code}}
    fact = {"attendanceId": str(new_id()), "kind": "arrived", "at": datetime.now(UTC).isoformat()}
    Person(city.url, "mori").do("LogAttendance", session, {**fact, **person})
    page = sign_in("takahashi", size)
    page.get_by_role("link", name="ケース", exact=True).click()
    page.get_by_label("ケースをさがす").fill("ユーキ" if size == "desk" else "ｻｸﾗ")
    found = page.locator(f"a[href='/cases/{case}']")
    expect(found).to_be_visible()
    look(page, "cases-found", size)
    found.click()
    page.get_by_role("button", name="札をつなぐ").click()
    page.get_by_label("札の番号").fill(code)
    page.get_by_role("button", name="つなぐ", exact=True).click()
    expect(page.get_by_text("本人の希望を確かめてください")).to_be_visible()
    look(page, "case-join-token", size)
    page.get_by_label("本人がつなぐことを望んでいます").check()
    page.get_by_role("button", name="つなぐ", exact=True).click()
    expect(page.get_by_text("本人の希望でつなぎました")).to_be_visible()
    expect(page.get_by_text("居場所　来た").first).to_be_visible(timeout=20_000)
    look(page, "case-with-token", size)
    page.get_by_role("button", name="つなぐのをやめる").click()
    page.get_by_role("dialog").get_by_role("button", name="つなぐのをやめる").click()
    expect(page.get_by_text("つないだ札はありません")).to_be_visible()
    expect(page.get_by_text("居場所　来た")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_what_waits_for_a_person(sign_in: SignIn, city: Stack, size: str) -> None:
    case = open_case(Person(city.url, "watanabe"), Person(city.url, "takahashi"))
    words = f"扉のすぐ内側で話された({size})"
    Person(city.url, "nakamura").do("RecordVisit", case, visit_payload(memo=words))
    author = sign_in("nakamura", size)
    expect(author.get_by_role("heading", name="確認中の記録")).to_be_visible()
    look(author, "today-confirming", size)
    manager = sign_in("sasaki", size)
    manager.get_by_role("link", name="要確認").click()
    card = manager.locator("article", has_text=words)
    expect(card).to_be_visible()
    look(manager, "needs-attention", size)
    card.get_by_role("button", name="記録として受ける").click()
    expect(card).to_have_count(0)
    manager.goto(f"{city.url}/notices")
    expect(manager.get_by_text("確認を待っている記録があります").first).to_be_visible()
    look(manager, "notices-waiting", size)
    devices(sign_in, city, manager, size)


def devices(sign_in: SignIn, city: Stack, manager: Page, size: str) -> None:
    """A coordinator's tablet, seen by the manager and revoked: the tablet says what to do."""
    tablet = sign_in("kobayashi", size)
    set_up_pin(tablet, city)
    manager.goto(f"{city.url}/devices")
    usable = manager.get_by_role("button", name="使えなくする")
    row = manager.locator("li", has_text="小林 さつき").filter(has_text="タブレット 07").filter(has=usable)
    expect(row).to_contain_text("タブレット 07")
    look(manager, "devices", size)
    row.get_by_role("button", name="使えなくする").click()
    expect(manager.get_by_role("dialog")).to_contain_text("使えなくしても消えません")
    look(manager, "devices-confirm", size)
    manager.get_by_role("dialog").get_by_role("button", name="使えなくする").click()
    expect(manager.locator("li", has_text="小林 さつき").filter(has_text="使えません").first).to_be_visible()
    expect(tablet.get_by_role("heading", name="この端末は使えません")).to_be_visible(timeout=20_000)
    look(tablet, "device-revoked", size)
