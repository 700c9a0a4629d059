"""What odd input once found, each by its name: a bug of ours logged, or "try again" said of what can never be taken."""

import httpx
import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.hostile.story import SERVICES, Tokens, bugs
from tests.hostile.test_nasty_values import post
from tests.support.person import Person


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_draft_with_a_number_that_json_has_not_is_refused(town: Stack, number: str) -> None:
    """Python reads and writes it, PostgreSQL's jsonb does not: 500."""
    text = f'{{"kind": "consultation", "seq": 1, "body": {{"memo": [{number}]}}}}'
    url = f"{town.service_url('intake')}/drafts/{new_id()}"
    answer = httpx.put(url, content=text, headers=Tokens(town, "intake").header())
    assert (answer.status_code, answer.json()["code"]) == (422, "text_not_storable")


def test_a_receipt_number_with_nul_is_malformed(town: Stack) -> None:
    """It went as it was into a comparison that PostgreSQL refuses: 500."""
    answer = post(Person(town.url, "sasaki"), "AccessLog", {"days": 31, "receiptNumber": "R8\x00"})
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "malformed_request"


@pytest.mark.parametrize("month", ["\ud83d", "2026-04" * 12_000], ids=["half a character", "84,000 characters"])
def test_a_month_that_fits_no_address_is_malformed_and_its_owner_not_called_away(town: Stack, month: str) -> None:
    """Half a character was "the service does not answer, try again"; a very long one was a bug."""
    [error] = post(Person(town.url, "sasaki"), "Statistics", {"fromMonth": month, "toMonth": "2026-04"}).json()[
        "errors"
    ]
    assert error["extensions"]["code"] == "malformed_request"


@pytest.mark.parametrize("unit", ["a\x00b", "\ud83d"], ids=["NUL", "half a character"])
def test_in_a_unit_that_cannot_be_works_nobody(town: Stack, unit: str) -> None:
    """Asked of the database as it was: 500."""
    before = bugs(town)
    assert post(Person(town.url, "sasaki"), "StaffOf", {"unitId": unit}).json()["data"] == {"staffOf": []}
    assert bugs(town) == before


@pytest.mark.parametrize("service", SERVICES)
def test_a_wrong_method_is_told_the_right_ones(town: Stack, service: str) -> None:
    """RFC 9110 asks a 405 for `Allow`; the one shape of errors had dropped it."""
    answer = httpx.delete(f"{town.service_url(service)}/livez")
    assert (answer.status_code, answer.headers.get("allow")) == (405, "GET")
