"""終了と再開 in a real browser: ended by whoever the case is, still found and read, taken up again by the lead."""

import pytest
from playwright.sync_api import expect

from infra.stack import Stack
from tests.e2e.conftest import SIZES, SignIn
from tests.support.person import Person, open_case, visit_payload
from tests.support.screen import meet


@pytest.mark.parametrize("size", SIZES)
def test_a_case_is_ended_over_no_open_promise_and_taken_up_again(city: Stack, sign_in: SignIn, size: str) -> None:
    member = Person(city.url, "takahashi")
    name = f"見本 {'机' if size == 'desk' else '板'}子"
    colleague = Person(city.url, "hamada")
    case = open_case(
        Person(city.url, "watanabe"), member, colleague, told={"personName": name, "memo": "夜中に台所で音がする"}
    )
    member.do("RecordVisit", case, visit_payload(nextPromise={"note": "手紙を届ける"}))
    page, found = sign_in("takahashi", size), []
    page.goto(f"{city.url}/cases/{case}")
    page.get_by_role("link", name="ケースを終える").click()
    expect(page.get_by_role("heading", name="ケースを終える")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="終える", exact=True).click()
    expect(page.get_by_text("終えるわけを選んでください。")).to_be_visible()
    expect(page.get_by_text("手紙を届ける")).to_be_visible()
    found += meet(page, "closing", size)
    other = sign_in("hamada", size)
    other.goto(f"{city.url}/cases/{case}/closing")
    expect(other.get_by_text("終えたり再開したりできるのは")).to_be_visible(timeout=20_000)
    expect(other.get_by_role("button", name="終える", exact=True)).to_have_count(0)
    page.get_by_label("終えるわけ").select_option("linked")
    page.get_by_label("この約束は").check()
    page.get_by_label("メモ").fill("生活サポートへ引き継いだ")
    page.get_by_role("button", name="終える", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="終わったケースです")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("heading", name="終了　ほかの制度・機関につないだ")).to_be_visible()
    expect(page.get_by_role("link", name="訪問を記録")).to_have_count(0)
    found += meet(page, "case-closed", size)
    page.goto(f"{city.url}/cases")
    expect(page.get_by_role("link", name="終わったケース")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("link", name=name)).to_have_count(0)
    manager = sign_in("sasaki", size)
    manager.goto(f"{city.url}/cases/closed")
    expect(manager.get_by_role("link", name=name)).to_be_visible(timeout=20_000)
    found += meet(manager, "closed-cases", size)
    manager.get_by_role("link", name=name).click()
    manager.get_by_role("link", name="ケースを再開する").click()
    expect(manager.get_by_role("button", name="再開する", exact=True)).to_be_visible(timeout=20_000)
    found += meet(manager, "reopening", size)
    manager.get_by_role("button", name="再開する", exact=True).click()
    expect(manager.get_by_role("heading", name="再開", exact=False).first).to_be_visible(timeout=20_000)
    expect(manager.get_by_text("終わったケースです")).to_have_count(0)
    page.goto(f"{city.url}/cases")
    expect(page.get_by_role("link", name=name)).to_be_visible(timeout=20_000)
    assert not found, "\n".join(found)
