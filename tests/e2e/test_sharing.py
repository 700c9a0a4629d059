"""共有と同意 in a real browser: what a press opens and shuts is what the other side's next read finds."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from infra.seed import PASSWORD
from infra.seed_people import staff_id
from infra.stack import Stack
from services.contracts.tokyo import TOKYO
from services.kernel.ids import new_id
from tests.e2e.conftest import SIZES, SignIn, look
from tests.support.hired import today
from tests.support.person import Person, basis_payload, open_case, wait_until
from tests.support.rows import rows

AGENCY = "若者サポートステーション（関係機関）"
WHY = "家の中で倒れていると、近所から電話があった"


@pytest.fixture(scope="module")
def member(city: Stack) -> Person:
    return Person(city.url, "takahashi")


@pytest.fixture
def case(city: Stack, member: Person) -> str:
    told = {"personName": "見本 草太", "personKana": "ミホン ソウタ", "memo": "夜中に台所で音がする"}
    told |= {"callerPhone": "090-1234-5678"}
    return str(open_case(Person(city.url, "watanabe"), member, told=told))


def seen(person: Person, case: str) -> Any:
    return person.ask("Case", id=case)["case"]


def sharing_of(page: Page, case: str, city: Stack) -> Locator:
    """The list of who reads the case now, on its screen."""
    page.goto(f"{city.url}/cases/{case}/sharing")
    expect(page.get_by_role("heading", name="共有と同意", exact=True)).to_be_visible(timeout=20_000)
    return page.get_by_role("region", name="いま読める人と、そのわけ")


@pytest.mark.parametrize("size", SIZES)
def test_a_consent_opens_its_parts_and_its_withdrawal_shuts_them_at_once(
    city: Stack, sign_in: SignIn, case: str, size: str
) -> None:
    partner = Person(city.url, "ishii")
    assert seen(partner, case) is None
    page = sign_in("takahashi", size)
    page.goto(f"{city.url}/cases/{case}")
    page.get_by_role("link", name="共有と同意を見る").click()
    readers = page.get_by_role("region", name="いま読める人と、そのわけ")
    expect(readers.get_by_text("髙橋 直子")).to_be_visible()
    give_consent(page)
    expect(page.get_by_role("status").filter(has_text="同意を記録しました")).to_be_visible()
    given = readers.locator("li", has_text=AGENCY)
    expect(given).to_contain_text("本人の同意")
    expect(given).to_contain_text("氏名・生年月日・お住まい、次の約束")
    expect(given).to_contain_text("口頭で")
    look(page, "sharing-given", size)
    found = seen(partner, case)
    assert (found["personName"], found["timeline"]) == ("見本 草太", []), "what was agreed to, and nothing more"
    readers.get_by_role("button", name=f"{AGENCY}への共有を撤回する").click()
    dialog = page.get_by_role("dialog", name="この同意を撤回しますか")
    expect(dialog).to_contain_text("すぐに見えなくなります")
    dialog.get_by_role("button", name="撤回する").click()
    expect(page.get_by_role("status").filter(has_text="同意の撤回を記録しました")).to_be_focused()
    assert seen(partner, case) is None
    expect(readers).not_to_contain_text(AGENCY)
    page.get_by_text("終わった共有 1件").click()
    over = page.locator("details li", has_text=AGENCY)
    expect(over).to_contain_text("撤回した日時")
    expect(over.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_a_consent_is_taken_back_on_screen_while_the_record_is_suspended(
    city: Stack, sign_in: SignIn, member: Person, case: str, size: str
) -> None:
    """What ends it, and nothing of the record; the other pages of the case say why they are closed."""
    partner, manager, request = Person(city.url, "ishii"), Person(city.url, "sasaki"), str(new_id())
    consent = basis_payload("GiveConsent", new_id(), "wakamono-station", note="口頭で聞いた")
    member.do("GiveConsent", case, consent)
    member.do("ConveneConference", case, basis_payload("ConveneConference", new_id(), Person(city.url, "mori").id))
    member.do("OpenPersonRequest", case, {"requestId": request, "kind": "suspension"})
    manager.do("DecidePersonRequest", case, {"requestId": request, "decision": "approve"})
    page = sign_in("takahashi", size)
    for closed in ("", "/visits/new", "/closing"):
        page.goto(f"{city.url}/cases/{case}{closed}")
        expect(page.get_by_role("heading", name="利用停止中の記録")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("本人の求めで利用を止めています")).to_be_visible()
    page.goto(f"{city.url}/cases/{case}")
    page.get_by_role("link", name="共有と同意を見る").click()
    open_ = page.get_by_role("region", name="まだ終わっていない共有")
    given = open_.locator("li", has_text=AGENCY)
    expect(given).to_contain_text("本人の同意")
    for hidden in ("見本 草太", "口頭で聞いた", "氏名", "髙橋 直子"):
        expect(page.get_by_role("main")).not_to_contain_text(hidden)
    for giving in ("同意を記録する", "支援会議を招集する", "担当を変える", "近い人を外す"):
        expect(page.get_by_role("button", name=giving)).to_have_count(0)
    look(page, "sharing-suspended", size)
    open_.get_by_role("button", name=f"{AGENCY}への共有を撤回する").click()
    page.get_by_role("dialog", name="この同意を撤回しますか").get_by_role("button", name="撤回する").click()
    expect(page.get_by_role("status").filter(has_text="同意の撤回を記録しました")).to_be_focused()
    expect(open_).not_to_contain_text(AGENCY)
    open_.get_by_role("button", name="終える").click()
    page.get_by_role("dialog").get_by_role("button", name="終える").click()
    expect(page.get_by_text("開いている共有はありません")).to_be_visible()
    look(page, "sharing-suspended-ended", size)
    lift = {"requestId": request, "reason": "本人が求めを取りやめた"}
    manager.do("LiftSuspension", case, lift)
    assert seen(member, case) and seen(partner, case) is None, "the use goes on, not the consent"


def give_consent(page: Page) -> None:
    """First pressed with nothing in it: refused in words, and what is then typed stays."""
    page.get_by_role("button", name="同意を記録する").click()
    dialog = page.get_by_role("dialog", name="同意を記録する")
    dialog.get_by_label("メモ").fill("口頭で")
    dialog.get_by_role("button", name="同意を記録する").click()
    expect(dialog.get_by_role("alert")).to_contain_text("書いた内容は残っています")
    expect(dialog.get_by_text("相手を、一つ以上選んでください。")).to_be_visible()
    expect(dialog.get_by_label("家族の言葉")).to_have_count(0)
    dialog.get_by_label(AGENCY).check()
    dialog.get_by_label("氏名・生年月日・お住まい").check()
    dialog.get_by_label("次の約束").check()
    dialog.get_by_label("いつまで").fill(str(today() + timedelta(days=400)))
    dialog.get_by_role("button", name="同意を記録する").click()
    expect(dialog.get_by_text("長くても1年まで")).to_be_visible()
    expect(dialog.get_by_label("メモ")).to_have_value("口頭で")
    dialog.get_by_label("いつまで").fill(str(today() + timedelta(days=30)))
    dialog.get_by_role("button", name="同意を記録する").click()


def test_nothing_is_changed_without_the_network(city: Stack, sign_in: SignIn, member: Person, case: str) -> None:
    basis = str(new_id())
    member.do("GiveConsent", case, basis_payload("GiveConsent", basis, "wakamono-station"))
    page = sign_in("takahashi", "tablet")
    readers = sharing_of(page, case, city)
    page.context.set_offline(True)
    expect(page.get_by_text("通信できるときに行えます")).to_be_visible()
    readers.get_by_role("button", name=f"{AGENCY}への共有を撤回する").click()
    page.get_by_role("dialog").get_by_role("button", name="撤回する").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("通信できるときに行えます")
    page.context.set_offline(False)
    expect(page.get_by_text("オンライン", exact=True)).to_be_attached(timeout=20_000)
    page.get_by_role("dialog").get_by_role("button", name="撤回する").click()
    expect(page.get_by_role("status").filter(has_text="撤回を記録しました")).to_be_visible(timeout=20_000)
    ended = rows(city, "coordination", "select 1 from basis_end where basis_id = $1", UUID(basis))
    assert len(ended) == 1, "once, and only with the network"


def test_a_meeting_opens_to_whoever_pledges(city: Stack, sign_in: SignIn, case: str) -> None:
    called = Person(city.url, "mori")
    page = sign_in("takahashi", "desk")
    sharing_of(page, case, city)
    expect(page.get_by_role("button", name="法による共有")).to_have_count(0)
    page.get_by_role("button", name="支援会議を招集する").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("係・機関").select_option("yato-ibasho")
    dialog.get_by_label("森 あかり").check()
    dialog.get_by_label("経過").check()
    dialog.get_by_label("いつまで").fill(str(today() + timedelta(days=7)))
    dialog.get_by_label("理由").fill("家計の支えを話し合う")
    dialog.get_by_role("button", name="招集する").click()
    expect(page.get_by_text("まだ誰も約束していません")).to_be_visible()
    assert seen(called, case) is None
    theirs = sign_in("mori", "tablet")
    theirs.goto(f"{city.url}/cases/{case}")
    theirs.get_by_role("link", name="担当でない記録を開くとき").click(timeout=20_000)
    expect(theirs.get_by_role("button", name="守秘を約束して開く")).to_be_visible(timeout=20_000)
    look(theirs, "sharing-pledge", "tablet")
    pledge_from_the_notice(theirs, called, case)
    expect(theirs.get_by_role("heading", name="経過").first).to_be_attached(timeout=20_000)
    assert seen(called, case)["timeline"]
    expect(theirs.get_by_role("link", name="共有と同意を見る")).to_have_count(0)


def pledge_from_the_notice(page: Page, called: Person, case: str) -> None:
    """Nobody who is called knows the address of the case."""
    page.locator("nav a[href='/notices']").locator("visible=true").first.click()
    page.get_by_role("link", name="支援会議の前に、守秘の約束をお願いします").first.click(timeout=20_000)
    expect(page.get_by_role("heading", name="支援会議に呼ばれています").first).to_be_visible(timeout=20_000)
    look(page, "sharing-called", "tablet")
    waiting = [each["caseId"] for each in called.ask("Conferences")["conferences"] if not each["pledged"]]
    page.get_by_role("button", name="守秘を約束して開く").nth(waiting.index(case)).click()
    page.wait_for_url(f"**/cases/{case}")
    page.go_back()
    page.get_by_role("link", name="支援会議の前に、守秘の約束をお願いします").first.click(timeout=20_000)
    page.locator(f"a[href='/cases/{case}']").click(timeout=20_000)
    page.wait_for_url(f"**/cases/{case}")


@pytest.mark.parametrize("size", SIZES)
def test_an_emergency_opens_a_case_with_its_reason_and_the_team_sees_it(
    city: Stack, sign_in: SignIn, member: Person, case: str, size: str
) -> None:
    team = sign_in("takahashi", size)
    team.goto(f"{city.url}/cases/{case}")
    page = sign_in("nakamura", size)
    page.goto(f"{city.url}/cases/{case}")
    page.get_by_role("link", name="担当でない記録を開くとき").click(timeout=20_000)
    page.get_by_label("理由").fill("急ぐ")
    page.get_by_role("button", name="理由を記録して開く").click()
    expect(page.get_by_text("理由を5文字以上で書いてください。")).to_be_visible()
    page.get_by_label("理由").fill(WHY)
    page.get_by_label("開いておく長さ").select_option(label="4時間")
    expect(page.get_by_text("いま開くと、")).to_have_text(re.compile(r"\d日.* \d+:\d\d まで読めます"))
    look(page, "sharing-emergency", size)
    page.get_by_role("button", name="理由を記録して開く").click()
    expect(page.get_by_role("heading", name="見本 草太")).to_be_visible(timeout=20_000)
    [basis] = rows(city, "coordination", "select until from basis where case_id = $1", UUID(case))
    until = f"{basis['until'].astimezone(TOKYO):%-H:%M} まで"
    expect(page.get_by_text("いま見えている内容は、")).to_contain_text(until)
    expect(page.get_by_role("button", name="札をつなぐ")).to_have_count(0)  # the team's alone, and no basis acts
    to_call = seen(member, case)["contactSafety"]["callerPhone"]
    assert to_call
    expect(page.get_by_text(to_call)).to_be_visible()  # to reach them, and none of the family's words
    expect(page.get_by_text("夜中に台所で音がする")).to_have_count(0)
    look(page, "sharing-emergency-open", size)
    wait_until(
        lambda: [n for n in member.ask("Notices")["notices"] if (n["kind"], n["caseId"]) == ("emergency_used", case)]
    )
    team.wait_for_timeout(1_500)  # the case before their eyes does not say it: it stays unread
    team.goto(f"{city.url}/notices")
    expect(team.locator("li.now").filter(has=team.locator(f"a[href='/cases/{case}/sharing']"))).to_be_visible(
        timeout=20_000
    )
    team.locator(f"a[href='/cases/{case}/sharing']", has_text="緊急の閲覧がありました").click(timeout=20_000)
    used = team.locator("li", has_text="中村 亮")
    expect(used).to_contain_text("緊急")
    expect(used).to_contain_text(WHY)
    expect(used).to_contain_text(until)
    manager = Person(city.url, "sasaki")
    wait_until(
        lambda: [n for n in manager.ask("Notices")["notices"] if n["caseId"] == case and "emergency" in n["kind"]]
    )


@pytest.mark.parametrize("size", SIZES)
def test_a_clerk_with_a_ringing_phone_opens_a_case_by_its_receipt_number(
    city: Stack, sign_in: SignIn, member: Person, case: str, size: str
) -> None:
    """Whether a number is one is not told before it is opened: nonsense, nowhere and whole are asked in one way."""
    number = seen(member, case)["receiptNumber"]
    page = sign_in("yoshida", size)
    page.locator("nav a[href='/handoffs']").locator("visible=true").first.click()
    door = page.get_by_role("link", name="緊急に開く")
    expect(door).to_be_visible(timeout=20_000)
    look(page, "emergency-door", size)
    door.click()
    expect(page.get_by_role("heading", name="緊急に開く")).to_be_visible(timeout=20_000)
    look(page, "emergency-by-number", size)
    open_ = page.get_by_role("button", name="理由を記録して開く")
    open_.click()
    expect(page.get_by_text("受付番号を書いてください。")).to_be_visible()
    expect(page.get_by_label("受付番号")).to_be_focused()
    page.get_by_label("理由").fill(WHY)
    for nowhere in ("ねこ", "保2026-99999999"):
        page.get_by_label("受付番号").fill(nowhere)
        open_.click()
        expect(page.get_by_role("alert")).to_contain_text("この受付番号で開ける記録は、見つかりませんでした")
        expect(page.get_by_label("受付番号")).to_have_value(nowhere)
        expect(page.get_by_label("理由")).to_have_value(WHY)
        expect(open_).to_be_enabled()
    look(page, "emergency-by-number-nowhere", size)
    tried = "select 1 from access_log where basis = 'refused' and purpose = 'emergency' and actor_id = $1"
    assert len(rows(city, "coordination", tried, staff_id("yoshida"))) >= 2
    page.get_by_label("受付番号").fill(number)
    page.get_by_label("開いておく長さ").select_option(label="2時間")
    open_.click()
    expect(page.get_by_role("heading", name="見本 草太")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("いま見えている内容は、")).to_be_visible()
    page.goto(f"{city.url}/cases/called")
    page.get_by_role("link", name="いま開いている記録を見る").click(timeout=20_000)
    expect(page.locator(f"a[href='/cases/{case}']")).to_be_visible(timeout=20_000)
    look(page, "emergency-open-now", size)
    manager = Person(city.url, "sasaki")
    wait_until(
        lambda: [n for n in manager.ask("Notices")["notices"] if n["caseId"] == case and "emergency" in n["kind"]]
    )


@pytest.mark.parametrize("size", SIZES)
def test_the_way_to_an_emergency_begins_on_the_first_page_of_who_leaves_the_office(sign_in: SignIn, size: str) -> None:
    page = sign_in("mori", size)
    door = page.get_by_role("link", name="緊急に開く")
    expect(door).to_be_visible(timeout=20_000)
    door.scroll_into_view_if_needed()
    look(page, "emergency-door-today", size)
    door.click()
    expect(page.get_by_label("受付番号")).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("size", SIZES)
def test_what_a_consent_withholds_was_said_not_to_exist(
    city: Stack, sign_in: SignIn, member: Person, case: str, size: str
) -> None:
    name_only = basis_payload("GiveConsent", new_id(), "wakamono-station", fieldGroups=["identity"])
    member.do("GiveConsent", case, name_only)
    page = sign_in("ishii", size)
    page.get_by_role("navigation").get_by_role("link", name="ケース").click()
    card = page.get_by_role("listitem").filter(has_text="見本 草太").first
    expect(card).to_be_visible(timeout=20_000)
    for untold in ("担当", "ありません"):
        expect(card).not_to_contain_text(untold)
    page.goto(f"{city.url}/cases/{case}")
    expect(page.get_by_text("ここに出ていないものは、見せていません")).to_be_visible(timeout=20_000)
    for untold in ("ありません", "なし", "受けた日", "引継ぎ元", "係長です", "相談を知り"):
        expect(page.get_by_role("main")).not_to_contain_text(untold)
    look(page, "sharing-partner", size)


def test_a_case_that_is_not_there_opens_for_nobody(city: Stack, sign_in: SignIn) -> None:
    page = sign_in("nakamura", "desk")
    page.goto(f"{city.url}/cases/{new_id()}/sharing")
    page.get_by_label("理由").fill(WHY)
    page.get_by_role("button", name="理由を記録して開く").click()
    expect(page.get_by_role("alert")).to_contain_text("見つかりませんでした")
    expect(page.get_by_label("理由")).to_have_value(WHY)


def keep_off(page: Page) -> None:
    page.get_by_role("button", name="近い人を外す").click()
    page.get_by_role("dialog").get_by_label("職員").select_option(label="濵田 恵")
    page.get_by_role("dialog").get_by_role("button", name="外す").click()


def test_somebody_near_is_kept_off_and_only_a_manager_lets_them_in_again(
    city: Stack, sign_in: SignIn, member: Person, case: str
) -> None:
    colleague = Person(city.url, "hamada")
    member.do("ChangeTeam", case, {"join": [colleague.id]})
    assert seen(colleague, case)
    page = sign_in("takahashi", "tablet")
    sharing_of(page, case, city)
    keep_off(page)
    expect(page.get_by_role("alert")).to_contain_text("ほかの方を外せるのは、係長・管理職だけです")
    assert seen(colleague, case)
    boss = sign_in("sasaki", "desk")
    sharing_of(boss, case, city)
    keep_off(boss)
    expect(boss.get_by_role("status").filter(has_text="外しました")).to_be_visible()
    assert seen(colleague, case) is None
    sharing_of(page, case, city)
    expect(page.get_by_role("region", name="外している近い人")).to_contain_text("濵田 恵")
    expect(page.get_by_role("button", name="戻す")).to_have_count(0)
    rows(city, "gateway", "update session set fresh_until = now() where staff_id = $1", staff_id("sasaki"))
    boss.get_by_role("button", name="濵田 恵さんを戻す").click()
    dialog = boss.get_by_role("dialog")
    dialog.get_by_role("button", name="戻す").click()
    dialog.get_by_label("パスワード").fill(PASSWORD)
    assert seen(colleague, case) is None, "not before it is shown again who lets them in"
    dialog.get_by_role("button", name="戻す").click()
    expect(boss.get_by_text("外している人はいません。")).to_be_visible()
    assert seen(colleague, case), "still on the team"


def test_one_press_locked_whoever_pressed_it_out_of_their_own_case(city: Stack, sign_in: SignIn, case: str) -> None:
    own = sign_in("takahashi", "tablet")
    sharing_of(own, case, city)
    own.get_by_role("button", name="近い人を外す").click()
    dialog = own.get_by_role("dialog")
    dialog.get_by_label("職員").select_option(label="髙橋 直子")
    expect(dialog.get_by_role("alert")).to_contain_text("戻せるのは、ほかの係長・管理職だけです")
    look(own, "sharing-keep-off-self", "tablet")
    dialog.get_by_role("button", name="外す").dblclick()
    expect(dialog.get_by_text("もう一度「外す」を押してください")).to_be_visible()
    assert seen(Person(city.url, "takahashi"), case), "not by one press"
    dialog.get_by_label("自分を外すことを確かめました").check()
    dialog.get_by_role("button", name="外す").click()
    expect(own.get_by_role("status").filter(has_text="ご自分をケースから外しました")).to_be_visible()
    assert seen(Person(city.url, "takahashi"), case) is None


def test_the_team_changes_and_keeps_somebody(city: Stack, sign_in: SignIn, case: str) -> None:
    page = sign_in("takahashi", "desk")
    sharing_of(page, case, city)
    page.get_by_role("button", name="担当を変える").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="担当を変える").click()
    expect(dialog.get_by_role("alert")).to_contain_text("変えることが一つも入っていません")
    dialog.get_by_label("中村 亮").check()
    expect(dialog.get_by_label("佐々木 誠")).to_be_visible()  # a manager may be of a team
    dialog.get_by_label("係・機関").select_option(label="保谷庁舎 生活サポート相談窓口")
    expect(dialog.get_by_label("大塚 由美")).to_be_visible()  # and a manager of another unit; its clerks see no case
    expect(dialog.get_by_label("渡邉 健")).to_have_count(0)
    expect(dialog.get_by_label("中村 亮")).to_be_checked()
    look(page, "sharing-team", "desk")
    dialog.get_by_label("主に担当する人").select_option(label="中村 亮")
    dialog.get_by_role("button", name="担当を変える").click()
    expect(page.get_by_role("region", name="担当", exact=True)).to_contain_text("中村 亮、髙橋 直子")
    assert [one["name"] for one in seen(Person(city.url, "nakamura"), case)["team"]] == ["中村 亮", "髙橋 直子"]
