"""J12 in a real browser: somebody with no relation opens a case by an emergency; the manager's list shows it first, they look at
it with a note; the person's page names it, by unit and reason. And the screen itself: what it filters, for whom it opens."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.ids import new_id
from tests.e2e.conftest import SCREENS, SIZES, SignIn, look
from tests.support.hired import FIRST_PASSWORD, hire
from tests.support.person import Person, basis_payload, open_case, visit_payload
from tests.support.rows import rows

WHY = "同じ通りの家で、夜に物音がしたと聞いた"
NOTE = "本人に聞きとり済み。通りの家の者で、仕事の必要はなかった"
STREET, ADDRESS = "栄町4丁目", "西東京市栄町四丁目7番2号"
TOLD = {
    **{"personName": "見本 草太", "personKana": "ミホン ソウタ", "memo": "夜中に台所で音がする"},
    "personAddress": ADDRESS,
}


@pytest.fixture
def case(city: Stack) -> str:
    """A case that its coordinator read at work, at the last noon: somebody new, who did not read many others for other tests."""
    member = Person(city.url, hire(city).login, FIRST_PASSWORD)
    case = str(open_case(Person(city.url, "watanabe"), member, Person(city.url, "takahashi"), told=TOLD))
    member.do("RecordVisit", case, visit_payload())  # the person was met: they know of it
    member.ask("Case", id=case)
    now = datetime.now(UTC)
    noon = now.replace(hour=3, minute=0) - timedelta(days=now.hour < 3)
    for service in ("coordination", "intake"):
        # What they asked for before the case had arrived stays where it was: at the last noon they were on no team of it.
        query = "update access_log set at = $2 where actor_id = $1::text::uuid and action = 'read'"
        rows(city, service, query, member.id, noon)
    return case


def receipt_of(city: Stack, case: str) -> str:
    [row] = rows(city, "coordination", "select receipt_number from handoff_package where case_id = $1", UUID(case))
    return str(row["receipt_number"])


def log_of(page: Page, city: Stack, case: str) -> tuple[Locator, Locator]:
    """What is to be asked about, and everything else, of one case."""
    page.goto(f"{city.url}/access-log?case={case}")
    expect(page.get_by_role("heading", name="記録の閲覧", exact=True)).to_be_visible(timeout=20_000)
    expect(page.get_by_text("読み込んでいます")).to_have_count(0, timeout=20_000)
    return page.get_by_role("region", name="確かめたい閲覧"), page.get_by_role("region", name="そのほかの閲覧の表")


def lives_in(city: Stack, login: str, street: str) -> None:
    """Noted by a manager of their unit, as 職員と担当 does."""
    query = "select staff_id, unit_id from staff join assignment using (staff_id) where login = $1"
    [who] = rows(city, "gateway", query, login)
    manager = Person(city.url, hire(city, who["unit_id"], Role.MANAGER).login, FIRST_PASSWORD)
    manager.do("NoteHomeStreet", who["staff_id"], {"homeStreet": street})


def open_by_emergency(page: Page, city: Stack, case: str) -> None:
    page.goto(f"{city.url}/cases/{case}")
    page.get_by_role("link", name="担当でない記録を開くとき").click(timeout=20_000)
    page.get_by_label("理由").fill(WHY)
    page.get_by_role("button", name="理由を記録して開く").click()
    expect(page.get_by_role("heading", name="見本 草太")).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("size", SIZES)
def test_a_nosy_read_comes_first_is_looked_at_and_is_named_to_the_person(
    city: Stack, sign_in: SignIn, case: str, size: str
) -> None:
    open_by_emergency(sign_in("yoshida", size), city, case)
    lives_in(city, "yoshida", STREET)
    page = sign_in("sasaki", size)
    page.get_by_role("link", name="閲覧", exact=True).click()
    first = page.get_by_role("region", name="確かめたい閲覧").get_by_role("listitem").first
    expect(first).to_contain_text("𠮷田 美咲", timeout=20_000)
    expect(first).to_contain_text("担当でない（緊急）")
    expect(first).to_contain_text("同じ町")
    expect(first).to_contain_text(receipt_of(city, case))
    first.get_by_role("button", name=f"{receipt_of(city, case)} の閲覧だけを見る").click()
    odd, rest = page.get_by_role("region", name="確かめたい閲覧"), page.get_by_role("region", name="そのほかの閲覧の表")
    expect(page.get_by_role("heading", name=f"{receipt_of(city, case)} の閲覧")).to_be_visible()
    expect(rest).to_contain_text("新任 試")
    expect(odd).not_to_contain_text("新任 試")
    expect(odd).to_contain_text("田無庁舎 生活サポート相談窓口")
    for kept in ("見本", "台所", "栄町", WHY):
        expect(page.get_by_role("main")).not_to_contain_text(kept)
    look(page, "access-log-case", size)
    odd.get_by_role("button", name="𠮷田 美咲さんの閲覧を確認済にする").first.click()
    dialog = page.get_by_role("dialog", name="𠮷田 美咲さんの閲覧を確認済にする")
    dialog.get_by_role("button", name="確認済にする").click()
    expect(dialog.get_by_role("alert")).to_contain_text("確かめてわかったことを書いてください")
    dialog.get_by_label("メモ").fill(NOTE)
    look(page, "access-log-review", size)
    dialog.get_by_role("button", name="確認済にする").click()
    expect(page.get_by_role("status").filter(has_text="確認済にしました")).to_be_focused(timeout=20_000)
    expect(page.get_by_text("受領済 1件").or_(page.get_by_text("受領済 2件"))).to_be_visible()
    looked = page.get_by_role("region", name="確認済").get_by_role("listitem").first
    for told in ("𠮷田 美咲", "佐々木 誠", NOTE):
        expect(looked).to_contain_text(told)
    expect(odd).to_have_count(0)
    look(page, "access-log-reviewed", size)
    paper_names_it(page, size)


def paper_names_it(page: Page, size: str) -> None:
    """The page for the person, from the link of the screen, on screen and on paper."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name="誰が見たか（本人にわたす紙）").click()
    paper = opened.value
    expect(paper.get_by_role("heading", name="あなたの記録を見た人の一覧")).to_be_visible()
    line = paper.get_by_role("row").filter(has_text="田無庁舎 生活サポート相談窓口")
    expect(line).to_contain_text("緊急")
    for kept in ("𠮷田", "新任", "見本", "家族の言葉", "ひきこもり"):
        expect(paper.locator("body")).not_to_contain_text(kept)
    look(paper, "who-saw", size)
    said = paper.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor")
    assert said == "rgb(255, 255, 255)", "its own style sheet was let in"
    paper.emulate_media(media="print")
    expect(paper.get_by_text("この枠は紙に出ません")).to_be_hidden()
    paper.pdf(path=SCREENS / f"who-saw.{size}.pdf", prefer_css_page_size=True)
    paper.close()


def test_an_auditor_finds_the_log_after_signing_in_and_nothing_else(city: Stack, sign_in: SignIn, case: str) -> None:
    page = sign_in("fujiwara", "desk")
    look(page, "auditor-today", "desk")
    page.get_by_role("link", name="記録の閲覧をひらく").click()
    expect(page.get_by_role("heading", name="記録の閲覧", exact=True)).to_be_visible(timeout=20_000)
    page.get_by_label("受付番号").fill(receipt_of(city, case).replace("-", "－"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="そのほかの閲覧の表")).to_contain_text("新任 試", timeout=20_000)
    page.get_by_label("職員").select_option(label="森 あかり（谷戸分庁舎 We+）")
    expect(page.get_by_text("この条件の閲覧は、ありません")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("住んでいる町が書きとめられていないため")).to_be_visible()
    look(page, "access-log-no-street", "desk")
    assert page.url.endswith(f"staff={Person(city.url, 'mori').id}&receipt={page.url.rpartition('=')[2]}")
    page.goto(f"{city.url}/cases/{case}")
    expect(page.get_by_role("heading", name="見つかりませんでした")).to_be_visible(timeout=20_000)


def test_who_does_not_look_after_a_log_is_shown_none(city: Stack, sign_in: SignIn, case: str) -> None:
    page = sign_in("takahashi", "desk")
    expect(page.get_by_role("link", name="閲覧", exact=True)).to_have_count(0)
    page.goto(f"{city.url}/access-log?case={case}")
    expect(page.get_by_role("heading", name="見つかりませんでした")).to_be_visible(timeout=20_000)
    page.goto(f"{city.url}/cases/{case}/sharing")
    expect(page.get_by_role("heading", name="共有と同意", exact=True)).to_be_visible(timeout=20_000)
    expect(page.get_by_role("link", name="このケースの閲覧を見る")).to_have_count(0)


def test_the_way_from_a_case_and_that_nobody_checks_their_own_reads(city: Stack, sign_in: SignIn, case: str) -> None:
    manager = Person(city.url, "sasaki")
    manager.do("ChangeTeam", case, {"join": [Person(city.url, "nakamura").id]})
    rows(city, "coordination", "update case_file set closed_at = now() where case_id = $1", UUID(case))
    manager.ask("Case", id=case)
    page = sign_in("sasaki", "desk")
    page.goto(f"{city.url}/cases/{case}/sharing")
    page.get_by_role("link", name="このケースの閲覧を見る").click(timeout=20_000)
    mine = page.get_by_role("region", name="確かめたい閲覧").get_by_role("listitem").filter(has_text="佐々木 誠")
    expect(mine.first).to_contain_text("終わったケース", timeout=20_000)
    expect(mine.first).to_contain_text("ご自分の閲覧は、ほかの方が確認します。")
    expect(mine.get_by_role("button", name="確認済にする")).to_have_count(0)


def test_without_the_network_nothing_is_said_to_be_done(city: Stack, sign_in: SignIn, case: str) -> None:
    nosy = Person(city.url, "yoshida")
    nosy.do("UseEmergency", case, basis_payload("UseEmergency", new_id()))
    nosy.ask("Case", id=case)
    page = sign_in("sasaki", "tablet")
    odd, _ = log_of(page, city, case)
    odd.get_by_role("button", name="𠮷田 美咲さんの閲覧を確認済にする").click()
    page.context.set_offline(True)
    expect(page.get_by_text("オフライン", exact=True)).to_be_attached()
    page.get_by_label("メモ").fill(NOTE)
    page.get_by_role("dialog").get_by_role("button", name="確認済にする").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("通信できるときに行えます")
    expect(page.get_by_label("メモ")).to_have_value(NOTE)
    page.context.set_offline(False)
    expect(page.get_by_text("オンライン", exact=True)).to_be_attached(timeout=20_000)
    page.get_by_role("dialog").get_by_role("button", name="確認済にする").click()
    expect(page.get_by_role("status").filter(has_text="確認済にしました")).to_be_visible(timeout=20_000)
    noted = rows(city, "coordination", "select 1 from access_review_private where note = $1", NOTE)
    assert noted, "kept with the note, once the network was there"


def test_a_record_that_is_not_found_is_one_line_of_the_log(city: Stack, sign_in: SignIn) -> None:
    """Only whoever has just taken a case over asks again: its event may be on its way."""
    absent = str(new_id())
    page = sign_in("yoshida", "desk")
    page.goto(f"{city.url}/cases/{absent}")
    expect(page.get_by_text("見つかりませんでした")).to_be_visible(timeout=20_000)
    page.wait_for_timeout(4_000)
    query = "select 1 from access_log where action = 'refused' and shown::text like '%' || $1 || '%'"
    assert len(rows(city, "coordination", query, absent)) == 1
