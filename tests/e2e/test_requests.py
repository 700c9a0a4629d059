"""本人からの請求 in a real browser: received by the team, decided by the manager, and what is left to see afterwards."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from infra.seed import PASSWORD
from infra.stack import Stack
from services.kernel.ids import new_id
from tests.e2e.conftest import SCREENS, SIZES, SignIn, look
from tests.support.person import Person, open_case, visit_payload, wait_until
from tests.support.rows import rows
from tests.support.screen import meet, meet_dialog

ASKED = "ぜんぶ消してほしい、と手紙をもらった"


@pytest.fixture
def case(city: Stack) -> str:
    member = Person(city.url, "takahashi")
    told = {"personName": "見本 木乃実", "personKana": "ミホン コノミ", "memo": "夜中に台所で音がする"}
    made = open_case(Person(city.url, "watanabe"), member, told=told)
    member.do("RecordVisit", made, visit_payload(personWords="また来て", familyWords="眠れていない"))
    return str(made)


def grow_stale(city: Stack) -> None:
    """Some time goes by after the manager signed in."""
    stale = "update session set fresh_until = now() where staff_id = $1"
    rows(city, "gateway", stale, UUID(Person(city.url, "sasaki").id))


def receive(page: Page, city: Stack, case: str) -> None:
    """By way of 共有と同意, as somebody of the team finds it."""
    page.goto(f"{city.url}/cases/{case}/sharing")
    page.get_by_role("link", name="本人からの請求").click()
    expect(page.get_by_text("請求はありません")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="請求を受ける").click()
    page.get_by_label("請求の種類").select_option("erasure")
    page.get_by_label("求められたこと").fill(ASKED)


@pytest.mark.parametrize("size", SIZES)
def test_an_erasure_from_the_asking_to_its_last_line(city: Stack, sign_in: SignIn, case: str, size: str) -> None:
    page, found = sign_in("takahashi", size), []
    receive(page, city, case)
    found += meet(page, "requests-receive", size)
    page.get_by_role("button", name="受ける", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="請求を受けました")).to_be_focused()
    manager = sign_in("sasaki", size)
    manager.goto(f"{city.url}/requests")
    line = manager.locator("li", has_text=ASKED)
    expect(line.get_by_text("決定を待っています")).to_be_visible(timeout=20_000)
    found += meet_dialog(manager, line.get_by_role("button", name="持っている記録"), "requests-held", size)
    line.get_by_role("button", name="を決める").click()
    dialog = manager.get_by_role("dialog")
    expect(dialog.get_by_text("家族の言葉")).to_be_visible()
    dialog.get_by_role("button", name="決める").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("決定").select_option("approve")
    found += meet(manager, "requests-decide", size)
    grow_stale(city)
    dialog.get_by_role("button", name="消去する").click()
    expect(dialog.get_by_role("alert")).to_contain_text("もう一度パスワード")
    assert rows(city, "coordination", "select 1 from erasure where case_id = $1::text::uuid", case) == []
    found += meet(manager, "requests-decide-again", size)
    dialog.get_by_label("パスワード").fill(PASSWORD)
    dialog.get_by_role("button", name="消去する").click()
    expect(manager.get_by_role("status").filter(has_text="消去しました")).to_be_focused()
    expect(manager.get_by_text(ASKED)).to_have_count(0)

    def is_done() -> bool:
        query = "select count(*) from erasure_done join erasure using (request_id) where case_id = $1::text::uuid"
        return bool(rows(city, "coordination", query, case)[0][0])

    wait_until(is_done)
    manager.reload()
    expect(manager.locator("li", has_text="消去済み").first.get_by_text("完了")).to_be_visible(timeout=20_000)
    found += meet(manager, "requests-erased", size)
    page.goto(f"{city.url}/cases/{case}")
    expect(page.get_by_role("heading", name="見つかりませんでした")).to_be_visible(timeout=20_000)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_a_disclosure_is_printed_without_the_family_s_words(city: Stack, sign_in: SignIn, case: str, size: str) -> None:
    request = {"requestId": str(new_id()), "kind": "disclosure", "asked": "自分の記録を見たい"}
    Person(city.url, "takahashi").do("OpenPersonRequest", case, request)
    page = sign_in("sasaki", size)
    page.goto(f"{city.url}/cases/{case}/requests")
    page.get_by_role("button", name="開示の下書き").click()
    dialog = page.get_by_role("dialog")
    grow_stale(city)
    dialog.get_by_role("button", name="下書きを作る").click()
    expect(dialog.get_by_role("alert")).to_contain_text("もう一度パスワード")
    found = meet(page, "requests-print-again", size)
    dialog.get_by_label("パスワード").fill(PASSWORD)
    dialog.get_by_role("button", name="下書きを作る").click()
    with page.expect_popup() as opened:
        dialog.get_by_role("link", name="下書きを開く").click()
    paper = opened.value
    expect(paper.get_by_role("heading", name="あなたの支援の記録（開示の下書き）")).to_be_visible()
    expect(paper.get_by_text("また来て")).to_be_visible()
    expect(paper.get_by_text("眠れていない")).to_have_count(0)
    look(paper, "disclosure-page", size)
    rule = paper.get_by_role("heading", name="あなたについて").evaluate(
        "(head) => getComputedStyle(head).borderBottomStyle"
    )
    assert rule == "solid", "the style sheet of papers was let in"
    paper.emulate_media(media="print")
    expect(paper.get_by_text("この枠は紙に出ません")).to_be_hidden()
    paper.pdf(path=SCREENS / f"disclosure.{size}.pdf", prefer_css_page_size=True)
    paper.close()
    assert not found, "\n".join(found)


def test_a_decision_with_its_reason_waits_for_the_password(city: Stack, sign_in: SignIn, case: str) -> None:
    """What was typed is still there, and goes with it."""
    request = {"requestId": str(new_id()), "kind": "suspension", "asked": "使わないでほしい"}
    Person(city.url, "takahashi").do("OpenPersonRequest", case, request)
    page = sign_in("sasaki", "desk")
    page.goto(f"{city.url}/cases/{case}/requests")
    page.get_by_role("button", name="を決める").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("決定").select_option("decline")
    dialog.get_by_label("決めたわけ").fill("窓口で話をうかがった")
    grow_stale(city)
    dialog.get_by_role("button", name="決める").click()
    dialog.get_by_label("パスワード").fill("x" * 12)
    dialog.get_by_role("button", name="決める").click()
    expect(dialog.get_by_role("alert")).to_contain_text("パスワードが違います")
    expect(dialog.get_by_label("決めたわけ")).to_have_value("窓口で話をうかがった")
    dialog.get_by_label("パスワード").fill(PASSWORD)
    dialog.get_by_role("button", name="決める").click()
    expect(page.get_by_role("status").filter(has_text="決めました")).to_be_focused()
    expect(page.get_by_text("窓口で話をうかがった")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_a_case_kept_long_enough_is_brought_up_by_one_and_decided_by_another(
    city: Stack, sign_in: SignIn, case: str, size: str
) -> None:
    closed = datetime.now(UTC) - timedelta(days=6 * 366)
    rows(city, "coordination", "update case_file set closed_at = $2 where case_id = $1::text::uuid", case, closed)
    page, found = sign_in("sasaki", size), []
    page.goto(f"{city.url}/requests")
    proposals = page.get_by_role("region", name="保存期間が過ぎた記録")
    expect(proposals.get_by_text("見本 木乃実").first).to_be_visible(timeout=20_000)
    found += meet(page, "requests-retention", size)
    found += meet_dialog(page, proposals.get_by_role("button").first, "requests-bring-up", size)
    proposals.get_by_role("button").first.click()
    page.get_by_role("dialog").get_by_role("button", name="消去を求める").click()
    expect(page.get_by_role("status").filter(has_text="請求を受けました")).to_be_visible()
    line = page.locator("li", has_text="保存期間の満了による消去").first
    expect(line.get_by_text("決定を待っています")).to_be_visible()
    line.get_by_role("button", name="を決める").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("決定").select_option("approve")
    dialog.get_by_role("button", name="消去する").click()
    expect(dialog.get_by_role("alert")).to_contain_text("受けた方とは別の管理職")
    found += meet(page, "requests-second-person", size)
    dialog.get_by_label("決定").select_option("decline")
    dialog.get_by_role("button", name="決める").click()
    expect(page.get_by_role("status").filter(has_text="決めました")).to_be_focused()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_an_approved_correction_is_made_by_the_team(city: Stack, sign_in: SignIn, case: str, size: str) -> None:
    member, request = Person(city.url, "takahashi"), str(new_id())
    asked = {"requestId": request, "kind": "correction", "asked": "名前の字がちがう"}
    member.do("OpenPersonRequest", case, asked)
    Person(city.url, "sasaki").do("DecidePersonRequest", case, {"requestId": request, "decision": "approve"})
    page = sign_in("takahashi", size)
    page.goto(f"{city.url}/cases/{case}/requests")
    line = page.locator("li", has_text="名前の字がちがう")
    found = meet_dialog(page, line.get_by_role("button"), "requests-correct", size)
    line.get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("button", name="訂正する").click()
    expect(page.get_by_role("alert")).to_contain_text("直すところが書かれていません")
    page.get_by_label("氏名").fill("見本 木の実")
    page.get_by_role("dialog").get_by_role("button", name="訂正する").click()
    expect(page.get_by_role("status").filter(has_text="訂正しました")).to_be_focused()
    expect(line.get_by_text("完了")).to_be_visible()
    record = member.ask("Case", id=case)["case"]
    assert (record["personName"], record["personKana"]) == ("見本 木の実", "ミホン コノミ")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_wrong_in_a_visit_is_noted_at_it(city: Stack, sign_in: SignIn, case: str, size: str) -> None:
    """The team notes it; a page of the team that has the case open sees it come, at that visit; and it is on the paper of 開示."""
    member, request, told = (
        Person(city.url, "takahashi"),
        str(new_id()),
        "「また来て」とは言っていない。来るなら先に手紙で。",
    )
    asked = {"requestId": request, "kind": "correction", "asked": "訪問の記録に、言っていないことが書いてある"}
    member.do("OpenPersonRequest", case, asked)
    Person(city.url, "sasaki").do("DecidePersonRequest", case, {"requestId": request, "decision": "approve"})
    other, page = sign_in("takahashi", size), sign_in("takahashi", size)
    other.goto(f"{city.url}/cases/{case}")
    expect(other.get_by_text("また来て")).to_be_visible(timeout=20_000)
    page.goto(f"{city.url}/cases/{case}/requests")
    line = page.locator("li", has_text=asked["asked"])
    line.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    visit = dialog.get_by_label("付記を付ける訪問")
    expect(visit.get_by_role("option")).to_have_count(2)
    visit.select_option(index=1)
    dialog.get_by_role("button", name="訂正する").click()
    expect(dialog.get_by_text("訂正の付記を書いてください")).to_be_visible()
    expect(dialog.get_by_label("訂正の付記")).to_be_focused()
    found = meet(page, "requests-amend-missing", size)
    dialog.get_by_label("訂正の付記").fill(told)
    found += meet(page, "requests-amend", size)
    dialog.get_by_role("button", name="訂正する").click()
    expect(page.get_by_role("status").filter(has_text="訂正しました")).to_be_focused()
    expect(line.get_by_text("完了")).to_be_visible()
    entry = other.get_by_role("listitem").filter(has_text="眠れていない")
    expect(entry.get_by_text(told)).to_be_visible(timeout=20_000)
    expect(entry.get_by_text("また来て", exact=True)).to_be_visible()
    other.get_by_role("button", name="家族", exact=True).click()
    expect(entry.get_by_text(told)).to_be_visible()
    other.get_by_role("button", name="すべて", exact=True).click()
    found += meet(other, "case-amended", size)
    member.do("OpenPersonRequest", case, {"requestId": str(new_id()), "kind": "disclosure"})
    paper = Person(city.url, "sasaki").http.get(f"/print/disclosure/{case}").text
    assert "訂正の付記" in paper and told in paper
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_the_use_of_a_record_is_stopped_and_taken_up_again(city: Stack, sign_in: SignIn, case: str, size: str) -> None:
    """The page that the team has open closes by itself; the manager alone sees whose record it is."""
    asked = {"requestId": str(new_id()), "kind": "suspension", "asked": f"もう使わないで {size}"}
    Person(city.url, "takahashi").do("OpenPersonRequest", case, asked)
    page, manager, found = sign_in("takahashi", size), sign_in("sasaki", size), []
    page.goto(f"{city.url}/cases/{case}")
    expect(page.get_by_text("また来て")).to_be_visible(timeout=20_000)
    manager.goto(f"{city.url}/requests")
    line = manager.locator("li", has_text=asked["asked"])
    line.get_by_role("button", name="を決める").click()
    dialog = manager.get_by_role("dialog")
    dialog.get_by_label("決定").select_option("approve")
    found += meet(manager, "requests-suspend", size)
    dialog.get_by_role("button", name="利用を止める").click()
    expect(manager.get_by_role("status").filter(has_text="利用を止めました")).to_be_focused()
    expect(line.get_by_text("利用停止中", exact=True)).to_be_visible()
    found += meet(manager, "requests-suspended", size)
    expect(page.get_by_role("heading", name="利用停止中の記録")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("main")).to_contain_text("本人の求めで利用を止めています")
    expect(page.get_by_role("link", name="担当でない記録を開くとき")).to_have_count(0)
    found += meet(page, "case-suspended", size)
    stranger = sign_in("nakamura", size)
    stranger.goto(f"{city.url}/cases/{case}")
    expect(stranger.get_by_role("heading", name="見つかりませんでした")).to_be_visible(timeout=20_000)
    stranger.close()
    page.get_by_role("link", name="今日", exact=True).click()
    page.get_by_role("link", name="請求", exact=True).click()  # from anywhere its team finds what was stopped
    expect(page.get_by_role("heading", name="本人からの請求")).to_be_visible(timeout=20_000)
    query = "select receipt_number from handoff_package where case_id = $1"
    [receipt] = rows(city, "coordination", query, UUID(case))  # other tests stopped others: this one, by its number
    stopped = (
        page.get_by_role("listitem").filter(has_text=receipt["receipt_number"]).filter(has_text="利用停止中の記録")
    )
    expect(stopped).to_be_visible(timeout=20_000)
    expect(page.get_by_text(asked["asked"])).to_have_count(0)
    found += meet(page, "requests-suspended-team", size)
    line.get_by_role("button", name="を終える").click()
    dialog = manager.get_by_role("dialog")
    dialog.get_by_role("button", name="利用停止を終える").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    found += meet(manager, "requests-lift", size)
    dialog.get_by_label("終えるわけ").fill("本人が求めを取りやめた")
    dialog.get_by_role("button", name="利用停止を終える").click()
    expect(manager.get_by_role("status").filter(has_text="また使えます")).to_be_focused()
    expect(line.get_by_text("本人が求めを取りやめた")).to_be_visible()
    page.goto(f"{city.url}/cases/{case}")
    expect(page.get_by_text("また来て")).to_be_visible(timeout=20_000)
    assert not found, "\n".join(found)
