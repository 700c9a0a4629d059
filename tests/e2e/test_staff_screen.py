"""職員と担当 in a real browser: a change gathered and made at once, the password asked again, a code, a session ended."""

from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import expect

from infra.seed import PASSWORD
from infra.stack import Stack
from tests.e2e.conftest import SignIn, look
from tests.support.hired import FIRST_PASSWORD, hire, today
from tests.support.person import Person, wait_until
from tests.support.rows import rows


def held(city: Stack, staff_id: object) -> list[tuple[str, object]]:
    query = "select role, until from assignment where staff_id = $1 order by from_date, role"
    return [(row["role"], row["until"]) for row in rows(city, "gateway", query, UUID(str(staff_id)))]


@pytest.mark.parametrize("size", ["desk", "tablet"])
def test_a_manager_changes_assignments_at_once_after_giving_the_password_again(
    city: Stack, sign_in: SignIn, size: str
) -> None:
    hired = hire(city)
    person = Person(city.url, hired.login, FIRST_PASSWORD)
    rows(city, "gateway", "update staff_private set name = $2 where staff_id = $1", hired.staff_id, f"新任 {size}")
    page = sign_in("sasaki", size)
    rows(
        city,
        "gateway",
        "update session set fresh_until = now() where staff_id = $1",
        UUID(Person(city.url, "sasaki").id),
    )
    page.get_by_role("link", name="職員", exact=True).click()
    expect(page.get_by_role("heading", name="職員と担当", exact=True)).to_be_visible()
    look(page, "staff", size)
    page.get_by_role("button", name=f"新任 {size}さん(コーディネーター)の担当を終える").click()
    page.get_by_label("終わりの日").fill(str(today() - timedelta(days=1)))
    page.get_by_role("button", name="担当を加える").click()
    look(page, "staff-add", size)
    for offered in ("佐々木 誠", "監査"):  # oneself, and an auditor where nobody audits
        expect(page.get_by_role("dialog").locator("option", has_text=offered)).to_have_count(0)
    page.get_by_role("dialog").get_by_label("職員").select_option(label=f"新任 {size}({hired.login})")
    page.get_by_role("dialog").get_by_label("役割").select_option("ibasho_staff")
    page.get_by_role("dialog").get_by_label("始まり").fill(f"{today().year + 1}-04-01")
    page.get_by_role("button", name="変更に加える").click()
    page.get_by_role("link", name="今日", exact=True).click()
    expect(page.get_by_role("heading", name="今日")).to_be_visible()
    page.get_by_role("link", name="職員", exact=True).click()
    expect(page.get_by_text("2件をまとめて変える")).to_be_visible()
    page.get_by_label("変更の理由・メモ").fill("4月1日の人事異動")
    page.get_by_role("button", name="2件をまとめて変える").click()
    expect(page.get_by_role("alert")).to_contain_text("もう一度パスワード")
    look(page, "staff-again", size)
    assert held(city, hired.staff_id) == [("coordinator", None)] and person.post("Me").status_code == 200
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="2件をまとめて変える").click()
    expect(page.get_by_text("4月1日の人事異動").first).to_be_visible()
    for changed in (f"新任 {size}さんの担当を終える", f"新任 {size}さんが "):
        expect(page.get_by_role("region", name="変更の記録").get_by_text(changed)).to_be_visible()
    page.get_by_role("region", name="変更の記録").scroll_into_view_if_needed()
    look(page, "staff-changed", size)
    april = wait_until(lambda: held(city, hired.staff_id)[1:])
    assert april == [("ibasho_staff", None)]
    assert person.post("Me").json()["code"] == "signed_out", "whoever left is out at once"


def test_a_manager_gives_a_code_and_signs_somebody_out(city: Stack, sign_in: SignIn) -> None:
    hired = hire(city)
    rows(city, "gateway", "update staff_private set name = '試験 花' where staff_id = $1", hired.staff_id)
    person = Person(city.url, hired.login, FIRST_PASSWORD)
    page = sign_in("sasaki", "desk")
    page.get_by_role("link", name="職員", exact=True).click()
    page.get_by_role("button", name="試験 花さんの設定コードを出す").click()
    page.get_by_role("dialog").get_by_role("button", name="設定コードを出す").click()
    expect(page.get_by_text("本人に手渡してください")).to_be_visible()
    look(page, "staff-code", "desk")
    assert len(rows(city, "gateway", "select 1 from set_up_code_private where staff_id = $1", hired.staff_id)) == 1
    page.get_by_role("button", name="渡しました").click()
    page.get_by_role("button", name="試験 花さんをサインアウトさせる").click()
    page.get_by_role("dialog").get_by_role("button", name="サインアウトさせる").click()
    wait_until(lambda: person.post("Me").status_code == 401)
    expect(page.get_by_role("button", name="試験 花さんをサインアウトさせる")).to_have_count(0)


@pytest.mark.parametrize("size", ["desk", "tablet"])
def test_a_manager_opens_an_agency_whose_people_are_partners_and_nothing_else(
    city: Stack, sign_in: SignIn, size: str
) -> None:
    agency, login = f"ngo-{size}", f"outsider-{size}"
    page = sign_in("sasaki", size)
    page.get_by_role("link", name="職員", exact=True).click()
    page.get_by_role("button", name="職員を登録する").click()
    page.get_by_role("dialog").get_by_label("氏名").fill(f"外部 {size}")
    page.get_by_role("dialog").get_by_label("職員ID").fill(login)
    page.get_by_role("dialog").get_by_role("button", name="職員を登録する").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="係を作る").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("どこの係ですか").select_option(label="関係機関（ひきこもり支援係 が受けもつ）")
    dialog.get_by_label("係の名前").fill(f"NPOひだまり {size}")
    dialog.get_by_label("係の記号").fill(agency)
    look(page, "staff-open-agency", size)
    dialog.get_by_role("button", name="変更に加える").click()
    page.get_by_role("button", name="担当を加える").click()
    dialog.get_by_label("職員").select_option(label=f"外部 {size}({login})")
    dialog.get_by_label("係").select_option(label=f"NPOひだまり {size}")
    assert dialog.get_by_label("役割").locator("option").all_text_contents() == ["関係機関の職員"]
    dialog.get_by_label("始まり").fill(str(today()))
    look(page, "staff-add-partner", size)
    dialog.get_by_role("button", name="変更に加える").click()
    look(page, "staff-agency-pending", size)
    page.get_by_role("button", name="2件をまとめて変える").click()
    region = page.get_by_role("region", name=f"NPOひだまり {size}")
    expect(region.get_by_role("row", name=f"外部 {size}")).to_contain_text("関係機関")
    region.scroll_into_view_if_needed()
    look(page, "staff-agency", size)
    page.get_by_role("button", name=f"外部 {size}さんの設定コードを出す").click()
    page.get_by_role("dialog").get_by_role("button", name="設定コードを出す").click()
    expect(page.get_by_text("本人に手渡してください")).to_be_visible()


def test_nobody_but_a_manager_is_shown_the_screen(city: Stack, sign_in: SignIn) -> None:
    page = sign_in("takahashi", "desk")
    expect(page.get_by_role("link", name="職員", exact=True)).to_have_count(0)
    page.goto(f"{city.url}/staff")
    expect(page.get_by_role("heading", name="職員と担当")).to_have_count(0)
