"""本人からの請求 about a sheet that never became a case, beside those about cases; its paper; and reads of sheets in 記録の閲覧."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from gateway.staff.staff import assign
from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.db import Database
from services.kernel.ids import new_id
from tests.e2e.conftest import SIZES, SignIn, look
from tests.support.hired import FIRST_PASSWORD, hire, today
from tests.support.person import Person, consultation_payload, open_case
from tests.support.rows import rows
from tests.support.screen import meet, meet_dialog

ASKED = "相談したことを消してほしい、と電話があった"
TOLD = {"personName": "見本 木乃実", "personKana": "ミホン コノミ", "memo": "夜、眠れない"}
OWN = {"callerKind": "person", "callerRelation": None, "personKnows": "knows", "told": TOLD}


def sheet_of(city: Stack, **changes: object) -> str:
    """A sheet that 本人 opened and nobody took."""
    sheet = str(new_id())
    Person(city.url, "watanabe").do("OpenConsultation", sheet, consultation_payload(**{**OWN, **changes}))
    return sheet


def manager_of_both(city: Stack) -> str:
    """Somebody new who manages the window and ひきこもり支援係."""
    hired = hire(city, "hoya-window", Role.MANAGER)

    async def also() -> None:
        db = Database(city.dsns["gateway"].app, 1)
        await db.open()
        async with db.transaction("hire") as tx:
            await assign(tx, hired.staff_id, "hikikomori-support", Role.MANAGER, today() - timedelta(days=1))
        await db.close()

    with ThreadPoolExecutor(1) as thread:  # also while Playwright's own loop runs in this one
        thread.submit(asyncio.run, also()).result()
    return hired.login


def receive(page: Page, city: Stack, sheet: str, size: str) -> list[str]:
    """From the sheet itself, as somebody at the window finds it."""
    page.goto(f"{city.url}/consultations/{sheet}")
    page.get_by_role("link", name="本人からの請求").click()
    expect(page.get_by_text("請求はありません")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="請求を受ける").click()
    page.get_by_label("請求の種類").select_option("erasure")
    page.get_by_label("求められたこと").fill(ASKED)
    found = meet(page, "sheet-requests-receive", size)
    page.get_by_role("button", name="受ける", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="請求を受けました")).to_be_focused()
    return found


@pytest.mark.parametrize("size", SIZES)
def test_a_sheet_is_erased_by_two_people_beside_the_requests_about_cases(
    city: Stack, sign_in: SignIn, size: str
) -> None:
    member = Person(city.url, "takahashi")
    case = open_case(Person(city.url, "watanabe"), member, told=TOLD)
    member.do(
        "OpenPersonRequest", case, {"requestId": str(new_id()), "kind": "correction", "asked": "名前の字がちがう"}
    )
    sheet = sheet_of(city)
    window = sign_in("watanabe", size)
    found = receive(window, city, sheet, size)
    page = sign_in(manager_of_both(city), size, FIRST_PASSWORD)
    page.goto(f"{city.url}/requests")
    line = page.locator("li", has_text=ASKED).first
    expect(line.get_by_text("相談票", exact=True)).to_be_visible(timeout=20_000)
    expect(page.locator("li", has_text="名前の字がちがう").first.get_by_text("ケース", exact=True)).to_be_visible()
    found += meet(page, "requests-both", size)
    found += meet_dialog(page, line.get_by_role("button", name="持っている記録"), "sheet-requests-held", size)
    line.get_by_role("button", name="を決める").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("請求の内容")).to_be_visible()
    dialog.get_by_label("決定").select_option("approve")
    dialog.get_by_role("button", name="消去する").click()
    expect(page.get_by_role("status").filter(has_text="どこにも残っていません")).to_be_focused()
    expect(page.locator("li", has_text="消去済み").first.get_by_text("完了")).to_be_visible()
    window.goto(f"{city.url}/consultations/{sheet}")
    expect(window.get_by_role("heading", name="見つかりませんでした")).to_be_visible(timeout=20_000)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_the_window_prints_what_the_person_said_and_no_paper_of_what_they_do_not_know(
    city: Stack, sign_in: SignIn, size: str
) -> None:
    sheets = [sheet_of(city), sheet_of(city, callerKind="family", callerRelation="mother", personKnows="unclear")]
    page = sign_in("otsuka", size)
    for sheet, heading in zip(
        sheets, ("あなたの相談の記録（開示の下書き）", "お渡しできる紙はありません"), strict=True
    ):
        asked = {"requestId": str(new_id()), "kind": "disclosure", "asked": "見たい"}
        Person(city.url, "watanabe").do("OpenSheetRequest", sheet, asked)
        page.goto(f"{city.url}/consultations/{sheet}/requests")
        page.get_by_role("button", name="開示の下書き").click(timeout=20_000)
        page.get_by_role("dialog").get_by_role("button", name="下書きを作る").click()
        with page.expect_popup() as opened:
            page.get_by_role("link", name="下書きを開く").click()
        paper = opened.value
        expect(paper.get_by_role("heading", name=heading)).to_be_visible()
        expect(paper.get_by_text("夜、眠れない")).to_have_count(1 if sheet == sheets[0] else 0)
        look(paper, f"sheet-disclosure-{'own' if sheet == sheets[0] else 'none'}", size)
        paper.close()


@pytest.mark.parametrize("size", SIZES)
def test_the_use_of_a_sheet_is_stopped_and_taken_up_again_and_its_person_is_told_who_saw_it(
    city: Stack, sign_in: SignIn, size: str
) -> None:
    """The page that the window has open closes by itself; the manager alone sees whose sheet it is."""
    sheet, asked = sheet_of(city), {"requestId": str(new_id()), "kind": "suspension", "asked": f"もう使わないで {size}"}
    Person(city.url, "watanabe").do("OpenSheetRequest", sheet, asked)
    window, page, found = sign_in("watanabe", size), sign_in("otsuka", size), []
    window.goto(f"{city.url}/consultations/{sheet}")
    expect(window.get_by_text(TOLD["memo"])).to_be_visible(timeout=20_000)
    page.goto(f"{city.url}/consultations/{sheet}/requests")
    line = page.locator("li", has_text=asked["asked"])
    line.get_by_role("button", name="を決める").click(timeout=20_000)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("決定").select_option("approve")
    found += meet(page, "sheet-requests-suspend", size)
    dialog.get_by_role("button", name="利用を止める").click()
    expect(page.get_by_role("status").filter(has_text="利用を止めました")).to_be_focused()
    expect(line.get_by_text("利用停止中", exact=True)).to_be_visible()
    found += meet(page, "sheet-requests-suspended", size)
    expect(window.get_by_role("heading", name="見つかりませんでした")).to_be_visible(timeout=20_000)
    window.goto(f"{city.url}/consultations/{sheet}/requests")
    expect(window.get_by_text("利用停止中の記録")).to_be_visible(timeout=20_000)
    expect(window.get_by_text(asked["asked"])).to_have_count(0)
    expect(window.get_by_role("link", name="誰が見たか")).to_have_count(0)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="誰が見たか").click()
    paper = opened.value
    expect(paper.get_by_role("heading", name="あなたの相談の記録を見た人の一覧")).to_be_visible()
    expect(paper.get_by_text("支援のため").first).to_be_visible()
    look(paper, "sheet-who-saw", size)
    paper.close()
    line.get_by_role("button", name="を終える").click()
    dialog.get_by_label("終えるわけ").fill("本人が求めを取りやめた")
    found += meet(page, "sheet-requests-lift", size)
    dialog.get_by_role("button", name="利用停止を終える").click()
    expect(page.get_by_role("status").filter(has_text="また使えます")).to_be_focused()
    window.goto(f"{city.url}/consultations/{sheet}")
    expect(window.get_by_text(TOLD["memo"])).to_be_visible(timeout=20_000)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_wrong_in_a_sheet_is_noted_at_it(city: Stack, sign_in: SignIn, size: str) -> None:
    sheet, told = sheet_of(city), "眠れないのではなく、昼に眠っている。"
    asked = {"requestId": str(new_id()), "kind": "correction", "asked": "話したことと、ちがって書いてある"}
    Person(city.url, "watanabe").do("OpenSheetRequest", sheet, asked)
    decided = {"requestId": asked["requestId"], "decision": "approve"}
    Person(city.url, "otsuka").do("DecideSheetRequest", sheet, decided)
    page = sign_in("watanabe", size)
    page.goto(f"{city.url}/consultations/{sheet}/requests")
    line = page.locator("li", has_text=asked["asked"])
    line.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="訂正する").click()
    expect(dialog.get_by_role("alert")).to_contain_text("直すところが書かれていません")
    dialog.get_by_label("訂正の付記").fill(told)
    found = meet(page, "sheet-requests-amend", size)
    dialog.get_by_role("button", name="訂正する").click()
    expect(page.get_by_role("status").filter(has_text="訂正しました")).to_be_focused()
    page.goto(f"{city.url}/consultations/{sheet}")
    expect(page.get_by_text(told)).to_be_visible(timeout=20_000)
    expect(page.get_by_text("夜、眠れない")).to_be_visible()
    found += meet(page, "sheet-amended", size)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_a_sheet_kept_long_enough_is_brought_up(city: Stack, sign_in: SignIn, size: str) -> None:
    sheet_of(city, openedAt=(datetime.now(UTC) - timedelta(days=6 * 366)).isoformat())
    page, found = sign_in("otsuka", size), []
    page.goto(f"{city.url}/requests")
    proposals = page.get_by_role("region", name="保存期間が過ぎた記録")
    expect(proposals.get_by_text("最後の相談・返事です").first).to_be_visible(timeout=20_000)
    found += meet(page, "sheet-requests-retention", size)
    proposals.get_by_role("button").first.click()
    page.get_by_role("dialog").get_by_role("button", name="消去を求める").click()
    expect(page.get_by_role("status").filter(has_text="請求を受けました")).to_be_visible()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_reads_of_sheets_stand_in_the_log_are_looked_at_and_missed_aloud(
    city: Stack, sign_in: SignIn, size: str
) -> None:
    nosy = Person(city.url, hire(city, "hoya-window", Role.WINDOW_STAFF).login, FIRST_PASSWORD)
    street = f"試{new_id().hex[-6:]}町"
    sheet = sheet_of(city, told={**TOLD, "personAddress": f"西東京市{street}3-5-1"})
    rows(city, "gateway", "update staff_private set home_street = $2 where staff_id = $1::text::uuid", nosy.id, street)
    nosy.ask("Consultation", id=sheet)
    [row] = rows(
        city, "intake", "select receipt_number from consultation where consultation_id = $1::text::uuid", sheet
    )
    page = sign_in("otsuka", size)
    page.goto(f"{city.url}/access-log?staff={nosy.id}")
    line = page.get_by_role("region", name="確かめたい閲覧").get_by_role("listitem").first
    expect(line).to_contain_text(f"{row['receipt_number']}（相談票）", timeout=20_000)
    expect(line).to_contain_text("同じ町")
    expect(page.get_by_role("main")).not_to_contain_text("木乃実")
    expect(page.get_by_text("住んでいる町が書きとめられていないため")).to_have_count(0)
    found = meet(page, "access-log-sheets", size)
    line.get_by_role("button", name=f"{row['receipt_number']} の閲覧だけを見る").click()
    expect(page.get_by_role("heading", name=f"{row['receipt_number']} の閲覧")).to_be_visible()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="誰が見たか（本人にわたす紙）").click()
    paper = opened.value
    expect(paper.get_by_role("heading", name="あなたの相談の記録を見た人の一覧")).to_be_visible()
    expect(paper.get_by_role("row").filter(has_text="保谷庁舎")).to_have_count(1)
    paper.close()
    line.get_by_role("button", name="新任 試さんの閲覧を確認済にする").click()
    page.get_by_label("メモ").fill("当番で開いた")
    page.get_by_role("dialog").get_by_role("button", name="確認済にする").click()
    expect(page.get_by_role("region", name="確認済")).to_contain_text("当番で開いた", timeout=20_000)
    city.stop(["intake"])
    try:
        page.reload()
        expect(page.get_by_text("相談票の閲覧が、いま読み込めず")).to_be_visible(timeout=20_000)
        found += meet(page, "access-log-missing", size)
        page.goto(f"{city.url}/requests")
        expect(page.get_by_text("相談票についての請求が、いま読み込めず")).to_be_visible(timeout=20_000)
        found += meet(page, "requests-missing", size)
    finally:
        city.start(["intake"])
    assert not found, "\n".join(found)
