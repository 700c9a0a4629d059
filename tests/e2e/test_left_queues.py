"""What somebody who works here no more had on their tablet: the manager sends it on, unread."""

import pytest
from playwright.sync_api import expect

from infra.stack import Stack
from services.contracts.codes import Role
from tests.e2e.conftest import SIZES, SignIn
from tests.service.gateway.test_handed_in import MARK
from tests.service.gateway.test_left_queues import Leaver
from tests.support.person import Person, open_case, visit_payload
from tests.support.screen import meet


@pytest.mark.parametrize("size", SIZES)
def test_a_visit_of_a_leaver_is_sent_on(city: Stack, sign_in: SignIn, size: str) -> None:
    colleague, leaver = Person(city.url, "takahashi"), Leaver(city, "hikikomori-support", Role.COORDINATOR)
    case = open_case(Person(city.url, "watanabe"), colleague)
    colleague.do("ChangeTeam", case, {"join": [leaver.person.id]})
    leaver.leave(leaver.person.envelope("RecordVisit", case, visit_payload(memo=MARK)))
    page = sign_in("sasaki", size)
    page.goto(f"{city.url}/devices")
    left = page.get_by_role("region", name="辞めた職員から預かった記録")
    expect(left.get_by_text("訪問の記録").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text(MARK)).to_have_count(0)
    found = meet(page, "left-queues", size)
    mine = left.get_by_role("button", name="訪問の記録を届ける")
    before = mine.count()  # of other tests' leavers there may be some: the newest is last
    mine.last.click()
    found += meet(page, "left-queues-send", size)
    page.get_by_role("dialog").get_by_role("button", name="届ける", exact=True).click()
    expect(mine).to_have_count(before - 1)
    assert not found, "\n".join(found)
