"""本人からの請求 at the table, in a real browser: found by how somebody is called, received, decided by another, and the papers."""

import pytest
from playwright.sync_api import expect

from infra.seed_people import demo_id
from infra.stack import Stack
from services.kernel.ids import new_id
from tests.e2e.conftest import SIZES, SignIn, look
from tests.support.person import Person, attendance_payload, session_payload
from tests.support.screen import meet, meet_dialog
from tests.support.tokens import token_code

ASKED = "ここに来たことを、もう消してほしい"


@pytest.fixture
def nickname(city: Stack) -> str:
    """Of somebody who came to 谷戸分庁舎 once, about whom a line was written."""
    host, session, code = Person(city.url, "mori"), new_id(), token_code(new_id().int % 32**5)
    made = f"やどりぎ{code[:3]}"
    host.do("ScheduleSession", session, session_payload(host))
    new = {"participantId": str(new_id()), "newParticipant": {"nickname": made, "code": code}}
    host.do("LogAttendance", session, attendance_payload("arrived", **new))
    host.do("CloseSession", session, {"line": f"{made}さんと将棋。"})
    assert host.ask("FindParticipant", placeId=str(demo_id("place", 1)), called=made)["participant"]
    return made


@pytest.mark.parametrize("size", SIZES)
def test_an_erasure_at_the_table_from_the_asking_to_its_last_line(
    city: Stack, sign_in: SignIn, nickname: str, size: str
) -> None:
    page, found = sign_in("mori", size), []
    page.goto(city.url)
    page.get_by_role("link", name="請求").click()
    page.get_by_role("button", name="居場所で請求を受ける").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="さがす").click()
    expect(dialog.get_by_text("札の番号か、ニックネームを書いてください")).to_be_visible()
    dialog.get_by_label("札の番号か、ニックネーム").fill("こんな人はいない")
    dialog.get_by_role("button", name="さがす").click()
    expect(dialog.get_by_text("この場所にいません")).to_be_visible()
    expect(dialog.get_by_label("札の番号か、ニックネーム")).to_have_value("こんな人はいない")
    found += meet(page, "participant-requests-find", size)
    dialog.get_by_label("札の番号か、ニックネーム").fill(nickname)
    dialog.get_by_role("button", name="さがす").click()
    expect(page.get_by_role("dialog", name=f"{nickname}さんから請求を受ける")).to_be_visible()
    expect(dialog.get_by_label("請求の種類").get_by_role("option")).to_have_count(3)
    dialog.get_by_label("請求の種類").select_option("erasure")
    dialog.get_by_label("求められたこと").fill(ASKED)
    found += meet(page, "participant-requests-receive", size)
    dialog.get_by_role("button", name="受ける", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="請求を受けました")).to_be_focused()
    expect(page.locator("li", has_text=nickname).get_by_text("決定を待っています")).to_be_visible(timeout=20_000)

    manager = sign_in("kudo", size)
    manager.goto(f"{city.url}/requests")
    line = manager.locator("li", has_text=nickname)
    expect(line.get_by_text("決定を待っています")).to_be_visible(timeout=20_000)
    found += meet_dialog(manager, line.get_by_role("button", name="持っている記録"), "participant-requests-held", size)
    with manager.expect_popup() as opened:
        line.get_by_role("link", name="誰が見たか").click()
    expect(opened.value.get_by_role("heading", name="あなたの居場所の記録を見た人の一覧")).to_be_visible()
    look(opened.value, "participant-who-saw-page", size)
    opened.value.close()
    line.get_by_role("button", name="を決める").click()
    dialog = manager.get_by_role("dialog")
    expect(dialog.get_by_text("名前のあるひとこと")).to_be_visible()
    dialog.get_by_label("決定").select_option("approve")
    found += meet(manager, "participant-requests-decide", size)
    dialog.get_by_role("button", name="消去する").click()
    expect(manager.get_by_role("status").filter(has_text="消去しました")).to_be_focused()
    expect(manager.get_by_text(nickname)).to_have_count(0)
    expect(manager.get_by_text(ASKED)).to_have_count(0)
    found += meet(manager, "participant-requests-erased", size)
    assert not found, "\n".join(found)


def test_a_nickname_is_corrected_and_the_paper_tells_when_they_came(
    city: Stack, sign_in: SignIn, nickname: str
) -> None:
    host, lead = Person(city.url, "mori"), Person(city.url, "kudo")
    who = host.ask("FindParticipant", placeId=str(demo_id("place", 1)), called=nickname)["participant"]["id"]
    disclosure, correction = str(new_id()), str(new_id())
    host.do("OpenParticipantRequest", who, {"requestId": disclosure, "kind": "disclosure"})
    host.do("OpenParticipantRequest", who, {"requestId": correction, "kind": "correction", "asked": "呼び名を変える"})
    lead.do("DecideParticipantRequest", who, {"requestId": correction, "decision": "approve"})
    page = sign_in("mori", "desk")
    page.goto(f"{city.url}/requests")
    page.locator("li", has_text="呼び名を変える").get_by_role("button", name="訂正").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("ニックネーム").fill(f"ひいらぎ{nickname[-3:]}")
    assert not meet(page, "participant-requests-correct", "desk")
    dialog.get_by_role("button", name="訂正する").click()
    expect(page.get_by_role("status").filter(has_text="訂正しました")).to_be_focused()
    expect(page.locator("li", has_text=f"ひいらぎ{nickname[-3:]}").first).to_be_visible(timeout=20_000)
    paper = lead.http.get(f"/print/participant-disclosure/{who}")
    assert paper.status_code == 200
    for told in (f"ひいらぎ{nickname[-3:]}", "谷戸分庁舎", "令和", "来た"):
        assert told in paper.text, told
    assert "将棋" not in paper.text and "ひきこもり" not in paper.text
    manager = sign_in("kudo", "desk")
    manager.goto(f"{city.url}/print/participant-disclosure/{who}")
    look(manager, "participant-disclosure-page", "desk")
