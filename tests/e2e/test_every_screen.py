"""Every address of the app and every state of its doors, dialogs and lists, as they are met by keyboard, finger and enlarged text."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from infra.paths import ROOT
from infra.seed import PASSWORD
from infra.seed_people import staff_id
from infra.stack import Stack
from services.kernel.ids import new_id
from tests.e2e.conftest import SIZES, SignIn
from tests.support.hired import hire
from tests.support.person import (
    Person,
    attendance_payload,
    basis_payload,
    consultation_payload,
    open_case,
    package_payload,
    session_payload,
    visit_payload,
)
from tests.support.rows import rows
from tests.support.screen import meet, meet_dialog
from tests.support.tablet import PIN
from tests.support.tokens import token_code

PATHS = dict(re.findall(r'^  (\w+): "([^"]+)",$', (ROOT / "pwa/src/app/paths.ts").read_text(encoding="utf8"), re.M))


class Row(NamedTuple):
    """Who opens an address of paths.ts, what stands for its `:id`, and the heading that says it is there."""

    login: str
    heading: str
    id: str = ""


ROWS = {
    "today": Row("takahashi", "今日"),
    "newConsultation": Row("watanabe", "相談を開く"),
    "consultations": Row("watanabe", "相談の記録"),
    "consultation": Row("watanabe", "聞きとり票", "consultation"),
    "sheetRequests": Row("watanabe", "本人からの請求", "consultation"),
    "handoffs": Row("takahashi", "引継ぎトレイ"),
    "handoff": Row("takahashi", "引継ぎ", "handoff"),
    "cases": Row("takahashi", "ケース"),
    "closedCases": Row("takahashi", "終わったケース"),
    "called": Row("mori", "担当でない記録を開く"),
    "case": Row("takahashi", "石田 遼太郎", "case"),
    "newVisit": Row("takahashi", "訪問", "case"),
    "sharing": Row("takahashi", "共有と同意", "case"),
    "closing": Row("takahashi", "ケースを終える", "case"),
    "caseRequests": Row("takahashi", "本人からの請求", "case"),
    "ibasho": Row("mori", "居場所"),
    "tokens": Row("mori", "紙の札"),
    "session": Row("mori", "自由の時間", "session"),
    "needsAttention": Row("sasaki", "要確認"),
    "devices": Row("sasaki", "端末"),
    "notices": Row("takahashi", "お知らせ"),
    "statistics": Row("sasaki", "統計"),
    "staff": Row("sasaki", "職員と担当"),
    "accessLog": Row("sasaki", "記録の閲覧"),
    "requests": Row("sasaki", "本人からの請求"),
    "account": Row("sasaki", "自分の設定"),
}


def test_every_address_has_its_row() -> None:
    assert len(PATHS) >= 16
    assert PATHS.keys() == ROWS.keys()


@pytest.fixture(scope="module")
def things(city: Stack) -> dict[str, str]:
    """One of each, as full as a busy day leaves it: what an address's `:id` stands for."""
    clerk, coordinator, staff = Person(city.url, "watanabe"), Person(city.url, "takahashi"), Person(city.url, "mori")
    told = {"personName": "石田 遼太郎", "personKana": "イシダ リョウタロウ", "memo": "夜中に台所で音がする"}
    case = open_case(clerk, coordinator, told=told)
    coordinator.do("RecordVisit", case, visit_payload(personWords="静かなところがいい", familyWords="少し笑った"))
    Person(city.url, "nakamura").do("RecordVisit", case, visit_payload(memo="扉のすぐ内側で話された"))
    consultation, handoff = new_id(), new_id()
    payload = consultation_payload(concerns=["finding_work", "hikikomori"], mainConcern="hikikomori", urgency="today")
    clerk.do("OpenConsultation", consultation, payload)
    clerk.do("HandOff", handoff, package_payload(consultation))
    back, returned = new_id(), new_id()
    clerk.do("OpenConsultation", back, consultation_payload())
    clerk.do("HandOff", returned, package_payload(back))
    note = "お母さまの携帯に、いつかけてよいかを聞いてください。"
    coordinator.do("ReturnHandoff", returned, {"reason": "contact_unclear", "note": note})
    asked_for(case, coordinator, Person(city.url, "sasaki"))
    shared(case, coordinator, Person(city.url, "sasaki"), staff)
    session = new_id()
    staff.do("ScheduleSession", session, session_payload(staff))
    for number, nickname in enumerate(("みどり", "タケシ", "ふじさん", "名前の長いひと")):
        who = {
            "participantId": str(new_id()),
            "newParticipant": {"nickname": nickname, "code": token_code(900 + number)},
        }
        staff.do("LogAttendance", session, attendance_payload("arrived", **who))
    for kind in ("plus_one", "at_door"):
        staff.do("LogAttendance", session, attendance_payload(kind))
    ids = {"case": case, "consultation": back, "handoff": handoff, "session": session}
    return {name: str(each) for name, each in ids.items()}


def asked_for(case: object, member: Person, manager: Person) -> None:
    """A request that waits, one that was approved, one that was not."""
    asked = {
        "correction": "生まれた年がちがう",
        "disclosure": "記録を見たい。紙でほしい。",
        "erasure": "ぜんぶ消してほしい",
    }
    for kind, words in asked.items():
        request = str(new_id())
        member.do("OpenPersonRequest", case, {"requestId": request, "kind": kind, "asked": words})
        if kind != "erasure":
            decision = "approve" if kind == "disclosure" else "decline"
            note = "窓口で本人に渡す" if kind == "disclosure" else "戸籍のとおりだった"
            manager.do("DecidePersonRequest", case, {"requestId": request, "decision": decision, "note": note})


def shared(case: object, member: Person, manager: Person, called: Person) -> None:
    """Every kind of basis in force, meetings still to come, a consent that was taken back, and somebody kept off."""
    over, later = str(new_id()), (datetime.now(UTC) + timedelta(hours=20)).isoformat()
    member.do("GiveConsent", case, basis_payload("GiveConsent", over, "hoya-window", "wakamono-station", note="口頭で"))
    member.do("EndBasis", case, {"basisId": over})
    member.do("GiveConsent", case, basis_payload("GiveConsent", new_id(), "wakamono-station"))
    manager.do("ShareByLaw", case, basis_payload("ShareByLaw", new_id(), "tanashi-window"))
    for _ in range(2):
        meeting = basis_payload("ConveneConference", new_id(), called.id, manager.id, fromAt=later)
        member.do("ConveneConference", case, meeting)
    now = str(new_id())
    member.do("ConveneConference", case, basis_payload("ConveneConference", now, called.id))
    called.do("PledgeSecrecy", case, {"basisId": now})
    called.do("UseEmergency", case, basis_payload("UseEmergency", new_id()))
    manager.do("KeepOff", case, {"staffId": str(staff_id("kobayashi"))})


def go(page: Page, city: Stack, path: str, heading: str) -> None:
    page.goto(city.url + path)
    expect(page.locator("main h1").filter(has_text=heading)).to_be_visible(timeout=20_000)
    expect(page.get_by_text("読み込んでいます")).to_have_count(0, timeout=20_000)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("login", sorted({row.login for row in ROWS.values()}))
def test_every_address(sign_in: SignIn, city: Stack, things: dict[str, str], login: str, size: str) -> None:
    page, found = sign_in(login, size), []
    for name, row in ROWS.items():
        if row.login == login:
            go(page, city, PATHS[name].replace(":id", things.get(row.id, "")), row.heading)
            found += meet(page, f"every-{name}", size)
    assert not found, "\n".join(found)


def pad(page: Page, pin: str, then: str) -> None:
    """A PIN on the pad, and its button."""
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name=then, exact=True).click()


def set_pin(page: Page, step: Callable[[str], list[str]] = lambda _: []) -> list[str]:
    """Its dialog, each step looked at: refused, again, done. Ends with what lies on the device."""
    page.get_by_role("button", name="PINを設定する").click()
    pad(page, "123456", "次へ")
    expect(page.get_by_role("alert")).to_contain_text("並んだ数字")
    found = step("pin-easy")
    pad(page, PIN, "次へ")
    expect(page.get_by_role("heading", name="もう一度")).to_be_visible()
    found += step("pin-second")
    pad(page, PIN, "次へ")
    expect(page.get_by_role("heading", name="PINを設定しました")).to_be_visible(timeout=20_000)
    found += step("pin-done")
    page.get_by_role("button", name="閉じる").click()
    expect(page.get_by_role("heading", name="持ち出し準備OK")).to_be_visible(timeout=20_000)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    return found


@pytest.mark.parametrize("size", SIZES)
def test_nothing_here_yet(sign_in: SignIn, city: Stack, size: str) -> None:
    page, found = sign_in("hamada", size), []
    for path, heading in (("/today", "今日"), ("/handoffs", "引継ぎ"), ("/cases", "ケース"), ("/notices", "お知らせ")):
        go(page, city, path, heading)
        found += meet(page, f"empty{path.replace('/', '-')}", size)
    go(page, city, "/nowhere", "見つかりませんでした")
    found += meet(page, "no-such-page", size)
    go(page, city, f"/cases/{new_id()}", "見つかりませんでした")
    found += meet(page, "no-such-record", size)
    page.get_by_role("button", name="サインアウト").filter(visible=True).click()
    expect(page.get_by_role("heading", name="サインイン")).to_be_visible()
    found += meet(page, "sign-in", size)
    page.get_by_role("button", name="サインイン", exact=True).click()
    for problem in ("職員IDを入れてください", "パスワードを入れてください"):
        expect(page.get_by_text(problem)).to_be_visible()
    expect(page.get_by_label("職員ID")).to_be_focused()
    found += meet(page, "sign-in-empty", size)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_the_doors_of_a_tablet(sign_in: SignIn, city: Stack, size: str) -> None:
    page = sign_in("kobayashi", size)
    found = meet_dialog(page, page.get_by_role("button", name="PINを設定する"), "pin", size)
    found += set_pin(page, lambda name: meet(page, name, size))
    found += meet(page, "taken-along", size)
    page.context.set_offline(True)
    expect(page.get_by_text("オフライン", exact=True)).to_be_visible()
    found += meet(page, "offline", size)
    veil = page.get_by_role("button", name="隠す")
    veil.click()
    found += meet(page, "veil", size)
    page.get_by_role("button", name="もどる").click()
    expect(veil).to_be_focused()
    page.reload()
    expect(page.get_by_role("heading", name="PINを入れてください")).to_be_visible()
    found += meet(page, "locked", size)
    pad(page, "314159", "開く")
    expect(page.get_by_role("alert")).to_contain_text("PINが違います")
    found += meet(page, "locked-wrong", size)
    page.get_by_role("button", name="PINを忘れたとき").click()
    found += meet(page, "pin-forgotten", size)
    page.get_by_role("button", name="PINで開く").click()
    pad(page, PIN, "開く")
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.get_by_role("dialog", name="もう一度サインインしてください")).to_be_visible(timeout=20_000)
    found += meet(page, "signed-out", size)
    page.get_by_label("職員ID").fill("kobayashi")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    found += revoked(sign_in, city, page, size)
    assert not found, "\n".join(found)


def revoked(sign_in: SignIn, city: Stack, tablet: Page, size: str) -> list[str]:
    """The manager's list of devices, the question, and what the tablet then says."""
    manager = sign_in("sasaki", size)
    go(manager, city, "/devices", "端末")
    found = meet(manager, "devices", size)
    usable = manager.get_by_role("button", name="使えなくする")
    mine = (
        manager.locator("li", has_text="小林 さつき")
        .filter(has_text="名前のない端末")
        .filter(has=usable)
        .get_by_role("button")
    )
    found += meet_dialog(manager, mine, "devices-revoke", size)
    mine.click()
    manager.get_by_role("dialog").get_by_role("button", name="使えなくする").click()
    expect(tablet.get_by_role("heading", name="この端末は使えません")).to_be_visible(timeout=20_000)
    return found + meet(tablet, "revoked", size)


@pytest.mark.parametrize("size", SIZES)
def test_the_table_at_the_place(sign_in: SignIn, city: Stack, things: dict[str, str], size: str) -> None:
    page, found = sign_in("mori", size), []
    set_pin(page)
    page.get_by_role("link", name="居場所", exact=True).click()
    found += meet_dialog(page, page.get_by_role("button", name="回を予定する"), "plan", size)
    page.locator(f"a[href='/ibasho/{things['session']}']").click()
    found += meet_dialog(page, page.locator(".tile.add"), "add-person", size)
    page.locator(".tile.add").click()
    page.get_by_label("呼び名、または札の番号").fill(" タケシ ")
    expect(
        page.get_by_text("タケシ はこの回にもう来ています。別の方なら、ちがう呼び名にしてください。")
    ).to_be_visible()
    found += meet(page, "add-person-again", size)
    page.keyboard.press("Escape")
    page.locator("summary").click()
    found += meet(page, "board-entries", size)
    undo = page.get_by_role("button", name="扉まで来た を取り消す").last
    found += meet_dialog(page, undo, "board-undo", size)
    page.get_by_role("button", name="会場モード").click()
    expect(page.get_by_role("button", name="名前を言わずに参加する")).to_be_visible()
    found += meet(page, "venue", size)
    found += meet_dialog(page, page.get_by_role("button", name="スタッフ").last, "venue-pin", size)
    page.get_by_role("button", name="スタッフ").last.click()
    pad(page, PIN, "開く")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_questions_over_the_page_and_what_is_missing(
    sign_in: SignIn, city: Stack, things: dict[str, str], size: str
) -> None:
    page, found = sign_in("takahashi", size), []
    go(page, city, f"/handoffs/{things['handoff']}", "引継ぎ")
    found += meet_dialog(page, page.get_by_role("button", name="返す"), "return", size)
    go(page, city, f"/cases/{things['case']}", "石田 遼太郎")
    found += meet_dialog(page, page.get_by_role("button", name="札をつなぐ"), "join-token", size)
    go(page, city, f"/cases/{things['case']}/visits/new", "訪問")
    page.get_by_role("button", name="記録する").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += meet(page, "visit-missing", size)
    clerk = sign_in("watanabe", size)
    go(clerk, city, "/consultations/new", "相談を開く")
    clerk.get_by_role("button", name="保存して終える").click()
    expect(clerk.get_by_role("alert")).to_be_visible()
    found += meet(clerk, "consultation-missing", size)
    go(clerk, city, f"/consultations/{things['consultation']}", "聞きとり票")
    clerk.get_by_role("link", name="引き継ぐ", exact=True).first.click()
    expect(clerk.get_by_role("textbox", name="約束したこと")).to_be_visible()
    found += meet(clerk, "hand-off", size)
    go(clerk, city, f"/handoffs/{things['handoff']}", "引継ぎ")
    found += meet_dialog(clerk, clerk.get_by_role("button", name="取り下げる"), "withdraw", size)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_who_sees_a_case_is_asked_over_the_page(
    sign_in: SignIn, city: Stack, things: dict[str, str], size: str
) -> None:
    page, found = sign_in("sasaki", size), []
    go(page, city, f"/cases/{things['case']}/sharing", "共有と同意")
    page.locator("summary").click()
    found += meet(page, "sharing-manager", size)
    for name, button in (
        ("sharing-consent", "同意を記録する"),
        ("sharing-conference", "支援会議を招集する"),
        ("sharing-law", "法による共有（69条2項）"),
        ("sharing-team", "担当を変える"),
        ("sharing-keep-off", "近い人を外す"),
        ("sharing-let-in", "小林 さつきさんを戻す"),
        ("sharing-withdraw", "若者サポートステーション（関係機関）への共有を撤回する"),
    ):
        found += meet_dialog(page, page.get_by_role("button", name=button), name, size)
    page.get_by_role("button", name="同意を記録する").click()
    page.get_by_role("dialog").get_by_role("button", name="同意を記録する").click()
    expect(page.get_by_role("alert")).to_contain_text("印のついた欄")
    found += meet(page, "sharing-consent-missing", size)
    stranger = sign_in("nakamura", size)
    go(stranger, city, f"/cases/{things['case']}/sharing", "担当でない記録を開く")
    found += meet(stranger, "sharing-not-mine", size)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_a_busy_log_and_the_paper_for_the_person(
    sign_in: SignIn, city: Stack, things: dict[str, str], size: str
) -> None:
    read_for_ten_days(city, things["case"])
    page, found = sign_in("sasaki", size), []
    go(page, city, f"/access-log?case={things['case']}", "記録の閲覧")
    expect(page.get_by_text("件までを出しています")).to_be_visible()
    page.locator("summary").click()
    found += meet(page, "access-log-busy", size)
    looked = page.get_by_role("button", name="濵田 恵さんの閲覧を確認済にする").first
    found += meet_dialog(page, looked, "access-log-review", size)
    go(page, city, f"/access-log?staff={hire(city).staff_id}&days=7", "記録の閲覧")
    expect(page.get_by_text("この条件の閲覧は、ありません")).to_be_visible()
    found += meet(page, "access-log-empty", size)
    page.route("**/graphql", lambda route: route.abort())
    page.get_by_label("期間").select_option(label="この3か月")
    expect(page.get_by_text("いま読み込めません")).to_be_visible()
    found += meet(page, "access-log-unreachable", size)
    page.unroute("**/graphql")
    page.goto(f"{city.url}/print/who-saw/{things['case']}")
    found += meet(page, "who-saw", size)
    auditor = sign_in("fujiwara", size)
    expect(auditor.get_by_role("link", name="記録の閲覧をひらく")).to_be_visible(timeout=20_000)
    found += meet(auditor, "today-auditor", size)
    assert not found, "\n".join(found)


def read_for_ten_days(city: Stack, case: str) -> None:
    """More reads of one case than a page shows: at work, at night, by a consent, and lists with it in them."""
    add = (
        "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen, trace_id, at)"
        " select $1, 'staff', 'read', jsonb_build_object('case', jsonb_build_array($2::text)), $3, $4, $5, $6, '',"
        " date_trunc('day', now()) - make_interval(days => n / 20 % 10, hours => $7 + n % 4) from generate_series(1, $8) n"
    )
    everything = ["identity", "contact_safety", "contact_rules", "timeline", "person_words", "family_words", "memo"]
    everything += ["team", "promise", "tokens"]
    for login, basis, groups, purpose, screen, hour, times in (
        ("takahashi", "member", everything, "support", "Case", -1, 200),
        ("hamada", "member", everything, "support", "Case", 8, 12),
        ("sasaki", "unit_lead", ["sharing"], "sharing", "Sharing", -1, 60),
        ("ishii", "consent", ["identity", "contact_rules", "promise"], "support", "Case", -1, 60),
        ("nakamura", "member", ["identity", "timeline", "promise", "contact_rules"], "overview", "Cases", -1, 60),
    ):
        rows(city, "coordination", add, *(staff_id(login), case, groups, basis, purpose, screen, hour, times))


OFFER = "PINを設定する"


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_taken_along_where_it_would_not_stay(sign_in: SignIn, city: Stack, size: str) -> None:
    page, found = sign_in("nakamura", size), []
    for name, standalone, kept, room, word in (
        ("browser", "false", "true", 400, "ホーム画面に追加"),
        ("not-kept", "true", "false", 400, "約束しません"),
        ("no-room", "true", "true", 49, "50MBより多く空けて"),
    ):
        as_on_an_ipad(page, standalone, kept, room)
        go(page, city, "/today", "今日")
        page.get_by_role("button", name=OFFER).click()
        expect(page.get_by_role("alert")).to_contain_text(word)
        assert page.get_by_role("dialog").count() == 0
        found += meet(page, f"ipad-{name}", size)
    as_on_an_ipad(page, "true", "true", 51)
    go(page, city, "/today", "今日")
    page.get_by_role("button", name=OFFER).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("badges.at(-1)") == 0, "nothing of this person waits"
    assert not found, "\n".join(found)


def as_on_an_ipad(page: Page, standalone: str, kept: str, room: int) -> None:
    """What Safari on iPadOS tells a page: on the home screen or not, kept or not, how many MB are left. The icon's numbers are kept."""
    page.add_init_script(
        f"""Object.defineProperty(navigator, "standalone", {{ get: () => {standalone}, configurable: true }});
        navigator.storage.persist = async () => {kept};
        navigator.storage.estimate = async () => ({{ quota: {room + 7}e6, usage: 7e6 }});
        globalThis.badges = [];
        navigator.setAppBadge = async (count) => void badges.push(count);"""
    )
